import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { segmentRef } from '../../../src/dataset/index/head.js'
import { decodeHeader } from '../../../src/dataset/index/layout.js'
import { SegmentReader } from '../../../src/dataset/index/lookup.js'
import { rowKey } from '../../../src/dataset/index/rows.js'
import {
  decodeSegment,
  encodeSegment,
  findKey,
  KEY_KINDS,
  SegmentError,
  type ShardRows
} from '../../../src/dataset/index/segment.js'
import { key, madeShard, madeTrace, rowOf, type Made } from './memory-dataset.js'

const hostile = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', '1', '0', '10', '', 'a\u0000b', '\u2028', '😀', '"', '4294967294'),
  fc.string({ unit: 'binary', maxLength: 4 })
)
const made: fc.Arbitrary<Made> = fc.record({
  content: fc.string({ maxLength: 2 }),
  identity: fc.string({ maxLength: 2 }),
  trace: fc.string({ maxLength: 2 }),
  session: fc.constantFrom('s', 't'),
  generation: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
  model: fc.option(hostile),
  agent: hostile,
  dependencies: fc.array(hostile, { maxLength: 3 }),
  cost: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  success: fc.option(fc.boolean()),
  totals: fc.option(fc.array(fc.nat(1000), { minLength: 5, maxLength: 5 })),
  date: hostile
})

/** A shard as plain values; counters in their order. */
const plain = ({ shard, rows, tally }: ShardRows): unknown => ({
  shard,
  rows: rows.map((row) => ({ ...row, keys: Buffer.from(row.keys).toString('hex') })),
  tally: { ...tally, models: [...tally.models], agents: [...tally.agents], dependencies: [...tally.dependencies] }
})

test('a segment gives back what was put in, names in the order first seen', () => {
  const name = fc.string({ unit: 'binary', maxLength: 5 }).map((text) => `data/traces_${text}.jsonl`)
  const shards = fc.uniqueArray(fc.tuple(name, fc.array(made, { maxLength: 6 })), {
    selector: ([path]) => path,
    maxLength: 4
  })
  fc.assert(
    fc.property(shards, (parts) => {
      const given = parts.map(([path, traces]) => madeShard(path, traces))
      expect(decodeSegment(encodeSegment(given)).map(plain)).toEqual(given.map(plain))
    }),
    { seed: 5, numRuns: 200 }
  )
})

test('id prefixes of any characters survive', () => {
  const shard = madeShard('data/traces_a.jsonl', [madeTrace(1)])
  const idPrefix = '😀'.repeat(8)
  const given = { ...shard, rows: [{ ...shard.rows[0]!, idPrefix }] }
  expect(decodeSegment(encodeSegment([given]))[0]!.rows[0]!.idPrefix).toBe(idPrefix)
})

test('findKey finds every entry of a key, as a look through all of them does', () => {
  const keys = fc.array(fc.nat(12), { maxLength: 40 })
  fc.assert(
    fc.property(keys, fc.nat(13), (numbers, wanted) => {
      const sorted = numbers.map((n, row) => ({ key: key(String(n)), row }))
      sorted.sort((a, b) => Buffer.compare(a.key, b.key) || a.row - b.row)
      const entries = Buffer.concat(
        sorted.map(({ key: bytes, row }) => Buffer.concat([bytes, Buffer.from(Uint32Array.of(row).buffer)]))
      )
      const expected = numbers.flatMap((n, row) => (n === wanted ? [row] : []))
      expect(findKey(entries, key(String(wanted)))).toEqual(expected)
    }),
    { seed: 6, numRuns: 300 }
  )
})

describe('a segment of 20,000 traces', () => {
  const traces = Array.from({ length: 20_000 }, (_, n) =>
    // Keys that occur once, twice, and in every seventh trace.
    madeTrace(n, { identity: `identity ${String(Math.floor(n / 2))}`, generation: String(n * 1000) })
  )
  const shards = Array.from({ length: 50 }, (_, i) =>
    madeShard(`data/traces_${String(i).padStart(3, '0')}.jsonl`, traces.slice(i * 400, (i + 1) * 400))
  )
  const bytes = encodeSegment(shards)
  const ref = segmentRef(bytes, traces.length)
  const rows = traces.map(rowOf)

  function reader(): { reader: SegmentReader; read: { bytes: number; whole: boolean } } {
    const read = { bytes: 0, whole: false }
    const readBytes = (_: string, range?: { start: number; end: number }): Promise<Uint8Array> => {
      const part = range === undefined ? bytes : bytes.subarray(range.start, range.end)
      read.bytes += part.length
      read.whole ||= range === undefined
      return Promise.resolve(part)
    }
    return { reader: new SegmentReader(ref, readBytes), read }
  }

  test('takes about 110 bytes a trace and is too large to be read as a whole', () => {
    expect(bytes.length).toBeGreaterThan(1024 * 1024)
    expect(bytes.length / traces.length).toBeLessThan(120)
  })

  test.each([
    ['one key', 1, 0.1],
    ['ten keys', 10, 0.1],
    ['many keys', 2000, 0.25],
    ['all keys', 20_000, 0.25]
  ])('ranges give the answers of a look through everything: %s', async (_, count, share) => {
    const step = traces.length / count
    const wanted = Array.from({ length: count }, (__, i) => rows[Math.floor(i * step)]!)
    for (const kind of KEY_KINDS) {
      const { reader: one, read } = reader()
      const keys = [...new Set(wanted.map((row) => rowKey(row, kind))), key('absent').toString('hex')]
      const found = await one.find(kind, keys)
      const expected = new Map<string, number[]>()
      const asked = new Set(keys)
      for (const [i, row] of rows.entries()) {
        const own = rowKey(row, kind)
        if (asked.has(own)) expected.set(own, [...(expected.get(own) ?? []), i])
      }
      expect(new Map([...found].map(([hex, numbers]) => [hex, numbers.sort((a, b) => a - b)]))).toEqual(expected)
      expect(read.whole).toBe(false)
      // All traces are in seven sessions: each of them is thousands of entries.
      if (kind !== 'session') expect(read.bytes).toBeLessThan(bytes.length * share)
    }
  })

  test('knows the shard and the generation of a row, and the rows of every shard', async () => {
    const { reader: one, read } = reader()
    for (const row of [0, 399, 400, 12_345, 19_999]) {
      expect(await one.shardOf(row)).toBe(shards[Math.floor(row / 400)]!.shard)
      expect(await one.generationOf(row)).toBe(BigInt(row * 1000))
    }
    await expect(one.shardOf(20_000)).rejects.toThrow(SegmentError)
    const byShard = await one.rowsByShard()
    expect(byShard.map(([shard]) => shard)).toEqual(shards.map(({ shard }) => shard))
    expect(byShard[7]![1].map(({ cost }) => cost)).toEqual(shards[7]!.rows.map(({ cost }) => cost))
    expect(read.bytes).toBeLessThan(bytes.length / 2)
  })

  test('read as a whole it is the same', async () => {
    const { reader: one, read } = reader()
    expect((await one.decode()).map(plain)).toEqual(shards.map(plain))
    expect(read.bytes).toBe(bytes.length)
    // What is in memory already is not read again.
    expect((await one.find('trace', [rowKey(rows[5]!, 'trace')])).size).toBe(1)
    expect(read.bytes).toBe(bytes.length)
  })

  test('a header larger than the first read is found', async () => {
    const names = Array.from(
      { length: 3000 },
      (_, i) => `data/traces_${'n'.repeat(60)}${String(i).padStart(4, '0')}.jsonl`
    )
    const wide = encodeSegment(names.map((name, i) => madeShard(name, traces.slice(i * 6, i * 6 + 6))))
    const ranges: number[] = []
    const one = new SegmentReader(segmentRef(wide, 18_000), (_, range) => {
      ranges.push(range!.end - range!.start)
      return Promise.resolve(wide.subarray(range!.start, range!.end))
    })
    expect(await one.shardOf(17_999)).toBe(names.at(-1))
    expect(ranges).toEqual([64 * 1024, 512 * 1024])
  })
})

describe('what is not a segment of this format', () => {
  const bytes = encodeSegment([
    madeShard('data/traces_a.jsonl', [madeTrace(1), madeTrace(2)]),
    madeShard('data/traces_b.jsonl', [madeTrace(3)])
  ])
  const headerEnd = 12 + bytes.readUInt32LE(8)

  /** The segment with another header over the same sections. */
  function withHeader(change: (header: Record<string, unknown>) => unknown): Buffer {
    const header = change(JSON.parse(bytes.toString('latin1', 12, headerEnd)) as Record<string, unknown>)
    const text = Buffer.from(JSON.stringify(header))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(text.length)
    return Buffer.concat([bytes.subarray(0, 8), length, text, bytes.subarray(headerEnd)])
  }

  test('cut short anywhere, or longer', () => {
    for (let end = 0; end < bytes.length; end++)
      expect(() => decodeSegment(bytes.subarray(0, end))).toThrow(SegmentError)
    expect(() => decodeSegment(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow(SegmentError)
    expect(decodeHeader(bytes.subarray(0, headerEnd - 1))).toBeUndefined()
    expect(decodeHeader(bytes.subarray(0, headerEnd))).toBeDefined()
  })

  test('with any byte changed it is either refused or still a segment: nothing else is thrown', () => {
    let refused = 0
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at] = damaged[at]! ^ (1 << (at % 8))
      try {
        decodeSegment(damaged)
      } catch (error) {
        expect(error).toBeInstanceOf(SegmentError)
        refused++
      }
    }
    expect(refused).toBeGreaterThan(headerEnd / 2)
  })

  const sections = { tallies: [0, 1], rows: [1, 2], content: [2, 3], identity: [3, 4], trace: [4, 5], session: [5, 6] }
  test.each<[string, (header: Record<string, unknown>) => unknown]>([
    ['null', () => null],
    ['a list', () => []],
    ['no shards', (header) => ({ ...header, shards: undefined })],
    ['a shard without a number', (header) => ({ ...header, shards: [['data/traces_a.jsonl']] })],
    [
      'a negative number',
      (header) => ({
        ...header,
        shards: [
          ['a', -1],
          ['b', 4]
        ]
      })
    ],
    [
      'fewer traces in the shards',
      (header) => ({
        ...header,
        shards: [
          ['a', 1],
          ['b', 1]
        ]
      })
    ],
    ['more rows than there are', (header) => ({ ...header, rows: 4, shards: [['a', 4]] })],
    ['a fan-out without end', (header) => ({ ...header, fanout_bits: 31 })],
    ['another fan-out', (header) => ({ ...header, fanout_bits: 1 })],
    ['half a bit', (header) => ({ ...header, fanout_bits: 0.5 })],
    ['no sections', (header) => ({ ...header, sections: {} })],
    ['sections of nothing', (header) => ({ ...header, sections })],
    [
      'a section from before the file',
      (header) => ({ ...header, sections: { ...(header.sections as object), tallies: [-9, 0] } })
    ],
    [
      'sections over each other',
      (header) => ({
        ...header,
        sections: { ...(header.sections as object), rows: (header.sections as Record<string, unknown>).content }
      })
    ]
  ])('a header with %s', (_, change) => {
    expect(decodeSegment(withHeader((header) => header))).toHaveLength(2)
    expect(() => decodeSegment(withHeader(change))).toThrow(SegmentError)
  })

  test.each([
    ['no JSON', (text: string) => text.replace('[', '{')],
    ['fewer tallies', (text: string) => `[${' '.repeat(text.length - 2)}]`],
    ['another type', (text: string) => text.replace('"traces":2', '"traces":-')],
    ['a sum that is no number', (text: string) => text.replace(/"cost_sum":"\d/, '"cost_sum":"x')]
  ])('tallies with %s', (_, change) => {
    const { start, end } = decodeHeader(bytes)!.sections.tallies
    const text = bytes.toString('utf8', start, end)
    expect(change(text)).not.toBe(text)
    const damaged = Buffer.concat([bytes.subarray(0, start), Buffer.from(change(text)), bytes.subarray(end)])
    expect(() => decodeSegment(damaged)).toThrow(SegmentError)
  })

  test('a fan-out that is not in order is noticed by who reads a range of it', async () => {
    const many = Array.from({ length: 12_000 }, (_, n) => madeTrace(n))
    const large = encodeSegment([madeShard('data/traces_a.jsonl', many)])
    const { fanoutBits, sections: places } = decodeHeader(large)!
    large.fill(0xff, places.trace.start, places.trace.start + ((1 << fanoutBits) + 1) * 4)
    const one = new SegmentReader(segmentRef(large, many.length), (_, range) =>
      Promise.resolve(large.subarray(range!.start, range!.end))
    )
    await expect(one.find('trace', [key('trace 1').toString('hex')])).rejects.toThrow(SegmentError)
  })

  test('a file shorter than it was, read by ranges', async () => {
    const many = Array.from({ length: 12_000 }, (_, n) => madeTrace(n))
    const large = encodeSegment([madeShard('data/traces_a.jsonl', many)])
    const short = large.subarray(0, large.length - 1)
    const one = new SegmentReader(segmentRef(large, many.length), (_, range) =>
      Promise.resolve(short.subarray(range?.start, range?.end))
    )
    const keys = many.map(({ session }) => key(session).toString('hex'))
    await expect(one.find('session', keys)).rejects.toThrow(SegmentError)
    await expect(one.decode()).rejects.toThrow(SegmentError)
  })
})
