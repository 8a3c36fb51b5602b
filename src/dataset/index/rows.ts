/** From a trace to its row in the index. */
import { createHash } from 'node:crypto'
import type { ParsedTrace } from '../../traces/parse.js'
import { firstCodePoints } from '../../traces/text.js'
import { addTrace, emptyTally, traceFigures, type Tally, type TraceFigures } from '../statistics.js'
import { KEY_BYTES, KEY_KINDS, type IndexRow, type KeyKind, type ShardRows } from './segment.js'

/** What a run remembers of a trace once its record is gone. */
export interface TraceEntry {
  readonly traceId: string
  readonly row: IndexRow
  readonly figures: TraceFigures
}

/** Totals in tenths of a percent, in the fixed order of the personas. */
export type Scorer = (trace: ParsedTrace) => readonly number[] | undefined

export function traceEntry(trace: ParsedTrace, score: Scorer): TraceEntry {
  const { record } = trace
  const figures = traceFigures(record)
  return {
    traceId: record.trace_id,
    figures,
    row: {
      keys: Buffer.concat([
        Buffer.from(trace.contentHash.slice(0, KEY_BYTES * 2), 'hex'),
        Buffer.from(trace.identityHash.slice(0, KEY_BYTES * 2), 'hex'),
        textKey(record.trace_id),
        textKey(record.session_id)
      ]),
      generation: BigInt(record.generation_index),
      idPrefix: firstCodePoints(record.trace_id, 8),
      totals: score(trace),
      cost: figures.cost
    }
  }
}

function textKey(text: string): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, KEY_BYTES)
}

/** One of a row's keys, in hex. */
export function rowKey(row: IndexRow, kind: KeyKind): string {
  const at = KEY_KINDS.indexOf(kind) * KEY_BYTES
  return Buffer.from(row.keys.buffer, row.keys.byteOffset + at, KEY_BYTES).toString('hex')
}

export function shardRows(shard: string, entries: readonly TraceEntry[]): ShardRows {
  const tally: Tally = emptyTally()
  for (const { figures } of entries) addTrace(tally, figures)
  return { shard, rows: entries.map(({ row }) => row), tally }
}
