/** Shards: `data/traces_<YYYYMMDDTHHMMSSZ>_<8 hex>.jsonl`, written once and never changed. */
import { GateError, UnsafeDedupeError } from '../errors.js'
import { lineText, splitChunks } from '../traces/lines.js'
import { parseTrace, TraceError } from '../traces/parse.js'
import { SCHEMA_VERSION } from '../traces/schema.js'
import { shardRows, traceEntry, type Scorer, type TraceEntry } from './index/rows.js'
import type { ShardRows } from './index/segment.js'

/**
 * The path of a new shard. Its timestamp is later than that of every shard there is, whatever the clocks of other
 * publishers say: sums over the dataset go in the order of the names.
 *
 * @param random eight hex digits
 */
export function shardPath(now: Date, existing: readonly string[], random: string): string {
  let time = Math.floor(now.getTime() / 1000)
  for (const path of existing) {
    const published = shardTime(path)
    if (published !== undefined && published >= time) time = published + 1
  }
  const stamp = new Date(time * 1000).toISOString().replace(/[-:]|\.\d{3}/g, '')
  return `data/traces_${stamp}_${random}.jsonl`
}

/** Seconds since 1970 that a shard's name states; undefined where it states no time before the year 9999. */
function shardTime(path: string): number | undefined {
  const match = /^data\/traces_(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z/.exec(path)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number
  ]
  const time = Date.UTC(year, month - 1, day, hour, minute, second) / 1000
  return year < 9999 && Number.isFinite(time) ? time : undefined
}

/**
 * Reads a published shard, of whatever schema and writer.
 *
 * @throws UnsafeDedupeError where a line cannot be read: what cannot be read cannot be compared with
 * @throws GateError where a record has a newer schema
 */
export async function readShard(path: string, chunks: AsyncIterable<Uint8Array>, score: Scorer): Promise<ShardRows> {
  const entries: TraceEntry[] = []
  for await (const line of splitChunks(chunks)) {
    try {
      const text = lineText(line)
      if (text !== undefined) entries.push(traceEntry(parseTrace(text), score))
    } catch (error) {
      if (!(error instanceof TraceError)) throw error
      throw unreadableShard(path, line.number, error)
    }
  }
  return shardRows(path, entries)
}

function unreadableShard(path: string, line: number, error: TraceError): Error {
  const where = `${path}:${String(line)}`
  if (error.reason === 'schema-ahead') {
    return new GateError(
      'SCHEMA_AHEAD',
      `the dataset holds a record of a newer schema than ${SCHEMA_VERSION} (${where})`,
      {
        hint: 'Use a newer version of this action.'
      }
    )
  }
  return new UnsafeDedupeError('SHARD_UNREADABLE', `a published shard cannot be read: ${where}: ${error.message}`, {
    hint: 'Duplicates cannot be told from new traces without it. Repair or remove the shard on the dataset, then run again.'
  })
}
