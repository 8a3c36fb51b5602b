/** Tokens that were broken over lines: by a terminal's width, a fixed column, a mail program or a backslash. */
import type { Family } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign, isBlank, isRich, isToken } from './sweep.js'

/** A part of this length that has digits or mixed case is no word of a sentence. */
const RICH = 20
/** The same at the end or the beginning of a line that a fixed width may have cut. */
const RICH_AT_WIDTH = 10
const WIDTH = 40
/** What is left of a token for the last line may look like a word as long as it is no longer than this. */
const SHORT_WORD = 4
/** Lines of one length that hold nothing but a piece each. */
const SHORTEST_COLUMN = 12

/** `\` of shells and most languages, `^` of cmd, the backtick of PowerShell. */
const CONTINUES = new Set([92, 94, 96])
/** What stands in front of the `@` of a URL. */
const LONGEST_LOGIN = 600

interface Line {
  /** Without indentation and without white space at the end. */
  readonly from: number
  readonly to: number
  /** Where the token with which it begins ends, and that with which it ends begins. */
  readonly headEnd: number
  readonly tailStart: number
  /** Ends with a backslash, which does not count as part of it. */
  readonly continued: boolean
}

export const wraps: Family = {
  how: 'broken over lines',
  signs: Sign.newline,
  apply(text) {
    // Where the last piece is short it may as well be the first word of a line of prose: it is read either way.
    const [sure, bold] = [new Rewriter(text), new Rewriter(text)]
    const state = { differ: false }
    let before = -1
    let column = 0
    let done = 0
    let pending: [number, number][] = []
    let start = 0
    let end = endOf(text, 0)
    const inUrl = breaksInUrls(text)
    const join = (from: number, to: number, certain = true): void => {
      // A hyphen at the end of a line may be there only because the line ends.
      const hyphen = certain && text.charCodeAt(from - 1) === 45 && from - 1 > done ? 1 : 0
      bold.replace(from - hyphen, to, '')
      if (certain) sure.replace(from, to, '')
      if (hyphen === 1 || !certain) state.differ = true
      done = to
    }
    const flush = (): void => {
      for (const [from, to] of pending) join(from, to)
      pending = []
    }
    for (let nextEnd = end; end < text.length; before = start, start = end + 1, end = nextEnd) {
      nextEnd = endOf(text, end + 1)
      if (!mayMeet(text, start, end, nextEnd) && !inUrl.has(end)) {
        column = 0
        if (pending.length > 0) pending = []
        continue
      }
      const line = lineAt(text, start, end)
      const next = lineAt(text, end + 1, nextEnd)
      const [size, nextSize] = [line.to - line.from, next.to - next.from]
      // A column of pieces of one length, of which the last may be shorter, counts once it is long enough.
      const inColumn =
        size > 0 &&
        nextSize > 0 &&
        isWhole(line) &&
        isWhole(next) &&
        (nextSize === size || ((column > 0 || size >= RICH) && nextSize < size))
      if (!inColumn) [column, pending] = [0, []]
      const above = before === -1 ? undefined : lineAt(text, before, start - 1)
      const isBroken = inUrl.has(end) ? 'yes' : broken(text, above, line, next)
      if (isBroken !== 'no') {
        flush()
        join(line.to, next.from, isBroken === 'yes')
      } else if (inColumn) pending.push([line.to, next.from])
      if (inColumn) {
        column += size
        if (column + nextSize >= SHORTEST_COLUMN && (column > size || size >= SHORTEST_COLUMN)) flush()
        if (nextSize < size) column = 0
      }
    }
    const found = bold.finish()
    if (found === undefined || !state.differ) return found
    const other = sure.finish()
    return other === undefined ? found : { ...other, other: found.windows }
  }
}

function endOf(text: string, from: number): number {
  const feed = text.indexOf('\n', from)
  return feed === -1 ? text.length : feed
}

/** Whether one line ends and the next begins like a piece; most do not, and cost no more than this. */
function mayMeet(text: string, start: number, end: number, nextEnd: number): boolean {
  let next = end + 1
  while (next < nextEnd && isBlank(text.charCodeAt(next))) next++
  if (next === nextEnd || !isPiece(text.charCodeAt(next))) return false
  let last = end - 1
  while (last >= start && text.charCodeAt(last) <= 32) last--
  if (last < start) return false
  const code = text.charCodeAt(last)
  return isPiece(code) || CONTINUES.has(code) || isEdge(code)
}

/** The `$` of `cat -A`, the border of a box. */
function isEdge(code: number): boolean {
  return code === 36 || code === 124 || code === 0x2502
}

function lineAt(text: string, start: number, end: number): Line {
  let from = start
  while (from < end && isBlank(text.charCodeAt(from))) from++
  let to = end
  while (to > from && text.charCodeAt(to - 1) <= 32) to--
  const last = to > from ? text.charCodeAt(to - 1) : 0
  const continued = CONTINUES.has(last)
  if (continued || isEdge(last)) to--
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--
  let headEnd = from
  while (headEnd < to && isPiece(text.charCodeAt(headEnd))) headEnd++
  let tailStart = to
  while (tailStart > from && isPiece(text.charCodeAt(tailStart - 1))) tailStart--
  return { from, to, headEnd, tailStart, continued }
}

function isPiece(code: number): boolean {
  return isToken(code) || code === 46 || code === 61
}

function isWhole(line: Line): boolean {
  return line.headEnd === line.to
}

/** Whether the break between two lines is inside a token, from what stands on both sides of it. */
function broken(text: string, before: Line | undefined, line: Line, next: Line): 'yes' | 'no' | 'perhaps' {
  if (line.tailStart === line.to || next.headEnd === next.from) return 'no'
  if (line.continued) return 'yes'
  if (!isToken(text.charCodeAt(line.to - 1)) || !isToken(text.charCodeAt(next.from))) return 'no'
  if (!fits(text, before, line, next)) return 'no'
  if (isWhole(next) || !isWord(text, next.from, next.headEnd)) return 'yes'
  return next.headEnd - next.from <= SHORT_WORD ? 'perhaps' : 'no'
}

/** Ends of lines between the name and the password of a URL, or in them: it shows behind them that they belong to it. */
function breaksInUrls(text: string): Set<number> {
  const found = new Set<number>()
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const feeds: number[] = []
    let named = false
    for (let i = at - 1; i > 0 && at - i < LONGEST_LOGIN; i--) {
      const code = text.charCodeAt(i)
      if (code === 10) feeds.push(i)
      else if (code === 58) named = true
      else if (code === 47) {
        const scheme = named && text.startsWith('://', i - 2) && isToken(text.charCodeAt(i - 3))
        if (scheme) for (const feed of feeds) found.add(feed)
        break
      } else if (isBlank(code) || code === 13) {
        if (!isBesideBreak(text, i)) break
      } else if (code <= 32 || code === 34 || code === 39 || code === 60 || code === 62 || code === 64) break
    }
  }
  return found
}

/** Whether white space is indentation, or stands at the end of a line. */
function isBesideBreak(text: string, at: number): boolean {
  let from = at
  while (isBlank(text.charCodeAt(from - 1))) from--
  let to = at
  while (isBlank(text.charCodeAt(to)) || text.charCodeAt(to) === 13) to++
  return text.charCodeAt(from - 1) === 10 || text.charCodeAt(to) === 10
}

/** Whether the parts on both sides look like those of one token. */
function fits(text: string, before: Line | undefined, line: Line, next: Line): boolean {
  const left = line.to - line.tailStart
  const right = next.headEnd - next.from
  const width = line.to - line.from
  if (left >= RICH && isRich(text, line.tailStart, line.to)) return true
  if (right >= RICH && isRich(text, next.from, next.headEnd)) {
    return width >= WIDTH || left >= RICH_AT_WIDTH || (before !== undefined && before.to - before.from === width)
  }
  if (width < WIDTH) return false
  return (
    (left >= RICH_AT_WIDTH && isRich(text, line.tailStart, line.to)) ||
    (right >= RICH_AT_WIDTH && isRich(text, next.from, next.headEnd) && left > 1)
  )
}

/** Small letters behind the first: a word, for all we know. */
function isWord(text: string, from: number, to: number): boolean {
  for (let i = from + 1; i < to; i++) if (text.charCodeAt(i) < 97) return false
  return true
}
