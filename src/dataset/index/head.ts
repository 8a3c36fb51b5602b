/**
 * The head of the index, `opentraces-index.json`: which shards are known, in which segment their traces are, and the
 * running totals. About 100 bytes a shard.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { compareCodePoints, floatRepr } from '../../traces/text.js'
import { decodeTally, doubleSchema, encodeTally, tallySchema } from './tally-json.js'
import { emptyTotals, type DatasetTotals } from './totals.js'

export const INDEX_PATH = 'opentraces-index.json'
export const SEGMENT_FOLDER = 'index'
const SHARD_FOLDER = 'data/'
const FORMAT = 1

/** A shard as the index knows it. It counts only while size and object id equal those of the listing. */
export interface IndexedShard {
  readonly path: string
  readonly size: number
  readonly oid: string
  readonly traces: number
  /** Path of the segment that holds its traces. */
  readonly segment: string
}

export interface SegmentRef {
  readonly path: string
  readonly size: number
  /** Traces in it, those of replaced shards included. */
  readonly rows: number
  /** Hex SHA-1 of its content as a git blob. Its name has the SHA-256. */
  readonly gitOid: string
}

/** The name of a segment is the digest of its bytes: a damaged file is noticed whenever it is read as a whole. */
export function segmentName(bytes: Uint8Array): string {
  return nameOf(createHash('sha256').update(bytes).digest('hex'))
}

function nameOf(sha256: string): string {
  return `${sha256.slice(0, 24)}.otidx`
}

/** What the head says of a segment with these bytes. */
export function segmentRef(bytes: Uint8Array, rows: number): SegmentRef {
  const gitOid = createHash('sha1')
    .update(`blob ${String(bytes.length)}\0`)
    .update(bytes)
    .digest('hex')
  return { path: `${SEGMENT_FOLDER}/${segmentName(bytes)}`, size: bytes.length, rows, gitOid }
}

/** Whether a listed file has the segment's content, by the object id that the dataset's home gave it. */
export function isSegment(ref: SegmentRef, file: { size: number; oid: string } | undefined): boolean {
  if (file?.size !== ref.size) return false
  return file.oid === ref.gitOid || (file.oid.length === 64 && ref.path.endsWith(`/${nameOf(file.oid)}`))
}

export interface IndexHead {
  /** The scorer that made the totals in the segments; null where nothing was scored. */
  readonly scorerVersion: string | null
  /** In name order. */
  readonly shards: readonly IndexedShard[]
  readonly segments: readonly SegmentRef[]
  /** Over all of `shards`, in their order. */
  readonly totals: DatasetTotals
}

const count = z.number().int().nonnegative()
const five = <T extends z.ZodType>(item: T) => z.array(item).length(5)

const headSchema = z.strictObject({
  format: z.literal(FORMAT),
  scorer_version: z.string().nullable(),
  /** The last shard that the totals cover. */
  through: z.string().nullable(),
  totals: z.strictObject({
    tally: tallySchema,
    scored: count,
    score_sums: five(doubleSchema),
    score_min: five(count.nullable()),
    score_max: five(count.nullable())
  }),
  /** [name below index/, size, traces, git object id] */
  segments: z.array(
    z.tuple([z.string().regex(/^[0-9a-f]{24}\.otidx$/), count, count, z.string().regex(/^[0-9a-f]{40}$/)])
  ),
  /** [name below data/, size, object id, traces, position in `segments`] */
  shards: z.array(z.tuple([z.string().regex(/^traces_[^/]*\.jsonl$/), count, z.string(), count, count])),
  /** Hex SHA-256 of all that stands before it: a head that something else rewrote is not trusted. */
  digest: z.string()
})

export function emptyHead(): IndexHead {
  return { scorerVersion: null, shards: [], segments: [], totals: emptyTotals() }
}

/** The head in a text, or undefined where this version cannot use it: the index is a cache and is then made anew. */
export function parseHead(text: string): IndexHead | undefined {
  const end = text.lastIndexOf(DIGEST)
  if (text.slice(end) !== signature(text.slice(0, Math.max(end, 0)))) return undefined
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  const parsed = headSchema.safeParse(json)
  if (!parsed.success) return undefined
  const { segments, shards, totals, scorer_version } = parsed.data
  const refs = segments.map(([name, size, rows, gitOid]): SegmentRef => ({
    path: `${SEGMENT_FOLDER}/${name}`,
    size,
    rows,
    gitOid
  }))
  const known: IndexedShard[] = []
  for (const [name, size, oid, traces, position] of shards) {
    const segment = refs[position]
    if (segment === undefined) return undefined
    known.push({ path: SHARD_FOLDER + name, size, oid, traces, segment: segment.path })
  }
  // Totals that cover anything but these shards would make every later card wrong.
  if (parsed.data.through !== (shards.at(-1)?.[0] ?? null)) return undefined
  if (totals.tally.traces !== known.reduce((sum, { traces }) => sum + traces, 0)) return undefined
  if (!known.every(({ path }, i) => i === 0 || compareCodePoints((known[i - 1] as IndexedShard).path, path) < 0)) {
    return undefined
  }
  return {
    scorerVersion: scorer_version,
    shards: known,
    segments: refs,
    totals: {
      tally: decodeTally(totals.tally),
      scores: {
        scored: totals.scored,
        sums: totals.score_sums.map(Number),
        min: totals.score_min.map((value) => value ?? Infinity),
        max: totals.score_max.map((value) => value ?? -Infinity)
      }
    }
  }
}

const DIGEST = ',\n"digest":'

function signature(body: string): string {
  return `${DIGEST}"${createHash('sha256').update(body).digest('hex')}"}\n`
}

/** The text of a head: one line a shard, so that a push changes few lines. */
export function headText(head: IndexHead): string {
  const position = new Map(head.segments.map((segment, i) => [segment.path, i]))
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
  const { tally, scores } = head.totals
  const top = {
    format: FORMAT,
    scorer_version: head.scorerVersion,
    through: head.shards.at(-1)?.path.slice(SHARD_FOLDER.length) ?? null,
    totals: {
      tally: encodeTally(tally),
      scored: scores.scored,
      score_sums: scores.sums.map(floatRepr),
      score_min: scores.min.map(finite),
      score_max: scores.max.map(finite)
    }
  }
  const segments = head.segments.map(({ path, size, rows, gitOid }) => [
    path.slice(SEGMENT_FOLDER.length + 1),
    size,
    rows,
    gitOid
  ])
  const shards = head.shards.map(({ path, size, oid, traces, segment }) => [
    path.slice(SHARD_FOLDER.length),
    size,
    oid,
    traces,
    position.get(segment) as number
  ])
  const lines = (rows: readonly unknown[]): string => rows.map((row) => `\n${JSON.stringify(row)}`).join(',')
  const members = Object.entries(top).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
  const body = `{${members.join(',\n')},\n"segments":[${lines(segments)}],\n"shards":[${lines(shards)}]`
  return body + signature(body)
}
