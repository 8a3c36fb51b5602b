/** Lines that begin alike and end alike, and columns of a table or a split screen: what differs is put together. */
import type { Family } from './family.js'
import { asReading, commonHead, commonTail, isWorthIt, joinedBehindName, type Piece } from './joined.js'
import { Sign, isBlank, isDigit } from './sweep.js'

/** So many other lines may stand between two lines with the same frame. */
const BETWEEN = 5
const LONGEST = 400
/** A beginning of fewer signs is a mark of lists and quotes. */
const SHORTEST_HEAD = 3
/** What adds to a variable names it once more: `%T%`, `$T`, `${T}`. */
const AGAIN = /^["']?(?:%\w{1,30}%|\$\{\w{1,30}\}|\$\w{1,30}(?=["']))["']?/

export const frames: Family = {
  how: 'put together from lines',
  signs: Sign.newline,
  apply(text) {
    const lines = linesOf(text)
    return lines.length < 2 ? undefined : asReading([...new Set([...framed(text, lines), ...columns(text, lines)])])
  }
}

function linesOf(text: string): Piece[] {
  const lines: Piece[] = []
  for (let start = 0; start < text.length;) {
    const feed = text.indexOf('\n', start)
    const end = feed === -1 ? text.length : feed
    let from = start
    while (from < end && isBlank(text.charCodeAt(from))) from++
    let to = end
    while (to > from && text.charCodeAt(to - 1) <= 32) to--
    lines.push({ from, to })
    start = end + 1
  }
  return lines
}

interface Framed {
  readonly line: Piece
  readonly at: number
  head: number
  tail: number
}

function* framed(text: string, lines: readonly Piece[]): Generator<string> {
  const open = new Map<number, Framed[]>()
  for (const [at, line] of lines.entries()) {
    if (line.to - line.from <= SHORTEST_HEAD || line.to - line.from > LONGEST) continue
    const key = keyOf(text, line.from)
    const group = open.get(key)
    const last = group?.at(-1)
    const fits = last !== undefined && at - last.at <= BETWEEN ? frameOf(text, last, line, at) : undefined
    if (group !== undefined && last !== undefined && fits !== undefined) {
      last.head = Math.min(last.head, fits.before.head)
      last.tail = Math.min(last.tail, fits.before.tail)
      group.push(fits.now)
      continue
    }
    if (group !== undefined && group.length > 1) yield* joined(text, group)
    open.set(key, [{ line, at, head: Infinity, tail: Infinity }])
  }
  for (const group of open.values()) if (group.length > 1) yield* joined(text, group)
}

/** The first signs of a line, whatever its numbers. */
function keyOf(text: string, from: number): number {
  let key = 0
  for (let i = from; i < from + SHORTEST_HEAD; i++) {
    const code = text.charCodeAt(i)
    key = (key << 8) ^ (isDigit(code) ? 48 : code)
  }
  return key
}

function frameOf(
  text: string,
  last: Framed,
  line: Piece,
  at: number
): { before: { head: number; tail: number }; now: Framed } | undefined {
  const [headA, headB] = commonHead(text, last.line, line)
  if (headA < SHORTEST_HEAD) return undefined
  const [tailA, tailB] = commonTail(
    text,
    { from: last.line.from + headA, to: last.line.to },
    { from: line.from + headB, to: line.to }
  )
  if (line.to - line.from - headB - tailB <= 0) return undefined
  return { before: { head: headA, tail: tailA }, now: { line, at, head: headB, tail: tailB } }
}

function* joined(text: string, group: readonly Framed[]): Generator<string> {
  const pieces = group.map(({ line, head, tail }) => text.slice(line.from + head, line.to - tail).replace(AGAIN, ''))
  const first = group[0] as Framed
  if (isWorthIt(pieces)) yield joinedBehindName(text, first.line.from + first.head, pieces)
}

/** `|` and what draws it on screens. */
const BORDERS = /[|\u2502\u2503\u2551]/
/** How `psql` marks a value that goes on in the next row. */
const GOES_ON = /[.+\u21b5\u2026]$/
const MOST_COLUMNS = 12

function* columns(text: string, lines: readonly Piece[]): Generator<string> {
  if (!BORDERS.test(text)) return
  let rows: string[][] = []
  let first = 0
  const close = function* (): Generator<string> {
    for (let column = 0; rows.length > 1 && column < (rows[0]?.length ?? 0); column++) {
      const cells = rows.map((row) => row[column] ?? '')
      if (isWorthIt(cells)) yield joinedBehindName(text, first, cells)
    }
    rows = []
  }
  for (const { from, to } of lines) {
    const cells = to - from > LONGEST ? [] : text.slice(from, to).split(/[|\u2502\u2503\u2551]/)
    if (cells.length < 2 || cells.length > MOST_COLUMNS) {
      yield* close()
      continue
    }
    if (rows.length > 0 && rows[0]?.length !== cells.length) yield* close()
    if (rows.length === 0) first = from
    rows.push(cells.map((cell, i) => (i === cells.length - 1 ? cell.trim().replace(GOES_ON, '') : cell.trim())))
  }
  yield* close()
}
