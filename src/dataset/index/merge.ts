/** Which segments of the index become one. */
import type { SegmentRef } from './head.js'

/** This many segments of one size class become one of the next. */
const MERGE_FACTOR = 4
/** From this size on, in traces, a segment is left alone: rewriting it would cost more than reading one more. */
const FULL = 125_000

/**
 * Which segments a new one of `rows` traces takes in. Size classes grow by a factor, and no class of segments that are not
 * full ever holds that many: their number grows with the logarithm of the dataset, and a trace is rewritten once a class.
 */
export function planMerge(segments: readonly SegmentRef[], rows: number): { kept: SegmentRef[]; merged: SegmentRef[] } {
  const sizeClass = (n: number): number => Math.floor(Math.log(Math.max(n, 1)) / Math.log(MERGE_FACTOR))
  const merged = new Set<SegmentRef>()
  let total = rows
  while (total < FULL) {
    const own = sizeClass(total)
    // Smaller segments than the result go in with it: a class below would else keep what the result has outgrown.
    const peers = segments.filter((one) => !merged.has(one) && one.rows < FULL && sizeClass(one.rows) <= own)
    if (peers.filter((one) => sizeClass(one.rows) === own).length < MERGE_FACTOR - 1) break
    for (const peer of peers.sort((a, b) => a.rows - b.rows)) {
      if (total >= FULL) break
      merged.add(peer)
      total += peer.rows
    }
  }
  return { kept: segments.filter((one) => !merged.has(one)), merged: [...merged] }
}
