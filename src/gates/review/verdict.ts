/**
 * A review's verdict on one trace: what its values mean, and which of two is worse. A verdict can hold a trace back and
 * never lets one pass that something else holds.
 */
import { z } from 'zod'

/** From mild to severe. */
export const SHAREABLE = ['yes', 'manual_review', 'no'] as const
/** From mild to severe. */
export const MISSED = ['no', 'maybe', 'yes'] as const

export interface Verdict {
  /** Whether everybody may read the trace. */
  readonly shareable: (typeof SHAREABLE)[number]
  /** Whether it holds sensitive data that redaction has missed. */
  readonly missed: (typeof MISSED)[number]
}

export const shareableSchema = z.enum(SHAREABLE)
export const missedSchema = z.enum(MISSED)

/** What a model may say that a quote is about. */
export const CATEGORIES = [
  'credential',
  'personal_data',
  'customer_or_project',
  'internal_system',
  'business_data',
  'other'
] as const
export type Category = (typeof CATEGORIES)[number]

/** Where a model found something. The quote itself is never kept: it is what must not be shown. */
export interface Evidence {
  readonly category: Category
  /** JSON pointer in the published record; keys that the schema does not know are `*`. */
  readonly pointer: string
}

/** A verdict and everything that is kept with it. */
export interface Review extends Verdict {
  readonly evidence: readonly Evidence[]
  /** As the endpoint names it; empty where the review does not say. */
  readonly model: string
  /** ISO 8601; empty where the review does not say. */
  readonly reviewedAt: string
  /** Of the question that was put to the model; empty where the review does not say. */
  readonly promptVersion: string
}

export const BEST: Verdict = { shareable: 'yes', missed: 'no' }

/** The worse of each value of two verdicts: a part that may not be shared makes the whole unfit. */
export function worst(a: Verdict, b: Verdict): Verdict {
  return {
    shareable: severer(SHAREABLE, a.shareable, b.shareable),
    missed: severer(MISSED, a.missed, b.missed)
  }
}

function severer<T>(scale: readonly T[], a: T, b: T): T {
  return scale.indexOf(a) >= scale.indexOf(b) ? a : b
}
