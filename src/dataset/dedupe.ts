/** Which traces of a batch are new: by the identity rules of the interface, within the batch and against the dataset. */
import type { Published } from './index/index.js'
import { rowKey, type TraceEntry } from './index/rows.js'
import type { Tombstone } from './tombstones.js'
import { KEY_BYTES } from './index/segment.js'

/** Positions of two traces of the batch. */
export interface BatchPair {
  readonly first: number
  readonly second: number
}

export interface BatchDuplicates {
  /** The second is the same trace as the first. */
  readonly duplicates: readonly BatchPair[]
  /** Both have the same trace_id but other content. */
  readonly conflicts: readonly BatchPair[]
}

/** Compares the traces of one batch with each other. */
export function compareWithin(entries: readonly TraceEntry[]): BatchDuplicates {
  const duplicates: BatchPair[] = []
  const conflicts: BatchPair[] = []
  const first = {
    content: new Map<string, number>(),
    identity: new Map<string, number>(),
    trace: new Map<string, number>()
  }
  for (const [second, { row }] of entries.entries()) {
    const content = rowKey(row, 'content')
    const identity = rowKey(row, 'identity')
    const trace = rowKey(row, 'trace')
    const same = first.content.get(content) ?? first.identity.get(identity)
    const sameId = first.trace.get(trace)
    if (same !== undefined) duplicates.push({ first: same, second })
    else if (sameId !== undefined) conflicts.push({ first: sameId, second })
    for (const [map, key] of [
      [first.content, content],
      [first.identity, identity],
      [first.trace, trace]
    ] as const) {
      if (!map.has(key)) map.set(key, second)
    }
  }
  return { duplicates, conflicts }
}

/** What becomes of one trace of the batch. */
export type Verdict =
  | { readonly kind: 'new'; readonly changedFrom: string | undefined; readonly succeeds: boolean }
  | { readonly kind: 'duplicate'; readonly of: string }
  | { readonly kind: 'taken-down'; readonly tombstone: Tombstone }

/** Compares a trace with what is published. */
export function compareWithPublished(
  entry: TraceEntry,
  published: Published,
  tombstones: ReadonlyMap<string, Tombstone>
): Verdict {
  const tombstone = tombstones.get(rowKey(entry.row, 'identity'))
  if (tombstone !== undefined) return { kind: 'taken-down', tombstone }
  if (published.duplicateIn !== undefined) return { kind: 'duplicate', of: published.duplicateIn }
  return {
    kind: 'new',
    changedFrom: published.changedFrom,
    succeeds: published.generation !== undefined && entry.row.generation > published.generation
  }
}

/** Tombstones by the key that rows have. */
export function tombstoneKeys(tombstones: ReadonlyMap<string, Tombstone>): Map<string, Tombstone> {
  return new Map([...tombstones].map(([identity, tombstone]) => [identity.slice(0, KEY_BYTES * 2), tombstone]))
}
