/** Many jobs on one pull request at the same moment. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Bench, BOT, HEAD, MALLORY, marked, OTHER_BOT, visible } from './bench.js'

const JOBS = 20
const KEYS = ['default', 'nightly']
/** So much faster than in truth do jobs wait: half a second, and longer than a request is under way. */
const HASTE = 5

/** Of a request each way, in milliseconds. Stragglers are what overwrites a newer text: without waits, 4 of 10 races end so. */
function delay(): number {
  return Math.random() < 0.15 ? Math.random() * 140 : Math.random() * 10
}

let bench: Bench

beforeEach(async () => {
  bench = await Bench.create()
  bench.server.delay = delay
  bench.pause = (milliseconds) => sleep(milliseconds / HASTE)
})

afterEach(async () => {
  await bench.stop()
})

function ours(key: string): string[] {
  const marker = `<!-- opentraces-push:${key} -->\n`
  return bench.comments.filter(({ author, body }) => author === BOT && body.startsWith(marker)).map(({ body }) => body)
}

/** @returns what the jobs of all keys ended with, the oldest run first */
async function race(text: (run: number, key: string) => string, start: () => number) {
  const jobs = KEYS.flatMap((key) => Array.from({ length: JOBS }, (_, n) => ({ key, run: 100 + n })))
  return await Promise.all(
    jobs.map(async ({ key, run }) => {
      await sleep(start())
      const options = { run, head: HEAD, random: Math.random, now: Date.now }
      return await bench.postAs(bench.access(), marked(text(run, key), key), options)
    })
  )
}

const STARTS: [string, () => number][] = [
  ['at once', () => 0],
  ['within a moment', () => Math.random() * 100],
  ['one after the other', () => Math.random() * 1500]
]

describe.each(STARTS)('twenty jobs a key that start %s', (_, start) => {
  test.each([
    ['no comment is there', 0],
    ['several are there', 4]
  ])('leave one comment a key, of the newest run, where %s', async (_name, before) => {
    const stamp = `<!-- opentraces-push-run id=999999 attempt=1 head=${HEAD} -->`
    const others = [MALLORY, OTHER_BOT].flatMap((author) =>
      KEYS.map((key) => ({ ...bench.server.comment(author, marked(`${stamp}\nforged`, key)) }))
    )
    const talk = { ...bench.server.comment(MALLORY, 'Looks good to me.') }
    const unrelated = { ...bench.server.comment(BOT, 'Of another action.') }
    for (let n = 0; n < before; n++) for (const key of KEYS) bench.server.comment(BOT, marked('of a run before', key))

    const outcomes = await race((run, key) => `report of run ${String(run)} for ${key}`, start)

    const newest = String(100 + JOBS - 1)
    for (const key of KEYS) expect(ours(key).map(visible)).toEqual([`report of run ${newest} for ${key}`])
    for (const one of [...others, talk, unrelated]) {
      expect(bench.comments.find(({ id }) => id === one.id)).toEqual(one)
      expect(bench.server.writes.filter(({ path }) => path.endsWith(`/${String(one.id)}`))).toEqual([])
    }
    expect(bench.comments).toHaveLength(others.length + 2 + KEYS.length)
    expect(outcomes.filter(({ kind }) => kind === 'not-posted')).toEqual([])
    for (const [place] of KEYS.entries()) {
      expect(['created', 'updated']).toContain(outcomes[place * JOBS + JOBS - 1]?.kind)
    }
  })
})

test('with requests and replies lost, they leave one comment all the same', async () => {
  bench.server.delay = () => {
    // Asked twice a request; so some requests fail before they have their effect, and some after.
    if (Math.random() < 0.01) throw new Error('lost')
    return delay()
  }
  const outcomes = await race(
    (run) => `report of run ${String(run)}`,
    () => Math.random() * 100
  )
  bench.server.delay = () => 0
  expect(outcomes.filter(({ kind }) => kind === 'not-posted')).toEqual([])
  for (const key of KEYS) expect(ours(key).map(visible)).toEqual([`report of run ${String(100 + JOBS - 1)}`])
})

test('jobs of one run that share a key leave one comment, of one of them', async () => {
  const texts = Array.from({ length: JOBS }, (_, n) => `matrix job ${String(n)}`)
  await Promise.all(texts.map((text) => bench.postAs(bench.access(), marked(text), { random: Math.random })))
  const [body, ...rest] = ours('default')
  expect(rest).toEqual([])
  expect(texts).toContain(visible(body!))
})
