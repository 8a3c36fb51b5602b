/**
 * Deny patterns that are plain texts. They are found as they are, and where the text spells them another way: composed or
 * decomposed letters, compatibility forms such as full-width ones, and upper or lower case where the entry says so.
 */
import { searchFor, SHORTEST } from '../search.js'

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

const asItIs: Reading = { of: (text) => text, parts: CODE_POINTS }
const normalized: Reading = { of: (text) => text.normalize('NFKC'), parts: LETTERS }
// Upper case does not depend on what stands around a letter, as lower case does (the final sigma).
const upper: Reading = { of: (text) => text.toUpperCase(), parts: CODE_POINTS }
const normalizedUpper: Reading = { of: (text) => text.normalize('NFKC').toUpperCase(), parts: LETTERS }

/** The first place of each entry in a text. In one pass for each way of reading it, whatever the number of entries. */
export function literalFinder(literals: readonly Literal[]): (text: string) => Span[] {
  const exact = literals.filter(({ ignoreCase }) => !ignoreCase)
  const folded = literals.filter(({ ignoreCase }) => ignoreCase)
  // What is found as it is needs no second look.
  const plain = [lookOut(exact, asItIs), lookOut(folded, upper)]
  const spelled = [lookOut(exact, normalized), lookOut(folded, normalizedUpper)]
  return (text) => {
    const spans = new Map<number, Span>()
    for (const look of mayBeSpelled(text) ? [...plain, ...spelled] : plain) {
      for (const span of look(text)) if (!spans.has(span.index)) spans.set(span.index, span)
    }
    return [...spans.values()]
  }
}

function lookOut(literals: readonly Literal[], reading: Reading): (text: string) => Span[] {
  if (literals.length === 0) return () => []
  const owners = new Map<string, number[]>()
  for (const { index, pattern } of literals) {
    const read = reading.of(pattern)
    owners.set(read, [...(owners.get(read) ?? []), index])
  }
  const patterns = [...owners.keys()]
  const long = patterns.filter(({ length }) => length >= SHORTEST)
  const short = patterns.filter(({ length }) => length < SHORTEST)
  const search = searchFor(long)
  return (text) => {
    const read = reading.of(text)
    const found = search(read).map(({ id, offset }) => ({ pattern: long[id] as string, offset }))
    for (const pattern of short) {
      const offset = read.indexOf(pattern)
      if (offset !== -1) found.push({ pattern, offset })
    }
    if (found.length === 0) return []
    const original = reading === asItIs || isAscii(text) ? undefined : originalOffsets(text, reading)
    return found.flatMap(({ pattern, offset }) => {
      const start = original?.[offset] ?? offset
      const end = original?.[offset + pattern.length] ?? offset + pattern.length
      return (owners.get(pattern) ?? []).map((index) => ({ index, start, length: Math.max(1, end - start) }))
    })
  }
}

/** Whether normalization may change it. Quotation marks, dashes, arrows and frames, which stand in many texts, do not. */
function mayBeSpelled(text: string): boolean {
  return /[^\0-\x7f\u2012-\u2016\u2018-\u2022\u2190-\u21ff\u2500-\u27bf]/.test(text)
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text)
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
