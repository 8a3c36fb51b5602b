/** Opening and extending the index of a dataset in memory, every answer checked against the dataset itself. */
import { expect } from '@jest/globals'
import { withIndex, type DatasetIndex } from '../../../src/dataset/index/index.js'
import type { DatasetTotals } from '../../../src/dataset/index/totals.js'
import { madeShard, madeTrace, MemoryDataset, rowOf, type Made } from './memory-dataset.js'

/** Totals with the order of their counters: equality of Maps does not look at it. */
export const ordered = ({ tally, scores }: DatasetTotals): unknown => [
  { ...tally, models: [...tally.models], agents: [...tally.agents], dependencies: [...tally.dependencies] },
  scores
]

/** What an opened index says that does not depend on when it is closed. */
export type Opened = Pick<DatasetIndex, 'fresh' | 'gone' | 'rebuilt' | 'totals' | 'shards'>

/** Opens the index and checks every answer against the dataset itself. */
export async function expectRightAnswers(dataset: MemoryDataset, batch: readonly Made[] = []): Promise<Opened> {
  const published = dataset.shardPaths.flatMap((path) => dataset.traces(path))
  const asked = [...batch, ...published.slice(0, 30), ...published.slice(-30), madeTrace(999_999)]
  return withIndex(dataset.source(), async (index) => {
    const answers = await index.find(asked.map(rowOf))
    expect(dataset.wrongAnswers(asked, answers)).toEqual([])
    expect(ordered(index.totals)).toEqual(ordered(dataset.totals()))
    expect(index.shards.map(({ path }) => path)).toEqual(dataset.shardPaths)
    const scored = published.filter(({ totals }) => totals !== null)
    expect((await index.scoredRows()).map(({ idPrefix, totals }) => [idPrefix, ...totals])).toEqual(
      scored.map(({ trace, totals }) => [trace.slice(0, 8), ...totals!])
    )
    const { fresh, gone, rebuilt, totals, shards } = index
    return { fresh, gone, rebuilt, totals, shards }
  })
}

/** Publishes a shard behind all others, with the index that goes with it. */
export async function push(dataset: MemoryDataset, name: string, traces: readonly Made[]): Promise<void> {
  const change = await withIndex(dataset.source(), (index) => {
    const file = dataset.addShard(name, traces)
    return index.extend({ ...madeShard(file.path, traces), file })
  })
  dataset.apply(change)
  expect(ordered(change.totals)).toEqual(ordered(dataset.totals()))
}

export const batch = (from: number, count: number): Made[] =>
  Array.from({ length: count }, (_, i) => madeTrace(from + i))

export async function pushed(shards: number, lfs?: (path: string) => boolean): Promise<MemoryDataset> {
  const dataset = new MemoryDataset(lfs)
  for (let i = 0; i < shards; i++) await push(dataset, String(100 + i), batch(i * 10, 10))
  dataset.forget()
  return dataset
}
