/** What a text says about people and places: home paths, e-mail addresses, internal hosts. */
import type { PrivacyFinding } from '../policy.js'
import { emails, mayHoldEmails } from './emails.js'
import { homePaths, mayHoldHomePaths, type Found } from './home-paths.js'
import { internalHosts, mayHoldInternalHosts } from './internal-hosts.js'

export interface PrivateMatch extends Found {
  readonly kind: PrivacyFinding
}

interface Finder {
  readonly kind: PrivacyFinding
  readonly mayHold: (text: string) => boolean
  readonly find: (text: string) => Iterable<Found>
}

const FINDERS: readonly Finder[] = [
  { kind: 'home-paths', mayHold: mayHoldHomePaths, find: homePaths },
  { kind: 'emails', mayHold: mayHoldEmails, find: emails },
  { kind: 'internal-hosts', mayHold: mayHoldInternalHosts, find: internalHosts }
]

/** Every value of each kind at its first place in the text, in UTF-16 units. Values are never to be shown. */
export function findPrivate(text: string): PrivateMatch[] {
  const matches: PrivateMatch[] = []
  for (const { kind, mayHold, find } of FINDERS) {
    if (!mayHold(text)) continue
    const seen = new Set<string>()
    for (const { value, start } of find(text)) {
      if (seen.has(value)) continue
      seen.add(value)
      matches.push({ kind, value, start })
    }
  }
  return matches
}
