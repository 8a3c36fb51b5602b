/** Finds keys in the segments of an index, reading no more of a large segment than it must. */
import { segmentName, type SegmentRef } from './head.js'
import {
  decodeHeader,
  entriesRange,
  fanoutRange,
  HEADER_GUESS,
  partitionOf,
  shardOfRow,
  type SegmentHeader
} from './layout.js'
import {
  decodeRows,
  decodeSegment,
  findKey,
  SegmentError,
  type IndexRow,
  type KeyKind,
  type ShardRows
} from './segment.js'

/** Reads a file of the dataset, or a half-open byte range of it. */
export type ReadBytes = (path: string, range?: { start: number; end: number }) => Promise<Uint8Array>

/** Up to this size a segment is read as a whole: one request is cheaper than several. In bytes. */
const WHOLE = 1024 * 1024
/** Where more than this part of the partitions is wanted, the whole kind is read at once. */
const MOST_PARTITIONS = 1 / 8

/** One segment, read as far as needed. */
export class SegmentReader {
  private whole: Uint8Array | undefined
  private headerPromise: Promise<SegmentHeader> | undefined
  private rowsPromise: Promise<readonly Omit<IndexRow, 'keys'>[]> | undefined

  constructor(
    readonly ref: SegmentRef,
    private readonly readBytes: ReadBytes
  ) {}

  /** Row numbers by key, for those of the keys that the segment has. Keys are given and returned in hex. */
  async find(kind: KeyKind, keys: Iterable<string>): Promise<Map<string, number[]>> {
    const header = await this.header()
    const byPartition = new Map<number, Buffer[]>()
    for (const hex of new Set(keys)) {
      const key = Buffer.from(hex, 'hex')
      const partition = partitionOf(key, header.fanoutBits)
      const others = byPartition.get(partition)
      if (others === undefined) byPartition.set(partition, [key])
      else others.push(key)
    }
    const found = new Map<string, number[]>()
    const search = (entries: Uint8Array, wanted: readonly Buffer[]): void => {
      for (const key of wanted) {
        const rows = findKey(entries, key)
        if (rows.length > 0) found.set(key.toString('hex'), rows)
      }
    }
    if (byPartition.size > 1 && byPartition.size > (1 << header.fanoutBits) * MOST_PARTITIONS) {
      search(await this.bytes(entriesRange(header, kind, 0, header.rows)), [...byPartition.values()].flat())
      return found
    }
    const fanout = Buffer.from(await this.bytes(fanoutRange(header, kind)))
    await Promise.all(
      [...byPartition].map(async ([partition, wanted]) => {
        const from = fanout.readUInt32LE(partition * 4)
        const to = fanout.readUInt32LE(partition * 4 + 4)
        if (from > to || to > header.rows) throw new SegmentError('the fan-out is not in order')
        if (to > from) search(await this.bytes(entriesRange(header, kind, from, to)), wanted)
      })
    )
    return found
  }

  /** The shards whose traces it holds, with their number. */
  async shards(): Promise<SegmentHeader['shards']> {
    return (await this.header()).shards
  }

  async shardOf(row: number): Promise<string> {
    return shardOfRow(await this.header(), row)
  }

  async generationOf(row: number): Promise<bigint> {
    return (await this.rows())[row]?.generation ?? 0n
  }

  /** The rows of every shard in it, without their keys: a quarter of the file. */
  async rowsByShard(): Promise<[shard: string, rows: readonly Omit<IndexRow, 'keys'>[]][]> {
    const rows = await this.rows()
    let next = 0
    return (await this.header()).shards.map(([shard, count]) => [shard, rows.slice(next, (next += count))])
  }

  private rows(): Promise<readonly Omit<IndexRow, 'keys'>[]> {
    this.rowsPromise ??= this.header().then(async (header) =>
      decodeRows(await this.bytes(header.sections.rows), header.rows)
    )
    return this.rowsPromise
  }

  /** Everything in it. */
  async decode(): Promise<ShardRows[]> {
    return decodeSegment(await this.all())
  }

  private header(): Promise<SegmentHeader> {
    this.headerPromise ??= this.readHeader()
    return this.headerPromise
  }

  private async readHeader(): Promise<SegmentHeader> {
    if (this.ref.size <= WHOLE) await this.all()
    for (let size = HEADER_GUESS; ; size *= 8) {
      const header = decodeHeader(await this.bytes({ start: 0, end: Math.min(size, this.ref.size) }))
      if (header !== undefined) return header
      if (size >= this.ref.size) throw new SegmentError('the header is cut short')
    }
  }

  private async all(): Promise<Uint8Array> {
    if (this.whole === undefined) {
      const bytes = await this.readBytes(this.ref.path)
      if (!this.ref.path.endsWith(`/${segmentName(bytes)}`))
        throw new SegmentError('the content is not what its name says')
      this.whole = bytes
    }
    return this.whole
  }

  private async bytes(range: { start: number; end: number }): Promise<Uint8Array> {
    if (this.whole !== undefined) return this.whole.subarray(range.start, range.end)
    const bytes = await this.readBytes(this.ref.path, range)
    if (bytes.length !== range.end - range.start) throw new SegmentError('the file is shorter than the index says')
    return bytes
  }
}
