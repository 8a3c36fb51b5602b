/**
 * The verdict that a trace carries in `metadata.llm_review`, written by this action or by the CLI: whether it is complete,
 * clean and about the trace as it is now. It is a statement of whoever staged the trace; what is checked is that nobody
 * has changed the trace since, and that no half-finished or doubtful review passes for a clean one.
 */
import { createHash } from 'node:crypto'
import { canonicalRecord } from '../../traces/canonical.js'
import {
  isJsonArray,
  isJsonObject,
  parseJson,
  property,
  toMap,
  type JsonObject,
  type JsonValue
} from '../../traces/json.js'
import { parseTrace, TraceError } from '../../traces/parse.js'
import type { TraceRecord } from '../../traces/schema.js'
import { reportPointer } from '../../traces/shape.js'
import { writtenContentHash } from './content-hash.js'
import { reasonOf, type ReviewReason } from './reasons.js'
import { CATEGORIES, missedSchema, shareableSchema, type Category, type Evidence, type Review } from './verdict.js'

/** What a review is about: the line as it would be published without `metadata.llm_review`. */
export interface Subject {
  /** Lower-case hex SHA-256 of that line, UTF-8, without a line feed. */
  readonly subject: string
  /** The `content_hash` in that line. */
  readonly contentHash: string
  /** The `schema_version` in that line. */
  readonly schemaVersion: string
}

/** The judgement on what a trace carries. */
export type Carried =
  | { readonly clean: true; readonly by: 'action' | 'cli'; readonly review: Review }
  | {
      readonly clean: false
      readonly held: ReviewReason
      /** Whose, and what it says, where it is complete and fresh. */
      readonly by?: 'action' | 'cli'
      readonly review?: Review
    }

/** The subject of a review of this record, and the record without the review that it carries. */
export function subjectOf(record: TraceRecord): { readonly subject: Subject; readonly record: TraceRecord } {
  let bare = record
  if (property(record.metadata, 'llm_review') !== undefined) {
    const metadata = toMap(record.metadata)
    metadata.delete('llm_review')
    bare = { ...record, metadata }
  }
  const { line, contentHash } = canonicalRecord(bare)
  const subject = createHash('sha256').update(line).digest('hex')
  return { subject: { subject, contentHash, schemaVersion: bare.schema_version }, record: bare }
}

/**
 * Judges the verdict that a record carries.
 *
 * @param text the record as it was staged: verdicts of the CLI are bound to the very schema it was written in
 */
export function judgeCarried(text: string): Carried {
  let record: TraceRecord
  try {
    record = parseTrace(text).record
  } catch (error) {
    if (error instanceof TraceError) return { clean: false, held: 'unverifiable' }
    throw error
  }
  const value = property(record.metadata, 'llm_review')
  return value === undefined ? { clean: false, held: 'no-verdict' } : judge(value, text, record)
}

/** True where the verdict names its subject, as this action writes it: the line that is published is enough to judge it. */
export function isOwn(value: JsonValue | undefined): boolean {
  return isJsonObject(value) && property(value, 'subject') !== undefined
}

function judge(value: JsonValue, text: string, record: TraceRecord): Carried {
  if (!isJsonObject(value)) return { clean: false, held: 'malformed' }
  if (property(value, 'status') !== 'complete') return { clean: false, held: 'incomplete' }
  const shareable = shareableSchema.safeParse(property(value, 'shareable')).data
  const missed = missedSchema.safeParse(property(value, 'missed_sensitive_data')).data
  if (shareable === undefined || missed === undefined) return { clean: false, held: 'unknown-value' }
  const by = isOwn(value) ? 'action' : 'cli'
  if (by === 'action' && !isFresh(value, record)) return { clean: false, held: 'stale' }
  if (by === 'cli' && !isProven(value, text)) return { clean: false, held: 'unverifiable' }
  const review = {
    shareable,
    missed,
    evidence: evidenceOf(property(value, 'evidence')),
    model: textOf(value, 'model'),
    reviewedAt: textOf(value, 'reviewed_at'),
    promptVersion: textOf(value, 'prompt_version')
  }
  const held = reasonOf(review)
  return held === undefined ? { clean: true, by, review } : { clean: false, held, by, review }
}

/** The subject covers the other two: that they agree shows that one program wrote all three. */
function isFresh(value: JsonObject, record: TraceRecord): boolean {
  const { subject } = subjectOf(record)
  return (
    property(value, 'subject') === subject.subject &&
    property(value, 'content_hash') === subject.contentHash &&
    property(value, 'schema_version') === subject.schemaVersion
  )
}

/** The one part of a line that the CLI's hash does not cover. What the CLI writes there can hold nothing sensitive. */
const CLI_TRACE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The CLI's key is a hash over the content hash and the settings of the review, its context empty (facts: upstream 4.2). */
function isProven(value: JsonObject, text: string): boolean {
  const raw = parseJson(text)
  if (!isJsonObject(raw)) return false
  const stored = property(raw, 'content_hash')
  const traceId = property(raw, 'trace_id')
  if (typeof stored !== 'string' || typeof traceId !== 'string' || !CLI_TRACE_ID.test(traceId)) return false
  const settings = ['model', 'prompt_version', 'context', 'api_format', 'base_url'].map((name) =>
    name === 'context' ? '' : textOf(value, name)
  )
  const key = createHash('sha256')
    .update([stored, ...settings].join('\0'))
    .digest('hex')
  return property(value, 'review_key') === key && writtenContentHash(raw) === stored
}

function textOf(value: JsonObject, key: string): string {
  const text = property(value, key)
  return typeof text === 'string' ? text : ''
}

/** Places are shown to people, and anybody may have written them: what is no category or pointer of ours is left out. */
function evidenceOf(value: JsonValue | undefined): Evidence[] {
  if (!isJsonArray(value)) return []
  return value.slice(0, MAX_EVIDENCE).flatMap((one) => {
    const category = isJsonObject(one) ? property(one, 'category') : undefined
    const pointer = isJsonObject(one) ? property(one, 'pointer') : undefined
    if (!isCategory(category) || typeof pointer !== 'string' || !/^(\/[a-z_]{1,40}|\/\d{1,9}|\/\*)*$/.test(pointer))
      return []
    const path = pointer.split('/').slice(1)
    return [{ category, pointer: reportPointer(path.map((key) => (/^\d+$/.test(key) ? Number(key) : key))) }]
  })
}

/** Places of one review that are kept. */
export const MAX_EVIDENCE = 20

function isCategory(value: JsonValue | undefined): value is Category {
  return (CATEGORIES as readonly (JsonValue | undefined)[]).includes(value)
}
