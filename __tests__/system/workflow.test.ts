/** Workflows as consumers write them, run by act, pushing to a Hub, read back by the official Python clients. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { commitAll, git, makeRepository, runAct, withoutMasks, type ActRun } from '../support/act.js'
import { corpusFiles, goldenJson, goldenText } from '../support/golden.js'
import { spawnHub } from '../support/hub/helpers.js'
import { rawTrace } from '../support/records.js'

const { ACT_PATH, TRUFFLEHOG_PATH, PYTHON_DATASETS_5 } = process.env
const hasTools = ACT_PATH !== undefined && TRUFFLEHOG_PATH !== undefined && PYTHON_DATASETS_5 !== undefined
const suite = hasTools ? describe : describe.skip
const title = hasTools ? '' : ' (skipped: act, TruffleHog and Python are not set up; .ci/tools installs them)'

suite(`a workflow${title}`, () => {
  let hub: Awaited<ReturnType<typeof spawnHub>>
  let root: string

  beforeAll(async () => {
    hub = await spawnHub()
  })
  afterAll(() => {
    hub.child.kill()
  })
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'opentraces-workflow-'))
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  const steps = (inputs: Record<string, string>, uses: string): string => `
name: publish
on: [push, pull_request, workflow_dispatch]
permissions:
  contents: read
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
      - name: the runtime is Node 24
        run: node -e 'if (process.versions.node.split(".")[0] !== "24") process.exit(1)'
      - uses: ${uses}
        id: push
        with:
${Object.entries(inputs)
  .map(([name, value]) => `          ${name}: ${JSON.stringify(value)}`)
  .join('\n')}
      - name: outputs
        if: always()
        env:
          OUTCOME: \${{ steps.push.outputs.outcome }}
          UPLOADED: \${{ steps.push.outputs.uploaded }}
          SKIPPED: \${{ steps.push.outputs.skip-reason }}
        run: echo "outputs=$OUTCOME/$UPLOADED/$SKIPPED"
`

  const inputsFor = (inputs: Record<string, string>): Record<string, string> => ({
    traces: 'traces/*.jsonl',
    repo: 'alice/workflow',
    'hub-url': hub.url,
    'hf-token': '${{ secrets.HF_TOKEN }}',
    'trufflehog-path': TRUFFLEHOG_PATH!,
    ...inputs
  })

  async function workflow(
    files: Record<string, string>,
    inputs: Record<string, string> = {},
    { uses = 'opentraces/push-action@v1', event = 'push', payload = {} } = {}
  ): Promise<ActRun> {
    await makeRepository(root, { '.github/workflows/publish.yml': steps(inputsFor(inputs), uses), ...files })
    return runAct({
      root,
      event,
      payload: { ref: 'refs/heads/main', repository: { id: 1, default_branch: 'main', private: false }, ...payload },
      secrets: { HF_TOKEN: hub.token, GITHUB_TOKEN: `ghs_${'t'.repeat(36)}` }
    })
  }

  test('pushes the corpus, and Python reads the same bytes and every row', async () => {
    const traces = Object.fromEntries(corpusFiles().map((name) => [`traces/${name}`, goldenText('corpus', name)]))
    const { exitCode, jobResult, summary, log } = await workflow(traces)
    expect([exitCode, jobResult]).toEqual([0, 'success'])
    expect(log).toContain('outputs=published/30/')
    expect(summary).toContain('30 traces published')
    expect(withoutMasks(log).includes(hub.token)).toBe(false)

    const python = await promisify(execFile)(
      PYTHON_DATASETS_5!,
      [join(import.meta.dirname, 'read_hub.py'), 'alice/workflow'],
      {
        env: {
          PATH: process.env.PATH,
          HOME: root,
          HF_HOME: join(root, '.git', 'hf'),
          HF_ENDPOINT: hub.url,
          HF_TOKEN: hub.token,
          HF_HUB_DISABLE_XET: '1'
        },
        maxBuffer: 2 ** 26
      }
    )
    const read = JSON.parse(python.stdout.trim().split('\n').at(-1)!) as {
      private: boolean
      files: Record<string, string>
      full: string[]
      streaming: string[]
    }
    const golden = (goldenJson('upstream', 'content-hashes.json') as { 'hash_migrated_0.9.0': string }[])
      .map((entry) => entry['hash_migrated_0.9.0'])
      .sort()
    expect(read.private).toBe(true)
    expect(read.full).toEqual(golden)
    expect(read.streaming).toEqual(golden)
    const [shard] = Object.entries(read.files).filter(([path]) => path.startsWith('data/'))
    // The summary names the digest of what was sent; Python computed it from what it downloaded.
    expect(summary).toContain(shard![1])
  }, 180_000)

  test('does the same as a step of its own repository (uses: ./)', async () => {
    const project = join(import.meta.dirname, '..', '..')
    const own = ['action.yml', ...(await readdir(join(project, 'dist'))).map((name) => `dist/${name}`)]
    const files: Record<string, string> = { 'traces/a.jsonl': `${JSON.stringify(rawTrace('local-action'))}\n` }
    for (const path of own) files[path] = await readFile(join(project, path), 'utf8')
    const { exitCode, jobResult, log } = await workflow(files, {}, { uses: './' })
    expect([exitCode, jobResult]).toEqual([0, 'success'])
    expect(log).toContain('outputs=published/1/')
  }, 120_000)

  test('a planted secret stops the push, and its value is in no output', async () => {
    const secret = `ghp_${createHash('sha256').update(root).digest('base64').replace(/\W/g, 'x').slice(0, 36)}`
    const leaky = rawTrace('leaky', { metadata: { note: `line\n${secret}\nend` } })
    const clean = rawTrace('clean')
    const { exitCode, jobResult, summary, log } = await workflow({
      'traces/a.jsonl': `${JSON.stringify(clean)}\n${JSON.stringify(leaky)}\n`
    })
    expect([exitCode === 0, jobResult]).toEqual([false, 'failure'])
    expect(log).toContain('outputs=blocked/0/')
    expect(summary).toContain('blocked')
    expect(summary).toContain('github-token')
    expect(summary).toContain('TruffleHog 3.92.5')
    expect(withoutMasks(log).includes(secret)).toBe(false)
    expect(summary).not.toContain(secret.slice(4, 20))
  }, 120_000)

  test('a clean version of a trace is published where another one of it is held back', async () => {
    const secret = `ghp_${createHash('sha256').update(`${root}2`).digest('base64').replace(/\W/g, 'x').slice(0, 36)}`
    const leaky = rawTrace('same', { metadata: { llm_review: { note: `line\n${secret}\nend` } } })
    const { jobResult, log } = await workflow(
      { 'traces/a.jsonl': `${JSON.stringify(leaky)}\n${JSON.stringify(rawTrace('same'))}\n` },
      { repo: 'alice/held', 'on-blocked': 'hold' }
    )
    expect(jobResult).toBe('success')
    expect(log).toContain('outputs=published/1/')
    expect(withoutMasks(log).includes(secret)).toBe(false)
  }, 120_000)

  test('a pull request from a fork checks under the policy of its base, and uploads nothing', async () => {
    const files = {
      '.github/workflows/publish.yml': steps(
        inputsFor({ repo: 'alice/never', 'hf-token': '' }),
        'opentraces/push-action@v1'
      ),
      '.opentraces/policy.yml': 'version: 1\nrequire:\n  trufflehog: true\n'
    }
    await makeRepository(root, files)
    git(root, 'checkout', '-b', 'topic')
    await mkdir(join(root, 'traces'))
    await writeFile(join(root, 'traces', 'a.jsonl'), `${JSON.stringify(rawTrace('from-fork'))}\n`)
    // The fork lowers the floor and switches the scan off: neither may count for more than its own summary says.
    await writeFile(join(root, '.opentraces', 'policy.yml'), 'version: 1\n')
    const headSha = commitAll(root, 'topic')
    git(root, 'checkout', 'main')
    const baseSha = git(root, 'rev-parse', 'HEAD')
    git(root, 'merge', '--no-ff', '--message', 'merge', 'topic')
    const payload = {
      repository: { id: 1, default_branch: 'main', private: false },
      number: 1,
      pull_request: {
        number: 1,
        head: { sha: headSha, ref: 'topic', repo: { id: 2 } },
        base: { sha: baseSha, ref: 'main', repo: { id: 1 } }
      }
    }
    const checked = await runAct({ root, event: 'pull_request', payload, secrets: {} })
    expect([checked.exitCode, checked.jobResult]).toEqual([0, 'success'])
    expect(checked.log).toContain('outputs=checked/0/fork')

    const workflowFile = join(root, '.github', 'workflows', 'publish.yml')
    await writeFile(
      workflowFile,
      (await readFile(workflowFile, 'utf8')).replace('repo:', 'trufflehog: false\n          repo:')
    )
    const weakened = await runAct({ root, event: 'pull_request', payload, secrets: {} })
    expect(weakened.jobResult).toBe('failure')
    expect(weakened.log).toContain('weaker than the policy')
  }, 120_000)

  test('TruffleHog missing: nothing is sent', async () => {
    const { jobResult, log } = await workflow(
      { 'traces/a.jsonl': `${JSON.stringify(rawTrace('x'))}\n` },
      { repo: 'alice/unscanned', 'trufflehog-path': join(root, 'no-such-program') }
    )
    expect(jobResult).toBe('failure')
    expect(log).toContain('SCAN_FAILED')
    await expect(access(join(root, 'no-such-program'))).rejects.toThrow('ENOENT')
    const answer = await fetch(`${hub.url}/api/datasets/alice/unscanned`, {
      headers: { authorization: `Bearer ${hub.token}` }
    })
    expect(answer.status).toBe(404)
  }, 120_000)
})
