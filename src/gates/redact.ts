/**
 * The last gate of all: everything that people see passes here. Gates keep values out of what they say; this keeps out
 * what comes another way: file names, ids and field names of staged traces, messages of libraries and providers.
 */
import { knownFinder } from './known/find.js'
import type { KnownValue } from './known/values.js'
import { findSecrets } from './rules/find.js'
import { viewsOf } from './views/views.js'

export interface Redactor {
  /** Has a value hidden from now on. */
  readonly learn: (value: string) => void
  /** The text with `***` for what must not be seen; a text that holds it in another form is replaced whole. */
  readonly clean: (text: string) => string
}

const HIDDEN = '***'
/** What is shorter stands everywhere by chance, and says nothing. In UTF-16 units. */
const SHORTEST = 8

const MOST_REMEMBERED = 10_000

/** @param known what must never be seen, before any gate has run */
export function redactor(known: readonly KnownValue[]): Redactor {
  const values = new Map(known.map((one) => [one.value, one]))
  let find = knownFinder(known)
  let stale = false
  // A report repeats itself: states, names of models, sentences.
  const cleanedBefore = new Map<string, string>()
  const found = (text: string): string[] => {
    if (stale) find = knownFinder([...values.values()])
    stale = false
    return [...find(text), ...findSecrets(text, '')].map(({ value }) => value)
  }
  return {
    learn(value) {
      for (const text of [value, ...value.split(/\r?\n/).map((line) => line.trim())]) {
        if (text.length < SHORTEST || values.has(text)) continue
        values.set(text, { name: `found ${String(values.size)}`, value: text })
        stale = true
        cleanedBefore.clear()
      }
    },
    clean(text) {
      const before = cleanedBefore.get(text)
      if (before !== undefined) return before
      const first = found(text)
      // Longest first, or what is left of a longer one would still be seen.
      const shown = first
        .toSorted((a, b) => b.length - a.length)
        .reduce((rest, value) => rest.replaceAll(value, HIDDEN), text)
      const hides =
        (first.length > 0 && found(shown).length > 0) || viewsOf(shown).some((view) => found(view.text).length > 0)
      const result = hides ? `${HIDDEN} (hidden: it held a secret)` : shown
      if (cleanedBefore.size < MOST_REMEMBERED) cleanedBefore.set(text, result)
      return result
    }
  }
}

/** Every string in a JSON-like value cleaned, the names of fields too. */
export function cleanAll<T>(value: T, clean: (text: string) => string): T {
  return cleaned(value, clean) as T
}

function cleaned(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === 'string') return clean(value)
  if (Array.isArray(value)) return value.map((item) => cleaned(item, clean))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [clean(key), cleaned(item, clean)]))
}
