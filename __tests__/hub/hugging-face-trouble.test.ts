/** What the Hub and the network do to a push, and what becomes of it. Real HTTP; only time is made up. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ActionError } from '../../src/errors.js'
import { readAll, StaleRevisionError } from '../../src/hub/store.js'
import type { Fault } from '../support/hub/faults.js'
import { COMMITS, fakeClock, openStore, planOf, rejection, type FakeClock } from '../support/hub/helpers.js'
import type { Commit } from '../support/hub/objects.js'
import { startHub, type LocalHub } from '../support/hub/server.js'

let hub: LocalHub
let head: Commit
let clock: FakeClock

beforeEach(async () => {
  hub = await startHub()
  head = hub.seed('alice/traces', { a: '1' })
  clock = fakeClock()
})

afterEach(async () => {
  await hub.close()
})

/** A commit request that fails. */
function commitFault(fault: Partial<Fault>): Fault {
  return { match: '/commit/main', method: 'POST', ...fault }
}

const LOCKED = 'Another commit operation is in progress for this repository. Please try again later.'

describe('a commit that was turned away is asked for again', () => {
  test.each<[string, Partial<Fault>, number]>([
    ['the dataset is locked', { status: 409, body: { error: LOCKED } }, 750],
    ['a rate limit with Retry-After', { status: 429, headers: { 'Retry-After': '20' } }, 21_500],
    [
      'a rate limit with RateLimit',
      { status: 429, headers: { RateLimit: '"api";r=0;t=55', 'Retry-After': '3' } },
      56_500
    ],
    ['a rate limit without a word', { status: 429 }, 750],
    ['service unavailable', { status: 503 }, 750],
    ['bad gateway', { status: 502, headers: { 'Retry-After': '2' } }, 3500],
    ['no reply at all', { dropSocket: true }, 750]
  ])('%s', async (_, fault, wait) => {
    hub.faults.add(commitFault(fault))
    const { revision } = await openStore(hub, { clock }).commit(planOf(head.id, { b: '2' }))
    expect(hub.commits('alice/traces').map(({ id }) => id)).toEqual([revision, head.id, expect.any(String)])
    expect(hub.requests(COMMITS)).toHaveLength(2)
    expect(clock.waits).toEqual([wait])
  })

  test('where another run really holds the lock, and then has moved the head', async () => {
    hub.world.commitDelay = 300
    const patient = { ...clock, sleep: () => new Promise<void>((done) => setTimeout(done, 50)) }
    const [first, second] = await Promise.allSettled([
      openStore(hub, { clock: patient }).commit(planOf(head.id, { b: '2' }, { marker: 'b'.repeat(64) })),
      openStore(hub, { clock: patient }).commit(planOf(head.id, { c: '3' }, { marker: 'c'.repeat(64) }))
    ])
    const failed = [first, second].filter(({ status }) => status === 'rejected')
    expect(failed).toHaveLength(1)
    expect((failed[0] as PromiseRejectedResult).reason).toBeInstanceOf(StaleRevisionError)
    expect(hub.commits('alice/traces')).toHaveLength(3)
  })

  test('the steps before it are repeated on their own', async () => {
    hub.faults.add({ match: '/preupload/', status: 503 }, { match: '/validate-yaml', status: 500 })
    await openStore(hub, { clock }).commit(planOf(head.id, { 'README.md': '# Traces\n' }))
    expect(hub.requests(COMMITS)).toHaveLength(1)
    expect(clock.waits).toEqual([750, 750])
  })

  test('an upload to the storage that fails is repeated on its own', async () => {
    hub.faults.add(
      { match: '/objects/', at: 'storage', status: 500 },
      { match: '/objects/', at: 'storage', dropSocket: true }
    )
    const content = Buffer.alloc(11 * 1024 * 1024, 'x')
    await openStore(hub, { clock }).commit(planOf(head.id, {}, { writes: [{ path: 'data/a.jsonl', content }] }))
    expect(hub.files('alice/traces').get('data/a.jsonl')!.equals(content)).toBe(true)
    expect(hub.requests(/^PUT \/objects\//)).toHaveLength(3)
    expect(hub.requests(COMMITS)).toHaveLength(1)
  })
})

describe('a commit that landed is recognised though its reply was lost', () => {
  const lost: [string, Partial<Fault>][] = [
    ['500', { status: 500 }],
    ['504', { status: 504 }],
    ['a connection reset', { dropSocket: true }],
    ['a reply cut short', { truncateAfter: 10 }],
    ['a reply that says nothing', { status: 200, body: {} }]
  ]

  test.each(lost)('%s', async (_, fault) => {
    hub.faults.add(commitFault({ ...fault, afterEffect: true }))
    const result = await openStore(hub, { clock }).commit(planOf(head.id, { b: '2' }))
    const [newest, ...older] = hub.commits('alice/traces')
    expect(result).toEqual({
      revision: newest!.id,
      url: `${hub.url}/datasets/alice/traces/commit/${newest!.id}`
    })
    expect(older[0]!.id).toBe(head.id)
    expect(hub.requests(COMMITS)).toHaveLength(1)
  })

  test('also where somebody else has committed since', async () => {
    hub.faults.add(commitFault({ status: 500, afterEffect: true, delay: 0 }))
    hub.faults.add({ match: '/commits/main', status: 503, times: 6 })
    const store = openStore(hub, { clock })
    const pushed = store.commit(planOf(head.id, { b: '2' }))
    // The history cannot be read at first; meanwhile the next run builds on our commit.
    const landed = await waitFor(() => hub.commits('alice/traces').find(({ parent }) => parent === head.id))
    hub.seed('alice/traces', { c: '3' })
    expect((await pushed).revision).toBe(landed.id)
    expect(hub.commits('alice/traces')[0]!.parent).toBe(landed.id)
  })

  test('also the first commit of a dataset, whose creation was answered with an error too', async () => {
    hub.faults.add({ match: '/repos/create', status: 500, afterEffect: true })
    hub.faults.add(commitFault({ dropSocket: true, afterEffect: true }))
    const store = openStore(hub, { clock }, 'alice/new')
    const { revision } = await store.commit(planOf(undefined, { a: '1' }))
    expect(hub.commits('alice/new').map(({ id }) => id)).toEqual([revision, expect.any(String)])
    expect(hub.requests(/repos\/create/)).toHaveLength(1)
    expect(hub.requests(COMMITS)).toHaveLength(1)
  })

  test('but not another commit, nor one with the same marker before the plan was made', async () => {
    const store = openStore(hub, { clock })
    const { revision } = await store.commit(planOf(head.id, { b: '2' }))
    hub.seed('alice/traces', { c: '3' })
    await expect(store.commit(planOf(revision, { b: '4' }))).rejects.toThrow(StaleRevisionError)
  })

  test('a creation that did not happen is asked for again', async () => {
    hub.faults.add({ match: '/repos/create', dropSocket: true })
    await openStore(hub, { clock }, 'alice/new').commit(planOf(undefined, { a: '1' }))
    expect(hub.requests(/repos\/create/)).toHaveLength(2)
    expect(hub.commits('alice/new')).toHaveLength(2)
  })

  test('a new dataset that shows up late is waited for', async () => {
    hub.faults.add({ match: '/commits/main', status: 404, headers: { 'X-Error-Code': 'RepoNotFound' }, times: 3 })
    await openStore(hub, { clock }, 'alice/new').commit(planOf(undefined, { a: '1' }))
    expect(clock.waits).toEqual([750, 1500, 3000])
    expect(hub.requests(/repos\/create/)).toHaveLength(1)
  })
})

describe('an end to patience', () => {
  test('a lock that stays: until max-wait is over, then exit code 4 and retryable', async () => {
    hub.faults.add(commitFault({ status: 409, body: { error: LOCKED }, times: 1000 }))
    const error = await rejection(openStore(hub, { clock, maxWait: 60_000 }).commit(planOf(head.id, { b: '2' })))
    expect(error).toMatchObject({ code: 'CONFLICT', exitCode: 4, retryable: true })
    const waited = clock.waits.reduce((sum, wait) => sum + wait, 0)
    expect(waited).toBeGreaterThan(40_000)
    expect(waited).toBeLessThanOrEqual(60_000)
    expect(hub.commits('alice/traces')[0]!.id).toBe(head.id)
  })

  test('a server that stays broken', async () => {
    hub.faults.add(commitFault({ status: 503, times: 1000 }))
    const error = await rejection(openStore(hub, { clock, maxWait: 60_000 }).commit(planOf(head.id, { b: '2' })))
    expect(error).toMatchObject({ code: 'UPLOAD_FAILED', exitCode: 4, retryable: true })
    expect(clock.waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(60_000)
  })

  test.each([
    [{ status: 429, headers: { 'Retry-After': '3600' } }, /rate limit/, /61 minutes/],
    [
      {
        status: 429,
        headers: { RateLimit: '"api";r=949;t=271' },
        body: {
          error:
            'You have exceeded the rate limit for repository commits (128 per hour). Retry this action in about 1 hour.'
        }
      },
      /as many commits as the Hub allows in an hour/,
      /in an hour/
    ]
  ])('a wait beyond max-wait is not begun: %j', async (fault, message, hint) => {
    hub.faults.add(commitFault(fault))
    const error = await rejection(openStore(hub, { clock }).commit(planOf(head.id, { b: '2' })))
    expect(error).toMatchObject({
      code: 'UPLOAD_FAILED',
      exitCode: 4,
      retryable: true,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint)
    })
    expect(clock.waits).toEqual([])
    expect(hub.requests(COMMITS)).toHaveLength(1)
  })

  test('a refusal as outdated although the head is the parent: a few times, not for ever', async () => {
    hub.faults.add(commitFault({ status: 412, times: 1000 }))
    const error = await rejection(openStore(hub, { clock }).commit(planOf(head.id, { b: '2' })))
    expect(error).toMatchObject({ code: 'CONFLICT', exitCode: 4, retryable: true })
    expect(hub.requests(COMMITS)).toHaveLength(5)
  })

  test('one max-wait for all plans of a push: the last one is told as contention', async () => {
    const store = openStore(hub, { clock, maxWait: 60_000 })
    hub.seed('alice/traces', { b: '1' })
    await expect(store.commit(planOf(head.id, { b: '2' }))).rejects.toThrow(StaleRevisionError)
    await clock.sleep(61_000)
    const error = await rejection(store.commit(planOf(head.id, { b: '2' })))
    expect(error).toMatchObject({ code: 'CONFLICT', exitCode: 4, retryable: true })
  })

  test('a reply that never begins', async () => {
    hub.faults.add({ match: '/commits/main', delay: 2000, times: 6 })
    const error = await rejection(openStore(hub, { clock, timeout: 50 }).state())
    expect(error).toMatchObject({ code: 'DATASET_UNREADABLE', exitCode: 4, retryable: true })
    expect((error as ActionError).message).toContain('in time')
    expect(clock.waits).toHaveLength(5)
  })

  test('no Hub there', async () => {
    await hub.close()
    const error = await rejection(openStore(hub, { clock }).state())
    expect(error).toMatchObject({ code: 'DATASET_UNREADABLE', retryable: true })
    expect((error as ActionError).message).toContain('ECONNREFUSED')
    expect((error as ActionError).message).not.toContain('127.0.0.1')
  })
})

describe('reading in trouble', () => {
  test('state, listing and files are asked for again', async () => {
    hub.faults.add(
      { match: '/commits/', status: 429, headers: { 'Retry-After': '1' } },
      { match: '/revision/', dropSocket: true },
      { match: '/tree/', truncateAfter: 5 },
      { match: '/resolve/', status: 503 }
    )
    const store = openStore(hub, { clock })
    expect(await store.state()).toEqual({ revision: head.id, visibility: 'public' })
    expect((await store.list(head.id)).map(({ path }) => path)).toEqual(['.gitattributes', 'a'])
    expect((await readAll(store, head.id, 'a')).toString()).toBe('1')
    expect(clock.waits).toEqual([2500, 750, 750, 750])
  })

  test.each<[string, Partial<Fault>]>([
    ['something that is no JSON', { body: Buffer.from('<html>') }],
    ['JSON of another shape', { body: [{ type: 'file', path: 7 }] }]
  ])('%s is an error, not an empty dataset', async (_, fault) => {
    hub.faults.add({ match: '/tree/', status: 200, ...fault })
    const error = await rejection(openStore(hub, { clock }).list(head.id))
    expect(error).toMatchObject({ code: 'DATASET_UNREADABLE', exitCode: 4 })
    expect((error as ActionError).message).not.toContain('html')
  })

  test('a file that always breaks off is given up', async () => {
    hub.faults.add({ match: '/resolve/', truncateAfter: 0, times: 100 })
    const error = await rejection(readAll(openStore(hub, { clock }), head.id, 'a'))
    expect(error).toMatchObject({ code: 'DATASET_UNREADABLE', retryable: true })
    expect(hub.requests(/resolve/).length).toBeLessThan(10)
  })
})

describe('an aborted run', () => {
  test('sends nothing where it was aborted before', async () => {
    const store = openStore(hub, { clock, signal: AbortSignal.abort(new Error('cancelled')) })
    await expect(store.commit(planOf(head.id, { b: '2' }))).rejects.toThrow('cancelled')
    await expect(store.state()).rejects.toThrow('cancelled')
    await expect(store.list(head.id)).rejects.toThrow('cancelled')
    await expect(readAll(store, head.id, 'a')).rejects.toThrow('cancelled')
    expect(hub.log).toEqual([])
  })

  test.each(['/preupload/', '/commit/main', '/validate-yaml'])('ends while it waits for %s', async (match) => {
    const controller = new AbortController()
    hub.faults.add({ match, status: 503, times: 1000 })
    const cancel = () => {
      controller.abort(new Error('cancelled'))
      return Promise.resolve()
    }
    const impatient = { ...clock, sleep: cancel }
    const store = openStore(hub, { clock: impatient, signal: controller.signal })
    await expect(store.commit(planOf(head.id, { 'README.md': '# Traces\n' }))).rejects.toThrow('cancelled')
    expect(hub.commits('alice/traces')[0]!.id).toBe(head.id)
    expect(hub.log.filter(({ path }) => path.includes(match))).toHaveLength(1)
  })

  test('ends while the reply is on its way', async () => {
    const controller = new AbortController()
    hub.faults.add({ match: '/preupload/', delay: 5000 })
    const store = openStore(hub, { clock, signal: controller.signal })
    const pushed = rejection(store.commit(planOf(head.id, { b: '2' })))
    setTimeout(() => controller.abort(new Error('cancelled')), 50)
    expect(await pushed).toMatchObject({ message: 'cancelled' })
    expect(hub.requests(COMMITS)).toEqual([])
  })
})

async function waitFor<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look()
    if (found !== undefined) return found
    await new Promise((done) => setTimeout(done, 1))
  }
}
