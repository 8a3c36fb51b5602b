/** Nothing of a secret is in anything that people see of a run, wherever it stood and whoever repeats it. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { runBundle, type BundleRun } from '../support/bundle.js'
import { databaseUrl, privateKey, seenIn, TOKENS, withoutMaskCommands, word, type Fake } from '../support/hidden.js'
import { startHub, type LocalHub } from '../support/hub/server.js'
import { CLEAN, codesIn, completion, fails, ModelServer, send, type Answering } from '../support/model-server.js'
import { PLACES, plantedEverywhere, SORTS } from '../support/planted-everywhere.js'
import { rawTrace } from '../support/records.js'

const { TRUFFLEHOG_PATH } = process.env
const suite = TRUFFLEHOG_PATH === undefined ? describe.skip : describe
const title = TRUFFLEHOG_PATH === undefined ? ' (skipped: no TruffleHog; .ci/tools installs it)' : ''
/** As the runner sets it where somebody asks for the debug log. */
const DEBUG = { RUNNER_DEBUG: '1', ACTIONS_STEP_DEBUG: 'true', ACTIONS_RUNNER_DEBUG: 'true' }

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'opentraces-hidden-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function workspace(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(root, name)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return folder
}

/** Everything that people see of a run, as it was written. */
async function everythingSeen(folder: string, { log, outputs }: BundleRun): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /^(?:summary|outputs)-/.test(name))
  const paths = [...names.map((name) => join(folder, name)), outputs.report!]
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')))
  return [withoutMaskCommands(log), ...texts].join('\n')
}

const says = (id: string, content: string): Record<string, unknown> =>
  rawTrace(id, { steps: [{ step_index: 0, role: 'user', content }] })
const linesOf = (...records: readonly unknown[]): string => records.map((one) => `${JSON.stringify(one)}\n`).join('')
const CLEAN_TRACE = linesOf(rawTrace('clean'))

suite(`secrets in a trace${title}`, () => {
  const valid = SORTS.all * PLACES.valid + 2 * SORTS.inNames
  const invalid = SORTS.all * PLACES.invalid + 2 * SORTS.inNames
  const WITH = { trufflehog: 'true', 'trufflehog-path': TRUFFLEHOG_PATH! }
  const WITHOUT = { trufflehog: 'false' }

  test.each([
    ['held, with TruffleHog', WITH, 'hold', {}, { exit: 0, uploaded: 1, held: valid, blocked: 0, invalid }],
    ['held', WITHOUT, 'hold', {}, { exit: 0, uploaded: 1, held: valid, blocked: 0, invalid }],
    ['invalid lines stop the push', WITH, 'fail', {}, { exit: 4, uploaded: 0, held: 0, blocked: 0, invalid }],
    ['blocked', WITH, 'fail', { invalid: false }, { exit: 3, uploaded: 0, held: 0, blocked: valid, invalid: 0 }],
    ['ids in conflict', WITH, 'hold', { conflicts: true }, { exit: 4, uploaded: 0, held: 0, blocked: 0, invalid: 0 }]
  ] as const)(
    'stand wherever a trace has a place for them: %s',
    async (_, scanner, mode, sort, expected) => {
      const { files, fakes } = plantedEverywhere(sort)
      // The search does see them where they are.
      const staged = new Set(seenIn(Object.entries(files).flat().join('\n'), fakes))
      expect(fakes.filter(({ name }) => !staged.has(name))).toEqual([])

      const folder = await workspace('w', { 'staged/clean.jsonl': CLEAN_TRACE, ...files })
      const run = await runBundle(
        folder,
        { traces: 'staged/**/*.jsonl', repo: 'file:dataset', 'on-blocked': mode, ...scanner },
        { env: DEBUG }
      )
      expect(seenIn(await everythingSeen(folder, run), fakes)).toEqual([])
      const { uploaded, held, blocked, invalid } = run.report.counts
      expect({ exit: run.exitCode, uploaded, held, blocked, invalid }).toEqual(expected)
    },
    60_000
  )

  test('that only the owner knows: deny patterns and known secrets, in the policy, the inputs and the environment', async () => {
    const [client, regex, given, spaced, held] = ['deny', 'deny regex', 'given', 'of words', 'environment'].map(
      word
    ) as [Fake, Fake, Fake, Fake, Fake]
    const phrase = `${spaced.text} and horse`
    const folder = await workspace('w', {
      '.opentraces/policy.yml': `version: 1\ndeny:\n  - { pattern: ${client.text}, reason: a client }\n  - { pattern: '${regex.text}[0-9]+', regex: true }\n`,
      'staged/a.jsonl':
        CLEAN_TRACE +
        linesOf(
          says('client', `as ${client.text} asked`),
          says('regex', `order ${regex.text}42`),
          says(given.text, given.text),
          rawTrace('known in a key', { metadata: { [given.text]: { [phrase]: held.text } } }),
          rawTrace('encoded', { session_id: Buffer.from(`x${given.text}`).toString('base64') }),
          rawTrace('url', { [encodeURIComponent(phrase)]: 1 })
        ) +
        `{"${given.text}", "${held.text}": ${client.text}\n`,
      [`staged/${given.text}.jsonl`]: linesOf(rawTrace('in a file name')),
      [`staged/${Buffer.from(held.text).toString('hex')}.jsonl`]: linesOf({ trace_id: held.text, [client.text]: 1 })
    })
    const run = await runBundle(
      folder,
      {
        traces: 'staged/*.jsonl',
        repo: 'file:dataset',
        'on-blocked': 'hold',
        'known-secrets': `${given.text}\n${phrase}`
      },
      { env: { ...DEBUG, DEPLOY_PASSWORD: held.text } }
    )
    expect(seenIn(await everythingSeen(folder, run), [client, regex, given, spaced, held])).toEqual([])
    const { counts } = run.report
    expect([run.exitCode, counts.uploaded, counts.held, counts.invalid]).toEqual([0, 1, 7, 2])
  }, 60_000)

  test('a policy and inputs that are wrong are not quoted', async () => {
    const token = TOKENS.npm!
    const [pattern, key, entry, input, login] = [
      word('in a pattern'),
      word('a key'),
      token('entry'),
      token('input'),
      databaseUrl('input')
    ]
    const folder = await workspace('w', {
      'staged/a.jsonl': CLEAN_TRACE,
      '.opentraces/policy.yml': `version: 1\nallow:\n  - { fingerprint: ${entry.text}, reason: x }\ndeny:\n  - { pattern: '(${pattern.text}', regex: true }\n${key.text}: 1\n`
    })
    const push = { traces: 'staged/*.jsonl', repo: 'file:dataset' }
    const runs = [
      await runBundle(folder, push, { env: DEBUG }),
      await runBundle(folder, { ...push, command: input.text }, { env: DEBUG }),
      await runBundle(folder, { ...push, repo: login.text, 'hub-url': login.text }, { env: DEBUG }),
      await runBundle(folder, { ...push, traces: `staged/${input.text}/*.jsonl` }, { env: DEBUG })
    ]
    expect(runs.map(({ exitCode }) => exitCode === 0)).toEqual([false, false, false, false])
    for (const run of runs) {
      expect(seenIn(await everythingSeen(folder, run), [pattern, key, entry, input, login])).toEqual([])
    }
  }, 60_000)
})

describe('secrets that a server repeats', () => {
  let hub: LocalHub
  const models: ModelServer[] = []
  beforeEach(async () => {
    hub = await startHub()
  })
  afterEach(() => Promise.all([hub.close(), ...models.splice(0).map((model) => model.stop())]))

  /** What a careless server may answer: the token that came in, and secrets of its own. */
  const echoOf = (token: string, others: readonly Fake[]): string =>
    `Invalid credentials "Bearer ${token}" (${Buffer.from(`user:${token}`).toString('base64')}, ` +
    `${Buffer.from(token).toString('hex')}); ${others.map(({ text }) => text).join(' ')}`

  test.each([
    ['refuses', 403],
    ['breaks', 500],
    ['is busy', 429],
    ['answers with no JSON', 200]
  ])(
    'a Hub that %s and echoes, from its first answer on or later',
    async (_, status) => {
      const token: Fake = { name: 'token', text: hub.tokens.alice, parts: [hub.tokens.alice.slice('hf_'.length)] }
      const [given, own, url, pem] = [word('known'), TOKENS.npm!('own'), databaseUrl('own'), privateKey('own')]
      const echo = echoOf(token.text, [given, own, url, pem])
      const body = status === 200 ? Buffer.from(echo) : { error: echo, message: echo }
      const header = echo.replaceAll(/\s+/g, ' ')
      // One dataset for each, and as many good answers first as its number says.
      const runs = Array.from({ length: 8 }, async (_none, good) => {
        const repo = `alice/echo-${String(good)}`
        hub.faults.add({
          match: good === 0 ? '.' : `echo-${String(good)}(?!\\d)`,
          skip: good === 0 ? 0 : good - 1,
          // The first one hits what names no dataset; it must not hit what the others ask.
          times: good === 0 ? 1 : 1000,
          status,
          body,
          headers: {
            'X-Error-Message': header,
            'X-Request-Id': token.text,
            'Retry-After': status === 429 ? '1' : header
          }
        })
        const folder = await workspace(`echo-${String(good)}`, { 'staged/a.jsonl': CLEAN_TRACE })
        const run = await runBundle(
          folder,
          {
            traces: 'staged/*.jsonl',
            repo,
            'hub-url': hub.url,
            'hf-token': token.text,
            'known-secrets': given.text,
            'max-wait': '2s'
          },
          { env: DEBUG }
        )
        return { run, seen: seenIn(await everythingSeen(folder, run), [token, given, own, url, pem]) }
      })
      const done = await Promise.all(runs)
      expect(done.map(({ seen }) => seen)).toEqual(done.map(() => []))
      // The echo did reach the action.
      expect(done.filter(({ run }) => run.exitCode !== 0).length).toBeGreaterThan(3)
    },
    120_000
  )

  const quoting =
    (text: (key: string) => string): Answering =>
    (request, response) => {
      const key = (request.headers.authorization ?? '').replace('Bearer ', '')
      send(response, completion(text(key)))
    }
  const whole = (request: Parameters<Answering>[0]): string =>
    JSON.stringify({ error: { message: `${JSON.stringify(request.headers)} ${JSON.stringify(request.body)}` } })

  test('a model endpoint that echoes its key and the trace', async () => {
    const [key, code, leaked] = [word('key'), word('in the trace'), TOKENS.npm!('held')]
    const answers: Answering[] = [
      ...[400, 401, 402, 404, 422, 500].map(
        (status): Answering =>
          (request, response) =>
            fails(status, whole(request))(request, response, 0)
      ),
      quoting((sent) => `I cannot judge ${code.text}, ${sent}`),
      (request, response) => {
        const quote = { category: 'customer_or_project', quote: code.text }
        send(
          response,
          completion(JSON.stringify({ ...codesIn(request), ...CLEAN, shareable: 'no', evidence: [quote] }))
        )
      },
      (request, response) => {
        const { authorization } = request.headers
        const wrong = {
          [code.text]: authorization,
          shareable: code.text,
          evidence: [{ category: authorization, quote: authorization }]
        }
        send(response, completion(JSON.stringify({ ...codesIn(request), ...CLEAN, ...wrong })))
      },
      (request, response) => {
        const refusal = `${code.text} ${String(request.headers.authorization)}`
        send(response, completion(null, { message: { role: 'assistant', content: null, refusal } }))
      },
      (request, response) => {
        send(response, `${code.text} ${String(request.headers.authorization)}: no JSON at all`)
      }
    ]
    const runs = answers.map(async (answer, i) => {
      const server = await ModelServer.start(answer)
      models.push(server)
      const folder = await workspace(`model-${String(i)}`, {
        'staged/a.jsonl': linesOf(
          says('code', `The client is ${code.text}.`),
          says('held', `It is ${leaked.text} there.`)
        )
      })
      const run = await runBundle(
        folder,
        {
          traces: 'staged/*.jsonl',
          repo: 'file:dataset',
          'on-blocked': 'hold',
          'llm-review': 'run',
          'llm-base-url': server.baseUrl,
          'llm-model': 'acme/judge-1',
          'llm-api-key': key.text,
          'max-wait': '1s'
        },
        { env: DEBUG }
      )
      return {
        uploaded: run.report.counts.uploaded,
        asked: server.requests.length > 0,
        sent: seenIn(JSON.stringify(server.requests.map(({ body }) => body)), [leaked, key]),
        seen: seenIn(await everythingSeen(folder, run), [key, code, leaked])
      }
    })
    // What a gate holds back is not sent to the model either.
    const nothing = { uploaded: 0, asked: true, sent: [], seen: [] }
    expect(await Promise.all(runs)).toEqual(answers.map(() => nothing))
  }, 120_000)
})
