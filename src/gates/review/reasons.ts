/** Why the review holds a trace: stable words for `detector`, and a sentence for people. */
import type { Verdict } from './verdict.js'

/** What a carried verdict lacks. */
const CARRIED = {
  'no-verdict': 'it carries no verdict of a review',
  malformed: 'its review is not an object with a verdict',
  incomplete: 'its review is not complete',
  'unknown-value': 'its review has a value that no review gives',
  stale: 'it was changed after its review',
  unverifiable: 'nothing proves that its review is one of this content'
} as const

/** What a complete and fresh verdict says. */
const SAID = {
  'not-shareable': 'the review says that it must not be shared',
  sensitive: 'the review says that it holds sensitive data',
  'manual-review': 'the review asks for a person to look at it',
  'maybe-sensitive': 'the review is not sure that it holds no sensitive data'
} as const

/** Why there is no verdict although one was wanted. */
const FAILED = {
  'untrusted-event': 'its review was not asked for, because the event that started the run is not trusted',
  budget: 'its review does not fit into the token budget',
  timeout: 'the model did not answer in time',
  unreachable: 'the model endpoint could not be reached',
  redirected: 'the model endpoint redirects elsewhere, which is not followed',
  unauthorised: 'the model endpoint refuses the key',
  'payment-required': 'the model endpoint asks for payment',
  'not-found': 'the model endpoint does not know the address or the model',
  'rate-limited': 'the model endpoint limits the rate of requests',
  'server-error': 'the model endpoint failed',
  rejected: 'the model endpoint rejects the request',
  'too-long': 'the model endpoint takes only shorter texts',
  'answer-too-large': 'the answer of the model endpoint is far too long',
  'not-json': 'the model endpoint did not answer in JSON',
  'wrong-shape': 'the answer of the model endpoint is not a verdict',
  refused: 'the model refused to review it',
  truncated: 'the answer of the model was cut short',
  'not-read-whole': 'the model did not prove that it was given the whole text',
  'evidence-not-found': 'the model quotes what is not in the trace'
} as const

export type CarriedReason = keyof typeof CARRIED
export type FailedReason = keyof typeof FAILED
export type ReviewReason = CarriedReason | keyof typeof SAID | FailedReason

const SENTENCES: Readonly<Record<ReviewReason, string>> = { ...CARRIED, ...SAID, ...FAILED }

/** The reason as a clause about the trace. */
export function clauseOf(reason: ReviewReason): string {
  return SENTENCES[reason]
}

/** What holds a trace with this verdict; undefined for the one clean verdict. The worse half is named. */
export function reasonOf({ shareable, missed }: Verdict): keyof typeof SAID | undefined {
  if (missed === 'yes') return 'sensitive'
  if (shareable === 'no') return 'not-shareable'
  if (shareable === 'manual_review') return 'manual-review'
  return missed === 'maybe' ? 'maybe-sensitive' : undefined
}

/** True where no further request of the run can succeed. */
export function isFinal(reason: FailedReason): boolean {
  return ['redirected', 'unauthorised', 'payment-required', 'not-found'].includes(reason)
}

/** True where the same request may succeed later. */
export function isTransient(reason: ReviewReason): boolean {
  return ['timeout', 'unreachable', 'rate-limited', 'server-error'].includes(reason)
}

/** Why a request, or its answer, gave no verdict. */
export class ReviewFailure extends Error {
  override name = 'ReviewFailure'
  constructor(
    readonly reason: FailedReason,
    /** Tokens that it is known, or must be assumed, to have cost. */
    readonly tokens = 0
  ) {
    super(clauseOf(reason))
  }
}
