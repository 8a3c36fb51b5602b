/** What is shared by those that put pieces together: which ones are worth it, and what the result looks like. */
import type { Rewritten } from './rewrite.js'
import { isDigit, isRich, isToken } from './sweep.js'

/** A piece of something, by where it stands. */
export interface Piece {
  readonly from: number
  readonly to: number
}

/** Shorter than this nothing is worth hiding. */
const SHORTEST = 16
/** What stands in front of the first piece may name what it is. */
const NAME = 60
/** Windows in which random characters are looked for. */
const WINDOW = 24
const MOST_WINDOWS = 40

/** A reading that is made of joined pieces only, one group a line. */
export function asReading(joined: readonly string[]): Rewritten | undefined {
  if (joined.length === 0) return undefined
  const windows = joined.join('\n')
  return { windows, full: () => windows }
}

/** The pieces as one, behind the beginning of the first one's line. */
export function joinedBehindName(text: string, first: number, pieces: readonly string[]): string {
  const line = text.lastIndexOf('\n', first - 1) + 1
  return text.slice(Math.max(line, first - NAME), first) + pieces.join('')
}

/** Whether some pieces may be parts of a secret, or of what is encoded; lists of words are none. */
export function isWorthIt(pieces: readonly string[]): boolean {
  const whole = pieces.join('')
  if (whole.length < SHORTEST) return false
  if (whole.includes('://') || whole.includes('-----')) return true
  for (let i = 0, from = 0; i < MOST_WINDOWS && from < whole.length; i++, from += WINDOW) {
    const to = Math.min(whole.length, from + WINDOW)
    if (to - from >= SHORTEST && isDense(whole, from, to) && isRich(whole, from, to)) return true
  }
  return false
}

function isDense(text: string, from: number, to: number): boolean {
  let tokens = 0
  for (let i = from; i < to; i++) if (isToken(text.charCodeAt(i))) tokens++
  return tokens * 4 >= (to - from) * 3
}

/**
 * How far two texts begin alike, whatever the numbers in them, up to the last sign that is no part of a word.
 *
 * @returns lengths of the common beginning in each
 */
export function commonHead(text: string, a: Piece, b: Piece): [number, number] {
  let [i, j] = [a.from, b.from]
  let [cutA, cutB] = [i, j]
  while (i < a.to && j < b.to) {
    const code = text.charCodeAt(i)
    if (isDigit(code) && isDigit(text.charCodeAt(j))) {
      while (i < a.to && isDigit(text.charCodeAt(i))) i++
      while (j < b.to && isDigit(text.charCodeAt(j))) j++
      continue
    }
    if (code !== text.charCodeAt(j)) break
    i++
    j++
    if (!isWordPart(code)) [cutA, cutB] = [i, j]
  }
  return [cutA - a.from, cutB - b.from]
}

/** The same from behind. */
export function commonTail(text: string, a: Piece, b: Piece): [number, number] {
  let [i, j] = [a.to, b.to]
  let [cutA, cutB] = [i, j]
  while (i > a.from && j > b.from) {
    const code = text.charCodeAt(i - 1)
    if (isDigit(code) && isDigit(text.charCodeAt(j - 1))) {
      while (i > a.from && isDigit(text.charCodeAt(i - 1))) i--
      while (j > b.from && isDigit(text.charCodeAt(j - 1))) j--
      continue
    }
    if (code !== text.charCodeAt(j - 1)) break
    i--
    j--
    if (!isWordPart(code)) [cutA, cutB] = [i, j]
  }
  return [a.to - cutA, b.to - cutB]
}

/** Letters, digits, and what stands for the last digits of base64 and at its end: a frame does not end with these. */
function isWordPart(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 43
}
