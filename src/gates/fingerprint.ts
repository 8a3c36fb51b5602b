/**
 * What a policy names a finding by: the same in every run, and nothing that helps to find the value.
 *
 * A secret with the entropy of a key is named by a hash of itself: it has the same fingerprint wherever it stands and
 * whichever gate finds it, so that one entry of an allow list covers it. A value that can be guessed (a name, a short
 * password) is named by its place: a hash of it in a public report would confirm the guess.
 */
import { createHash } from 'node:crypto'

/** What of a finding names it by its place. */
export interface FingerprintPlace {
  readonly gate: string
  readonly detector: string
  readonly traceId: string
  /** JSON pointer. */
  readonly pointer: string
}

/** @param value with the entropy of a key */
export function valueFingerprint(value: string): string {
  return `fp_${digest(['opentraces finding v1', value])}`
}

/** Says nothing of the value, not even whether another place holds the same one. */
export function placeFingerprint({ gate, detector, traceId, pointer }: FingerprintPlace): string {
  return `at_${digest(['opentraces finding at v1', gate, detector, traceId, pointer])}`
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12)
}
