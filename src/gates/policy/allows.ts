/** The allow list of a policy against the findings of a run. */
import type { AllowEntry, Policy } from '../policy.js'

/** Every entry of the list, in its order, in exactly one of the three. */
export interface AppliedAllows {
  /** Entries that a finding matches: only these let one pass. */
  readonly used: readonly AllowEntry[]
  /** Entries that no finding matches: they can go, or a fingerprint has changed. */
  readonly unused: readonly AllowEntry[]
  /** Entries past their last day: what they match blocks again. */
  readonly expired: readonly AllowEntry[]
}

/**
 * Tells which entries count.
 *
 * @param fingerprints of all findings of the run
 * @param now its day in UTC decides; an entry counts through its last day
 */
export function appliedAllows(policy: Policy, fingerprints: Iterable<string>, now: Date): AppliedAllows {
  const found = new Set(fingerprints)
  const today = now.toISOString().slice(0, 10)
  const used: AllowEntry[] = []
  const unused: AllowEntry[] = []
  const expired: AllowEntry[] = []
  for (const entry of policy.allow) {
    if (entry.expires !== undefined && entry.expires < today) expired.push(entry)
    else if (found.has(entry.fingerprint)) used.push(entry)
    else unused.push(entry)
  }
  return { used, unused, expired }
}
