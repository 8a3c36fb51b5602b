/** What GitHub may do to a comment on its way. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Bench, BOT, marked } from './bench.js'
import type { Fault } from '../../support/github-server.js'

let bench: Bench

beforeEach(async () => {
  bench = await Bench.create()
})

afterEach(async () => {
  await bench.stop()
})

const LIST: Fault = { method: 'GET', path: '/issues/1/comments' }
const CREATE: Fault = { method: 'POST', path: '/issues/1/comments' }
const UPDATE: Fault = { method: 'PATCH', path: '/issues/comments/' }
const GRAPHQL: Fault = { method: 'POST', path: '/graphql' }

describe.each([
  ['the listing', LIST],
  ['GraphQL', GRAPHQL],
  ['the creation', CREATE],
  ['the update', UPDATE]
])('trouble with %s', (_where, where) => {
  const passing: [string, Partial<Fault>, number][] = [
    ['a server that fails', { status: 502 }, 1000],
    ['a server that asks for patience', { status: 503, headers: { 'Retry-After': '7' } }, 7000],
    ['a rate limit', { status: 429, headers: { 'Retry-After': '11' } }, 11_000],
    ['a secondary rate limit', { status: 403, headers: { 'Retry-After': '60' } }, 60_000],
    ['one that names no time', { status: 403, body: { message: 'You have exceeded a secondary rate limit.' } }, 60_000],
    ['one that ends', { status: 403, headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '30' } }, 30_000],
    ['a date to wait for', { status: 429, headers: { 'Retry-After': 'Thu, 01 Jan 1970 00:00:20 GMT' } }, 20_000],
    ['a connection that ends', {}, 1000],
    ['a reply that gets lost', { afterwards: true }, 1000]
  ]

  test.each(passing)('%s passes', async (_, fault, wait) => {
    // One that is there, for what looks at it, and none, for what makes one.
    if (where !== CREATE) bench.server.comment(BOT, marked('old'))
    bench.server.faults.push({ ...where, ...fault })
    const outcome = await bench.post('text')
    expect(['created', 'updated', 'unchanged']).toContain(outcome.kind)
    expect(bench.texts).toEqual(['text'])
    expect(bench.waits).toContain(wait)
    expect(bench.server.faults).toEqual([])
  })

  test('that does not pass ends in a warning that quotes nothing', async () => {
    if (where !== CREATE) bench.server.comment(BOT, marked('old'))
    bench.server.faults.push({ ...where, status: 500, times: 1000 })
    const outcome = await bench.post('text')
    expect(outcome).toMatchObject({ kind: 'not-posted', trouble: { kind: 'server' } })
    expect(JSON.stringify(outcome)).not.toContain('secret')
    expect(bench.waits.filter((wait) => wait !== 3750)).toEqual([1000, 2000, 4000, 8000])
  })

  test('a wait that is too long is not waited', async () => {
    if (where !== CREATE) bench.server.comment(BOT, marked('old'))
    bench.server.faults.push({ ...where, status: 429, headers: { 'Retry-After': '3600' } })
    expect(await bench.post('text')).toMatchObject({ kind: 'not-posted', trouble: { kind: 'rate-limit' } })
    expect(bench.waits).toEqual([])
  })
})

test('answers that are not those of GitHub are trouble, not comments', async () => {
  for (const body of ['<html>', { items: [] }, [{ id: 'one' }], null]) {
    bench.server.faults.push({ ...LIST, status: 200, body, times: 5 })
    expect(await bench.post('text')).toMatchObject({ kind: 'not-posted', trouble: { kind: 'answer' } })
    expect(bench.server.writes).toEqual([])
  }
})

test.each([
  ['fewer nodes than were asked for', { data: { nodes: [] } }, 'answer'],
  ['errors alone', { errors: [{ type: 'UNKNOWN' }] }, 'answer'],
  ['a refusal', { data: null, errors: [{ type: 'FORBIDDEN' }] }, 'rights'],
  ['a refusal of some', { data: { nodes: [null] }, errors: [{ type: 'FORBIDDEN' }] }, 'rights'],
  ['a limit', { data: null, errors: [{ type: 'RATE_LIMITED' }] }, 'rate-limit']
])('GraphQL that answers with %s makes nobody the author', async (_, body, kind) => {
  bench.server.comment(BOT, marked('old'))
  bench.server.faults.push({ ...GRAPHQL, status: 200, body, times: 100 })
  expect(await bench.post('text')).toMatchObject({ kind: 'not-posted', trouble: { kind } })
  expect(bench.server.writes).toEqual([])
})

test('a comment that is deleted between two looks is no trouble', async () => {
  bench.server.comment(BOT, marked('old'))
  bench.server.faults.push({ method: 'GET', path: '/issues/comments/', status: 404 })
  expect(await bench.post('text')).toMatchObject({ kind: 'updated' })
  expect(bench.texts).toEqual(['text'])
})

test('a token that sees a comment, and is told that it is not there, gives up', async () => {
  bench.server.comment(BOT, marked('old'))
  bench.server.faults.push({ ...UPDATE, status: 404, times: 100 })
  const outcome = await bench.post('text')
  expect(outcome).toMatchObject({ kind: 'not-posted', trouble: { kind: 'gone' } })
  expect(JSON.stringify(outcome)).toContain('pull-requests: write')
  expect(bench.texts).toHaveLength(1)
})

describe('a comment that is too long', () => {
  const long = `### Two traces are blocked\n\n${'| a | b |\n'.repeat(8000)}`

  test('is made with its heading alone', async () => {
    expect(await bench.post(long)).toMatchObject({ kind: 'created' })
    expect(bench.texts[0]).toMatch(/^### Two traces are blocked\n\n.*job summary\.$/)
    expect(await bench.post(long)).toMatchObject({ kind: 'unchanged' })
    expect(bench.texts).toHaveLength(1)
  })

  test('takes the place of an old one', async () => {
    await bench.post('old', { run: 9 })
    expect(await bench.post(long)).toMatchObject({ kind: 'updated' })
    expect(bench.texts).toHaveLength(1)
    expect(bench.texts[0]).toContain('Two traces are blocked')
  })

  test('that does not help is said', async () => {
    bench.server.faults.push({ ...CREATE, status: 422, times: 100 })
    expect(await bench.post(long)).toMatchObject({ kind: 'not-posted', trouble: { kind: 'content' } })
    expect(bench.server.writes).toHaveLength(2)
  })
})

test('a clobbered comment is written again', async () => {
  await bench.post('newest', { run: 20 })
  // An older run had looked before the newest wrote, and its write lands while the newest waits.
  let isLate = true
  bench.pause = () => {
    if (isLate) bench.comments[0]!.body = marked('of an older run')
    isLate = false
    return Promise.resolve()
  }
  expect(await bench.post('newest', { run: 20 })).toMatchObject({ kind: 'updated' })
  expect(bench.texts).toEqual(['newest'])
})

test('jobs of one run that share a key do not fight for it', async () => {
  await bench.post('one')
  expect(await bench.post('two')).toMatchObject({ kind: 'updated' })
  bench.pause = () => {
    bench.comments[0]!.body = bench.comments[0]!.body.replace('three', 'of another job')
    return Promise.resolve()
  }
  expect(await bench.post('three')).toMatchObject({ kind: 'updated' })
  expect(bench.texts).toEqual(['of another job'])
})

test('a comment that never comes to rest is given up', async () => {
  bench.pause = () => {
    if (bench.comments[0] !== undefined) bench.comments[0].body = marked('again')
    return Promise.resolve()
  }
  const outcome = await bench.post('text')
  expect(outcome).toMatchObject({ kind: 'not-posted', trouble: { kind: 'contention' } })
  expect(JSON.stringify(outcome)).toContain('comment-key')
})
