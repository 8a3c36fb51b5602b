/** Comments of runs on a GitHub of this machine: their own, and of the report of an untrusted run. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { comment, commentOn, type CommentPorts } from '../../src/commands/comment.js'
import { InputError, LoadError } from '../../src/errors.js'
import { emptyReport, type Report } from '../../src/report/model.js'
import { blocked, published, pullRequest, unchanged } from '../report/cases.js'
import { GitHubServer, type ServedPull } from '../support/github-server.js'

const REPOSITORY = 'acme/app'
const HERE = { id: 1, full_name: REPOSITORY }
const FORK = { id: 50, full_name: 'newcomer/app' }
const BOT = { id: 41_898_282, login: 'github-actions[bot]' }
const HEAD = 'a'.repeat(40)
const TOKEN = `ghs_${'job'.repeat(12)}`
const READ_ONLY = `ghs_${'fork'.repeat(9)}`

let server: GitHubServer
let folder: string
let log: string[]

beforeEach(async () => {
  server = await GitHubServer.start(REPOSITORY)
  server.tokens.set(TOKEN, { account: BOT, mayWrite: true })
  server.tokens.set(READ_ONLY, { account: BOT, mayWrite: false })
  folder = await mkdtemp(join(tmpdir(), 'opentraces-comment-'))
  log = []
})

afterEach(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

function propose(number: number, head: Partial<ServedPull['head']> = {}, base = 'main') {
  server.pulls.push({
    number,
    state: 'open',
    head: { sha: HEAD, ref: 'fix', repo: HERE, ...head },
    base: { sha: 'b'.repeat(40), ref: base, repo: HERE }
  })
}

function ports(changes: Partial<CommentPorts['context']> = {}): CommentPorts {
  return {
    context: {
      inActions: true,
      repository: REPOSITORY,
      repositoryId: HERE.id,
      apiUrl: server.url,
      isPublicRepository: true,
      isFork: false,
      isDependabot: false,
      runId: 10,
      runAttempt: 1,
      runUrl: 'https://git.example/acme/app/actions/runs/10/attempts/1',
      pullRequest: undefined,
      workflowRun: undefined,
      ...changes
    },
    now: () => new Date(0),
    randomHex: (digits) => '8'.repeat(digits),
    sleep: () => Promise.resolve(),
    log: { info: (message) => log.push(message) }
  }
}

const inputs = { prComment: 'changes', commentKey: 'default', githubToken: TOKEN } as const
const bodies = () => server.comments.map(({ body }) => body)
const secondLine = () => server.comments.map(({ body }) => body.split('\n')[1])

describe('at the end of a run for a pull request', () => {
  const PULL = { number: 7, headSha: HEAD, baseSha: 'b'.repeat(40), baseBranch: 'main', headRepositoryId: HERE.id }

  interface Changes {
    inputs?: Partial<Parameters<typeof commentOn>[0]['inputs']>
    context?: Partial<CommentPorts['context']>
  }

  async function finish(report: Report, changes: Changes = {}) {
    await commentOn({
      ...ports({ pullRequest: PULL, ...changes.context }),
      inputs: { ...inputs, ...changes.inputs },
      report
    })
    return report
  }

  beforeEach(() => propose(7))

  test('its report is posted, and the next run brings the same comment up to date', async () => {
    await finish(pullRequest())
    expect(bodies()).toEqual([expect.stringContaining('### ✅ opentraces: 12 traces ready')])
    expect(bodies()[0]).toContain('[job summary](https://git.example/acme/app/actions/runs/10/attempts/1)')
    expect(bodies()[0]).not.toContain('own run reports it')
    await finish(blocked(), { context: { runId: 11 } })
    expect(bodies()).toEqual([expect.stringContaining('### ⛔ opentraces: 2 of 15 staged traces blocked')])
    expect(secondLine()).toEqual([`<!-- opentraces-push-run id=11 attempt=1 head=${HEAD} -->`])
    expect(log).toEqual([
      'The comment on pull request 7 was created.',
      expect.stringMatching(/^https:\/\/github\.example\/acme\/app\/pull\/7#/),
      'The comment on pull request 7 was updated.',
      expect.stringMatching(/^https:\/\/github\.example\/acme\/app\/pull\/7#/)
    ])
  })

  test('keys keep comments apart, and an older run leaves the word to a newer one', async () => {
    await finish(pullRequest())
    await finish(blocked(), { inputs: { commentKey: 'nightly' } })
    await finish(blocked(), { context: { runId: 9 } })
    expect(bodies().map((body) => body.split('\n')[0])).toEqual([
      '<!-- opentraces-push:default -->',
      '<!-- opentraces-push:nightly -->'
    ])
    expect(bodies()[0]).toContain('✅')
    expect(log.at(-1)).toBe('The comment on pull request 7 is left to a newer run.')
  })

  test.each<[string, Changes]>([
    ['without a pull request', { context: { pullRequest: undefined } }],
    ['without a repository', { context: { repository: '' } }],
    ['where nobody wants one', { inputs: { prComment: 'never' } }]
  ])('nobody is asked anything %s', async (_, changes) => {
    const report = await finish(blocked(), changes)
    expect(server.requests).toEqual([])
    expect(report).toEqual(blocked())
  })

  const nothingStaged = (): Report => ({ ...emptyReport('check'), outcome: 'nothing-to-publish', exit_code: 0 })
  const withBase = (moved: 'added' | 'changed' | 'removed', report: Report): Report => {
    const base = { ...unchanged().baseline!.base!, added: 0, changed: 0, removed: 0, [moved]: 1 }
    return { ...report, baseline: { base } }
  }
  const failed = (): Report => ({ ...nothingStaged(), outcome: 'failed', exit_code: 4 })

  test.each<[name: string, report: () => Report, when: 'changes' | 'failures' | 'always', expected: number]>([
    ['nothing has changed', unchanged, 'changes', 0],
    ['nothing has changed', unchanged, 'always', 1],
    ['nothing is staged', nothingStaged, 'changes', 0],
    ['nothing is staged any more', () => withBase('removed', nothingStaged()), 'changes', 1],
    ['traces are new', () => withBase('added', unchanged()), 'changes', 1],
    ['traces are others', () => withBase('changed', unchanged()), 'changes', 1],
    ['traces are new', pullRequest, 'failures', 0],
    ['the base is not known', () => ({ ...pullRequest(), baseline: undefined }), 'changes', 1],
    ['traces are blocked', blocked, 'failures', 1],
    ['a trace is held back', () => ({ ...unchanged(), counts: { ...unchanged().counts, held: 1 } }), 'changes', 1],
    [
      'a published trace would be blocked',
      () => ({ ...unchanged(), counts: { ...unchanged().counts, leaked: 1 } }),
      'changes',
      1
    ],
    ['a line is invalid', () => ({ ...unchanged(), counts: { ...unchanged().counts, invalid: 1 } }), 'changes', 1],
    ['the run has failed', failed, 'changes', 1],
    ['the run has failed', failed, 'failures', 1]
  ])('%#: where %s', async (_, report, when, expected) => {
    await finish(report(), { inputs: { prComment: when } })
    expect(server.comments).toHaveLength(expected)
    if (expected === 0) expect(log).toEqual([expect.stringContaining('no reason for a comment on pull request 7')])
  })

  test('a comment that is there is brought up to date where nothing is left to say', async () => {
    await finish(blocked())
    await finish(unchanged(), { context: { runId: 11 } })
    expect(bodies()).toEqual([expect.stringContaining('nothing changed')])
  })

  test('without the permission there is a warning that names it, and the run ends as it would', async () => {
    const before = blocked()
    const { warnings, ...rest } = await finish(blocked(), { inputs: { githubToken: READ_ONLY } })
    expect(warnings.slice(before.warnings.length)).toEqual([expect.stringContaining('pull-requests: write')])
    expect({ ...rest, warnings: before.warnings }).toEqual(before)
    expect(server.comments).toEqual([])
  })

  test.each([
    ['of a fork', { isFork: true }, READ_ONLY],
    ['of Dependabot', { isDependabot: true }, READ_ONLY],
    ['of a fork, without any token', { isFork: true }, undefined]
  ])('for a pull request %s the warning names the way by a workflow_run', async (_, context, githubToken) => {
    const { warnings } = await finish(pullRequest(), { context, inputs: { githubToken } })
    expect(warnings).toEqual([expect.stringMatching(/`workflow_run`.*`command: comment`.*README/)])
  })

  test('trouble of GitHub is told as what it is, also to a fork, and quotes nothing of its answer', async () => {
    server.faults.push({ method: 'GET', path: '/comments', status: 503, times: 99 })
    const { warnings, exit_code } = await finish(pullRequest(), { context: { isFork: true } })
    expect(warnings).toEqual([expect.stringContaining('GitHub has trouble (HTTP 503)')])
    expect(warnings.join()).not.toMatch(/workflow_run|secret/)
    expect(exit_code).toBe(0)
  })

  test('a defect of the comment costs nobody the result', async () => {
    const { warnings, outcome } = await finish(pullRequest(), { inputs: { commentKey: '-->' } })
    expect([warnings, outcome]).toEqual([[expect.stringContaining('could not be written (InputError)')], 'checked'])
    expect(server.requests).toEqual([])
  })
})

describe('the report of an untrusted run', () => {
  const RUN = {
    id: 500,
    attempt: 2,
    url: 'https://git.example/acme/app/actions/runs/500/attempts/2',
    headSha: HEAD,
    headBranch: 'fix',
    headRepositoryId: FORK.id,
    headOwner: 'newcomer'
  }

  interface Changes {
    inputs?: Partial<Parameters<typeof comment>[0]>
    context?: Partial<CommentPorts['context']>
  }

  /** Posts a file of this text. @returns the run's own report */
  async function post(theirs: Report | string, changes: Changes = {}): Promise<Report> {
    const reportPath = join(folder, 'report.json')
    await writeFile(reportPath, typeof theirs === 'string' ? theirs : JSON.stringify(theirs))
    return await postFile(reportPath, changes)
  }

  async function postFile(reportPath: string, changes: Changes = {}): Promise<Report> {
    const report = emptyReport('comment')
    const given = { ...inputs, reportPath, disclose: false, ...changes.inputs }
    await comment(given, ports({ workflowRun: RUN, isFork: true, ...changes.context }), report)
    return report
  }

  test('is posted where GitHub says that it belongs, under a heading that says whose word it is', async () => {
    propose(7, { repo: FORK })
    propose(8, { repo: FORK, sha: 'c'.repeat(40) })
    const report = await post(blocked())
    expect(report).toMatchObject({ outcome: 'checked', exit_code: 0, warnings: [] })
    expect(report.notices).toEqual(['The comment on pull request 7 was created.'])
    expect(server.comments.map(({ pull }) => pull)).toEqual([7])
    expect(bodies()[0]).toContain('staged traces blocked, 1 line invalid (as the pull request’s own run reports it)')
    expect(bodies()[0]).toContain('It can claim anything')
    expect(bodies()[0]).toContain('[job summary](https://git.example/acme/app/actions/runs/500/attempts/2)')
    expect(secondLine()).toEqual([`<!-- opentraces-push-run id=500 attempt=2 head=${HEAD} -->`])
  })

  test('cannot choose its pull request, commit, run or repository', async () => {
    propose(7, { repo: FORK })
    propose(999)
    const forged: Report = {
      ...pullRequest(),
      dataset_url: 'https://evil.example/dataset',
      commit: { revision: 'e'.repeat(40), url: 'https://evil.example/commit' },
      run: {
        repository: 'acme/other',
        event: 'push',
        run_id: '77777',
        run_attempt: '9',
        run_url: 'https://evil.example/run',
        pull_request: 999,
        head_sha: 'f'.repeat(40),
        base_sha: 'e'.repeat(40)
      }
    }
    await post(forged)
    expect(server.comments.map(({ pull }) => pull)).toEqual([7])
    expect(bodies().join()).not.toMatch(/evil|acme\/other|77777|999\b|fffffff/)
    expect(bodies()[0]).toContain(`commit \`${HEAD.slice(0, 7)}\``)
    expect(server.requests.filter(({ path }) => path.includes('999') || path.includes('other'))).toEqual([])
  })

  test('says nothing in this run: neither log, report nor errors quote it', async () => {
    propose(7, { repo: FORK })
    const mark = 'm4rk3r'
    const theirs = { ...blocked(), repo: `${mark}/x`, warnings: [`::error::${mark}`], notices: [mark], sources: [mark] }
    const report = await post(theirs)
    expect(bodies()[0]).toContain(mark)
    expect(JSON.stringify(report) + log.join()).not.toContain(mark)
    expect([report.counts.staged, report.traces, report.quality]).toEqual([0, [], undefined])
  })

  test('goes to every pull request of the branch, each with one comment', async () => {
    propose(7, { repo: FORK })
    propose(9, { repo: FORK }, 'next')
    await post(pullRequest())
    await post(blocked(), { context: { workflowRun: { ...RUN, attempt: 3 } } })
    expect(server.comments.map(({ pull }) => pull).sort()).toEqual([7, 9])
    expect(bodies().every((body) => body.includes('⛔'))).toBe(true)
  })

  test('of an older run leaves the word to a newer one', async () => {
    propose(7, { repo: FORK })
    await post(blocked())
    const report = await post(pullRequest(), { context: { workflowRun: { ...RUN, attempt: 1 } } })
    expect(report).toMatchObject({ outcome: 'skipped', exit_code: 0, skip_reason: 'superseded' })
    expect(bodies()).toEqual([expect.stringContaining('⛔')])
  })

  test('with nothing to say is not posted', async () => {
    propose(7, { repo: FORK })
    expect(await post(unchanged())).toMatchObject({ outcome: 'skipped', exit_code: 0, skip_reason: 'nothing-to-say' })
    expect(server.writes).toEqual([])
  })

  test.each<[string, Partial<ServedPull['head']>, Changes]>([
    ['whose pull request has moved on', { repo: FORK, sha: 'c'.repeat(40) }, {}],
    ['of another repository than the pull request', { repo: HERE }, {}],
    ['of a fork that is gone', { repo: null }, { context: { workflowRun: { ...RUN, headRepositoryId: undefined } } }]
  ])('%s has nowhere to go', async (_, head, changes) => {
    propose(7, head)
    expect(await post(blocked(), changes)).toMatchObject({
      outcome: 'skipped',
      exit_code: 0,
      skip_reason: 'no-pull-request'
    })
    expect(server.writes).toEqual([])
  })

  test('without the permission, there is a warning that names it and no failure', async () => {
    propose(7, { repo: FORK })
    const report = await post(blocked(), { inputs: { githubToken: READ_ONLY } })
    expect(report).toMatchObject({ outcome: 'skipped', exit_code: 0, skip_reason: 'not-posted' })
    expect(report.warnings).toEqual([expect.stringContaining('pull-requests: write')])
    const blind = await post(blocked(), { inputs: { githubToken: undefined } })
    expect(blind).toMatchObject({ outcome: 'skipped', exit_code: 0, skip_reason: 'not-posted' })
    expect(blind.warnings).toEqual([expect.stringContaining('github-token')])
  })

  test.each([
    ['GET', '/pulls'],
    ['GET', '/comments'],
    ['POST', '/comments']
  ])('that GitHub’s trouble keeps from being posted (%s %s) is a failure that may pass', async (method, path) => {
    propose(7, { repo: FORK })
    server.faults.push({ method, path, status: 500, times: 99 })
    const failure = await post(blocked()).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(LoadError)
    expect(failure).toMatchObject({ code: 'UPLOAD_FAILED', exitCode: 4, retryable: true })
    expect(String(failure)).not.toContain('secret')
  })

  test.each<[visibility: 'public' | 'private', isPublic: boolean, disclose: boolean, shown: boolean]>([
    ['private', true, false, false],
    ['private', true, true, true],
    ['private', false, false, true],
    ['public', true, false, true]
  ])(
    'of a %s dataset on a public (%s) page with disclose %s',
    async (visibility, isPublicRepository, disclose, shown) => {
      propose(7, { repo: FORK })
      await post({ ...pullRequest(), visibility }, { context: { isPublicRepository }, inputs: { disclose } })
      // The number of traces that the dataset holds.
      expect(bodies()[0]!.includes('1,639')).toBe(shown)
    }
  )

  test('is a report that was published, too, and then its dataset is no link', async () => {
    propose(7, { repo: FORK })
    await post(published())
    expect(bodies()[0]).not.toMatch(/\]\(https:\/\/(?!git\.example)/)
  })

  describe('that is none is an error of the inputs before GitHub is asked', () => {
    async function problem(posting: Promise<Report>): Promise<InputError> {
      const error = await posting.then(
        () => undefined,
        (thrown: unknown) => thrown
      )
      expect(error).toBeInstanceOf(InputError)
      expect(server.requests).toEqual([])
      return error as InputError
    }

    test.each([
      ['empty', ''],
      ['no JSON', 'm4rk3r'],
      ['something else', '{"schema": "m4rk3r"}'],
      ['too large', ' '.repeat(10 * 1024 * 1024 + 1)],
      ['too large in characters of several bytes', '€'.repeat(4 * 1024 * 1024)]
    ])('%s', async (_, text) => {
      const { exitCode, message } = await problem(post(text))
      expect(exitCode).toBe(2)
      expect(message).not.toContain('m4rk3r')
    })

    test('missing', async () => {
      expect((await problem(postFile(join(folder, 'none.json')))).message).toContain('does not exist')
    })

    test('a folder, a pipe', async () => {
      const pipe = join(folder, 'pipe')
      execFileSync('mkfifo', [pipe])
      for (const path of [folder, pipe]) expect((await problem(postFile(path))).message).toContain('is not a file')
    })

    test('a link that an artifact has brought along', async () => {
      await writeFile(join(folder, 'real.json'), JSON.stringify(pullRequest()))
      await symlink('real.json', join(folder, 'link.json'))
      expect((await problem(postFile(join(folder, 'link.json')))).message).toContain('cannot be read')
    })

    test('on another event', async () => {
      const error = await problem(post(blocked(), { context: { workflowRun: undefined } }))
      expect([error.exitCode, error.hint]).toEqual([2, expect.stringContaining('workflow_run')])
    })
  })
})
