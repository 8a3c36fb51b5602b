/**
 * What stands in front of the lines of a listing: line numbers, marks of diffs, quotes and comments, names of files and
 * services, times, borders of boxes. They are known by being alike from line to line, not by a list of kinds.
 *
 * A prefix matters only where it keeps apart what belongs together. A numbered source file is full of prefixes and has
 * hardly such a place, so only those places are read.
 */
import type { Family } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign, isBlank, isDigit, isToken } from './sweep.js'

/** A prefix is no longer than this. */
const LONGEST = 120
/** With these a prefix ends, blanks aside; a word alone is none. */
const BORDERS = '|:\u2192>#*;/%$]})+-,!\u2502\u2503\u2551\u258f\u2506\u250a\u21e5'
const TRAILER = /[ \t]*[|\u2502\u2503\u2551]$|\$$/
/** Pieces of this length on both sides of a break may be one token; shorter ones if nothing else is on their lines. */
const PIECE = 10
const SHORT_LINE = 8

interface Line {
  readonly start: number
  /** End of the prefix. */
  readonly from: number
  readonly end: number
}

export const prefixes: Family = {
  how: 'prefixes of lines',
  signs: Sign.newline,
  apply(text) {
    const edits = new Rewriter(text)
    let start = 0
    let end = endOf(text, 0)
    let before = 0
    let last: Line | undefined
    let lastStripped = false
    while (end < text.length) {
      const next = end + 1
      const nextEnd = endOf(text, next)
      // The same beginning as the line before and the line behind, as far as both have it.
      const [behind, ofNext] = mayShare(text, start, end, next, nextEnd)
        ? common(text, start, end, next, nextEnd)
        : NONE
      const length = before > 0 && behind > 0 ? Math.min(before, behind) : Math.max(before, behind)
      visit(length, start, end)
      if (behind === 0) last = undefined
      before = ofNext
      start = next
      end = nextEnd
    }
    visit(before, start, text.length)
    return edits.finish()

    function visit(length: number, lineStart: number, lineEnd: number): void {
      const line = { start: lineStart, from: lineStart + length, end: lineEnd }
      if (length === 0) {
        last = undefined
        return
      }
      const kept = last !== undefined && keptApart(text, last, line)
      if (kept && last !== undefined && !lastStripped) strip(text, last, edits)
      if (kept) strip(text, line, edits)
      last = line
      lastStripped = kept
    }
  }
}

function endOf(text: string, from: number): number {
  const feed = text.indexOf('\n', from)
  return feed === -1 ? text.length : feed
}

const NONE: readonly [number, number] = [0, 0]

/** Whether two lines begin alike, indentation aside; most do not. */
function mayShare(text: string, a: number, aEnd: number, b: number, bEnd: number): boolean {
  const one = text.charCodeAt(skipBlanks(text, a, aEnd))
  const other = text.charCodeAt(skipBlanks(text, b, bEnd))
  return (one === other && one !== 10) || (isDigit(one) && isDigit(other))
}

/** Lengths of the prefixes that two lines share; 0 where they share none. Numbers and blanks are alike whatever their length. */
function common(text: string, a: number, aEnd: number, b: number, bEnd: number): [number, number] {
  let i = skipBlanks(text, a, aEnd)
  let j = skipBlanks(text, b, bEnd)
  const first = i
  let [cutA, cutB] = [0, 0]
  while (i < aEnd && j < bEnd && i - a < LONGEST && j - b < LONGEST) {
    const code = text.charCodeAt(i)
    const other = text.charCodeAt(j)
    if (isDigit(code) && isDigit(other)) {
      const [digitsA, digitsB] = [i, j]
      while (i < aEnd && isDigit(text.charCodeAt(i))) i++
      while (j < bEnd && isDigit(text.charCodeAt(j))) j++
      if (Number(text.slice(digitsA, i)) + 1 !== Number(text.slice(digitsB, j))) continue
      if (isGrepped(text, digitsA, i) && isGrepped(text, digitsB, j)) return [i + 1 - a, j + 1 - b]
      if (!isBorder(text, i)) continue
      // Lines that count end their prefix here, however alike they go on.
      while (i < aEnd && j < bEnd && isBorder(text, i) && text.charCodeAt(i) === text.charCodeAt(j)) {
        i = skipBlanks(text, i + 1, aEnd)
        j = skipBlanks(text, j + 1, bEnd)
      }
      return i === aEnd || j === bEnd ? [0, 0] : [i - a, j - b]
    }
    // `grep` puts a colon behind what it looked for, and a hyphen behind the lines around it.
    if (code !== other && !(isGrepBorder(code) && isGrepBorder(other))) break
    if (isBlank(code)) {
      i = skipBlanks(text, i, aEnd)
      j = skipBlanks(text, j, bEnd)
    } else {
      i++
      j++
    }
    // What is part of a token may as well belong to what follows the prefix, but for the marks of a diff.
    if ((!isToken(code) && !isQuote(code)) || (i === first + 1 && (code === 43 || code === 45))) [cutA, cutB] = [i, j]
  }
  if (cutA <= first) return [0, 0]
  return isPrefix(text, first, cutA) ? [cutA - a, cutB - b] : [0, 0]
}

/** Whether it ends with a border, is a number, or has a time or the like in it. */
function isPrefix(text: string, from: number, to: number): boolean {
  let end = to
  while (end > from && text.charCodeAt(end - 1) <= 32) end--
  if (end === from) return false
  if (BORDERS.includes(text.charAt(end - 1))) return true
  let digits = 0
  for (let i = from; i < end; i++) if (isDigit(text.charCodeAt(i))) digits++
  return digits >= 4 || (digits === end - from && end < to)
}

/** Between a line's number and the line; a point or a colon in front of a digit is part of a number or a time. */
function isBorder(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code === 58 || code === 46) return !isDigit(text.charCodeAt(at + 1))
  return isBlank(code) || code === 124 || code === 41 || code === 0x2192 || code === 0x2502
}

/** A number between the borders of `grep`, behind the name of a file. */
function isGrepped(text: string, from: number, to: number): boolean {
  const before = text.charCodeAt(from - 1)
  return isGrepBorder(before) && isGrepBorder(text.charCodeAt(to)) && !isDigit(text.charCodeAt(from - 2))
}

function isGrepBorder(code: number): boolean {
  return code === 45 || code === 58
}

function skipBlanks(text: string, from: number, end: number): number {
  let at = from
  while (at < end && isBlank(text.charCodeAt(at))) at++
  return at
}

/** Whether what stands behind the prefixes of two lines may be one thing. */
function keptApart(text: string, above: Line, below: Line): boolean {
  const from = skipBlanks(text, below.from, below.end)
  const to = contentEnd(text, above)
  if (from === below.end || to <= above.from) return false
  if (text.startsWith('-----BEGIN', above.from) || text.startsWith('-----END', from)) return true
  const left = text.charCodeAt(to - 1)
  const right = text.charCodeAt(from)
  // A backslash or an equals sign goes on in the next line; so does a list of strings or numbers.
  if (left === 92 || (left === 61 && isToken(right))) return true
  if (isQuote(right)) return isQuote(left) || left === 43 || left === 44 || left === 46
  if (left === 44 || left === 58 || left === 45) return isDigit(right)
  if (!isToken(left) || !isToken(right)) return false
  const tail = pieceBefore(text, above.from, to)
  const head = pieceBehind(text, from, contentEnd(text, below))
  if (tail >= PIECE || head >= PIECE) return true
  return tail <= SHORT_LINE && tail === to - above.from
}

function isQuote(code: number): boolean {
  return code === 34 || code === 39 || code === 96
}

function contentEnd(text: string, { from, end }: Line): number {
  let to = end
  while (to > from && text.charCodeAt(to - 1) <= 32) to--
  const last = text.charCodeAt(to - 1)
  if (to > from && (last === 0x7c || last === 0x24 || (last >= 0x2502 && last <= 0x2551))) to--
  while (to > from && text.charCodeAt(to - 1) <= 32) to--
  return to
}

function pieceBefore(text: string, least: number, to: number): number {
  let at = to
  while (at > least && isToken(text.charCodeAt(at - 1))) at--
  return to - at
}

function pieceBehind(text: string, from: number, most: number): number {
  let at = from
  while (at < most && isToken(text.charCodeAt(at))) at++
  return at - from
}

/** Drops a prefix and, of a box, the border on the other side. */
function strip(text: string, { start, from, end }: Line, edits: Rewriter): void {
  edits.replace(start, from, '')
  const tailFrom = Math.max(from, end - 40)
  const trailer = TRAILER.exec(text.slice(tailFrom, end))
  if (trailer !== null) edits.replace(tailFrom + trailer.index, end, '')
}
