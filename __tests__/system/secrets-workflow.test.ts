/** Secrets in workflows that act runs: its whole log with nothing masked, and the life of a policy on pull requests. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { commitAll, git, makeRepository, runAct, withoutMasks, type ActRun } from '../support/act.js'
import { privateKey, seenIn, TOKENS, word, type Fake } from '../support/hidden.js'
import { spawnHub } from '../support/hub/helpers.js'
import { plantedEverywhere } from '../support/planted-everywhere.js'
import { rawTrace } from '../support/records.js'

const { ACT_PATH, TRUFFLEHOG_PATH } = process.env
const hasTools = ACT_PATH !== undefined && TRUFFLEHOG_PATH !== undefined
const suite = hasTools ? describe : describe.skip
const title = hasTools ? '' : ' (skipped: act and TruffleHog are not set up; .ci/tools installs them)'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'opentraces-secrets-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const REPOSITORY = { id: 1, default_branch: 'main', private: false }
const WORKFLOW = '.github/workflows/publish.yml'
/** A setting of act: what is not masked in the log was not written to it. */
const UNMASKED = { '.actrc': '--insecure-secrets\n' }

const says = (id: string, content: string): Record<string, unknown> =>
  rawTrace(id, { steps: [{ step_index: 0, role: 'user', content }] })
const linesOf = (...records: readonly unknown[]): string => records.map((one) => `${JSON.stringify(one)}\n`).join('')

/** A step that uses the action, and one that prints all that the action leaves behind. */
const step = (id: string, inputs: Readonly<Record<string, string>>): string => `
      - uses: opentraces/push-action@v1
        id: ${id}
        continue-on-error: true
        with:
${Object.entries(inputs)
  .map(([name, value]) => `          ${name}: ${JSON.stringify(value)}`)
  .join('\n')}
      - name: print
        env:
          OUTPUTS: \${{ toJSON(steps.${id}.outputs) }}
          REPORT: \${{ steps.${id}.outputs.report }}
          OUTCOME: \${{ steps.${id}.outputs.outcome }}/\${{ steps.${id}.outputs.uploaded }}
        run: printf 'seen=${id}/%s\\n%s\\n' "$OUTCOME" "$OUTPUTS" && cat "$REPORT"`

const workflow = (...steps: readonly string[]): string => `
name: publish
on: [push, pull_request]
permissions:
  contents: read
jobs:
  publish:
    runs-on: ubuntu-latest
    env:
      RUNNER_DEBUG: '1'
      ACTIONS_STEP_DEBUG: 'true'
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
${steps.join('')}
`

/** What the steps that print said, in their order. */
function outcomesOf(log: string): string[] {
  return [...log.matchAll(/seen=(\w+\/[\w-]+\/\d+)/g)].map(([, outcome]) => outcome!)
}

suite(`secrets in a workflow${title}`, () => {
  let hub: Awaited<ReturnType<typeof spawnHub>>
  beforeAll(async () => {
    hub = await spawnHub()
  })
  afterAll(() => {
    hub.child.kill()
  })

  test("act's log with nothing masked shows nothing of what is planted in traces, lines, names, the policy and the replies of a Hub", async () => {
    const { files, fakes } = plantedEverywhere()
    const [client, known, canary] = [word('deny'), word('known'), word('canary')]
    const [own, pem] = [TOKENS.npm!('of the Hub'), privateKey('of the Hub')]
    const token: Fake = { name: 'token', text: hub.token, parts: [hub.token.slice('hf_'.length)] }
    const echo = `Bearer ${token.text} ${known.text} ${own.text} ${pem.text}`
    await fetch(`${hub.url}/_test/faults`, {
      method: 'POST',
      body: JSON.stringify({
        faults: [{ match: 'alice/echo', times: 1000, status: 403, body: { error: echo, message: echo } }]
      })
    })
    const push = (repo: string): Record<string, string> => ({
      traces: 'traces/**/*.jsonl',
      repo,
      'hub-url': hub.url,
      'hf-token': '${{ secrets.HF_TOKEN }}',
      'known-secrets': '${{ secrets.KNOWN }}',
      'trufflehog-path': TRUFFLEHOG_PATH!
    })
    const staged = Object.entries(files).map(([path, text]) => [path.replace('staged/', 'traces/'), text] as const)
    await makeRepository(root, {
      ...UNMASKED,
      [WORKFLOW]: workflow(
        step('hold', { ...push('alice/held'), 'on-blocked': 'hold' }),
        step('fail', push('alice/never')),
        step('echo', { ...push('alice/echo'), traces: 'traces/clean.jsonl' }),
        "\n      - run: echo 'canary=${{ secrets.CANARY }}'"
      ),
      '.opentraces/policy.yml': `version: 1\ndeny:\n  - { pattern: ${client.text} }\n`,
      'traces/clean.jsonl': linesOf(rawTrace('clean')),
      'traces/known.jsonl': linesOf(says('client', `for ${client.text}`), says(known.text, `is ${known.text}`)),
      ...Object.fromEntries(staged)
    })
    const { log, summary } = await runAct({
      root,
      event: 'push',
      payload: { ref: 'refs/heads/main', repository: REPOSITORY },
      secrets: { HF_TOKEN: token.text, KNOWN: known.text, CANARY: canary.text, GITHUB_TOKEN: `ghs_${word('').text}` }
    })
    expect(outcomesOf(log)).toEqual(['hold/published/1', 'fail/failed/0', 'echo/blocked/0'])
    expect(summary).toContain('held back')
    expect(seenIn(withoutMasks(log), [...fakes, client, known, own, pem, token])).toEqual([])
    // What a workflow prints of a secret is there: nothing masked the rest.
    expect(log.includes(`canary=${canary.text}`)).toBe(true)
  }, 180_000)

  const POLICY = '.opentraces/policy.yml'
  const [PASSED, BLOCKED] = [['push/checked/0'], ['push/blocked/0']]

  async function write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), text)
    }
  }

  /**
   * Runs the workflow on the merge of a pull request, as GitHub checks it out.
   *
   * @param base files of the branch that it is to be merged into
   * @param head what the pull request adds or changes
   */
  async function pullRequest(base: Record<string, string>, head: Record<string, string>): Promise<ActRun> {
    const check = {
      traces: 'traces/*.jsonl',
      repo: 'alice/never',
      'hub-url': hub.url,
      'trufflehog-path': TRUFFLEHOG_PATH!
    }
    await makeRepository(root, { ...UNMASKED, [WORKFLOW]: workflow(step('push', check)), ...base })
    const baseSha = git(root, 'rev-parse', 'HEAD')
    git(root, 'checkout', '-b', 'topic')
    await write(head)
    const headSha = commitAll(root, 'topic')
    git(root, 'checkout', 'main')
    git(root, 'merge', '--no-ff', '--message', 'merge', 'topic')
    const run = await runAct({
      root,
      event: 'pull_request',
      payload: {
        repository: REPOSITORY,
        number: 1,
        pull_request: {
          number: 1,
          head: { sha: headSha, ref: 'topic', repo: { id: 1 } },
          base: { sha: baseSha, ref: 'main', repo: { id: 1 } }
        }
      },
      secrets: {}
    })
    await rm(root, { recursive: true })
    await mkdir(root)
    return run
  }

  /** The entries that the summary prints, ready to be copied. */
  const printed = ({ summary }: ActRun): string => /```yaml\n(allow:\n[\s\S]*?)\n```/.exec(summary)![1]!

  test('the policy on a pull request: a finding, its printed entry on the base, a pass; not in the pull request itself; expiry; an unused entry', async () => {
    const secret = TOKENS.npm!('in the pull request')
    const head = { 'traces/a.jsonl': linesOf(says('example', `the documentation says ${secret.text}`)) }
    const runs: ActRun[] = []
    const run = async (base: Record<string, string>, change: Record<string, string>): Promise<ActRun> => {
      const done = await pullRequest(base, change)
      runs.push(done)
      return done
    }

    const found = await run({}, head)
    expect(outcomesOf(found.log)).toEqual(BLOCKED)
    const entry = printed(found)
    const { allow } = parse(entry) as { allow: { fingerprint: string }[] }
    expect(allow).toHaveLength(1)
    const policy = `version: 1\n${entry}\n`

    expect(outcomesOf((await run({ [POLICY]: policy }, head)).log)).toEqual(PASSED)
    expect(outcomesOf((await run({}, { ...head, [POLICY]: policy })).log)).toEqual(BLOCKED)
    // Nor does a change to a policy that is there.
    expect(outcomesOf((await run({ [POLICY]: 'version: 1\n' }, { ...head, [POLICY]: policy })).log)).toEqual(BLOCKED)

    const unused = 'fp_0123456789ab'
    const late = await run(
      { [POLICY]: `${policy}    expires: 2026-01-31\n  - { fingerprint: ${unused}, reason: an old example }\n` },
      // The pull request prolongs it, for itself.
      { ...head, [POLICY]: `${policy}    expires: 2099-01-31\n` }
    )
    expect(outcomesOf(late.log)).toEqual(BLOCKED)
    expect(late.summary).toMatch(
      new RegExp(`expired[^\\n]*${allow[0]!.fingerprint}|${allow[0]!.fingerprint}[^\\n]*expired`)
    )
    expect(late.summary).toMatch(new RegExp(`unused[^\\n]*${unused}|${unused}[^\\n]*unused`))

    expect(runs.map(({ log, summary }) => seenIn(`${withoutMasks(log)}\n${summary}`, [secret]))).toEqual(
      runs.map(() => [])
    )
  }, 240_000)
})
