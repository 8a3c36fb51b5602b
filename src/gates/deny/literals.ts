/**
 * Deny patterns that are plain texts. They are found as they are, and where the text spells them another way: composed or
 * decomposed letters, compatibility forms such as full-width ones, and upper or lower case where the entry says so.
 */
import { inAnyCase, searchFor, SHORTEST } from '../search.js'

export interface Literal {
  /** The entry's position in the policy's list. */
  readonly index: number
  readonly pattern: string
  readonly ignoreCase: boolean
}

/** Where an entry stands in a text, in UTF-16 units of the text as it is. */
export interface Span {
  readonly index: number
  readonly start: number
  readonly length: number
}

/** A letter with what is written onto it, which is what normalization may join: marks, and the inner letters of Hangul. */
const LETTERS = /[^][\p{M}\u1160-\u11ff]*/gu
const CODE_POINTS = /[^]/gu

/** How a text is read: every pattern is read in the same way before it is looked for. */
interface Reading {
  readonly of: (text: string) => string
  /** The parts that it changes by themselves, whatever stands around them. */
  readonly parts: RegExp
}

const normalized: Reading = { of: (text) => text.normalize('NFKC'), parts: LETTERS }
// Upper case does not depend on what stands around a letter, as lower case does (the final sigma).
const upper: Reading = { of: (text) => text.toUpperCase(), parts: CODE_POINTS }
const normalizedUpper: Reading = { of: (text) => text.normalize('NFKC').toUpperCase(), parts: LETTERS }

/** Looks for entries in a text. */
type Look = (text: string) => Span[]

/**
 * The first place of each entry in a text. In one pass for each way of reading it, whatever the number of entries.
 *
 * @returns a search that takes only ASCII letters in another case where `asWritten` is true
 */
export function literalFinder(literals: readonly Literal[]): (text: string, asWritten?: boolean) => Span[] {
  const exact = literals.filter(({ ignoreCase }) => !ignoreCase)
  const folded = literals.filter(({ ignoreCase }) => ignoreCase)
  const simple = [lookOut(exact), lookOut(folded, true)]
  // What is found as it is needs no second look.
  const spelled = [
    lookOut(exact),
    ...[upper, normalizedUpper].map((by) => lookIn(folded, by)),
    lookIn(exact, normalized)
  ]
  return (text, asWritten = false) => {
    const spans = new Map<number, Span>()
    for (const look of asWritten || !mayBeSpelled(text) ? simple : spelled) {
      for (const span of look(text)) if (!spans.has(span.index)) spans.set(span.index, span)
    }
    return [...spans.values()]
  }
}

/** Entries in a text as it is; in any case, where nothing but ASCII letters has one. */
function lookOut(literals: readonly Literal[], inCapitals = false): Look {
  if (literals.length === 0) return () => []
  const find = finderOf(literals, inCapitals ? upper.of : (text) => text, inCapitals)
  return (text) => find(text).map(({ index, offset, end }) => ({ index, start: offset, length: end - offset }))
}

/** Entries in a text that is read in another way. */
function lookIn(literals: readonly Literal[], reading: Reading): Look {
  if (literals.length === 0) return () => []
  const find = finderOf(literals, reading.of)
  return (text) => {
    const found = find(reading.of(text))
    if (found.length === 0) return []
    const original = originalOffsets(text, reading)
    return found.map(({ index, offset, end }) => {
      const start = original[offset] ?? offset
      return { index, start, length: Math.max(1, (original[end] ?? end) - start) }
    })
  }
}

interface Place {
  readonly index: number
  readonly offset: number
  readonly end: number
}

/** @param inAny whether the patterns, read as capitals, are looked for in any case */
function finderOf(
  literals: readonly Literal[],
  read: (pattern: string) => string,
  inAny = false
): (text: string) => Place[] {
  const owners = new Map<string, number[]>()
  for (const { index, pattern } of literals) {
    owners.set(read(pattern), [...(owners.get(read(pattern)) ?? []), index])
  }
  const patterns = [...owners.keys()]
  const long = patterns.filter(({ length }) => length >= SHORTEST)
  const short = patterns.filter(({ length }) => length < SHORTEST)
  const search = inAny ? searchFor(long, inAnyCase) : searchFor(long)
  return (text) => {
    const found = search(text).map(({ id, offset }) => ({ pattern: long[id] as string, offset }))
    const shown = inAny && short.length > 0 ? text.toUpperCase() : text
    for (const pattern of short) {
      const offset = shown.indexOf(pattern)
      if (offset !== -1) found.push({ pattern, offset })
    }
    return found.flatMap(({ pattern, offset }) =>
      (owners.get(pattern) ?? []).map((index) => ({ index, offset, end: offset + pattern.length }))
    )
  }
}

/** Whether normalization may change it. Quotation marks, dashes, arrows and frames, which stand in many texts, do not. */
function mayBeSpelled(text: string): boolean {
  return /[^\0-\x7f\u2012-\u2016\u2018-\u2022\u2190-\u21ff\u2500-\u27bf]/.test(text)
}

/** For every offset of the text as it is read, and its end, the offset of its part in the text as it is. */
function originalOffsets(text: string, reading: Reading): Uint32Array {
  const offsets = new Uint32Array(reading.of(text).length + 1).fill(text.length)
  let at = 0
  for (const { 0: part, index } of text.matchAll(reading.parts)) {
    const end = at + reading.of(part).length
    offsets.fill(index, at, end)
    at = end
  }
  return offsets
}
