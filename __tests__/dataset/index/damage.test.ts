/** The index damaged, lost, or told lies: it is a cache, and everything in it can be made again. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { INDEX_PATH } from '../../../src/dataset/index/head.js'
import { withIndex, type DatasetIndex } from '../../../src/dataset/index/index.js'
import { encodeSegment } from '../../../src/dataset/index/segment.js'
import { batch, expectRightAnswers, ordered, push, pushed } from './checks.js'
import { madeShard, MemoryDataset, rowOf } from './memory-dataset.js'

describe('what damages the index', () => {
  const first = (dataset: MemoryDataset): string => dataset.segmentPaths[0]!
  const flip = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes)
    copy[at] = copy[at]! ^ 0x40
    return copy
  }
  const head = (dataset: MemoryDataset): string => dataset.files.get(INDEX_PATH)!.toString('utf8')

  test.each<[string, (dataset: MemoryDataset) => void, 'absent' | 'unreadable' | undefined]>([
    ['no head', (d) => d.files.delete(INDEX_PATH), 'absent'],
    ['a head of nothing', (d) => d.files.set(INDEX_PATH, Buffer.alloc(0)), 'unreadable'],
    [
      'a head with other totals',
      (d) => d.files.set(INDEX_PATH, Buffer.from(head(d).replace(/"judged":\d+/, '"judged":1'))),
      'unreadable'
    ],
    [
      'a head of another format',
      (d) => d.files.set(INDEX_PATH, Buffer.from(head(d).replace('"format":1', '"format":2'))),
      'unreadable'
    ],
    ['a missing segment', (d) => d.files.delete(first(d)), undefined],
    ['all segments missing', (d) => d.segmentPaths.forEach((path) => d.files.delete(path)), undefined],
    ['a segment cut short', (d) => d.files.set(first(d), d.files.get(first(d))!.subarray(0, -1)), undefined],
    ['an empty segment', (d) => d.files.set(first(d), Buffer.alloc(0)), undefined],
    ['a segment with a byte changed', (d) => d.files.set(first(d), flip(d.files.get(first(d))!, 600)), undefined],
    [
      'another segment under its name',
      (d) => d.files.set(first(d), encodeSegment([madeShard('data/traces_100.jsonl', [])])),
      undefined
    ],
    [
      'segments swapped',
      (d) => {
        const [one, two] = d.segmentPaths as [string, string]
        const kept = d.files.get(one)!
        d.files.set(one, d.files.get(two)!)
        d.files.set(two, kept)
      },
      undefined
    ]
  ])('%s: the shards are read, the answers are right, and the next push repairs it', async (_, damage, rebuilt) => {
    const dataset = await pushed(9)
    expect(dataset.segmentPaths.length).toBeGreaterThan(1)
    damage(dataset)
    expect((await expectRightAnswers(dataset)).rebuilt).toBe(rebuilt)
    expect(dataset.shardsRead.length).toBeGreaterThan(0)
    await push(dataset, '999', batch(900, 1))
    dataset.forget()
    expect((await expectRightAnswers(dataset)).rebuilt).toBeUndefined()
    expect(dataset.shardsRead).toEqual([])
  })

  test.each([
    ['found in a look-up', (index: DatasetIndex) => index.find(batch(0, 3).map(rowOf))],
    [
      'found in a merge',
      (index: DatasetIndex, d: MemoryDataset) =>
        index.extend({ ...madeShard('data/traces_999.jsonl', batch(900, 4)), file: d.listed('data/traces_100.jsonl') })
    ],
    ['found in the scores', (index: DatasetIndex) => index.scoredRows()]
  ])(
    'a segment that reads differently from what the listing says, %s: it is left out, and all goes on',
    async (_, use) => {
      const dataset = await pushed(3)
      const source = dataset.source()
      const readBytes: typeof source.readBytes = async (path, range) => {
        const bytes = await source.readBytes(path, range)
        return path.startsWith('index/') ? flip(Buffer.from(bytes), 500) : bytes
      }
      let runs = 0
      await withIndex({ ...source, readBytes }, async (index) => {
        runs++
        await use(index, dataset)
        expect(ordered(index.totals)).toEqual(ordered(dataset.totals()))
      })
      expect(runs).toBe(2)
      // Each once, however many attempts it took to find out about all three.
      expect([...dataset.shardsRead].sort()).toEqual(dataset.shardPaths)
    }
  )

  test('errors of reading and of the caller are not taken for damage', async () => {
    const dataset = await pushed(3)
    const source = dataset.source()
    const offline = new Error('offline')
    const readBytes = (path: string): Promise<Uint8Array> =>
      path.startsWith('index/') ? Promise.reject(offline) : source.readBytes(path)
    await expect(withIndex({ ...source, readBytes }, (index) => index.find(batch(0, 1).map(rowOf)))).rejects.toBe(
      offline
    )
    await expect(withIndex(source, () => Promise.reject(offline))).rejects.toBe(offline)
    dataset.files.delete(INDEX_PATH)
    const unreadable = { ...dataset.source(), readShard: () => Promise.reject(offline) }
    await expect(withIndex(unreadable, () => Promise.resolve(0))).rejects.toBe(offline)
  })

  test('a head that looks for shards in the wrong segment is noticed before it hides a duplicate', async () => {
    const dataset = await pushed(9)
    const text = head(dataset)
    const json = JSON.parse(text) as { segments: unknown[][]; shards: unknown[][] }
    const positions = json.shards.map((shard) => shard[4])
    expect(new Set(positions).size).toBeGreaterThan(1)
    const lines = json.shards.map((shard) => JSON.stringify(shard))
    const moved = json.shards.map((shard) => JSON.stringify([...shard.slice(0, 4), shard[4] === 0 ? 1 : 0]))
    let body = text.slice(0, text.indexOf(',\n"digest"'))
    for (const [i, line] of lines.entries()) body = body.replace(line, moved[i]!)
    const digest = createHash('sha256').update(body).digest('hex')
    dataset.files.set(INDEX_PATH, Buffer.from(`${body},\n"digest":"${digest}"}\n`))
    await expectRightAnswers(dataset)
    expect(dataset.shardsRead.length).toBeGreaterThan(0)
  })
})

/** One thing that happens to a dataset. Numbers choose among what there is. */
type Event = readonly [what: 'push' | 'foreign' | 'change' | 'delete' | 'damage' | 'lose-head', choice: number]

test('whatever happens, totals have the bits of a count in order and no duplicate is missed', async () => {
  const event: fc.Arbitrary<Event> = fc.tuple(
    fc.constantFrom('push', 'push', 'push', 'push', 'foreign', 'change', 'delete', 'damage', 'lose-head'),
    fc.nat(1000)
  )
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 3, maxLength: 25 }), fc.boolean(), async (events, lfs) => {
      const dataset = new MemoryDataset(() => lfs)
      const pick = (paths: readonly string[], choice: number): string | undefined =>
        paths[choice % Math.max(paths.length, 1)]
      for (const [i, [what, choice]] of events.entries()) {
        const traces = batch((choice * 3) % 60, choice % 9)
        const shard = pick(dataset.shardPaths, choice)
        const segment = pick(dataset.segmentPaths, choice)
        // A push comes behind all others, whatever names those have.
        const last = /traces_(.*)\.jsonl$/.exec(dataset.shardPaths.at(-1) ?? '')?.[1] ?? ''
        if (what === 'push') await push(dataset, `${last}5`, traces)
        else if (what === 'foreign') dataset.addShard(`${String(choice % 9)}${String(100 + i)}`, traces)
        else if (what === 'change' && shard !== undefined) dataset.files.set(shard, Buffer.from(JSON.stringify(traces)))
        else if (what === 'delete' && shard !== undefined) dataset.files.delete(shard)
        else if (what === 'lose-head') dataset.files.delete(INDEX_PATH)
        else if (what === 'damage' && segment !== undefined) {
          const bytes = Buffer.from(dataset.files.get(segment)!)
          bytes[choice % bytes.length]! ^= 1
          dataset.files.set(segment, bytes)
        }
        await expectRightAnswers(dataset, traces)
      }
    }),
    { seed: 8, numRuns: 60 }
  )
})
