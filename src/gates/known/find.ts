/** Known values in the texts of traces, in every form in which tools write them. */
import { searchFor, SHORTEST, type Match } from '../search.js'
import { formsOf, type KnownForm } from './forms.js'
import type { KnownValue } from './values.js'

export interface KnownMatch {
  /** Of the known value; not data of a trace. */
  readonly name: string
  /** The known value, never to be shown. */
  readonly value: string
  readonly form: KnownForm
  /** Where it stands in the text, and how much of it, in UTF-16 units. */
  readonly start: number
  readonly length: number
}

/** A value this long does not turn up inside a word by chance, even if it is a word itself. */
const SHORTEST_ANYWHERE = 16

interface Wanted {
  readonly text: string
  readonly form: KnownForm
  readonly owners: KnownValue[]
  /** Counts only as a whole word. */
  readonly isWord: boolean
}

/**
 * Makes a search for known values. It gives one match for each name in a text: of several values with the same name (a key
 * and its lines) the longest, in its plainest form, at its first place.
 *
 * Short values of letters only (or of digits only) count as whole words only: `acme` is no finding in `acmeism`.
 *
 * @param values of at least `SHORTEST` (4) UTF-16 units; a shorter one is a RangeError
 */
export function knownFinder(values: readonly KnownValue[]): (text: string) => KnownMatch[] {
  const wanted = wantedTexts(values)
  const search = searchFor(wanted.map(({ text }) => text))
  return (text) => {
    const best = new Map<string, KnownMatch>()
    const matches = search(text, (match) => isWhole(text, match, wanted[match.id] as Wanted))
    // In the order of `wanted`: of every value, the plainest form comes first.
    for (const { id, offset } of matches.toSorted((a, b) => a.id - b.id)) {
      const { form, owners, text: found } = wanted[id] as Wanted
      for (const { name, value } of owners) {
        const before = best.get(name)
        if (before !== undefined && before.value.length >= value.length) continue
        best.set(name, { name, value, form, start: offset, length: found.length })
      }
    }
    return [...best.values()]
  }
}

function wantedTexts(values: readonly KnownValue[]): Wanted[] {
  const wanted = new Map<string, Wanted>()
  for (const known of values) {
    if (known.value.length < SHORTEST) throw new RangeError('too short to be looked for')
    for (const [text, form] of formsOf(known.value)) {
      const same = wanted.get(text)
      if (same !== undefined) {
        same.owners.push(known)
        continue
      }
      const isWord = form === 'as it is' && text.length < SHORTEST_ANYWHERE && /^(?:[\p{L}\p{M}]+|\d+)$/u.test(text)
      wanted.set(text, { text, form, owners: [known], isWord })
    }
  }
  return [...wanted.values()]
}

function isWhole(text: string, { offset }: Match, { text: found, isWord }: Wanted): boolean {
  if (!isWord) return true
  return (
    !endsInWord(text.slice(Math.max(0, offset - 8), offset)) &&
    !/^[\p{L}\p{N}]/u.test(text.slice(offset + found.length, offset + found.length + 2))
  )
}

/** The letters of an escape (`\n`, `\u0022`, `%3D`, the end of a terminal's colour) are no part of the word after it. */
function endsInWord(before: string): boolean {
  if (!/[\p{L}\p{N}]$/u.test(before)) return false
  return !/(?:\\(?:[bfnrtv]|x[\da-f]{2}|u[\da-f]{4})|%[\da-f]{2}|\[[\d;]*m)$/i.test(before)
}
