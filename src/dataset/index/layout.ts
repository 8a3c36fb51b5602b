/** Where what lies in a segment: its header and the byte ranges that follow from it. `segment.ts` draws the picture. */
import { z } from 'zod'

export const KEY_BYTES = 16
export const KEY_KINDS = ['content', 'identity', 'trace', 'session'] as const
export type KeyKind = (typeof KEY_KINDS)[number]

export const MAGIC = Buffer.from('OTIDX1\0\0', 'latin1')
export const ENTRY_BYTES = KEY_BYTES + 4
export const MAX_FANOUT_BITS = 16

/** Bytes to fetch of a file of unknown header size: holds the header of a segment of several hundred shards. */
export const HEADER_GUESS = 64 * 1024

export interface Section {
  readonly start: number
  readonly end: number
}

export interface SegmentHeader {
  /** The shards in name order, with their number of traces. */
  readonly shards: readonly (readonly [shard: string, rows: number])[]
  readonly rows: number
  readonly fanoutBits: number
  readonly sections: Readonly<Record<'tallies' | 'rows' | KeyKind, Section>>
}

const count = z.number().int().nonnegative()
const offsets = z.tuple([count, count])
const headerSchema = z.object({
  shards: z.array(z.tuple([z.string(), count])),
  rows: count,
  fanout_bits: count.max(MAX_FANOUT_BITS),
  sections: z.object({
    tallies: offsets,
    rows: offsets,
    content: offsets,
    identity: offsets,
    trace: offsets,
    session: offsets
  })
})

/** Not a segment that this version can read. The index is a cache: its shards are then read again. */
export class SegmentError extends Error {
  override name = 'SegmentError'
}

/** The first bits of the key that begins at a byte offset, as an unsigned number. */
export function first32Bits(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at)
}

/** The partition of a key: its first bits. */
export function partitionOf(key: Uint8Array, fanoutBits: number): number {
  return fanoutBits === 0 ? 0 : first32Bits(key, 0) >>> (32 - fanoutBits)
}

/**
 * The header of a segment, from its first bytes.
 *
 * @returns undefined where more bytes are needed
 * @throws SegmentError
 */
export function decodeHeader(bytes: Uint8Array): SegmentHeader | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < 12 || !buffer.subarray(0, 8).equals(MAGIC)) throw new SegmentError('not a segment of format 1')
  const end = 12 + buffer.readUInt32LE(8)
  if (buffer.length < end) return undefined
  let json: unknown
  try {
    json = JSON.parse(buffer.toString('latin1', 12, end))
  } catch {
    throw new SegmentError('the header is not JSON')
  }
  const parsed = headerSchema.safeParse(json)
  if (!parsed.success) throw new SegmentError('the header is not one of format 1')
  const { shards, rows, fanout_bits: fanoutBits, sections } = parsed.data
  const section = (name: keyof SegmentHeader['sections']): Section => {
    const [start, stop] = sections[name]
    return { start: start + end, end: stop + end }
  }
  const header: SegmentHeader = {
    shards,
    rows,
    fanoutBits,
    sections: {
      tallies: section('tallies'),
      rows: section('rows'),
      content: section('content'),
      identity: section('identity'),
      trace: section('trace'),
      session: section('session')
    }
  }
  checkLayout(header, end)
  return header
}

/** Sections that overlap or are too short would be read as something else. */
function checkLayout(header: SegmentHeader, start: number): void {
  const { sections, shards, rows } = header
  let at = start
  for (const name of ['tallies', 'rows', ...KEY_KINDS] as const) {
    const { start: from, end: to } = sections[name]
    if (from !== at || to < from) throw new SegmentError('the sections are not one after the other')
    at = to
  }
  for (const kind of KEY_KINDS) {
    if (entriesRange(header, kind, 0, rows).end !== sections[kind].end) throw new SegmentError('keys are missing')
  }
  if (shards.reduce((sum, [, count]) => sum + count, 0) !== rows) throw new SegmentError('shards are missing')
}

/** Byte range of the fan-out of a kind: the keys of a partition begin at its position and end at the next one. */
export function fanoutRange(header: SegmentHeader, kind: KeyKind): Section {
  const { start } = header.sections[kind]
  return { start, end: start + ((1 << header.fanoutBits) + 1) * 4 }
}

/** Byte range of the entries from position `from` to `to` of a kind. */
export function entriesRange(header: SegmentHeader, kind: KeyKind, from: number, to: number): Section {
  const start = fanoutRange(header, kind).end
  return { start: start + from * ENTRY_BYTES, end: start + to * ENTRY_BYTES }
}

/** Name and first row of the shard that a row number belongs to. */
export function shardOfRow(header: SegmentHeader, row: number): string {
  let first = 0
  for (const [shard, count] of header.shards) {
    if (row < first + count) return shard
    first += count
  }
  throw new SegmentError('a row belongs to no shard')
}
