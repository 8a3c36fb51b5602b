/** `review`: staged files in, the same files with verdicts out. */
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { review, type ReviewInputs, type ReviewPorts } from '../../src/commands/review.js'
import { ActionError } from '../../src/errors.js'
import type { Gate } from '../../src/gates/gate.js'
import { NO_POLICY } from '../../src/gates/policy.js'
import { judgeCarried } from '../../src/gates/review/carried.js'
import { emptyReport, reportSchema, type Report } from '../../src/report/model.js'
import { collect } from '../../src/traces/collect.js'
import { tempFolder } from '../gates/batch.js'
import { modelAt, randomHex, type TestModelOptions } from '../gates/review/model.js'
import { CLEAN, fails, ModelServer, says, shown } from '../support/model-server.js'
import { corpusFiles, goldenText, jsonLines } from '../support/golden.js'
import { rawTrace } from '../support/records.js'

let server: ModelServer
let folder: string
beforeEach(async () => {
  server = await ModelServer.start()
  folder = tempFolder()
  await mkdir(join(folder, 'staging'))
})
afterEach(async () => {
  await server.stop()
})

const file = (name: string): string => join(folder, 'staging', name)

async function stage(name: string, records: readonly Record<string, unknown>[]): Promise<void> {
  await writeFile(file(name), records.map((record) => `${JSON.stringify(record)}\n`).join(''))
}

async function verdicts(name: string): Promise<(string | true)[]> {
  const lines = jsonLines(await readFile(file(name), 'utf8'))
  return lines.map((line) => {
    const judged = judgeCarried(line)
    return judged.clean || judged.held
  })
}

interface Options extends TestModelOptions {
  llmReview?: ReviewInputs['llmReview']
  gates?: Gate[]
  trust?: ReviewPorts['trust']
}

interface Run {
  report: Report
  error: ActionError | undefined
  log: string[]
}

async function run(options: Options = {}): Promise<Run> {
  const report = emptyReport('review')
  const model = modelAt(server, options)
  const log: string[] = model.messages
  const places = { workingDirectory: folder, workspace: folder, cliHome: join(folder, 'home') }
  let error: ActionError | undefined
  try {
    await review(
      { llmReview: options.llmReview ?? 'off' },
      {
        collect: () => collect({ entries: ['staging'], ...places }),
        nothing: () => {
          report.outcome = 'nothing-to-publish'
          report.exit_code = 0
        },
        gates: options.gates ?? [],
        policy: NO_POLICY,
        trust: options.trust ?? { level: 'trusted', cause: 'trusted-event', reason: 'It is.' },
        model,
        tempFolder: join(folder, 'temp'),
        now: () => new Date(Date.UTC(2026, 0, 2)),
        randomHex,
        log: { info: (message) => log.push(message), group: (_, inner) => inner() }
      },
      report
    )
  } catch (thrown) {
    if (!(thrown instanceof ActionError)) throw thrown
    error = thrown
  }
  reportSchema.parse(report)
  expect(await readdir(join(folder, 'temp')).catch(() => [])).toEqual([])
  return { report, error, log }
}

/** Holds every trace whose published line has a text. */
function gateAgainst(text: string): Gate {
  return {
    name: 'deny',
    inspect: async ({ lines }, traces) => {
      const findings = []
      for await (const { traceIndex, traceId, file: name, line, text: published } of traces) {
        if (!published.includes(text)) continue
        findings.push({
          gate: 'deny',
          detector: 'a-word',
          traceIndex,
          traceId,
          file: name,
          line,
          pointer: '',
          place: 'value' as const,
          length: text.length,
          fingerprint: `at_${String(lines.length)}`,
          message: 'There is a word.'
        })
      }
      return { findings, checks: [] }
    }
  }
}

test('every trace gets its verdict, and a second run costs no call', async () => {
  for (const name of corpusFiles().slice(2)) await writeFile(file(name), goldenText('corpus', name))
  const maxTokens = 10_000_000
  const first = await run({ maxTokens })
  expect(first.error).toBeUndefined()
  expect(first.report).toMatchObject({ outcome: 'checked', exit_code: 0, counts: { staged: 24, valid: 24, held: 0 } })
  expect(first.report.notices).toEqual([
    '24 trace(s) were reviewed; 0 carried a verdict already, 0 had one in the cache.'
  ])
  for (const name of corpusFiles().slice(2)) expect(new Set(await verdicts(name))).toEqual(new Set([true]))
  const requests = server.requests.length
  expect(requests).toBeGreaterThanOrEqual(24)
  const before = await readFile(file(corpusFiles()[3]!))

  const second = await run({ maxTokens })
  expect(server.requests).toHaveLength(requests)
  expect(second.report.notices).toEqual([
    '0 trace(s) were reviewed; 24 carried a verdict already, 0 had one in the cache.'
  ])
  expect(await readFile(file(corpusFiles()[3]!))).toEqual(before)
})

test('another model is asked anew, and so is "always"', async () => {
  await stage('a.jsonl', [rawTrace('a')])
  await run()
  await run({ model: 'another' })
  expect(server.requests).toHaveLength(2)
  await run({ model: 'another', llmReview: 'run' })
  expect(server.requests).toHaveLength(2)
  await run({ model: 'another', llmReview: 'always' })
  expect(server.requests).toHaveLength(3)
})

test('a verdict that is not clean is written and told, and a later push holds it', async () => {
  server.answer = says((request) => ({ ...CLEAN, shareable: shown(request).includes('build of b') ? 'no' : 'yes' }))
  await stage('a.jsonl', [rawTrace('a'), rawTrace('b')])
  const { report, error } = await run()
  expect(error).toBeUndefined()
  expect(report.warnings).toEqual([
    '1 trace(s) have a verdict that is not clean, and "llm-review: require" will hold them: b (not-shareable).'
  ])
  expect(report.traces.map(({ trace_id, status }) => [trace_id, status])).toEqual([
    ['a', 'clean'],
    ['b', 'held']
  ])
  expect(await verdicts('a.jsonl')).toEqual([true, 'not-shareable'])
})

describe('a trace without a verdict at the end', () => {
  test('stops the run once the others are written', async () => {
    server.answer = (request, response, n) =>
      (shown(request).includes('build of b') ? fails(429, 'no', { 'Retry-After': '1' }) : says(CLEAN))(
        request,
        response,
        n
      )
    await stage('a.jsonl', [rawTrace('a'), rawTrace('b'), rawTrace('c')])
    const { report, error } = await run()
    expect(error).toMatchObject({ code: 'NOT_REVIEWED', exitCode: 3, retryable: true })
    expect(error?.message).toBe(
      '1 of 3 staged trace(s) could not be reviewed: b: the model endpoint limits the rate of requests'
    )
    expect(await verdicts('a.jsonl')).toEqual([true, 'no-verdict', true])
    expect(report.counts.held).toBe(1)

    server.answer = says(CLEAN)
    const requests = server.requests.length
    expect((await run()).error).toBeUndefined()
    expect(server.requests).toHaveLength(requests + 1)
  })

  test('because of the budget is worth no second try', async () => {
    await stage('a.jsonl', [rawTrace('a')])
    expect((await run({ maxTokens: 10 })).error).toMatchObject({ code: 'NOT_REVIEWED', retryable: false })
    expect(server.requests).toEqual([])
  })
})

test('what a gate holds is not sent, and stops the run', async () => {
  await stage('a.jsonl', [rawTrace('a', { dependencies: ['Zanzibar'] }), rawTrace('b')])
  const { report, error } = await run({ gates: [gateAgainst('Zanzibar')] })
  expect(server.requests).toHaveLength(1)
  expect(shown(server.requests[0]!)).not.toContain('Zanzibar')
  expect(error).toMatchObject({ code: 'NOT_REVIEWED', exitCode: 3, retryable: false })
  expect(error?.message).toContain('a: held by deny')
  expect(report.traces[0]).toMatchObject({ status: 'held', findings: [{ gate: 'deny' }] })
  expect(await verdicts('a.jsonl')).toEqual(['no-verdict', true])
})

test('on an untrusted event nothing is sent and nothing is written', async () => {
  await stage('a.jsonl', [rawTrace('a')])
  const { report, error } = await run({
    trust: { level: 'untrusted', cause: 'fork', reason: 'The event comes from a fork.' }
  })
  expect(error).toBeUndefined()
  expect(report).toMatchObject({ outcome: 'skipped', skip_reason: 'fork', exit_code: 0 })
  expect(server.requests).toEqual([])
  expect(await verdicts('a.jsonl')).toEqual(['no-verdict'])
})

test('invalid lines and other files stay as they are', async () => {
  await writeFile(file('a.jsonl'), `{"broken\n${JSON.stringify(rawTrace('a'))}`)
  await writeFile(file('notes.txt'), 'notes')
  const { report, error } = await run()
  expect(error).toBeUndefined()
  expect(report.counts).toMatchObject({ staged: 2, valid: 1, invalid: 1 })
  const [first, second] = (await readFile(file('a.jsonl'), 'utf8')).split('\n')
  expect(first).toBe('{"broken')
  expect(judgeCarried(second!).clean).toBe(true)
  expect(await readFile(file('notes.txt'), 'utf8')).toBe('notes')
})

test('no traces, no request', async () => {
  expect((await run()).report).toMatchObject({ outcome: 'nothing-to-publish', exit_code: 0 })
  expect(server.requests).toEqual([])
})

test('a file that was changed meanwhile keeps what it has, and that is said', async () => {
  await stage('a.jsonl', [rawTrace('a')])
  server.answer = async (request, response, n) => {
    await stage('a.jsonl', [rawTrace('a', { dependencies: ['new'] })])
    await says(CLEAN)(request, response, n)
  }
  const { error } = await run()
  expect(error).toMatchObject({ code: 'TRACES_UNREADABLE', exitCode: 4, retryable: true })
  expect(error?.message).toContain('staging/a.jsonl:1')
  expect(await readFile(file('a.jsonl'), 'utf8')).toBe(`${JSON.stringify(rawTrace('a', { dependencies: ['new'] }))}\n`)
})

test('a file behind a link is written where it lies', async () => {
  await mkdir(join(folder, 'elsewhere'))
  await writeFile(join(folder, 'elsewhere', 'real.jsonl'), `${JSON.stringify(rawTrace('a'))}\n`)
  await symlink(join(folder, 'elsewhere', 'real.jsonl'), file('link.jsonl'))
  await chmod(join(folder, 'elsewhere', 'real.jsonl'), 0o600)
  expect((await run()).error).toBeUndefined()
  expect(await verdicts('link.jsonl')).toEqual([true])
  expect(await readdir(join(folder, 'staging'))).toEqual(['link.jsonl'])
})
