/** `metadata.llm_review` as this action writes it into a staged trace, and what of any such value may be published. */
import { z } from 'zod'
import { entries, isJsonObject, type JsonObject, type JsonValue } from '../../traces/json.js'
import type { Subject } from './carried.js'
import { missedSchema, shareableSchema, type Review } from './verdict.js'

/** The value for a staged trace: names and places, no text of the trace. */
export function stagedReview(review: Review, subject: Subject): JsonObject {
  return {
    status: 'complete',
    shareable: review.shareable,
    missed_sensitive_data: review.missed,
    model: review.model,
    reviewed_at: review.reviewedAt,
    prompt_version: review.promptVersion,
    subject: subject.subject,
    content_hash: subject.contentHash,
    schema_version: subject.schemaVersion,
    evidence: review.evidence.map(({ category, pointer }) => ({ category, pointer }))
  }
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/**
 * What may be published, and its form. Everything else stays behind: the CLI's `flagged_parts` quote up to a hundred
 * characters of what must not be shown, its `summary` retells it, and `base_url` can name an internal host.
 */
const PUBLISHED: Readonly<Record<string, z.ZodType>> = {
  status: z.literal('complete'),
  shareable: shareableSchema,
  missed_sensitive_data: missedSchema,
  model: z.string().regex(/^[\w.:@/+-]{1,200}$/),
  reviewed_at: z.iso.datetime({ offset: true }),
  subject: sha256,
  content_hash: sha256,
  schema_version: z.string().regex(/^\d{1,9}\.\d{1,9}\.\d{1,9}$/)
}

/** Fields whose names may be told; any other name could be anything. */
const KNOWN: ReadonlySet<string> = new Set([
  ...Object.keys(PUBLISHED),
  ...['flagged_parts', 'summary', 'badge', 'api_format', 'base_url', 'prompt_version', 'review_key'],
  ...['denied_before_llm', 'evidence']
])

export interface PublishableReview {
  /** Undefined where nothing of it may be published. */
  readonly value: JsonObject | undefined
  /** Names of what was left out, sorted; `*` for names that no review has. */
  readonly stripped: readonly string[]
}

/** The part of a `metadata.llm_review` that may be published. */
export function publishableReview(value: JsonValue): PublishableReview {
  if (!isJsonObject(value)) return { value: undefined, stripped: ['*'] }
  const kept: Record<string, JsonValue> = {}
  const stripped = new Set<string>()
  for (const [key, item] of entries(value)) {
    if (Object.hasOwn(PUBLISHED, key) && PUBLISHED[key]?.safeParse(item).success === true) kept[key] = item
    else stripped.add(KNOWN.has(key) ? key : '*')
  }
  return { value: Object.keys(kept).length === 0 ? undefined : kept, stripped: [...stripped].sort() }
}
