/**
 * A segment of the index: an immutable binary file that says which traces a group of shards holds.
 *
 * ```
 * "OTIDX1\0\0"  8 bytes
 * header length u32 little-endian, header: JSON, ASCII
 * sections, one after the other, their offsets from the end of the header in the header:
 *   tallies   JSON: what the card counts, per shard
 *   rows      per trace, in the order of the shards: generation (varint), length of the id prefix (u8), id prefix
 *             (UTF-8), five totals in tenths of a percent (u16 each, 0xFFFF: not scored), cost in US dollars (f64, NaN:
 *             unknown)
 *   content, identity, trace, session
 *             the 16-byte keys of that kind: a fan-out of 2^bits + 1 positions (u32), then entries of key and row
 *             number (u32), sorted by key
 * ```
 *
 * Numbers are little-endian. The fan-out partitions the keys by their first bits: a reader fetches the header and the
 * partitions that it needs, by byte range, however large the file is. About 110 bytes a trace.
 */
import { z } from 'zod'
import {
  decodeHeader,
  ENTRY_BYTES,
  entriesRange,
  first32Bits,
  KEY_BYTES,
  KEY_KINDS,
  MAGIC,
  MAX_FANOUT_BITS,
  partitionOf,
  SegmentError,
  type KeyKind,
  type Section,
  type SegmentHeader
} from './layout.js'
import { decodeTally, encodeTally, tallySchema, type TallyJson } from './tally-json.js'
import type { Tally } from '../statistics.js'

export { KEY_BYTES, KEY_KINDS, SegmentError, type KeyKind } from './layout.js'

const NOT_SCORED = 0xffff
/** Keys in one partition, about: 1.3 kB to fetch for a look-up. */
const PARTITION_KEYS = 64

/** What the index knows of one trace. */
export interface IndexRow {
  /** The keys in the order of `KEY_KINDS`: 64 bytes. */
  readonly keys: Uint8Array
  readonly generation: bigint
  /** The first eight code points of the trace_id, for messages. */
  readonly idPrefix: string
  /** The five persona totals in tenths of a percent; undefined where it was not scored. */
  readonly totals: readonly number[] | undefined
  /** US dollars. */
  readonly cost: number | null
}

/** The traces of one shard, in line order. */
export interface ShardRows {
  /** Path of the shard. */
  readonly shard: string
  readonly rows: readonly IndexRow[]
  readonly tally: Tally
}

/** The bytes of a segment. The shards must be in name order, each at most once. */
export function encodeSegment(shards: readonly ShardRows[]): Buffer {
  const rows = shards.flatMap((shard) => shard.rows)
  const fanoutBits = Math.min(MAX_FANOUT_BITS, Math.max(0, Math.ceil(Math.log2(rows.length / PARTITION_KEYS))))
  const tallies = JSON.stringify(shards.map((shard) => encodeTally(shard.tally)))
  const parts: [keyof SegmentHeader['sections'], Buffer][] = [
    ['tallies', Buffer.from(tallies, 'utf8')],
    ['rows', encodeRows(rows)],
    ...KEY_KINDS.map((kind, i): [KeyKind, Buffer] => [kind, encodeKeys(rows, i, fanoutBits)])
  ]
  // The header's length depends on the offsets in it: offsets are written relative to the end of the header.
  let offset = 0
  const sections: Record<string, [number, number]> = {}
  for (const [name, bytes] of parts) {
    sections[name] = [offset, offset + bytes.length]
    offset += bytes.length
  }
  const header = Buffer.from(
    JSON.stringify({
      shards: shards.map((shard) => [shard.shard, shard.rows.length]),
      rows: rows.length,
      fanout_bits: fanoutBits,
      sections
    }).replace(/[\x7f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
    'latin1'
  )
  const length = Buffer.alloc(4)
  length.writeUInt32LE(header.length)
  return Buffer.concat([MAGIC, length, header, ...parts.map(([, bytes]) => bytes)])
}

function encodeRows(rows: readonly IndexRow[]): Buffer {
  const chunks: Buffer[] = []
  for (const row of rows) {
    const id = Buffer.from(row.idPrefix, 'utf8')
    const fixed = Buffer.alloc(18)
    for (let i = 0; i < 5; i++) fixed.writeUInt16LE(row.totals?.[i] ?? NOT_SCORED, i * 2)
    fixed.writeDoubleLE(row.cost ?? NaN, 10)
    chunks.push(varint(row.generation), Buffer.from([id.length]), id, fixed)
  }
  return Buffer.concat(chunks)
}

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = value
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest === 0n ? low : low | 0x80)
  } while (rest !== 0n)
  return Buffer.from(bytes)
}

function encodeKeys(rows: readonly IndexRow[], kind: number, fanoutBits: number): Buffer {
  const at = kind * KEY_BYTES
  const order = sortByKey(rows, at)
  const partitions = 1 << fanoutBits
  const fanoutBytes = (partitions + 1) * 4
  const bytes = Buffer.alloc(fanoutBytes + order.length * ENTRY_BYTES)
  let partition = 0
  for (const [position, rowNumber] of order.entries()) {
    const key = (rows[rowNumber] as IndexRow).keys.subarray(at, at + KEY_BYTES)
    for (const own = partitionOf(key, fanoutBits); partition <= own; partition++)
      bytes.writeUInt32LE(position, partition * 4)
    const start = fanoutBytes + position * ENTRY_BYTES
    bytes.set(key, start)
    bytes.writeUInt32LE(rowNumber, start + KEY_BYTES)
  }
  for (; partition <= partitions; partition++) bytes.writeUInt32LE(order.length, partition * 4)
  return bytes
}

/** Row numbers in the order of a key. Sorting numbers is many times faster than comparing bytes; ties are settled after. */
function sortByKey(rows: readonly IndexRow[], at: number): number[] {
  // A double holds 53 bits: those of the row number, and as many of the key as there is room for.
  const rowNumbers = 2 ** Math.max(21, Math.ceil(Math.log2(rows.length)))
  const sortable = new Float64Array(rows.length)
  for (const [i, row] of rows.entries()) {
    sortable[i] = Math.floor(first32Bits(row.keys, at) / (rowNumbers / 2 ** 21)) * rowNumbers + i
  }
  sortable.sort()
  const order = Array.from(sortable, (value) => value % rowNumbers)
  const compare = (a: number, b: number): number =>
    Buffer.compare(
      (rows[a] as IndexRow).keys.subarray(at, at + KEY_BYTES),
      (rows[b] as IndexRow).keys.subarray(at, at + KEY_BYTES)
    )
  for (let i = 1; i < order.length; i++) {
    for (let j = i; j > 0 && compare(order[j - 1] as number, order[j] as number) > 0; j--) {
      const swapped = order[j] as number
      order[j] = order[j - 1] as number
      order[j - 1] = swapped
    }
  }
  return order
}

/** Row numbers of the entries with that key, in a sorted run of entries. */
export function findKey(entries: Uint8Array, key: Uint8Array): number[] {
  const view = Buffer.from(entries.buffer, entries.byteOffset, entries.byteLength)
  const count = Math.floor(view.length / ENTRY_BYTES)
  const compareAt = (i: number): number => view.compare(key, 0, KEY_BYTES, i * ENTRY_BYTES, i * ENTRY_BYTES + KEY_BYTES)
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareAt(middle) < 0) low = middle + 1
    else high = middle
  }
  const found: number[] = []
  for (let i = low; i < count && compareAt(i) === 0; i++) found.push(view.readUInt32LE(i * ENTRY_BYTES + KEY_BYTES))
  return found
}

/** The rows section without the keys. */
export function decodeRows(bytes: Uint8Array, count: number): Omit<IndexRow, 'keys'>[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const rows: Omit<IndexRow, 'keys'>[] = []
  let at = 0
  try {
    for (let n = 0; n < count; n++) {
      let generation = 0n
      for (let shift = 0n; ; shift += 7n) {
        const byte = buffer.readUInt8(at++)
        if (shift > 63n) throw new SegmentError('a generation has more than 64 bits')
        generation |= BigInt(byte & 0x7f) << shift
        if (byte < 0x80) break
      }
      const idLength = buffer.readUInt8(at++)
      const idPrefix = buffer.toString('utf8', at, at + idLength)
      at += idLength
      const totals = [0, 2, 4, 6, 8].map((offset) => buffer.readUInt16LE(at + offset))
      const cost = buffer.readDoubleLE(at + 10)
      at += 18
      rows.push({
        generation,
        idPrefix,
        totals: totals.includes(NOT_SCORED) ? undefined : totals,
        cost: Number.isNaN(cost) ? null : cost
      })
    }
  } catch (error) {
    throw error instanceof SegmentError ? error : new SegmentError('the rows are cut short')
  }
  if (at !== buffer.length) throw new SegmentError('the rows do not fill their section')
  return rows
}

const talliesSchema = z.array(tallySchema)

/** Everything that a segment holds. @throws SegmentError */
export function decodeSegment(bytes: Uint8Array): ShardRows[] {
  const header = decodeHeader(bytes)
  if (header?.sections.session.end !== bytes.length) throw new SegmentError('the file is cut short')
  const part = ({ start, end }: Section): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
  const bare = decodeRows(part(header.sections.rows), header.rows)
  const keys = Buffer.alloc(header.rows * KEY_BYTES * KEY_KINDS.length)
  for (const [i, kind] of KEY_KINDS.entries()) {
    const entries = part(entriesRange(header, kind, 0, header.rows))
    for (let n = 0; n < header.rows; n++) {
      const start = n * ENTRY_BYTES
      const row = entries.readUInt32LE(start + KEY_BYTES)
      if (row >= header.rows) throw new SegmentError('a key names a row that does not exist')
      keys.set(entries.subarray(start, start + KEY_BYTES), (row * KEY_KINDS.length + i) * KEY_BYTES)
    }
  }
  const tallies = decodeTallies(part(header.sections.tallies))
  let next = 0
  return header.shards.map(([shard, count], i) => {
    const tally = tallies[i]
    if (tally === undefined) throw new SegmentError('a tally is missing')
    const rows = bare.slice(next, next + count).map((row, n): IndexRow => {
      const at = (next + n) * KEY_BYTES * KEY_KINDS.length
      return { ...row, keys: keys.subarray(at, at + KEY_BYTES * KEY_KINDS.length) }
    })
    next += count
    return { shard, rows, tally: decodeTally(tally) }
  })
}

function decodeTallies(bytes: Buffer): TallyJson[] {
  try {
    return talliesSchema.parse(JSON.parse(bytes.toString('utf8')))
  } catch {
    throw new SegmentError('the tallies cannot be read')
  }
}
