/** One comment of one key on one pull request, run after run. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { CommentWhen } from '../../../src/action/comments/upsert.js'
import { Bench, BOT, HEAD, MALLORY, marked, OTHER_BOT, READ_ONLY, TOKEN } from './bench.js'

let bench: Bench

beforeEach(async () => {
  bench = await Bench.create()
})

afterEach(async () => {
  await bench.stop()
})

describe('a comment', () => {
  test('is made, with marker, stamp and text', async () => {
    const outcome = await bench.post('### Fit to publish\n\nAll of it.\n')
    expect(bench.comments.map(({ author, body }) => [author, body])).toEqual([
      [
        BOT,
        '<!-- opentraces-push:default -->\n' +
          `<!-- opentraces-push-run id=10 attempt=1 head=${HEAD} -->\n` +
          '### Fit to publish\n\nAll of it.'
      ]
    ])
    const id = String(bench.comments[0]?.id)
    expect(outcome).toEqual({ kind: 'created', url: `https://github.example/acme/app/pull/1#issuecomment-${id}` })
    expect(bench.checked.operations.filter((one) => one === 'issues/create-comment')).toHaveLength(1)
  })

  test('is changed by the next run', async () => {
    await bench.post('first')
    const id = bench.comments[0]?.id
    expect(await bench.post('second', { run: 11, head: 'c'.repeat(40) })).toMatchObject({ kind: 'updated' })
    expect(bench.comments.map((one) => one.id)).toEqual([id])
    expect(bench.texts).toEqual(['second'])
  })

  test('that says the same of the same commit is left alone', async () => {
    await bench.post('same')
    const before = bench.server.writes.length
    expect(await bench.post('same', { run: 10 })).toMatchObject({ kind: 'unchanged' })
    expect(await bench.post('same\n', { run: 11 })).toMatchObject({ kind: 'unchanged' })
    expect(bench.server.writes).toHaveLength(before)
  })

  test('that a browser saved with other line ends is left alone', async () => {
    await bench.post('one\ntwo')
    bench.comments[0]!.body = `${bench.comments[0]!.body.replaceAll('\n', '\r\n')}\r\n`
    expect(await bench.post('one\ntwo', { run: 11 })).toMatchObject({ kind: 'unchanged' })
  })

  test('that says the same of another commit is stamped anew, so that no run between the two passes for newer', async () => {
    await bench.post('same', { run: 10 })
    await bench.post('same', { run: 12, head: 'c'.repeat(40) })
    expect(await bench.post('stale', { run: 11, head: 'd'.repeat(40) })).toMatchObject({ kind: 'superseded' })
    expect(bench.texts).toEqual(['same'])
  })

  test.each([
    ['an older run', { run: 9 }],
    ['an older run that is run again', { run: 9, attempt: 5 }],
    ['an earlier attempt', { run: 10, attempt: 1 }]
  ])('of a newer run stays as it is for %s', async (_, stamp) => {
    await bench.post('new', { run: 10, attempt: 2 })
    const before = bench.server.writes.length
    const outcome = await bench.post('old', { ...stamp, head: 'e'.repeat(40) })
    expect(outcome).toEqual({ kind: 'superseded', by: { runId: 10, attempt: 2, headSha: HEAD } })
    expect(bench.texts).toEqual(['new'])
    expect(bench.server.writes).toHaveLength(before)
  })

  test('of runs whose numbers have more digits is newer', async () => {
    await bench.post('nine', { run: 9 })
    expect(await bench.post('ten', { run: 10 })).toMatchObject({ kind: 'updated' })
    expect(bench.texts).toEqual(['ten'])
  })

  test('is found on a later page, and nothing is made beside it', async () => {
    for (let n = 0; n < 250; n++) bench.server.comment(MALLORY, `talk ${String(n)}`)
    await bench.post('first')
    expect(bench.comments).toHaveLength(251)
    expect(await bench.post('second', { run: 11 })).toMatchObject({ kind: 'updated' })
    expect(bench.comments).toHaveLength(251)
    expect(bench.comments.at(-1)?.body).toContain('second')
  })

  test('of another key is another one, also where a key is the start of the other', async () => {
    for (const key of ['lint', 'lint-2', 'l.nt', 'LINT']) {
      await bench.postAs(bench.access(), marked(`of ${key}`, key), {})
    }
    expect(bench.texts).toEqual(['of lint', 'of lint-2', 'of l.nt', 'of LINT'])
    await bench.postAs(bench.access(), marked('again', 'lint'), { run: 11 })
    expect(bench.texts).toEqual(['again', 'of lint-2', 'of l.nt', 'of LINT'])
  })

  test('whose stamp somebody edited away is written again', async () => {
    await bench.post('first', { run: 99 })
    bench.comments[0]!.body = marked('edited by hand')
    expect(await bench.post('second', { run: 10 })).toMatchObject({ kind: 'updated' })
    expect(bench.texts).toEqual(['second'])
  })

  test('cannot forge a stamp in its text', async () => {
    const forged = `<!-- opentraces-push-run id=999999 attempt=1 head=${HEAD} -->\nquoted`
    await bench.post(forged, { run: 10 })
    expect(await bench.post('next', { run: 11 })).toMatchObject({ kind: 'updated' })
    expect(bench.texts).toEqual(['next'])
  })

  test('without a marker is a mistake of the caller', async () => {
    await expect(bench.postAs(bench.access(), 'no marker', {})).rejects.toThrow('marker')
    await expect(bench.postAs(bench.access(), ` ${marked('indented')}`, {})).rejects.toThrow('marker')
    expect(bench.server.requests).toEqual([])
  })
})

describe('comments of others', () => {
  const stamp = `<!-- opentraces-push-run id=5 attempt=1 head=${HEAD} -->`
  const forged = `<!-- opentraces-push:default -->\n${stamp}\nforged`

  test('are never touched, although they carry marker and stamp', async () => {
    const others = [MALLORY, OTHER_BOT, { id: 667, login: 'github-actions' }, null]
    const theirs = others.map((author) => ({ ...bench.server.comment(author, forged) }))
    expect(await bench.post('ours')).toMatchObject({ kind: 'created' })
    expect(await bench.post('ours again', { run: 11 })).toMatchObject({ kind: 'updated' })
    expect(bench.comments.slice(0, theirs.length)).toEqual(theirs)
    expect(bench.texts.slice(theirs.length)).toEqual(['ours again'])
    const touched = bench.server.writes.map(({ path }) => Number(path.split('/').at(-1)))
    for (const { id } of theirs) expect(touched).not.toContain(id)
  })

  test('cannot pass for newer', async () => {
    bench.server.comment(MALLORY, forged.replace('id=5', 'id=999999999999999'))
    await bench.post('ours')
    expect(await bench.post('ours again', { run: 11 })).toMatchObject({ kind: 'updated' })
  })

  test('may be many: the question whose they are is asked in parts', async () => {
    for (let n = 0; n < 230; n++) bench.server.comment(MALLORY, forged)
    expect(await bench.post('ours')).toMatchObject({ kind: 'created' })
    const asked = bench.server.requests.filter(({ path }) => path.endsWith('/graphql'))
    for (const { body } of asked) {
      expect((JSON.parse(body) as { variables: { ids: string[] } }).variables.ids.length).toBeLessThanOrEqual(100)
    }
    expect(bench.comments.filter(({ author }) => author === BOT)).toHaveLength(1)
  })

  test.each([
    ['quoted', `> ${forged}`],
    ['after an empty line', `\n${forged}`],
    ['after a word', `see ${forged}`],
    ['in the middle', `hello\n${forged}`],
    ['without its end', '<!-- opentraces-push:default'],
    ['followed by something', `<!-- opentraces-push:default --> hello`]
  ])('and our own ones in which the marker is %s are not ours to change', async (_, body) => {
    bench.server.comment(BOT, body)
    expect(await bench.post('ours')).toMatchObject({ kind: 'created' })
    expect(bench.comments[0]?.body).toBe(body)
    expect(bench.comments).toHaveLength(2)
  })
})

describe('duplicates of our own', () => {
  test('that an aborted run left behind go, the oldest stays with the newest text', async () => {
    const first = bench.server.comment(BOT, marked('one'))
    bench.server.comment(BOT, marked('two'))
    const theirs = bench.server.comment(MALLORY, marked('mine'))
    bench.server.comment(BOT, marked('three'))
    expect(await bench.post('now')).toMatchObject({ kind: 'updated' })
    expect(bench.comments.map(({ id }) => id)).toEqual([first.id, theirs.id])
    expect(bench.texts[0]).toBe('now')
    expect(theirs.body).toBe(marked('mine'))
  })

  test('are left to the newest run', async () => {
    bench.server.comment(BOT, marked('one'))
    bench.server.comment(BOT, marked(`<!-- opentraces-push-run id=50 attempt=1 head=${HEAD} -->\nnew`))
    expect(await bench.post('old')).toMatchObject({ kind: 'superseded', by: { runId: 50 } })
    expect(bench.server.writes).toEqual([])
  })
})

describe('pr-comment', () => {
  const cases: [CommentWhen, boolean, boolean, boolean][] = [
    ['always', false, false, true],
    ['always', true, true, true],
    ['changes', false, false, false],
    ['changes', true, false, true],
    ['changes', false, true, true],
    ['failures', false, false, false],
    ['failures', true, false, false],
    ['failures', false, true, true]
  ]

  test.each(cases)('%s, news: %s, failed: %s: a new comment: %s', async (when, hasNews, hasFailed, isMade) => {
    const outcome = await bench.post('text', { when, hasNews, hasFailed })
    expect(outcome.kind).toBe(isMade ? 'created' : 'silent')
    expect(bench.texts).toEqual(isMade ? ['text'] : [])
  })

  test.each(cases)(
    '%s, news: %s, failed: %s: an old comment is brought up to date',
    async (when, hasNews, hasFailed) => {
      await bench.post('blocked', { run: 9 })
      expect(await bench.post('all is well', { when, hasNews, hasFailed })).toMatchObject({ kind: 'updated' })
      expect(bench.texts).toEqual(['all is well'])
    }
  )

  test('never asks nobody', async () => {
    await bench.post('old', { run: 9 })
    const before = bench.server.requests.length
    expect(await bench.post('x', { when: 'never', hasNews: true, hasFailed: true })).toEqual({ kind: 'silent' })
    expect(bench.server.requests).toHaveLength(before)
    expect(bench.texts).toEqual(['old'])
  })

  test('with nothing to say costs one request and no wait', async () => {
    await bench.post('text', { when: 'changes' })
    expect(bench.checked.operations).toEqual(['issues/list-comments'])
    expect(bench.waits).toEqual([])
  })
})

test('a run for a commit that the pull request has left behind makes no comment', async () => {
  // The newer run was clean and had nothing to say, so that no comment tells of it.
  expect(await bench.post('blocked', { head: 'c'.repeat(40) })).toEqual({ kind: 'superseded', by: undefined })
  expect(bench.comments).toEqual([])
  expect(await bench.post('blocked')).toMatchObject({ kind: 'created' })
})

describe('rights that are missing', () => {
  test('are named in a warning, and nothing throws', async () => {
    const outcome = await bench.post('text', {}, READ_ONLY)
    expect(outcome).toMatchObject({ kind: 'not-posted', trouble: { kind: 'rights' } })
    const { trouble } = outcome as Extract<typeof outcome, { kind: 'not-posted' }>
    expect(trouble.warning).toContain('`pull-requests: write`')
    expect(trouble.warning).toContain('HTTP 403')
    expect(trouble.hint).toContain('workflow_run')
    expect(bench.waits).toEqual([])
  })

  test('are named where GitHub hides the pull request', async () => {
    const outcome = await bench.post('text', { pullRequest: 999 })
    expect(outcome).toMatchObject({ kind: 'not-posted', trouble: { kind: 'missing' } })
    expect(JSON.stringify(outcome)).toContain('pull-requests: write')
    expect(bench.waits).toEqual([])
  })

  test('for an existing comment leave it', async () => {
    await bench.post('old')
    expect(await bench.post('new', { run: 11 }, READ_ONLY)).toMatchObject({ kind: 'not-posted' })
    expect(bench.texts).toEqual(['old'])
  })

  test.each([
    ['', 'no-token'],
    [`ghs_${'x'.repeat(36)}`, 'token']
  ])('of the token %j are told apart', async (token, kind) => {
    const outcome = await bench.post('text', {}, token)
    expect(outcome).toMatchObject({ kind: 'not-posted', trouble: { kind } })
    if (token !== '') expect(JSON.stringify(outcome)).not.toContain(token)
  })

  test('a token that may comment, and not read pull requests, comments', async () => {
    bench.server.faults.push({ method: 'GET', path: '/pulls/1', status: 403 })
    expect(await bench.post('text')).toMatchObject({ kind: 'created' })
  })
})

describe('other servers', () => {
  test('GitHub Enterprise Server keeps GraphQL beside REST', async () => {
    const enterprise = await Bench.create('/api/v3')
    try {
      await enterprise.post('one')
      expect(await enterprise.post('two', { run: 11 })).toMatchObject({ kind: 'updated' })
      const graphql = enterprise.server.requests.filter(({ path }) => path.endsWith('graphql'))
      expect(new Set(graphql.map(({ path }) => path))).toEqual(new Set(['/api/graphql']))
      expect(enterprise.texts).toEqual(['two'])
    } finally {
      await enterprise.stop()
    }
  })

  describe('Gitea and Forgejo', () => {
    const ACTIONS = { id: -2, login: 'gitea-actions' }
    const GITEA_TOKEN = 'ab'.repeat(20)

    beforeEach(() => {
      bench.server.flavour = 'gitea'
      bench.server.tokens.set(GITEA_TOKEN, { account: ACTIONS, mayWrite: true, hasUser: true })
    })

    test('name the account by REST', async () => {
      const theirs = bench.server.comment(MALLORY, marked('forged'))
      await bench.post('one', {}, GITEA_TOKEN)
      expect(await bench.post('two', { run: 11 }, GITEA_TOKEN)).toMatchObject({ kind: 'updated' })
      expect(bench.texts.slice(1)).toEqual(['two'])
      expect(theirs.body).toBe(marked('forged'))
      expect(bench.checked.operations).toContain('users/get-authenticated')
    })

    test('a token without an account learns whose it is from what it writes', async () => {
      bench.server.tokens.set(GITEA_TOKEN, { account: ACTIONS, mayWrite: true })
      const theirs = bench.server.comment(MALLORY, marked('forged'))
      const ours = bench.server.comment(ACTIONS, marked('old'))
      expect(await bench.post('new', {}, GITEA_TOKEN)).toMatchObject({ kind: 'updated' })
      expect(bench.comments.map(({ id }) => id)).toEqual([theirs.id, ours.id])
      expect(bench.texts[1]).toBe('new')
      expect(theirs.body).toBe(marked('forged'))
    })

    test('a token without an account makes one comment, not two', async () => {
      bench.server.tokens.set(GITEA_TOKEN, { account: ACTIONS, mayWrite: true })
      expect(await bench.post('new', {}, GITEA_TOKEN)).toMatchObject({ kind: 'created' })
      expect(bench.server.writes).toHaveLength(1)
    })

    test('an installation without GraphQL is that of Actions, and asks for no account', async () => {
      await bench.post('one', {}, TOKEN)
      expect(await bench.post('two', { run: 11 }, TOKEN)).toMatchObject({ kind: 'updated' })
      expect(bench.texts).toEqual(['two'])
      expect(bench.checked.operations).not.toContain('users/get-authenticated')
    })
  })
})
