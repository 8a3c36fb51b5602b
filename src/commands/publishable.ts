/** What of a record may be published: everything but the parts of its review that quote it. */
import { publishableReview } from '../gates/review/metadata.js'
import { property, toMap } from '../traces/json.js'
import type { TraceRecord } from '../traces/schema.js'

export interface PublishableRecord {
  /** The same object where nothing had to be taken out. */
  readonly record: TraceRecord
  /** Names of what was taken out. */
  readonly stripped: readonly string[]
}

/**
 * Takes out of a record's review what quotes the trace, so that hashes and lines cover only what is published. The rest of
 * the review stays in its place; all of it goes where nothing of it may be published.
 */
export function publishable(record: TraceRecord): PublishableRecord {
  const review = property(record.metadata, 'llm_review')
  if (review === undefined) return { record, stripped: [] }
  const { value, stripped } = publishableReview(review)
  if (stripped.length === 0) return { record, stripped }
  const metadata = toMap(record.metadata)
  if (value === undefined) metadata.delete('llm_review')
  else metadata.set('llm_review', value)
  return { record: { ...record, metadata }, stripped }
}
