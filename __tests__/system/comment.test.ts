/** Workflows that comment on pull requests, run by act with the committed bundle, on a GitHub that nobody here wrote. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { reportSchema } from '../../src/report/model.js'
import { commitAll, git, makeRepository, runAct, withoutMasks, type ActRun } from '../support/act.js'
import { emulate, EmulatedGitHub, type Pull } from '../support/emulated-github.js'
import { rawTrace } from '../support/records.js'

const hasTools = process.env.ACT_PATH !== undefined && emulate !== undefined
const suite = hasTools ? describe : describe.skip
const title = hasTools ? '' : ' (skipped: act is not set up; .ci/tools installs it)'

const RELEASED = 'opentraces/push-action@v1'
const CHECK = 'opentraces/push-action/check@v1'
const COMMENT = 'opentraces/push-action/comment@v1'

suite(`comments of workflows${title}`, () => {
  let github: EmulatedGitHub
  let root: string
  /** Outside of the checkout, as the folder that an artifact is downloaded to. */
  let outside: string

  beforeEach(async () => {
    github = await EmulatedGitHub.start()
    root = await mkdtemp(join(tmpdir(), 'opentraces-comments-'))
    outside = await mkdtemp(join(tmpdir(), 'opentraces-artifact-'))
  })
  afterEach(async () => {
    await rm(root, { recursive: true, force: true })
    await rm(outside, { recursive: true, force: true })
    await github.stop()
  })

  const job = (uses: string, inputs: Record<string, string>): string => `
jobs:
  traces:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
      - uses: ${uses}
        id: traces
        with:
${Object.entries(inputs)
  .map(([name, value]) => `          ${name}: ${JSON.stringify(value)}`)
  .join('\n')}
      - name: outputs
        if: always()
        env:
          OUTCOME: \${{ steps.traces.outputs.outcome }}
          CODE: \${{ steps.traces.outputs.exit-code }}
          SKIPPED: \${{ steps.traces.outputs.skip-reason }}
        run: echo "outputs=$OUTCOME/$CODE/$SKIPPED"
`

  interface Step {
    uses?: string
    inputs?: Record<string, string>
  }

  const onPullRequest = ({ uses = RELEASED, inputs = {} }: Step = {}): string =>
    `name: traces\non: pull_request\npermissions: {}\n${job(uses, {
      command: 'check',
      repo: 'file:dataset',
      traces: 'traces/*.jsonl',
      trufflehog: 'false',
      ...inputs
    })}`

  const onWorkflowRun = ({ uses = RELEASED, inputs = {} }: Step = {}): string =>
    `name: comment\non:\n  workflow_run:\n    workflows: [traces]\n    types: [completed]\npermissions: {}\n${job(
      uses,
      { command: 'comment', 'report-path': join(outside, 'report.json'), ...inputs }
    )}`

  /** The checkout of a pull request: its branch merged into the base. */
  async function checkOut(files: Record<string, string>, traces: Record<string, string>): Promise<void> {
    await makeRepository(root, { 'README.md': 'x', ...files })
    git(root, 'checkout', '-b', 'topic')
    await mkdir(join(root, 'traces'))
    for (const [name, text] of Object.entries(traces)) await writeFile(join(root, 'traces', name), text)
    commitAll(root, 'topic')
    git(root, 'checkout', 'main')
    git(root, 'merge', '--no-ff', '--message', 'merge', 'topic')
  }

  async function runPullRequest(pull: Pull, token: string, run = 100): Promise<ActRun> {
    const repository = { id: pull.base.repo.id, default_branch: 'main', private: false }
    const base = { ...pull.base, sha: git(root, 'rev-parse', 'HEAD^1') }
    return await runAct({
      root,
      event: 'pull_request',
      payload: { repository, number: pull.number, pull_request: { ...pull, base } },
      secrets: { GITHUB_TOKEN: token },
      env: { GITHUB_API_URL: github.url, GITHUB_RUN_ID: String(run) }
    })
  }

  async function runWorkflowRun(pull: Pull, token: string, run = 100): Promise<ActRun> {
    return await runAct({
      root,
      event: 'workflow_run',
      payload: {
        action: 'completed',
        repository: { id: pull.base.repo.id, default_branch: 'main', private: false },
        workflow_run: {
          id: run,
          run_attempt: 1,
          event: 'pull_request',
          head_sha: pull.head.sha,
          head_branch: pull.head.ref,
          head_repository: pull.head.repo,
          // As GitHub sends it for forks.
          pull_requests: []
        }
      },
      secrets: { GITHUB_TOKEN: token },
      env: { GITHUB_API_URL: github.url, GITHUB_RUN_ID: '900' }
    })
  }

  const trace = (id: string) => `${JSON.stringify(rawTrace(id))}\n`

  test('a pull request of the repository gets one comment, which the next run brings up to date', async () => {
    const pull = await github.propose('topic')
    const token = await github.token('write')
    await checkOut({ '.github/workflows/traces.yml': onPullRequest() }, { 'a.jsonl': trace('one') })
    const first = await runPullRequest(pull, token)
    expect([first.exitCode, first.jobResult]).toEqual([0, 'success'])
    expect(first.log).toContain('outputs=checked/0/')
    const [made, ...more] = await github.comments(pull)
    expect(more).toEqual([])
    expect(made).toMatchObject({ user: { login: 'github-actions[bot]' } })
    expect(made!.body).toMatch(/^<!-- opentraces-push:default -->\n<!-- opentraces-push-run id=100 /)
    expect(made!.body).toContain('1 trace ready')
    expect(github.operations()).toContain('issues/create-comment')

    await writeFile(join(root, 'traces', 'b.jsonl'), `${trace('two')}${trace('three')}`)
    const second = await runPullRequest(pull, token, 101)
    expect(second.jobResult).toBe('success')
    const updated = await github.comments(pull)
    expect(updated).toHaveLength(1)
    expect(updated[0]!.body).toContain('id=101 ')
    expect(updated[0]!.body).toContain('3 traces ready')
    expect(github.operations()).toEqual(expect.not.arrayContaining(['issues/create-comment']))
    expect(withoutMasks(first.log + second.log).includes(token)).toBe(false)
  }, 120_000)

  test('a pull request of a fork, whose token may only read, ends green with a warning', async () => {
    const pull = await github.propose('topic', 'fork')
    await checkOut({ '.github/workflows/traces.yml': onPullRequest() }, { 'a.jsonl': trace('one') })
    const { exitCode, jobResult, log, summary } = await runPullRequest(pull, await github.token('read'))
    expect([exitCode, jobResult]).toEqual([0, 'success'])
    expect(log.includes('outputs=checked/0/command')).toBe(true)
    expect(log).toMatch(/"command":"warning".*workflow_run/)
    expect(summary).toContain('`workflow_run`')
    expect(await github.comments(pull)).toEqual([])
  }, 120_000)

  test('the report of a fork’s run is posted by a workflow_run, under a heading that says whose word it is', async () => {
    const pull = await github.propose('topic', 'fork')
    const inputs = { 'pr-comment': 'never', 'report-path': join(outside, 'report.json') }
    await checkOut(
      { '.github/workflows/traces.yml': onPullRequest({ inputs }), '.github/workflows/comment.yml': onWorkflowRun() },
      { 'a.jsonl': `${trace('one')}{"broken\n` }
    )
    const checked = await runPullRequest(pull, await github.token('read'))
    expect([checked.jobResult, await github.comments(pull)]).toEqual(['failure', []])
    expect(checked.log).not.toContain('The comment on')
    const report = await readFile(join(outside, 'report.json'), 'utf8')

    const posted = await runWorkflowRun(pull, await github.token('write'))
    expect([posted.exitCode, posted.jobResult]).toEqual([0, 'success'])
    expect(posted.log).toContain('outputs=checked/0/')
    const comments = await github.comments(pull)
    expect(comments).toHaveLength(1)
    expect(comments[0]!.body).toMatch(/^### .*, 1 line invalid, .*\(as the pull request’s own run reports it\)$/m)
    expect(comments[0]!.body).toContain(`<!-- opentraces-push-run id=100 attempt=1 head=${pull.head.sha} -->`)
    expect(comments[0]!.body).toContain('/actions/runs/100/attempts/1')
    expect(await readFile(join(outside, 'report.json'), 'utf8')).toBe(report)
  }, 120_000)

  test('a forged report gains nothing', async () => {
    const victim = await github.propose('innocent')
    const pull = await github.propose('topic', 'fork')
    const inputs = { 'report-path': join(outside, 'report.json') }
    await checkOut(
      {
        '.github/workflows/traces.yml': onPullRequest({ inputs: { ...inputs, 'pr-comment': 'never' } }),
        '.github/workflows/comment.yml': onWorkflowRun()
      },
      { 'a.jsonl': trace('one') }
    )
    await runPullRequest(pull, await github.token('read'))
    const honest = reportSchema.parse(JSON.parse(await readFile(inputs['report-path'], 'utf8')))
    const forged = {
      ...honest,
      outcome: 'published',
      repo: 'acme/m4rk3r',
      dataset_url: 'https://evil.example/dataset',
      warnings: ['::set-output name=outcome::published', '@acme/team please [merge](https://evil.example)'],
      run: {
        ...honest.run,
        pull_request: victim.number,
        head_sha: victim.head.sha,
        run_id: '999999',
        run_url: 'https://evil.example/run'
      }
    }
    await writeFile(inputs['report-path'], JSON.stringify(forged))
    const { jobResult, log, summary } = await runWorkflowRun(pull, await github.token('write'))
    expect(jobResult).toBe('success')
    expect(log).toContain('outputs=checked/0/')
    expect(await github.comments(victim)).toEqual([])
    const comments = await github.comments(pull)
    expect(comments).toHaveLength(1)
    const { body } = comments[0]!
    expect(body).toContain('as the pull request’s own run reports it')
    expect(body).toContain('id=100 ')
    // Beside code, in which nothing is a link or a mention.
    expect(body.replace(/`[^`\n]*`/g, '')).not.toMatch(/999999|evil|@acme|m4rk3r/)
    expect(log + summary).not.toContain('m4rk3r')

    await writeFile(inputs['report-path'], '{"schema": "m4rk3r"}')
    const refused = await runWorkflowRun(pull, await github.token('write'), 101)
    expect(refused.jobResult).toBe('failure')
    expect(refused.log).toContain('outputs=failed/2/')
    expect(refused.log + refused.summary).not.toContain('m4rk3r')
    expect(await github.comments(pull)).toEqual(comments)
  }, 120_000)

  test('the sub-actions do the same, and cannot be made to push', async () => {
    const pull = await github.propose('topic')
    const token = await github.token('write')
    // The name of a command is no input of theirs.
    const bound = (text: string) => text.replace(/^ +command: .*\n/m, '')
    const check = { uses: CHECK, inputs: { 'report-path': join(outside, 'report.json') } }
    const files = {
      '.github/workflows/traces.yml': bound(onPullRequest(check)),
      '.github/workflows/comment.yml': bound(onWorkflowRun({ uses: COMMENT, inputs: { 'comment-key': 'again' } }))
    }
    await checkOut(files, { 'a.jsonl': trace('one') })
    const checked = await runPullRequest(pull, token)
    expect([checked.jobResult, checked.log.includes('outputs=checked/0/command')]).toEqual(['success', true])
    const commented = await runWorkflowRun(pull, token)
    expect([commented.jobResult, commented.log.includes('outputs=checked/0/')]).toEqual(['success', true])
    const keys = (await github.comments(pull)).map(({ body }) => body.split('\n')[0])
    expect(keys).toEqual(['<!-- opentraces-push:default -->', '<!-- opentraces-push:again -->'])

    for (const inputs of [{ command: 'push' }, { command: 'push', 'sub-action': '' }]) {
      const push = onPullRequest({ ...check, inputs: { ...inputs, repo: `file:${join(outside, 'dataset')}` } })
      await writeFile(join(root, '.github', 'workflows', 'traces.yml'), push)
      const { jobResult, log } = await runPullRequest(pull, token)
      expect([jobResult, log.includes('outputs=failed/2/')]).toEqual(['failure', true])
      expect(await readdir(outside)).toEqual(['report.json'])
    }
  }, 180_000)
})
