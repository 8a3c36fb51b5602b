/** The index over a dataset that others write to: it may save reading, never change an answer. */
import { describe, expect, test } from '@jest/globals'
import { INDEX_PATH } from '../../../src/dataset/index/head.js'
import { withIndex, type Published } from '../../../src/dataset/index/index.js'
import { batch, expectRightAnswers, ordered, push, pushed } from './checks.js'
import { madeShard, madeTrace, MemoryDataset, rowOf, type Made } from './memory-dataset.js'

test('without shards there is nothing to say', async () => {
  const dataset = new MemoryDataset()
  expect(await expectRightAnswers(dataset)).toMatchObject({ fresh: [], gone: [], rebuilt: undefined })
})

test.each([
  ['git objects', () => false],
  ['LFS', () => true],
  ['both', (path: string) => path.startsWith('index/')]
])('pushes are remembered, no shard is read again (%s)', async (_, lfs) => {
  const dataset = await pushed(9, lfs)
  const { fresh, gone, rebuilt } = await expectRightAnswers(dataset)
  expect({ fresh, gone, rebuilt, read: dataset.shardsRead }).toEqual({
    fresh: [],
    gone: [],
    rebuilt: undefined,
    read: []
  })
})

test('a dataset without an index is read once', async () => {
  const dataset = new MemoryDataset()
  for (let i = 0; i < 5; i++) dataset.addShard(String(i), batch(i * 4, 4))
  expect((await expectRightAnswers(dataset)).rebuilt).toBe('absent')
  await push(dataset, '9', batch(90, 3))
  dataset.forget()
  expect((await expectRightAnswers(dataset)).rebuilt).toBeUndefined()
  expect(dataset.shardsRead).toEqual([])
})

describe('what others do', () => {
  const change: Record<string, { act: (dataset: MemoryDataset) => void; read: string[]; gone?: string[] }> = {
    'a shard that sorts last': { act: (d) => d.addShard('999', batch(500, 7)), read: ['data/traces_999.jsonl'] },
    'a shard that sorts first': { act: (d) => d.addShard('000', batch(500, 7)), read: ['data/traces_000.jsonl'] },
    'a shard in between': { act: (d) => d.addShard('104x', batch(500, 7)), read: ['data/traces_104x.jsonl'] },
    'two at both ends': {
      act: (d) => [d.addShard('000', batch(500, 3)), d.addShard('999', batch(600, 3))],
      read: ['data/traces_000.jsonl', 'data/traces_999.jsonl']
    },
    'a shard changed': { act: (d) => d.addShard('103', batch(700, 5)), read: ['data/traces_103.jsonl'] },
    'a shard changed, its size the same': {
      act: (d) => {
        const { size } = d.listed('data/traces_103.jsonl')
        d.addShard('103', d.traces('data/traces_103.jsonl').reverse())
        expect(d.listed('data/traces_103.jsonl').size).toBe(size)
      },
      read: ['data/traces_103.jsonl']
    },
    'the last shard changed': { act: (d) => d.addShard('108', batch(700, 5)), read: ['data/traces_108.jsonl'] },
    'an emptied shard': { act: (d) => d.addShard('103', []), read: ['data/traces_103.jsonl'] },
    'a shard gone': { act: (d) => d.files.delete('data/traces_103.jsonl'), read: [], gone: ['data/traces_103.jsonl'] },
    'the last shard gone': {
      act: (d) => d.files.delete('data/traces_108.jsonl'),
      read: [],
      gone: ['data/traces_108.jsonl']
    },
    'a shard renamed': {
      act: (d) => [d.addShard('zzz', d.traces('data/traces_103.jsonl')), d.files.delete('data/traces_103.jsonl')],
      read: ['data/traces_zzz.jsonl'],
      gone: ['data/traces_103.jsonl']
    },
    'two shards swapped': {
      act: (d) => {
        const [one, two] = [d.traces('data/traces_101.jsonl'), d.traces('data/traces_105.jsonl')]
        d.addShard('101', two)
        d.addShard('105', one)
      },
      read: ['data/traces_101.jsonl', 'data/traces_105.jsonl']
    },
    'all shards gone': {
      act: (d) => d.shardPaths.forEach((path) => d.files.delete(path)),
      read: [],
      gone: Array.from({ length: 9 }, (_, i) => `data/traces_${String(100 + i)}.jsonl`)
    },
    'files that are no shards': {
      act: (d) => {
        d.files.set('data/other.jsonl', Buffer.from('x'))
        d.files.set('data/sub/traces_1.jsonl', Buffer.from('x'))
        d.files.set('traces_1.jsonl', Buffer.from('x'))
      },
      read: []
    }
  }

  test.each(Object.entries(change))(
    '%s: read is what is new, the totals are those of a count in order',
    async (name, one) => {
      const dataset = await pushed(9)
      one.act(dataset)
      // Only the shards count; what else lies in the dataset is none of the model's business.
      if (name === 'files that are no shards')
        for (const path of ['data/other.jsonl', 'data/sub/traces_1.jsonl']) {
          expect(
            (await withIndex(dataset.source(), (index) => Promise.resolve(index.shards))).map((file) => file.path)
          ).not.toContain(path)
          dataset.files.delete(path)
        }
      const opened = await expectRightAnswers(dataset, batch(500, 3))
      expect(opened.fresh.map(({ shard }) => shard)).toEqual(one.read)
      expect(new Set(dataset.shardsRead)).toEqual(new Set(one.read))
      expect(opened.gone).toEqual(one.gone ?? [])
      expect(opened.rebuilt).toBeUndefined()
      // A push takes it in: the next one reads nothing.
      await push(dataset, 'zzzz', batch(800, 2))
      dataset.forget()
      expect((await expectRightAnswers(dataset)).gone).toEqual([])
      expect(dataset.shardsRead).toEqual([])
    }
  )
})

describe('what a push writes', () => {
  test('the head comes last; segments that nothing needs any more go; other files stay', async () => {
    const dataset = await pushed(3)
    dataset.files.set('index/README.md', Buffer.from('mine'))
    dataset.files.set(`index/${'0'.repeat(24)}.otidx`, Buffer.from('left over'))
    const before = dataset.segmentPaths
    const change = await withIndex(dataset.source(), (index) => {
      const file = dataset.addShard('999', batch(900, 10))
      return index.extend({ ...madeShard(file.path, batch(900, 10)), file })
    })
    expect(change.writes.map(({ path }) => path).at(-1)).toBe(INDEX_PATH)
    expect(change.writes).toHaveLength(2)
    // The fourth shard of ten traces makes one segment of all four.
    expect([...change.deletes].sort()).toEqual(before.filter((path) => path.endsWith('.otidx')).sort())
    dataset.apply(change)
    expect(dataset.segmentPaths.filter((path) => path.endsWith('.otidx'))).toHaveLength(1)
    expect(dataset.files.has('index/README.md')).toBe(true)
  })

  test('an attempt that loses against another push leaves nothing behind in the index', async () => {
    const dataset = await pushed(2)
    await withIndex(dataset.source(), async (index) => {
      const totals = ordered(index.totals)
      const file = { path: 'data/traces_999.jsonl', size: 1, oid: '0'.repeat(40) }
      await index.extend({ ...madeShard(file.path, batch(900, 4)), file })
      expect(ordered(index.totals)).toEqual(totals)
    })
    await expectRightAnswers(dataset)
  })

  test('another scorer reads all shards again, and says so', async () => {
    const dataset = await pushed(3)
    dataset.scorerVersion = '0.10.0'
    expect((await expectRightAnswers(dataset)).rebuilt).toBe('scorer-changed')
    await push(dataset, '999', batch(900, 4))
    dataset.forget()
    expect((await expectRightAnswers(dataset)).rebuilt).toBeUndefined()
    expect(dataset.shardsRead).toEqual([])
  })
})

describe('finding', () => {
  const found = async (published: Partial<Made>[], asked: Partial<Made>): Promise<Published> => {
    const dataset = new MemoryDataset()
    for (const [i, one] of published.entries()) await push(dataset, String(i), [madeTrace(i, one)])
    const [indexed] = await withIndex(dataset.source(), (index) => index.find([rowOf(madeTrace(50, asked))]))
    // The same without an index.
    dataset.files.delete(INDEX_PATH)
    const [read] = await withIndex(dataset.source(), (index) => index.find([rowOf(madeTrace(50, asked))]))
    expect(indexed).toEqual(read)
    return indexed!
  }
  const shard = (i: number): string => `data/traces_${String(i)}.jsonl`

  test.each<[string, Partial<Made>[], Partial<Made>, Published]>([
    ['nothing', [{}], { session: 'own' }, {}],
    ['the same content', [{}, { content: 'c' }], { content: 'c', session: 'own' }, { duplicateIn: shard(1) }],
    ['the same identity', [{ identity: 'i' }], { identity: 'i', session: 'own' }, { duplicateIn: shard(0) }],
    ['another content under the same id', [{ trace: 't' }], { trace: 't', session: 'own' }, { changedFrom: shard(0) }],
    [
      'the same content under the same id',
      [{ trace: 't', content: 'c' }],
      { trace: 't', content: 'c', session: 'own' },
      { duplicateIn: shard(0) }
    ],
    [
      'both versions of a trace',
      [{ trace: 't' }, { trace: 't', content: 'c' }],
      { trace: 't', content: 'c', session: 'own' },
      { duplicateIn: shard(1) }
    ],
    [
      'the highest generation of the session',
      [
        { session: 's', generation: '2' },
        { session: 's', generation: '10' },
        { session: 's', generation: '9' }
      ],
      { session: 's' },
      { generation: 10n }
    ],
    [
      'a generation beyond 2^53',
      [{ session: 's', generation: '9223372036854775807' }],
      { session: 's' },
      { generation: 2n ** 63n - 1n }
    ],
    ['keys of another kind', [{ trace: 'x', content: 'y' }], { trace: 'y', content: 'x', session: 'trace 0' }, {}]
  ])('%s', async (_, published, asked, expected) => {
    expect(await found(published, asked)).toEqual(expected)
  })

  test('answers stand in the order of the questions, also for traces asked twice', async () => {
    const dataset = await pushed(4)
    const asked = [madeTrace(5), madeTrace(999, { session: 'own' }), madeTrace(5), madeTrace(35)]
    const answers = await withIndex(dataset.source(), (index) => index.find(asked.map(rowOf)))
    expect(answers.map(({ duplicateIn }) => duplicateIn)).toEqual([
      'data/traces_100.jsonl',
      undefined,
      'data/traces_100.jsonl',
      'data/traces_103.jsonl'
    ])
  })

  test('in a large dataset reads a small part of the index, and none of the shards', async () => {
    const dataset = new MemoryDataset()
    const unique = (from: number, count: number): Made[] =>
      batch(from, count).map((made, i) => ({ ...made, session: `session ${String(from + i)}` }))
    await push(dataset, '000', unique(0, 20_000))
    await push(dataset, '001', unique(20_000, 5))
    dataset.forget()
    const size = dataset.segmentPaths.reduce((sum, path) => sum + dataset.files.get(path)!.length, 0)
    const asked = [
      madeTrace(12_345, { session: 'own' }),
      ...batch(40_000, 9).map((made) => ({ ...made, session: 'own' }))
    ]
    const answers = await withIndex(dataset.source(), (index) => index.find(asked.map(rowOf)))
    expect(answers.map(({ duplicateIn }) => duplicateIn)).toEqual(['data/traces_000.jsonl', ...Array<undefined>(9)])
    expect(dataset.shardsRead).toEqual([])
    expect(dataset.rangesRead).toBeGreaterThan(0)
    expect(dataset.bytesRead).toBeLessThan(size / 8)
  })
})

test('names of any kind in the counters survive push after push', async () => {
  const dataset = new MemoryDataset()
  const names = ['10', '2', '__proto__', 'constructor', '', 'a"b\\', '\u2028', '😀', '1', 'toString', '\u0000']
  for (const [i, name] of names.entries()) {
    await push(dataset, String(100 + i), [madeTrace(i, { model: name, agent: name, dependencies: [name, '7', name] })])
  }
  const { totals } = await expectRightAnswers(dataset)
  expect([...totals.tally.agents.keys()]).toEqual(names)
  expect([...totals.tally.models.keys()]).toEqual(names.filter((name) => name !== ''))
})
