import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { headText, parseHead, type IndexHead } from '../../../src/dataset/index/head.js'

const hex = (text: string, length: number): string => createHash('sha256').update(text).digest('hex').slice(0, length)

/** A head with so many shards in two segments. */
function head(shards: number, changes: Partial<IndexHead['totals']['tally']> = {}): IndexHead {
  const segments = ['one', 'two'].map((name, i) => ({
    path: `index/${hex(name, 24)}.otidx`,
    size: 100 + i,
    rows: 50,
    gitOid: hex(name, 40)
  }))
  const known = Array.from({ length: shards }, (_, i) => ({
    path: `data/traces_${String(i).padStart(4, '0')}.jsonl`,
    size: 1000 + i,
    oid: hex(String(i), i % 2 === 0 ? 40 : 64),
    traces: i + 1,
    segment: segments[i % 2]!.path
  }))
  return {
    scorerVersion: '0.9.0',
    shards: known,
    segments,
    totals: {
      tally: {
        traces: (shards * (shards + 1)) / 2,
        steps: 2n ** 70n,
        tokens: -1n,
        costs: 2,
        costSum: 0.1 + 0.2,
        judged: 3,
        succeeded: 1,
        models: new Map([
          ['10', 1],
          ['2', 2],
          ['__proto__', 3]
        ]),
        agents: new Map([['constructor', 1]]),
        dependencies: new Map([['\u2028😀"\n', 1]]),
        dates: ['2026-01-01', '2026-02-01'],
        ...changes
      },
      scores: { scored: 2, sums: [0.1, 1e22, 5e-324, 33.3, 0], min: [0, 1, 2, 3, 4], max: [5, 6, 7, 8, 1000] }
    }
  }
}

/** Counters as lists: equality of Maps does not look at their order. */
const ordered = (value: IndexHead): unknown => {
  const { models, agents, dependencies } = value.totals.tally
  return [value, [...models], [...agents], [...dependencies]]
}

test.each([0, 1, 2, 30])('a head with %d shards is read as it was written', (shards) => {
  expect(ordered(parseHead(headText(head(shards)))!)).toEqual(ordered(head(shards)))
})

test('sums of any size keep every bit', () => {
  fc.assert(
    fc.property(fc.double(), (costSum) => {
      expect(parseHead(headText(head(1, { costSum })))!.totals.tally.costSum).toBe(costSum)
    }),
    { seed: 7 }
  )
})

test('an empty dataset’s extremes survive', () => {
  const empty = head(0)
  const five = (value: number): number[] => [value, value, value, value, value]
  const scores = { scored: 0, sums: five(0), min: five(Infinity), max: five(-Infinity) }
  expect(parseHead(headText({ ...empty, totals: { ...empty.totals, scores } }))!.totals.scores).toEqual(scores)
})

test('a shard more changes few lines, and costs about 100 bytes', () => {
  const [before, after] = [headText(head(200)).split('\n'), headText(head(201)).split('\n')]
  const changed = after.filter((line) => !before.includes(line))
  expect(changed.length).toBeLessThanOrEqual(5)
  expect(headText(head(201)).length - headText(head(200)).length).toBeLessThan(120)
})

describe('a head that something else wrote or damaged is not used', () => {
  const text = headText(head(3))

  test.each<[string, string]>([
    ['nothing', ''],
    ['no JSON', '<!doctype html>'],
    ['null', 'null'],
    ['a list', '[]'],
    ['an object', '{}'],
    ['the first half', text.slice(0, text.length / 2)],
    ['without its end', text.slice(0, -1)],
    ['twice', text + text],
    ['printed anew', JSON.stringify(JSON.parse(text), null, 2)],
    ['with CRLF', text.replaceAll('\n', '\r\n')],
    ['a total changed', text.replace('"costs":2', '"costs":3')],
    ['a count changed', text.replace('"succeeded":1', '"succeeded":2')],
    ['a sum changed', text.replace('0.30000000000000004', '0.3')],
    ['a size changed', text.replace('1001', '1002')],
    ['a conflict of two pushes', text.replace('"shards"', '<<<<<<< HEAD\n"shards"')],
    ['its digest taken out', text.replace(/,\n"digest":"[0-9a-f]*"/, '')],
    ['another digest', text.replace(/[0-9a-f]{64}"\}\n$/, `${'0'.repeat(64)}"}\n`)]
  ])('%s', (_, damaged) => {
    expect(damaged).not.toBe(text)
    expect(parseHead(damaged)).toBeUndefined()
  })

  test('any character changed', () => {
    const places = Array.from({ length: text.length }, (_, at) => at)
    const accepted = places.filter((at) => {
      const other = text[at] === '1' ? '2' : '1'
      return parseHead(text.slice(0, at) + other + text.slice(at + 1)) !== undefined
    })
    expect(accepted).toEqual([])
  })

  interface Json {
    [key: string]: unknown
    shards: unknown[][]
    segments: unknown[][]
    totals: { [key: string]: unknown; tally: Record<string, unknown> }
  }
  /** A head that says something else, its digest right: what a defective or hostile writer would leave. */
  function rewritten(change: (json: Json) => void): string {
    const json = JSON.parse(text) as Json
    delete json.digest
    change(json)
    const body = JSON.stringify(json).slice(0, -1)
    return `${body},\n"digest":"${createHash('sha256').update(body).digest('hex')}"}\n`
  }

  test('but one with the right digest is', () => {
    expect(ordered(parseHead(rewritten(() => undefined))!)).toEqual(ordered(head(3)))
  })

  test.each<[string, (json: Json) => void]>([
    ['another format', (json) => (json.format = 2)],
    ['no format', (json) => delete json.format],
    ['a field of a later version', (json) => (json.later = 1)],
    ['totals that cover more', (json) => (json.through = 'traces_9.jsonl')],
    ['totals that cover nothing', (json) => (json.through = null)],
    ['totals over another number of traces', (json) => (json.totals.tally.traces = 7)],
    ['a negative count', (json) => (json.totals.tally.judged = -1)],
    ['half a trace', (json) => (json.totals.tally.judged = 0.5)],
    ['a count that is text', (json) => (json.totals.tally.traces = '6')],
    ['steps that are no integer', (json) => (json.totals.tally.steps = '1e3')],
    ['a sum that is no number', (json) => (json.totals.tally.cost_sum = '1x')],
    ['a sum that is a JSON number', (json) => (json.totals.tally.cost_sum = 1)],
    ['four persona sums', (json) => (json.totals.score_sums as unknown[]).pop()],
    ['counters as an object', (json) => (json.totals.tally.models = { a: 1 })],
    ['a segment outside of its folder', (json) => (json.segments[0]![0] = '../README.md')],
    ['a segment with another ending', (json) => (json.segments[0]![0] = `${'0'.repeat(24)}.bin`)],
    ['a segment without an object id', (json) => (json.segments[0]![3] = '')],
    ['a shard in no segment', (json) => (json.shards[0]![4] = 2)],
    ['a shard in half a segment', (json) => (json.shards[0]![4] = 0.5)],
    ['a shard in a segment before the first', (json) => (json.shards[0]![4] = -1)],
    ['a shard that is no shard', (json) => (json.shards[0]![0] = '../opentraces-tombstones.json')],
    ['a shard twice', (json) => (json.shards[1]![0] = json.shards[0]![0])],
    ['shards out of order', (json) => (json.shards[0]![0] = 'traces_0001a.jsonl')],
    ['a missing shard', (json) => json.shards.splice(0, 1)]
  ])('%s', (_, change) => {
    expect(parseHead(rewritten(change))).toBeUndefined()
  })
})
