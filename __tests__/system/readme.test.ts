/** The workflows of README.md as they stand there: linted, audited, and run by act with the committed bundle. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { parsePolicy } from '../../src/gates/policy.js'
import { commitAll, git, makeRepository, runAct, type ActOptions, type ActRun } from '../support/act.js'
import { emulate, EmulatedGitHub, type Pull } from '../support/emulated-github.js'
import { spawnHub } from '../support/hub/helpers.js'
import { ModelServer } from '../support/model-server.js'
import { rawTrace } from '../support/records.js'

const PROJECT = join(import.meta.dirname, '..', '..')
const README = readFileSync(join(PROJECT, 'README.md'), 'utf8')
const BLOCKS = [...README.matchAll(/^```ya?ml\n(.*?)^```$/gms)].map(([, text]) => text as string)

interface Workflow {
  readonly name: string
  readonly on: string | Record<string, unknown>
  readonly jobs: unknown
}

const isWorkflow = (text: string): boolean => /^jobs:$/m.test(text)
const isSteps = (text: string): boolean => text.startsWith('- uses: ')
const WORKFLOWS = BLOCKS.filter(isWorkflow)
const STEPS = BLOCKS.filter(isSteps)
/** Steps that the README shows alone, where it has said before what stands around them. */
const WRAPPED = STEPS.map(
  (steps) => `name: steps
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  steps:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
${steps.replace(/^(?=.)/gm, '      ')}`
)

/** Each of these is run below. */
const [publish, check, trusted, leaveReport, postReport] = WORKFLOWS as [string, string, string, string, string]
const [reviewed] = WRAPPED as [string]

test('what the README shows as YAML is known to the tests below', () => {
  expect(BLOCKS).toHaveLength(README.match(/^ *```ya?ml/gm)?.length ?? 0)
  const triggers = WORKFLOWS.map((text) => {
    const { name, on } = parse(text) as Workflow
    return [name, typeof on === 'string' ? on : Object.keys(on).join()]
  })
  expect(triggers).toEqual([
    ['publish traces', 'push'],
    ['check traces', 'pull_request'],
    ['check traces', 'pull_request_target'],
    ['check traces', 'pull_request'],
    ['comment on traces', 'workflow_run']
  ])
  // The second one is run in export.test.ts.
  expect(STEPS).toHaveLength(2)
  for (const text of BLOCKS.filter((block) => !isWorkflow(block) && !isSteps(block))) {
    expect(() => parsePolicy(text.startsWith('version: ') ? text : `version: 1\n${text}`)).not.toThrow()
  }
})

test('the pictures of the README are there, and small', async () => {
  const pictures = [...README.matchAll(/<img src="([^"]+)"[^>]* alt="[^"]{20,}"/g)].map(([, path]) => path as string)
  expect(pictures).toHaveLength(README.split('<img').length - 1)
  expect(pictures).toHaveLength(2)
  for (const path of pictures) expect((await stat(join(PROJECT, path))).size).toBeLessThan(150_000)
})

const { ACT_PATH, ACTIONLINT_PATH, TRUFFLEHOG_PATH, ZIZMOR_PATH } = process.env

/** A folder of its own for each test. */
function temporaryFolder(): () => string {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'opentraces-readme-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  return () => folder
}

const auditors = ACTIONLINT_PATH !== undefined && ZIZMOR_PATH !== undefined ? describe : describe.skip
const auditorsTitle = auditors === describe ? '' : ' (skipped: actionlint and zizmor are not set up; .ci/tools does)'

auditors(`every workflow of the README${auditorsTitle}`, () => {
  const root = temporaryFolder()

  async function repositoryWith(workflows: readonly string[]): Promise<void> {
    const files = Object.fromEntries(workflows.map((text, i) => [`.github/workflows/${String(i)}.yml`, text]))
    await makeRepository(root(), { ...files, '.github/zizmor.yml': ZIZMOR_RULES })
  }

  const run = async (program: string, args: readonly string[]): Promise<{ code: number; stdout: string }> =>
    await new Promise((resolve) => {
      execFile(program, args, { cwd: root(), env: { PATH: process.env.PATH } }, (error, stdout) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout })
      )
    })
  const actionlint = () => run(ACTIONLINT_PATH!, ['-no-color', '-oneline'])
  const zizmor = async (...more: string[]): Promise<{ code: number; found: string[] }> => {
    const args = ['--offline', '--persona=regular', '--format=json', ...more, '.']
    const { code, stdout } = await run(ZIZMOR_PATH!, args)
    return { code, found: (JSON.parse(stdout) as { ident: string }[]).map(({ ident }) => ident) }
  }

  test('has nothing that actionlint finds', async () => {
    await repositoryWith([...WORKFLOWS, ...WRAPPED])
    expect(await actionlint()).toEqual({ code: 0, stdout: '' })
  })

  /** actionlint knows the inputs and outputs of actions that are in the repository. */
  const asLocal = (text: string): string => {
    const local = text.replace(
      /opentraces\/push-action(\/[a-z]+)?@v1/g,
      (_, sub: string | undefined) => `./own${sub ?? ''}`
    )
    expect(local).not.toBe(text)
    return local
  }

  test('gives no input and asks for no output that the action does not have', async () => {
    await repositoryWith([...WORKFLOWS, ...WRAPPED].map(asLocal))
    for (const name of ['action.yml', 'check', 'comment', 'dist', 'export']) {
      await cp(join(PROJECT, name), join(root(), 'own', name), { recursive: true })
    }
    expect(await actionlint()).toEqual({ code: 0, stdout: '' })

    const workflows = join(root(), '.github', 'workflows')
    await writeFile(join(workflows, '0.yml'), asLocal(replaced(publish, 'hf-token:', 'hf-tokens:')))
    await writeFile(join(workflows, '3.yml'), asLocal(replaced(leaveReport, 'outputs.report }}', 'outputs.raport }}')))
    const { code, stdout } = await actionlint()
    expect(code).toBe(1)
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringContaining('input "hf-tokens" is not defined'),
      expect.stringContaining('property "raport" is not defined')
    ])
  })

  test('has nothing that zizmor finds, beside what a comment in it explains', async () => {
    await repositoryWith([...WORKFLOWS, ...WRAPPED])
    expect(await zizmor()).toEqual({ code: 0, found: [] })
    // Those whose comment is the explanation, and nothing else behind them.
    expect((await zizmor('--no-ignores')).found).toEqual(['dangerous-triggers', 'dangerous-triggers'])

    const injected = replaced(check, '- uses: actions', '- run: echo ${{ github.head_ref }}\n      - uses: actions')
    await writeFile(join(root(), '.github', 'workflows', '1.yml'), injected)
    expect((await zizmor()).found).toEqual(['template-injection'])
  })
})

/** The README says that tags are what its workflows name; all other rules are zizmor's own. */
const ZIZMOR_RULES = `
rules:
  unpinned-uses:
    config:
      policies:
        actions/*: ref-pin
        opentraces/push-action/*: ref-pin
`

/** A replacement that hits nothing would run something else than the test says. */
function replaced(text: string, what: string | RegExp, by: string): string {
  const result = text.replace(what, by)
  if (result === text) throw new Error(`nothing to replace: ${String(what)}`)
  return result
}

const hasTools = ACT_PATH !== undefined && TRUFFLEHOG_PATH !== undefined && emulate !== undefined
const runner = hasTools ? describe : describe.skip
const runnerTitle = hasTools ? '' : ' (skipped: act and TruffleHog are not set up; .ci/tools installs them)'

runner(`run by act${runnerTitle}`, () => {
  let hub: Awaited<ReturnType<typeof spawnHub>>
  let github: EmulatedGitHub
  const root = temporaryFolder()
  /** What GitHub keeps outside of repositories: artifacts. */
  const store = temporaryFolder()

  beforeAll(async () => {
    hub = await spawnHub()
  })
  afterAll(() => {
    hub.child.kill()
  })
  beforeEach(async () => {
    github = await EmulatedGitHub.start()
  })
  afterEach(() => github.stop())

  /** The README's text with the addresses that there are here: of the Hub, and of the scanner, which is not downloaded. */
  const here = (text: string): string =>
    replaced(
      replaced(text, /^( *)traces: traces\/\*\*\/\*\.jsonl$/gm, `$&\n$1trufflehog-path: ${TRUFFLEHOG_PATH!}`),
      /^( *)repo: acme\/agent-traces$/gm,
      `$&\n$1hub-url: ${hub.url}`
    )

  const line = (id: string): string => `${JSON.stringify(rawTrace(id))}\n`
  const repository = { id: 1, default_branch: 'main', private: false }

  const onPush = async (workflow: string, traces: string): Promise<ActRun> => {
    await makeRepository(root(), { '.github/workflows/traces.yml': workflow, 'traces/a/b.jsonl': traces })
    const payload = { ref: 'refs/heads/main', repository }
    return await runAct({ root: root(), event: 'push', payload, secrets: { HF_TOKEN: hub.token } })
  }

  const published = async (): Promise<string[]> => {
    const headers = { authorization: `Bearer ${hub.token}` }
    const answer = await fetch(`${hub.url}/api/datasets/acme/agent-traces/tree/main/data`, { headers })
    return ((await answer.json()) as { path: string }[]).map(({ path }) => path)
  }

  test('publish', async () => {
    const { exitCode, jobResult, summary } = await onPush(here(publish), line('one') + line('two'))
    expect([exitCode, jobResult]).toEqual([0, 'success'])
    expect(summary).toContain('2 traces published')
    expect(await published()).toEqual([expect.stringMatching(/^data\/traces_.*\.jsonl$/)])
  }, 120_000)

  test('review, then push', async () => {
    const model = await ModelServer.start()
    try {
      const workflow = replaced(here(reviewed), 'https://router.huggingface.co/v1', model.baseUrl)
      const before = (await published()).length
      const { exitCode, jobResult, summary } = await onPush(workflow, line('three') + line('four') + line('five'))
      expect([exitCode, jobResult]).toEqual([0, 'success'])
      expect(model.requests.map(({ body }) => body.model)).toEqual(Array(3).fill('openai/gpt-oss-120b'))
      expect(summary).toContain('3 traces published')
      expect(await published()).toHaveLength(before + 1)
    } finally {
      await model.stop()
    }
  }, 120_000)

  /** A base with one trace, and a pull request that adds another file of them; the checkout is of the base. */
  async function propose(workflows: Record<string, string>, added: string, from: 'here' | 'fork'): Promise<Pull> {
    const files: Record<string, string> = { 'traces/base.jsonl': line('base') }
    for (const [name, text] of Object.entries(workflows)) files[`.github/workflows/${name}.yml`] = text
    await makeRepository(root(), files)
    git(root(), 'checkout', '-b', 'topic')
    await mkdir(join(root(), 'traces', 'week'))
    await writeFile(join(root(), 'traces', 'week', 'new.jsonl'), added)
    commitAll(root(), 'topic')
    git(root(), 'checkout', 'main')
    return await github.propose('topic', from, root())
  }

  const merge = () => git(root(), 'merge', '--no-ff', '--message', 'merge', 'topic')

  const onGitHub = async (
    event: string,
    pull: Pull,
    rights: 'read' | 'write',
    { payload, env, ...more }: Partial<ActOptions> = {}
  ): Promise<ActRun> => {
    const about = (payload as object | undefined) ?? { number: pull.number, pull_request: pull }
    return await runAct({
      root: root(),
      event,
      payload: { repository: { ...repository, id: pull.base.repo.id }, ...about },
      secrets: { GITHUB_TOKEN: await github.token(rights) },
      env: { GITHUB_API_URL: github.url, GITHUB_RUN_ID: '100', ...env },
      ...more
    })
  }

  test('check, on a pull request of the repository', async () => {
    const pull = await propose({ check: here(check) }, line('six'), 'here')
    merge()
    const { exitCode, jobResult } = await onGitHub('pull_request', pull, 'write')
    expect([exitCode, jobResult]).toEqual([0, 'success'])
    const [comment, ...others] = await github.comments(pull)
    expect(others).toEqual([])
    expect(comment!.body).toContain('2 traces staged**: 1 new · 0 changed · 0 removed')
  }, 120_000)

  test('the trusted job, for a fork', async () => {
    const pull = await propose({ check: here(trusted) }, line('seven') + line('eight'), 'fork')
    const { exitCode, jobResult } = await onGitHub('pull_request_target', pull, 'write')
    expect([exitCode, jobResult]).toEqual([0, 'success'])
    const [comment, ...others] = await github.comments(pull)
    expect(others).toEqual([])
    expect(comment!.body).toContain('3 traces staged**: 2 new · 0 changed · 0 removed')
    expect(comment!.body).toContain(git(root(), 'rev-parse', '--short=7', 'main'))
    expect(comment!.body).not.toContain('as the pull request’s own run reports it')
  }, 120_000)

  /**
   * Stand-ins for GitHub's two actions, which are not to be had without the internet: they copy to and from a folder for
   * each run. What the real ones ask of the service of artifacts is not tested here.
   */
  async function artifactActions(): Promise<Record<string, string>> {
    const action = async (name: string, inputs: readonly string[], script: string): Promise<string> => {
      const folder = join(store(), name)
      await mkdir(folder)
      const env = Object.fromEntries(inputs.map((input) => [input.replace('-', '_'), `\${{ inputs.${input} }}`]))
      const steps = [{ shell: 'bash', env: { ...env, STORE: store() }, run: script }]
      const declared = Object.fromEntries(inputs.map((input) => [input, { required: true, description: input }]))
      const text = { name, description: name, inputs: declared, runs: { using: 'composite', steps } }
      await writeFile(join(folder, 'action.yml'), JSON.stringify(text))
      return folder
    }
    return {
      'actions/upload-artifact@v7': await action(
        'upload',
        ['name', 'path'],
        'mkdir -p "$STORE/$GITHUB_RUN_ID" && mkdir "$STORE/$GITHUB_RUN_ID/$name" && cp "$path" "$STORE/$GITHUB_RUN_ID/$name/"'
      ),
      'actions/download-artifact@v8': await action(
        'download',
        ['name', 'path', 'run-id', 'github-token'],
        'test -n "$github_token" && mkdir -p "$path" && cp "$STORE/$run_id/$name/"* "$path/"'
      )
    }
  }

  test('the pair of workflows, for a fork, with a run that is red', async () => {
    const actions = await artifactActions()
    const workflows = { check: here(leaveReport), comment: postReport }
    const pull = await propose(workflows, `${line('nine')}{"broken\n`, 'fork')
    merge()
    const checked = await onGitHub('pull_request', pull, 'read', { actions })
    expect([checked.exitCode, checked.jobResult]).toEqual([1, 'failure'])
    expect(await github.comments(pull)).toEqual([])

    const payload = {
      action: 'completed',
      workflow_run: {
        id: 100,
        run_attempt: 1,
        event: 'pull_request',
        conclusion: 'failure',
        head_sha: pull.head.sha,
        head_branch: pull.head.ref,
        head_repository: pull.head.repo,
        pull_requests: []
      }
    }
    const env = { GITHUB_RUN_ID: '900' }
    const posted = await onGitHub('workflow_run', pull, 'write', { payload, actions, env })
    expect([posted.exitCode, posted.jobResult]).toEqual([0, 'success'])
    const [comment, ...others] = await github.comments(pull)
    expect(others).toEqual([])
    expect(comment!.body).toMatch(/^### .*1 line invalid.*\(as the pull request’s own run reports it\)$/m)
  }, 120_000)
})
