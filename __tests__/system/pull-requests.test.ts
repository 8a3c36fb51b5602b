/** The events that a workflow of this action can have, and what a pull request may do to it, on a GitHub that nobody here wrote. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { commitAll, git, makeRepository, runAct, withoutMasks, type ActOptions, type ActRun } from '../support/act.js'
import { emulate, EmulatedGitHub, type Pull } from '../support/emulated-github.js'
import { seenIn, TOKENS, word, type Fake } from '../support/hidden.js'
import { startHub, type LocalHub } from '../support/hub/server.js'
import { ModelServer } from '../support/model-server.js'
import { rawTrace } from '../support/records.js'

const hasTools = process.env.ACT_PATH !== undefined && emulate !== undefined
const suite = hasTools ? describe : describe.skip
const title = hasTools ? '' : ' (skipped: act is not set up; .ci/tools installs it)'

const WORKFLOW = '.github/workflows/traces.yml'
const POLICY = '.opentraces/policy.yml'
const MARKER = '.opentraces.json'
/** A setting of act: what is not masked in the log was not written to it. */
const UNMASKED = { '.actrc': '--insecure-secrets\n' }
const PUSH = { repo: 'alice/traces', 'hf-token': '${{ secrets.HF_TOKEN }}' }
const HEAD = '${{ github.event.pull_request.head.sha }}'

type Files = Readonly<Record<string, string>>

const line = (id: string, changes: Record<string, unknown> = {}): string => `${JSON.stringify(rawTrace(id, changes))}\n`
const saying = (id: string, content: string): string => line(id, { steps: [{ step_index: 0, role: 'user', content }] })
const remote = (name: string): string => JSON.stringify({ remotes: { origin: { url: name } }, active_remote: 'origin' })

suite(`the events of a workflow${title}`, () => {
  let github: EmulatedGitHub
  let hub: LocalHub
  let root: string

  beforeEach(async () => {
    github = await EmulatedGitHub.start()
    hub = await startHub()
    root = await mkdtemp(join(tmpdir(), 'opentraces-events-'))
  })
  afterEach(async () => {
    await rm(root, { recursive: true, force: true })
    await hub.close()
    await github.stop()
  })

  /** A workflow with the action, and a step that prints all that it leaves behind. */
  const workflow = (on: string, inputs: Record<string, string>, more = ''): string => `name: traces
on: ${on}
permissions: {}
jobs:
  traces:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
      - uses: opentraces/push-action@v1
        id: traces
        with:
${Object.entries({ traces: 'traces', trufflehog: 'false', 'hub-url': hub.url, ...inputs })
  .map(([name, value]) => `          ${name}: ${JSON.stringify(value)}`)
  .join('\n')}
      - name: outputs
        if: always()
        env:
          OUTCOME: \${{ steps.traces.outputs.outcome }}/\${{ steps.traces.outputs.uploaded }}/\${{ steps.traces.outputs.skip-reason }}
          REPO: \${{ steps.traces.outputs.repo }}
          REPORT: \${{ steps.traces.outputs.report }}
        run: printf 'outputs=%s repo=%s\\n' "$OUTCOME" "$REPO" && cat "$REPORT"
${more}`

  async function write(files: Files): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), text)
    }
  }

  /** A base, and a branch with changes to it; the base is checked out. */
  async function branch(base: Files, changes: Files): Promise<void> {
    await makeRepository(root, { ...UNMASKED, ...base })
    git(root, 'checkout', '-b', 'topic')
    await write(changes)
    commitAll(root, 'topic')
    git(root, 'checkout', 'main')
  }

  const merge = (): string => git(root, 'merge', '--no-ff', '--message', 'merge', 'topic')

  async function on(event: string, payload: object, token: string, options: Partial<ActOptions> = {}): Promise<ActRun> {
    const { secrets, ...more } = options
    return await runAct({
      root,
      event,
      payload: { repository: { id: 1, default_branch: 'main', private: false }, ...payload },
      secrets: { GITHUB_TOKEN: token, ...secrets },
      env: { GITHUB_API_URL: github.url, GITHUB_RUN_ID: '100' },
      ...more
    })
  }

  const about = (pull: Pull, { head = pull.head.sha, base = git(root, 'rev-parse', 'main') } = {}): object => ({
    repository: { id: pull.base.repo.id, default_branch: 'main', private: false },
    number: pull.number,
    pull_request: { ...pull, head: { ...pull.head, sha: head }, base: { ...pull.base, sha: base } }
  })

  const outputs = ({ log }: ActRun): string => /outputs=(\S+ repo=\S*?)(?:\\n|")/.exec(log)?.[1] ?? 'none'

  /** What the Hub was sent that it should not have been: sign-ins, and anything that writes. */
  const suspicious = (): string[] => {
    if (hub.log.length === 0) throw new Error('the Hub was not asked at all')
    return hub.log
      .filter(({ method, headers }) => headers.authorization !== undefined || !['GET', 'HEAD'].includes(method))
      .map(({ method, path }) => `${method} ${path}`)
  }

  test('a pull request of Dependabot ends green, with a warning and the same report in the summary', async () => {
    hub.seed('alice/traces', {})
    await branch(
      { [WORKFLOW]: workflow('pull_request', PUSH), 'traces/a.jsonl': line('a') },
      { 'traces/b.jsonl': line('b') }
    )
    const pull = await github.propose('topic', 'here', root)
    const payload = about(pull)
    merge()
    const run = await on('pull_request', payload, await github.token('read'), { actor: 'dependabot[bot]' })
    expect([run.exitCode, run.jobResult]).toEqual([0, 'success'])
    // Where the dataset can be read, a check counts what a push would upload; what was uploaded, the Hub knows.
    expect(outputs(run)).toMatch(/^checked\/\d+\/dependabot repo=alice\/traces$/)
    expect(run.log).toMatch(/"command":"warning".*pull-requests: write.*Dependabot/)
    expect(run.summary).toContain('pull request of Dependabot')
    expect(await github.comments(pull)).toEqual([])
    expect(suspicious()).toEqual([])

    // A person's run has the right to say it in a comment, and says the same.
    const person = await on('pull_request', payload, await github.token('write'))
    expect(person.jobResult).toBe('success')
    expect(outputs(person)).toMatch(/^checked\/\d+\/pull-request /)
    const [comment] = await github.comments(pull)
    const said = comment!.body.split('\n').filter((text) => text.startsWith('|'))
    expect(said.length).toBeGreaterThan(5)
    expect(run.summary.split('\n')).toEqual(expect.arrayContaining(said))
  }, 120_000)

  test('a merge group is judged under the policy of what it follows, and nothing is uploaded', async () => {
    const client = word('client')
    const denies = `version: 1\ndeny:\n  - { pattern: ${client.text} }\n`
    await branch(
      { [WORKFLOW]: workflow('merge_group', PUSH), [POLICY]: denies, 'traces/a.jsonl': line('a') },
      { 'traces/b.jsonl': line('b') }
    )
    const base = git(root, 'rev-parse', 'main')
    merge()
    const queue = async (): Promise<ActRun> =>
      await on(
        'merge_group',
        { merge_group: { head_sha: git(root, 'rev-parse', 'HEAD'), base_sha: base, base_ref: 'refs/heads/main' } },
        await github.token('write'),
        { secrets: { HF_TOKEN: hub.tokens.alice } }
      )
    const passed = await queue()
    expect([passed.jobResult, outputs(passed)]).toEqual(['success', 'checked/0/other-event repo=alice/traces'])
    expect(passed.summary).toMatch(/The event is .*merge_group.*, which does not publish\./)
    expect(passed.summary).toContain(base.slice(0, 7))

    await write({ 'traces/b.jsonl': saying('b', `for ${client.text}`), [POLICY]: 'version: 1\n' })
    commitAll(root, 'a policy of its own')
    const blocked = await queue()
    expect([blocked.jobResult, outputs(blocked)]).toEqual(['failure', 'blocked/0/ repo=alice/traces'])
    expect(blocked.summary).toContain(`The policy is that of commit \`${base}\``)
    expect(seenIn(withoutMasks(blocked.log) + blocked.summary, [client])).toEqual([])
    expect(suspicious()).toEqual([])
    expect(github.operations().filter((name) => !name.startsWith('git/'))).toEqual([])
  }, 120_000)

  test('the trusted job reads the head as data from GitHub, compares it with the base, and keeps its secrets', async () => {
    const model = await ModelServer.start()
    try {
      const key = word('key of the model')
      const inputs = {
        command: 'check',
        head: HEAD,
        ...PUSH,
        'llm-api-key': '${{ secrets.LLM_KEY }}',
        'llm-base-url': model.baseUrl,
        'llm-model': 'test/model'
      }
      const look = `      - if: always()
        run: echo "there=$(ls traces | tr '\\n' ' ')"
`
      const job = workflow('pull_request_target', inputs, look)
      const base = {
        'traces/kept.jsonl': line('kept'),
        'traces/changed.jsonl': line('changed'),
        'traces/removed.jsonl': line('removed')
      }
      await makeRepository(root, { ...UNMASKED, [WORKFLOW]: job, ...base })
      git(root, 'checkout', '-b', 'topic')
      await write({
        'traces/changed.jsonl': saying('changed', 'Once more, please.'),
        'traces/new.jsonl': line('new'),
        [WORKFLOW]: job.replace('there=', 'm4rk3r=')
      })
      await rm(join(root, 'traces', 'removed.jsonl'))
      commitAll(root, 'topic')
      git(root, 'checkout', 'main')
      const pull = await github.propose('topic', 'fork', root)
      // As the checkout of the base leaves it: it knows nothing of the fork.
      git(root, 'branch', '-D', 'topic')
      git(root, 'reflog', 'expire', '--expire=now', '--all')
      git(root, 'gc', '--prune=now')
      expect(() => git(root, 'cat-file', '-e', pull.head.sha)).toThrow()

      const token = await github.token('write')
      const secrets = { HF_TOKEN: hub.tokens.alice, LLM_KEY: key.text }
      const fakes: Fake[] = [key, { name: 'Hub token', text: hub.tokens.alice, parts: [hub.tokens.alice.slice(3)] }]
      const run = async (id: string): Promise<ActRun> => {
        const env = { GITHUB_API_URL: github.url, GITHUB_RUN_ID: id }
        return await on('pull_request_target', about(pull), token, { secrets, env })
      }
      const checked = await run('100')
      expect([checked.jobResult, outputs(checked)]).toEqual(['success', 'checked/0/command repo=alice/traces'])
      expect(checked.log).toContain('there=changed.jsonl kept.jsonl removed.jsonl ')
      expect(checked.log).not.toContain('m4rk3r')
      expect(github.operations()).toEqual(
        expect.arrayContaining(['git/get-commit', 'git/get-tree', 'git/get-blob', 'issues/create-comment'])
      )
      const [comment, ...others] = await github.comments(pull)
      expect(others).toEqual([])
      expect(comment!.body).toContain('3 traces staged**: 1 new · 1 changed · 1 removed')
      expect(comment!.body).toContain(git(root, 'rev-parse', '--short=7', 'main'))
      expect(comment!.body).toContain(`head=${pull.head.sha}`)

      // Nobody but GitHub is shown anything of it, a model that could be asked included.
      await write({ [WORKFLOW]: workflow('pull_request_target', { ...inputs, 'llm-review': 'run' }) })
      const unreviewed = await run('101')
      expect([unreviewed.jobResult, outputs(unreviewed)]).toEqual(['failure', 'blocked/0/ repo=alice/traces'])
      expect(unreviewed.summary).toContain('llm-review')
      expect(model.requests).toEqual([])
      expect(suspicious()).toEqual([])
      const said = (await github.comments(pull)).map(({ body }) => body).join('\n')
      const logs = [checked, unreviewed].map(({ log, summary }) => withoutMasks(log) + summary).join('\n')
      expect(seenIn(logs + said, fakes)).toEqual([])
      expect((logs + said).includes(token)).toBe(false)
    } finally {
      await model.stop()
    }
  }, 120_000)

  test('a fork that edits workflow, policy, remote and report gains nothing', async () => {
    const secret = TOKENS.npm!('in the fork')
    const floors = 'version: 1\nrequire:\n  on-blocked: fail\n  repos: [alice/traces]\n'
    const both = '[pull_request, pull_request_target]'
    const trusted = workflow(both, { command: 'check', head: HEAD, 'hf-token': '${{ secrets.HF_TOKEN }}' })
    const untrusted = workflow(both, PUSH)
    await branch(
      { [WORKFLOW]: trusted, [POLICY]: floors, [MARKER]: remote('alice/traces'), 'traces/a.jsonl': line('a') },
      { 'traces/leak.jsonl': saying('leak', `the token is ${secret.text}`) }
    )
    const pull = await github.propose('topic', 'fork', root)
    const token = await github.token('write')
    const secrets = { HF_TOKEN: hub.tokens.alice }
    const runs: ActRun[] = []
    const target = async (head: string): Promise<ActRun> => {
      const env = { GITHUB_API_URL: github.url, GITHUB_RUN_ID: String(100 + runs.length) }
      runs.push(await on('pull_request_target', about(pull, { head }), token, { secrets, env }))
      return runs.at(-1)!
    }
    const honest = await target(pull.head.sha)
    expect([honest.jobResult, outputs(honest)]).toEqual(['failure', 'blocked/0/ repo=alice/traces'])
    const entry = /```yaml\n(allow:\n[\s\S]*?)\n```/.exec(honest.summary)![1]!

    git(root, 'checkout', 'topic')
    const forged = { schema: 'opentraces-push-report/1', outcome: 'published', warnings: ['m4rk3r'] }
    const stolen = workflow(both, { repo: 'newcomer/loot', 'on-blocked': 'hold' }, '      - run: echo m4rk3r\n')
    const edits = { [POLICY]: `version: 1\n${entry}\n`, [MARKER]: remote('newcomer/loot') }
    await write({ ...edits, [WORKFLOW]: stolen, 'report.json': JSON.stringify(forged) })
    await symlink('../report.json', join(root, 'traces', 'link.jsonl'))
    const hostile = commitAll(root, 'hostile')
    git(root, 'checkout', 'main')
    const judged = await target(hostile)
    expect([judged.jobResult, outputs(judged)]).toEqual(['failure', 'blocked/0/ repo=alice/traces'])
    expect(judged.summary).toContain('1 symbolic link(s)')
    const [comment, ...others] = await github.comments(pull)
    expect(others).toEqual([])
    expect(comment!.body).toContain('1 of 2 staged traces blocked')
    expect(comment!.body).toContain(`head=${hostile}`)

    // Its own run, with its own workflow and no secret: the floors are those of the base.
    const base = git(root, 'rev-parse', 'main')
    merge()
    const own = async (): Promise<ActRun> => {
      const payload = about(pull, { head: hostile, base })
      runs.push(await on('pull_request', payload, await github.token('read')))
      return runs.at(-1)!
    }
    const weaker = await own()
    expect(weaker.jobResult).toBe('failure')
    expect(outputs(weaker)).toMatch(/^(blocked|failed)\/0\//)
    expect(weaker.summary).toContain('weaker than the policy')
    // With the workflow as it was meant, its policy counts for nothing.
    await write({ [WORKFLOW]: untrusted })
    const allowed = await own()
    expect([allowed.jobResult, outputs(allowed)]).toEqual(['failure', 'blocked/0/ repo=alice/traces'])
    expect(await github.comments(pull)).toEqual([comment])

    expect(suspicious()).toEqual([])
    expect(hub.log.filter(({ path }) => path.includes('loot'))).toEqual([])
    expect(JSON.stringify(hub.log.map(({ headers, path }) => ({ headers, path }))).includes(token)).toBe(false)
    const all = runs.map(({ log, summary }) => withoutMasks(log) + summary)
    expect(all.slice(0, 2).join('\n') + comment!.body).not.toContain('m4rk3r')
    expect(seenIn(all.join('\n') + comment!.body, [secret])).toEqual([])

    // What the base allows is allowed: the entry is a good one.
    git(root, 'checkout', '--force', '-B', 'main', base)
    await write({ [POLICY]: `${floors}${entry}\n` })
    commitAll(root, 'allowed')
    const passed = await target(hostile)
    expect([passed.jobResult, outputs(passed)]).toEqual(['success', 'checked/0/command repo=alice/traces'])
  }, 180_000)

  test('pushes to other branches are only checked; tags, schedules and the default branch are published', async () => {
    const both = '{ push: {}, schedule: [{ cron: "0 4 * * *" }] }'
    await makeRepository(root, { ...UNMASKED, [WORKFLOW]: workflow(both, PUSH) })
    const shards = (): string[] =>
      hub.log.filter(({ method, path }) => method === 'POST' && path.includes('/commit/')).map(({ path }) => path)
    const seen: unknown[] = []
    const events: [string, object][] = [
      ['push', { ref: 'refs/heads/topic' }],
      ['push', { ref: 'refs/heads/v1' }],
      ['push', { ref: 'refs/tags/v1' }],
      ['schedule', { schedule: '0 4 * * *' }],
      ['push', { ref: 'refs/heads/main' }]
    ]
    for (const [n, [event, payload]] of events.entries()) {
      await write({ 'traces/a.jsonl': line(`trace-${String(n)}`) })
      commitAll(root, `trace ${String(n)}`)
      const run = await on(event, payload, await github.token('read'), { secrets: { HF_TOKEN: hub.tokens.alice } })
      seen.push([run.jobResult, outputs(run), shards().length])
      if (n > 1) continue
      expect(run.summary).toContain('a branch other than the default one')
      expect(suspicious()).toEqual([])
    }
    expect(seen).toEqual([
      ['success', 'checked/0/other-branch repo=alice/traces', 0],
      ['success', 'checked/0/other-branch repo=alice/traces', 0],
      ['success', 'published/1/ repo=alice/traces', 1],
      ['success', 'published/1/ repo=alice/traces', 2],
      ['success', 'published/1/ repo=alice/traces', 3]
    ])
    expect([...hub.files('alice/traces').keys()].filter((path) => path.startsWith('data/'))).toHaveLength(3)
  }, 120_000)
})
