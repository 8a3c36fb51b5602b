/** What is shared by those that put pieces together: which ones are worth it, and what the result looks like. */
import type { Rewritten } from './rewrite.js'
import { isDigit } from './sweep.js'

/** A piece of something, by where it stands. */
export interface Piece {
  readonly from: number
  readonly to: number
}

/** Shorter than this nothing is worth hiding. */
const SHORTEST = 16
/** What stands in front of the first piece may name what it is. */
const NAME = 60
/** Random characters are looked for in windows of this length. */
const WINDOW = 32
const MOST_WINDOWS = 40
/** So many of the pieces may have white space in them: the first line of a key does, a line of code or of prose does. */
const WITH_BLANKS = 0.2

/** A reading that is made of joined pieces only, one group a line. */
export function asReading(joined: readonly string[]): Rewritten | undefined {
  if (joined.length === 0) return undefined
  const windows = joined.join('\n')
  return { windows, full: () => windows }
}

/** The pieces as one, behind the beginning of the first one's line. */
export function joinedBehindName(text: string, first: number, pieces: readonly string[]): string {
  let from = first
  while (from > 0 && from > first - NAME && text.charCodeAt(from - 1) !== 10) from--
  return text.slice(from, first) + pieces.join('')
}

/**
 * Whether some pieces may be parts of a secret, or of what is encoded; lists of words, names and digests are none.
 *
 * @param share how much of them has to look random, of 0 to 1; 0 for any of it
 */
export function isWorthIt(pieces: readonly string[], share = 0): boolean {
  const whole = pieces.join('')
  if (whole.length < SHORTEST || whole.length === pieces[0]?.length) return false
  const blank = pieces.filter((piece) => piece.trim().includes(' ')).length
  if (blank > 2 + WITH_BLANKS * pieces.length) return false
  if (/:\/\/[^@]{0,200}@/.test(whole)) return true
  if (/^[\da-f-]+$/i.test(whole)) return isTextInHex(whole.replaceAll('-', ''))
  let [windows, noisy] = [0, 0]
  for (let from = 0; windows < MOST_WINDOWS && from + SHORTEST <= whole.length; from += WINDOW / 2, windows++) {
    if (!isNoise(whole, from, Math.min(whole.length, from + WINDOW))) continue
    if (share === 0) return true
    noisy++
  }
  return noisy > 0 && noisy >= share * windows
}

/** Bytes of text have one of few first digits; those of a digest have all. */
function isTextInHex(digits: string): boolean {
  return [0, 1].some((offset) => {
    let text = 0
    let bytes = 0
    for (let i = offset; i + 1 < digits.length && bytes < 64; i += 2, bytes++) {
      const digit = digits.charCodeAt(i)
      if ((digit >= 50 && digit <= 55) || digit === 48) text++
    }
    return bytes >= 8 && text * 8 >= bytes * 7
  })
}

/**
 * Digits, small letters and capitals in no order: of neighbours in random text more than every third pair differs in kind,
 * and few letters stand in a row of small ones, as they do in a name like `isNoise`. Where all letters are of one case, digits
 * stand among them.
 *
 * @param part how much of that is enough, of 0 to 1: a short text may be in better order by chance
 */
export function isNoise(text: string, from: number, to: number, part = 1): boolean {
  let [before, letters, pairs, changes, digits, row, inRows] = [0, 0, 0, 0, 0, 0, 0]
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    const kind = code < 128 ? (KINDS[code] as number) : 0
    if (kind !== 0 && before !== 0) {
      pairs++
      if (kind !== before) {
        changes++
        if (kind === DIGIT || before === DIGIT) digits++
      }
    }
    if (kind > DIGIT) letters++
    row = kind === SMALL ? row + 1 : 0
    if (row >= WORD) inRows += row === WORD ? WORD : 1
    before = kind
  }
  if (letters === 0 || pairs < 10 || pairs * 4 < (to - from) * 3 - 4) return false
  return changes === digits ? digits * 6 >= pairs * part : changes * 3 >= pairs * part && inRows * 5 <= pairs * 2
}

/** So many small letters in a row are part of a word. */
const WORD = 4
const DIGIT = 1
const SMALL = 2
/** 3: a capital. */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) =>
  isDigit(code) ? DIGIT : code >= 97 && code <= 122 ? SMALL : code >= 65 && code <= 90 ? 3 : 0
)

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
      // Digits in the midst of others, as in hexadecimal text, are no number.
      if (isLetter(text.charCodeAt(i)) || isLetter(text.charCodeAt(j))) break
      continue
    }
    const other = text.charCodeAt(j)
    if (code !== other) {
      // `T+=` after `T=` is the same once more.
      if (code === 43 && other === 61 && text.charCodeAt(i + 1) === 61) i++
      else if (code === 61 && other === 43 && text.charCodeAt(j + 1) === 61) j++
      else break
      continue
    }
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

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}

/** Letters, digits, and what stands for the last digits of base64 and at its end: a frame does not end with these. */
function isWordPart(code: number): boolean {
  return isDigit(code) || isLetter(code) || code === 43
}
