/** What the card and the scorecard need of the whole dataset, kept running from push to push. */
import { addToSums, emptyBatch } from '../../quality/summary.js'
import type { ScoreSums } from '../../quality/types.js'
import { addTally, emptyTally, type Tally } from '../statistics.js'
import type { ShardRows } from './segment.js'

export interface DatasetTotals {
  tally: Tally
  scores: ScoreSums
}

export function emptyTotals(): DatasetTotals {
  return { tally: emptyTally(), scores: emptyBatch().sums }
}

/** Adds a shard that comes next in the dataset's order. */
export function addShard(totals: DatasetTotals, shard: ShardRows): void {
  const costs = shard.rows.map((row) => row.cost).filter((cost) => cost !== null)
  addTally(totals.tally, shard.tally, costs)
  for (const { totals: tenths } of shard.rows) if (tenths !== undefined) addToSums(totals.scores, tenths)
}

/** A copy that can be continued without changing the original. */
export function copyTotals(totals: DatasetTotals): DatasetTotals {
  return structuredClone(totals)
}
