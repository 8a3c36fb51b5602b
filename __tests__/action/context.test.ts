import { describe, expect, test } from '@jest/globals'
import { readContext } from '../../src/action/context.js'

const REPOSITORY = { id: 7, default_branch: 'main', private: true }
const RUNNER = {
  GITHUB_ACTIONS: 'true',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_EVENT_PATH: '/event.json',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_SHA: 'a'.repeat(40),
  GITHUB_REPOSITORY: 'owner/name',
  GITHUB_ACTOR: 'someone',
  GITHUB_SERVER_URL: 'https://git.example',
  GITHUB_API_URL: 'https://api.git.example',
  GITHUB_RUN_ID: '123',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_RUN_NUMBER: '45',
  GITHUB_WORKSPACE: '/checkout',
  RUNNER_TEMP: '/temp'
}

function context(env: Record<string, string> = {}, payload: unknown = { repository: REPOSITORY }) {
  return readContext({ ...RUNNER, ...env }, (path) => {
    if (path !== '/event.json') throw new Error('no such file')
    return typeof payload === 'string' ? payload : JSON.stringify(payload)
  })
}

/** Trust of an event whose payload knows the repository and the given parts. */
function trust(env: Record<string, string>, parts: object = {}) {
  const { level, cause } = context(env, { repository: REPOSITORY, ...parts }).trust
  return `${level}: ${cause}`
}

function pullRequest(headRepository: object | null | undefined) {
  return {
    number: 12,
    head: { sha: 'b'.repeat(40), ref: 'topic', repo: headRepository },
    base: { sha: 'c'.repeat(40), ref: 'main', repo: REPOSITORY }
  }
}

test('everything that the runner says', () => {
  expect(context()).toStrictEqual({
    inActions: true,
    eventName: 'push',
    ref: 'refs/heads/main',
    sha: 'a'.repeat(40),
    repository: 'owner/name',
    repositoryId: 7,
    defaultBranch: 'main',
    isPublicRepository: false,
    actor: 'someone',
    runId: 123,
    runAttempt: 2,
    runNumber: 45,
    runUrl: 'https://git.example/owner/name/actions/runs/123/attempts/2',
    serverUrl: 'https://git.example',
    apiUrl: 'https://api.git.example',
    workspace: '/checkout',
    runnerTemp: '/temp',
    pullRequest: undefined,
    workflowRun: undefined,
    mergeGroupBase: undefined,
    isFork: false,
    isDependabot: false,
    trust: { level: 'trusted', cause: 'trusted-event', reason: 'The event is a push to the default branch.' }
  })
})

test('outside Actions there is nothing, and nobody to trust', () => {
  const local = readContext({ PATH: '/bin' }, () => {
    throw new Error('nothing to read')
  })
  expect(local).toMatchObject({ inActions: false, eventName: '', repository: '', defaultBranch: undefined })
  expect([local.runId, local.runUrl, local.workspace, local.runnerTemp, local.pullRequest]).toEqual(
    Array(5).fill(undefined)
  )
  expect(local.trust).toMatchObject({ level: 'local', cause: 'outside-actions' })
})

test('a repository counts as public unless the event says otherwise', () => {
  expect(context({}, { repository: { ...REPOSITORY, private: false } }).isPublicRepository).toBe(true)
  expect(context({}, { repository: { id: 7 } }).isPublicRepository).toBe(true)
  expect(context({}, 'no json').isPublicRepository).toBe(true)
})

test('numbers that are none are absent', () => {
  const { runId, runAttempt, runUrl } = context({ GITHUB_RUN_ID: '12x', GITHUB_RUN_ATTEMPT: '' })
  expect([runId, runAttempt, runUrl]).toEqual([undefined, undefined, undefined])
  expect(context({ GITHUB_RUN_ATTEMPT: '' }).runUrl).toBe('https://git.example/owner/name/actions/runs/123')
})

describe('trusted events', () => {
  test.each(['release', 'schedule', 'workflow_dispatch', 'repository_dispatch'])('%s, whatever the ref', (event) => {
    expect(trust({ GITHUB_EVENT_NAME: event, GITHUB_REF: 'refs/heads/topic' })).toBe('trusted: trusted-event')
  })

  test('a push to the default branch, whatever its name', () => {
    expect(trust({})).toBe('trusted: trusted-event')
    expect(
      trust({ GITHUB_REF: 'refs/heads/trunk/a' }, { repository: { ...REPOSITORY, default_branch: 'trunk/a' } })
    ).toBe('trusted: trusted-event')
  })

  test('a push of a tag, with a default branch known or not', () => {
    expect(trust({ GITHUB_REF: 'refs/tags/v1' })).toBe('trusted: trusted-event')
    expect(trust({ GITHUB_REF: 'refs/tags/v1' }, { repository: { id: 7 } })).toBe('trusted: trusted-event')
  })

  test('a push by Dependabot after its merge: the content is merged, only the secrets are missing', () => {
    const merged = context({ GITHUB_ACTOR: 'dependabot[bot]' })
    expect([merged.trust.level, merged.isDependabot]).toEqual(['trusted', true])
  })
})

describe('untrusted events', () => {
  test.each(['refs/heads/topic', 'refs/heads/main2', 'refs/heads/Main', 'refs/heads/refs/tags/v1', 'main', ''])(
    'a push to %j',
    (ref) => {
      expect(trust({ GITHUB_REF: ref })).toBe('untrusted: other-branch')
    }
  )

  test('a push where the default branch is not known', () => {
    expect(trust({}, { repository: { id: 7 } })).toBe('untrusted: default-branch-unknown')
    expect(trust({}, { repository: undefined })).toBe('untrusted: default-branch-unknown')
  })

  test.each([
    'workflow_run',
    'merge_group',
    'issue_comment',
    'issues',
    'create',
    'deployment_status',
    'fork',
    'watch',
    'Push',
    ''
  ])('%j', (event) => {
    expect(trust({ GITHUB_EVENT_NAME: event })).toBe('untrusted: other-event')
  })

  test.each(['pull_request', 'pull_request_target', 'pull_request_review', 'pull_request_review_comment'])(
    '%s of the same repository',
    (event) => {
      expect(trust({ GITHUB_EVENT_NAME: event }, { pull_request: pullRequest({ id: 7 }) })).toBe(
        'untrusted: pull-request'
      )
    }
  )

  test('a pull request event whose payload holds none', () => {
    expect(trust({ GITHUB_EVENT_NAME: 'pull_request' })).toBe('untrusted: pull-request')
  })

  test('a pull request of Dependabot', () => {
    const env = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_ACTOR: 'dependabot[bot]' }
    expect(trust(env, { pull_request: pullRequest({ id: 7 }) })).toBe('untrusted: dependabot')
  })

  test.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['null', 'null'],
    ['a wrong type', { repository: { id: '7', default_branch: 'main' } }],
    ['an empty default branch', { repository: { id: 7, default_branch: '' } }],
    ['a pull request without a number', { repository: REPOSITORY, pull_request: { head: {} } }]
  ])('a payload that is %s', (_, payload) => {
    for (const event of ['push', 'schedule', 'pull_request']) {
      const { trust: found, defaultBranch } = context({ GITHUB_EVENT_NAME: event }, payload)
      expect(found).toMatchObject({ level: 'untrusted', cause: 'event-unreadable' })
      expect(defaultBranch).toBeUndefined()
    }
  })

  test('a payload that is not there', () => {
    expect(trust({ GITHUB_EVENT_PATH: '' })).toBe('untrusted: event-unreadable')
    expect(trust({ GITHUB_EVENT_PATH: '/elsewhere.json' })).toBe('untrusted: event-unreadable')
  })

  test('an event without a name in Actions, or a name without Actions', () => {
    expect(context({ GITHUB_EVENT_NAME: '' }).trust.level).toBe('untrusted')
    expect(context({ GITHUB_ACTIONS: '', GITHUB_EVENT_NAME: 'pull_request' }).trust.level).toBe('untrusted')
  })

  test('reasons hold nothing that the author of the event could choose', () => {
    const reasons = [
      context({ GITHUB_REF: 'refs/heads/$(evil)' }),
      context({ GITHUB_EVENT_NAME: '$(evil)' }),
      context({ GITHUB_EVENT_NAME: 'pull_request', GITHUB_ACTOR: 'evil' }, { repository: REPOSITORY })
    ].map(({ trust: { reason } }) => reason)
    expect(reasons.join('\n')).not.toContain('evil')
  })
})

describe('forks', () => {
  test.each([
    ['another repository', { id: 8 }, true],
    ['another repository of the same name', { id: 8, full_name: 'owner/name' }, true],
    ['a deleted repository', null, true],
    ['a repository that is not named', undefined, true],
    ['the same repository under another name', { id: 7, full_name: 'old/name' }, false]
  ])('the head of a pull request in %s', (_, head, isFork) => {
    const found = context(
      { GITHUB_EVENT_NAME: 'pull_request_target' },
      { repository: REPOSITORY, pull_request: pullRequest(head) }
    )
    expect(found.isFork).toBe(isFork)
    expect(found.trust).toMatchObject({ level: 'untrusted', cause: isFork ? 'fork' : 'pull-request' })
    expect(found.pullRequest).toEqual({
      number: 12,
      headSha: 'b'.repeat(40),
      baseSha: 'c'.repeat(40),
      baseBranch: 'main',
      headRepositoryId: head?.id
    })
  })

  test('without an id of the own repository nothing can be told from a fork', () => {
    const payload = { repository: { default_branch: 'main' }, pull_request: pullRequest({ id: 7 }) }
    expect(context({ GITHUB_EVENT_NAME: 'pull_request' }, payload).isFork).toBe(true)
  })

  test.each([
    ['a fork', { id: 8 }, true],
    ['a deleted fork', null, true],
    ['this repository', { id: 7 }, false]
  ])('a workflow_run that follows a run of %s', (_, head, isFork) => {
    const found = context(
      { GITHUB_EVENT_NAME: 'workflow_run' },
      { repository: REPOSITORY, workflow_run: { head_repository: head } }
    )
    expect(found.isFork).toBe(isFork)
    expect(found.trust).toMatchObject({ level: 'untrusted', cause: isFork ? 'fork' : 'other-event' })
  })
})

describe('the run that a workflow_run follows', () => {
  const RUN = {
    id: 987,
    run_attempt: 3,
    head_sha: 'd'.repeat(40),
    head_branch: 'topic',
    html_url: 'https://evil.example/',
    head_repository: { id: 8, full_name: 'newcomer/name', owner: { login: 'newcomer' } }
  }
  const follow = (run: unknown) =>
    context({ GITHUB_EVENT_NAME: 'workflow_run' }, { repository: REPOSITORY, workflow_run: run })

  test('is named with its page, its commit and where that comes from', () => {
    expect(follow(RUN).workflowRun).toStrictEqual({
      id: 987,
      attempt: 3,
      url: 'https://git.example/owner/name/actions/runs/987/attempts/3',
      headSha: 'd'.repeat(40),
      headBranch: 'topic',
      headRepositoryId: 8,
      headOwner: 'newcomer'
    })
  })

  test('may have no branch any more, no fork, and no number of its attempt', () => {
    const found = follow({ ...RUN, run_attempt: undefined, head_branch: null, head_repository: null }).workflowRun
    expect(found).toMatchObject({ id: 987, attempt: 1, headSha: 'd'.repeat(40) })
    expect([found?.headBranch, found?.headRepositoryId, found?.headOwner]).toEqual([undefined, undefined, undefined])
    expect(follow({ ...RUN, head_repository: { id: 8 } }).workflowRun).toMatchObject({ headRepositoryId: 8 })
  })

  test.each([
    ['no id', { ...RUN, id: undefined }],
    ['no commit', { ...RUN, head_sha: undefined }],
    ['nothing at all', {}]
  ])('is absent with %s', (_, run) => {
    expect(follow(run).workflowRun).toBeUndefined()
  })

  test.each([
    ['id', { ...RUN, id: '987' }],
    ['id that is no number of a run', { ...RUN, id: -1 }],
    ['attempt', { ...RUN, run_attempt: 0.5 }],
    ['owner', { ...RUN, head_repository: { id: 8, owner: { login: 1 } } }]
  ])('makes an event with a wrong %s an unreadable one', (_, run) => {
    const { workflowRun, trust: found } = follow(run)
    expect(workflowRun).toBeUndefined()
    expect(found).toMatchObject({ level: 'untrusted', cause: 'event-unreadable' })
  })
})
