/**
 * The index of a dataset: a cache of what its shards hold, so that the cost of a push does not grow with what is already
 * published. It is trusted shard by shard, only where the listing still shows the same size and object id; whatever it
 * does not know is read from the shards themselves.
 */
import type { ScoredRow } from '../../quality/types.js'
import { compareCodePoints } from '../../traces/text.js'
import {
  emptyHead,
  INDEX_PATH,
  parseHead,
  SEGMENT_FOLDER,
  headText,
  isSegment,
  segmentRef,
  type IndexedShard,
  type IndexHead
} from './head.js'
import { SegmentReader, type ReadBytes } from './lookup.js'
import { planMerge } from './merge.js'
import { rowKey } from './rows.js'
import { encodeSegment, KEY_KINDS, SegmentError, type IndexRow, type KeyKind, type ShardRows } from './segment.js'
import { addShard, copyTotals, emptyTotals, type DatasetTotals } from './totals.js'

/** A file of the listing. */
export interface ListedFile {
  readonly path: string
  readonly size: number
  readonly oid: string
}

export interface IndexSource {
  /** The whole listing of the dataset at one revision. */
  readonly files: readonly ListedFile[]
  readonly readBytes: ReadBytes
  /** Reads and parses one shard. What it throws ends the run. */
  readonly readShard: (file: ListedFile) => Promise<ShardRows>
  /** The scorer of this version; shards scored by another are read again. */
  readonly scorerVersion: string | null
}

/** Where a trace of this batch, or another version of it, is published already. */
export interface Published {
  /** The shard that holds the same trace. */
  duplicateIn?: string
  /** The shard that holds another content under the same trace_id. */
  changedFrom?: string
  /** The highest published generation of the same session. */
  generation?: bigint
}

export interface DatasetIndex {
  /** Every shard of the dataset, in name order, with the segment that holds its traces; fresh ones have none yet. */
  readonly shards: readonly ListedFile[]
  /** Shards that had to be read, because the index does not know them as they are now. */
  readonly fresh: readonly (ShardRows & { readonly file: ListedFile })[]
  /** Shards that the index knew and that are gone. */
  readonly gone: readonly string[]
  /** Why all shards were read again, where that was so. */
  readonly rebuilt: 'absent' | 'unreadable' | 'scorer-changed' | undefined
  /** Over all shards, in name order. */
  readonly totals: DatasetTotals
  /** Where the traces of a batch are published, in the order of the rows. */
  find(rows: readonly IndexRow[]): Promise<Published[]>
  /** The scored traces of the dataset, in its order, for what names single ones. */
  scoredRows(): Promise<ScoredRow[]>
  /** The files of the index once a shard is added that sorts behind all others. */
  extend(added: ShardRows & { readonly file: ListedFile }): Promise<IndexChange>
}

export interface IndexChange {
  /** The head comes last. */
  readonly writes: readonly { path: string; content: Uint8Array }[]
  readonly deletes: readonly string[]
  readonly totals: DatasetTotals
}

const SHARD = /^data\/traces_[^/]*\.jsonl$/

/** Whether a path is a shard: only these are part of the dataset's default configuration. */
export function isShard(path: string): boolean {
  return SHARD.test(path)
}

/**
 * Opens the index, brings it level with the listing and hands it to `use`. Where a segment turns out to be damaged, at
 * whatever point, it is left out and `use` runs again, its shards then read, each once: an index is a cache.
 */
export async function withIndex<T>(source: IndexSource, use: (index: DatasetIndex) => Promise<T>): Promise<T> {
  const broken = new Set<string>()
  const read = new Map<string, Promise<ShardRows>>()
  const readShard = (file: ListedFile): Promise<ShardRows> => {
    const rows = read.get(file.path) ?? source.readShard(file)
    read.set(file.path, rows)
    return rows
  }
  for (;;) {
    try {
      return await use(await new Opened({ ...source, readShard }, broken).load())
    } catch (error) {
      if (!(error instanceof BrokenSegment) || broken.has(error.path)) throw error
      broken.add(error.path)
    }
  }
}

class BrokenSegment extends Error {
  constructor(readonly path: string) {
    super(`damaged index segment: ${path}`)
  }
}

class Opened implements DatasetIndex {
  shards: ListedFile[] = []
  fresh: (ShardRows & { file: ListedFile })[] = []
  gone: string[] = []
  rebuilt: DatasetIndex['rebuilt']
  totals: DatasetTotals = emptyTotals()
  private known: IndexedShard[] = []
  private readers = new Map<string, SegmentReader>()

  constructor(
    private readonly source: IndexSource,
    private readonly broken: Set<string>
  ) {}

  async load(): Promise<this> {
    const listed = new Map(this.source.files.map((file) => [file.path, file]))
    this.shards = this.source.files
      .filter((file) => isShard(file.path))
      .sort((a, b) => compareCodePoints(a.path, b.path))
    const head = await this.readHead(listed)

    const segments = new Map(
      head.segments
        .filter((ref) => isSegment(ref, listed.get(ref.path)) && !this.broken.has(ref.path))
        .map((ref) => [ref.path, ref])
    )
    const current = (shard: IndexedShard): boolean => {
      const file = listed.get(shard.path)
      return file?.size === shard.size && file.oid === shard.oid && segments.has(shard.segment)
    }
    this.known = head.shards.filter(current)
    this.gone = head.shards.filter((shard) => !listed.has(shard.path)).map((shard) => shard.path)
    for (const ref of segments.values()) {
      if (this.known.some((shard) => shard.segment === ref.path)) {
        this.readers.set(ref.path, new SegmentReader(ref, this.source.readBytes))
      }
    }

    const known = new Set(this.known.map((shard) => shard.path))
    for (const file of this.shards) {
      if (!known.has(file.path)) this.fresh.push({ ...(await this.source.readShard(file)), file })
    }
    this.totals = await this.sum(head)
    return this
  }

  private async readHead(listed: ReadonlyMap<string, ListedFile>): Promise<IndexHead> {
    if (!listed.has(INDEX_PATH)) {
      if (this.shards.length > 0) this.rebuilt = 'absent'
      return emptyHead()
    }
    const head = parseHead(Buffer.from(await this.source.readBytes(INDEX_PATH)).toString('utf8'))
    if (head === undefined) {
      this.rebuilt = 'unreadable'
      return emptyHead()
    }
    if (head.scorerVersion !== this.source.scorerVersion && head.shards.length > 0) {
      this.rebuilt = 'scorer-changed'
      return { ...emptyHead(), segments: head.segments }
    }
    return head
  }

  /** Continues the running totals where every new shard comes behind all that they cover, else adds all shards anew. */
  private async sum(head: IndexHead): Promise<DatasetTotals> {
    const last = head.shards.at(-1)?.path
    const complete = this.known.length === head.shards.length
    const behind = this.fresh.every(({ shard }) => last === undefined || compareCodePoints(shard, last) > 0)
    if (complete && behind) {
      const totals = copyTotals(head.totals)
      for (const shard of this.fresh) addShard(totals, shard)
      return totals
    }
    const rows = new Map<string, ShardRows>(this.fresh.map((shard) => [shard.shard, shard]))
    for (const shard of await this.decode([...this.readers.keys()])) rows.set(shard.shard, shard)
    const totals = emptyTotals()
    for (const { path } of this.shards) addShard(totals, rows.get(path) as ShardRows)
    return totals
  }

  /** The live shards of some segments. */
  private async decode(paths: readonly string[]): Promise<ShardRows[]> {
    const segmentOf = new Map(this.known.map((shard) => [shard.path, shard.segment]))
    const decoded: ShardRows[] = []
    for (const path of paths) {
      const shards = await this.guard(path, (reader) => reader.decode())
      decoded.push(...shards.filter(({ shard }) => segmentOf.get(shard) === path))
    }
    return decoded
  }

  private async guard<T>(path: string, use: (reader: SegmentReader) => Promise<T>): Promise<T> {
    try {
      const reader = this.readers.get(path) as SegmentReader
      const held = new Map(await reader.shards())
      for (const shard of this.known) {
        if (shard.segment === path && held.get(shard.path) !== shard.traces) {
          throw new SegmentError('it does not hold the shards that the head looks for in it')
        }
      }
      return await use(reader)
    } catch (error) {
      throw error instanceof SegmentError ? new BrokenSegment(path) : error
    }
  }

  async find(rows: readonly IndexRow[]): Promise<Published[]> {
    const found = rows.map((): Published => ({}))
    const positions = new Map(KEY_KINDS.map((kind) => [kind, positionsByKey(rows, kind)]))
    const note = (kind: KeyKind, key: string, shard: string, generation: () => bigint): void => {
      for (const i of positions.get(kind)?.get(key) ?? []) {
        const one = found[i] as Published
        if (kind === 'session') {
          const published = generation()
          if (one.generation === undefined || published > one.generation) one.generation = published
        } else if (kind === 'trace') one.changedFrom ??= shard
        else one.duplicateIn ??= shard
      }
    }
    for (const path of this.readers.keys()) await this.findIn(path, positions, note)
    for (const { shard, rows: published } of this.fresh) {
      for (const row of published) {
        for (const kind of KEY_KINDS) note(kind, rowKey(row, kind), shard, () => row.generation)
      }
    }
    for (const one of found) if (one.duplicateIn !== undefined) delete one.changedFrom
    return found
  }

  private async findIn(
    path: string,
    positions: ReadonlyMap<KeyKind, ReadonlyMap<string, number[]>>,
    note: (kind: KeyKind, key: string, shard: string, generation: () => bigint) => void
  ): Promise<void> {
    const live = new Set(this.known.filter((shard) => shard.segment === path).map((shard) => shard.path))
    await this.guard(path, async (reader) => {
      for (const [kind, wanted] of positions) {
        for (const [key, rowNumbers] of await reader.find(kind, wanted.keys())) {
          for (const row of rowNumbers) {
            const shard = await reader.shardOf(row)
            if (!live.has(shard)) continue
            const generation = kind === 'session' ? await reader.generationOf(row) : 0n
            note(kind, key, shard, () => generation)
          }
        }
      }
    })
  }

  async scoredRows(): Promise<ScoredRow[]> {
    const segmentOf = new Map(this.known.map((shard) => [shard.path, shard.segment]))
    const rows = new Map<string, readonly Omit<IndexRow, 'keys'>[]>(
      this.fresh.map((shard) => [shard.shard, shard.rows])
    )
    for (const path of this.readers.keys()) {
      for (const [shard, own] of await this.guard(path, (reader) => reader.rowsByShard())) {
        if (segmentOf.get(shard) === path) rows.set(shard, own)
      }
    }
    return this.shards.flatMap(({ path }) => (rows.get(path) ?? []).filter(isScored))
  }

  async extend(added: ShardRows & { readonly file: ListedFile }): Promise<IndexChange> {
    const totals = copyTotals(this.totals)
    addShard(totals, added)

    const { kept, merged } = planMerge(
      [...this.readers.values()].map((reader) => reader.ref),
      [...this.fresh, added].reduce((sum, shard) => sum + shard.rows.length, 0)
    )
    const contents = [...(await this.decode(merged.map((ref) => ref.path))), ...this.fresh, added]
    contents.sort((a, b) => compareCodePoints(a.shard, b.shard))
    const bytes = encodeSegment(contents.map(({ shard, rows, tally }) => ({ shard, rows, tally })))
    const rows = contents.reduce((sum, shard) => sum + shard.rows.length, 0)
    const segment = segmentRef(bytes, rows)

    const inSegment = new Set(contents.map(({ shard }) => shard))
    const files = [...this.fresh, added].map(({ file, rows: { length } }) => ({ ...file, traces: length }))
    const shards = [...this.known, ...files]
      .map((shard): IndexedShard => ({
        path: shard.path,
        size: shard.size,
        oid: shard.oid,
        traces: shard.traces,
        segment: inSegment.has(shard.path) ? segment.path : (shard as IndexedShard).segment
      }))
      .sort((a, b) => compareCodePoints(a.path, b.path))
    const segments = [...kept, segment]
    const head = headText({ scorerVersion: this.source.scorerVersion, shards, segments, totals })
    const alive = new Set(segments.map((ref) => ref.path))
    return {
      writes: [
        { path: segment.path, content: bytes },
        { path: INDEX_PATH, content: Buffer.from(head, 'utf8') }
      ],
      // Segments that nothing refers to any more, those of an index that was given up included.
      deletes: this.source.files
        .map((file) => file.path)
        .filter((path) => path.startsWith(`${SEGMENT_FOLDER}/`) && path.endsWith('.otidx') && !alive.has(path)),
      totals
    }
  }
}

function isScored(row: Omit<IndexRow, 'keys'>): row is Omit<IndexRow, 'keys'> & ScoredRow {
  return row.totals !== undefined
}

function positionsByKey(rows: readonly IndexRow[], kind: KeyKind): Map<string, number[]> {
  const positions = new Map<string, number[]>()
  for (const [i, row] of rows.entries()) {
    const key = rowKey(row, kind)
    const at = positions.get(key)
    if (at === undefined) positions.set(key, [i])
    else at.push(i)
  }
  return positions
}
