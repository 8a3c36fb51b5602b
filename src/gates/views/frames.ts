/** Lines that begin alike and end alike, and columns of a table or a split screen: what differs is put together. */
import type { Family } from './family.js'
import { asReading, commonHead, commonTail, isWorthIt, joinedBehindName, type Piece } from './joined.js'
import { Sign, isBlank, isDigit, isToken } from './sweep.js'

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
  last: true,
  apply(text) {
    const found = [...new Frames(text).all(), ...columns(text)]
    return found.length === 0 ? undefined : asReading([...new Set(found)])
  }
}

/** A line in its frame. */
interface Framed {
  readonly line: Piece
  head: number
  tail: number
}

class Frames {
  private readonly found: string[] = []
  /** Of the last lines, each in the place of its number's remainder. */
  private readonly keys = new Int32Array(BETWEEN)
  private readonly from = new Int32Array(BETWEEN)
  private readonly to = new Int32Array(BETWEEN)
  private readonly groups: (Framed[] | undefined)[] = []

  constructor(private readonly text: string) {}

  all(): readonly string[] {
    const { text, keys, from, to, groups } = this
    let number = 0
    for (let start = 0; start < text.length; number++) {
      const feed = text.indexOf('\n', start)
      const end = feed === -1 ? text.length : feed
      const place = number % BETWEEN
      let first = start
      while (first < end && isBlank(text.charCodeAt(first))) first++
      let last = end
      while (last > first && text.charCodeAt(last - 1) <= 32) last--
      start = end + 1
      const length = last - first
      const key = length <= SHORTEST_HEAD || length > LONGEST ? 0 : keyOf(text, first)
      const group = key === 0 ? undefined : this.groupOf(key, number, first, last)
      const gone = groups[place]
      groups[place] = group
      // Whoever is in the group is behind this place by now, or nobody comes any more.
      if (gone !== undefined && !groups.includes(gone)) this.close(gone)
      keys[place] = key
      from[place] = first
      to[place] = last
    }
    for (const group of new Set(groups)) if (group !== undefined) this.close(group)
    return this.found
  }

  /** The group that a line belongs to; undefined where it is alone. */
  private groupOf(key: number, number: number, first: number, to: number): Framed[] | undefined {
    for (let back = 1; back <= BETWEEN && back <= number; back++) {
      const place = (number - back) % BETWEEN
      if (this.keys[place] !== key) continue
      const last = this.to[place] as number
      if (!endAlike(this.text, last, to)) return undefined
      const pair = frameOf(this.text, { from: this.from[place] as number, to: last }, { from: first, to })
      if (pair === undefined) return undefined
      const group = this.groups[place] ?? [pair[0]]
      const above = group.at(-1) as Framed
      above.head = Math.min(above.head, pair[0].head)
      above.tail = Math.min(above.tail, pair[0].tail)
      group.push(pair[1])
      this.groups[place] = group
      return group
    }
    return undefined
  }

  private close(group: readonly Framed[]): void {
    const pieces = group.map(({ line, head, tail }) => {
      return this.text.slice(line.from + head, line.to - tail).replace(AGAIN, '')
    })
    const first = group[0] as Framed
    if (isWorthIt(pieces)) this.found.push(joinedBehindName(this.text, first.line.from + first.head, pieces))
  }
}

/** The first signs of a line, whatever its numbers. */
function keyOf(text: string, from: number): number {
  let key = 0
  let at = from
  for (let signs = 0; signs < SHORTEST_HEAD; signs++, at++) {
    const isNumber = isDigit(text.charCodeAt(at))
    key = (key << 8) ^ (isNumber ? 48 : text.charCodeAt(at))
    while (isNumber && isDigit(text.charCodeAt(at + 1))) at++
  }
  return key
}

/** Whether two lines end with the same sign, or both with what may be a piece. */
function endAlike(text: string, one: number, other: number): boolean {
  const [a, b] = [text.charCodeAt(one - 1), text.charCodeAt(other - 1)]
  return a === b || (endsPiece(a) && endsPiece(b))
}

/** Both lines in the frame that they share, if what differs may be pieces of a secret: white space is in none but a key's header. */
function frameOf(text: string, a: Piece, b: Piece): [Framed, Framed] | undefined {
  const [headA, headB] = commonHead(text, a, b)
  if (headA < SHORTEST_HEAD) return undefined
  const [tailA, tailB] = commonTail(text, { from: a.from + headA, to: a.to }, { from: b.from + headB, to: b.to })
  const to = b.to - tailB
  if (to <= b.from + headB) return undefined
  for (let i = b.from + headB; i < to; i++) {
    if (text.charCodeAt(i) === 32 && !text.slice(b.from, to).includes('----')) return undefined
  }
  return [
    { line: a, head: headA, tail: tailA },
    { line: b, head: headB, tail: tailB }
  ]
}

/** `.`, `:`, `?`, `@` of URLs, and what stands in tokens. */
function endsPiece(code: number): boolean {
  return isToken(code) || code === 46 || code === 58 || code === 61 || code === 63 || code === 64
}

/** `|` and what draws it on screens. */
const BORDER = /[|\u2502\u2503\u2551]/g
/** How `psql` marks a value that goes on in the next row. */
const GOES_ON = /[.+\u21b5\u2026]$/
const MOST_COLUMNS = 12

function* columns(text: string): Generator<string> {
  let rows: string[][] = []
  let first = 0
  let end = -1
  BORDER.lastIndex = 0
  for (let found = BORDER.exec(text); found !== null; found = BORDER.exec(text)) {
    const from = text.lastIndexOf('\n', found.index) + 1
    const feed = text.indexOf('\n', found.index)
    const to = feed === -1 ? text.length : feed
    const cells = to - from > LONGEST ? [] : text.slice(from, to).split(BORDER)
    if (from !== end + 1 || rows[0]?.length !== cells.length) {
      yield* joinedColumns(text, first, rows)
      rows = []
      first = from
    }
    end = to
    if (cells.length > 1 && cells.length <= MOST_COLUMNS) rows.push(cells.map((cell) => cell.trim()))
    BORDER.lastIndex = to
  }
  yield* joinedColumns(text, first, rows)
}

function* joinedColumns(text: string, first: number, rows: readonly string[][]): Generator<string> {
  const width = rows.length < 2 ? 0 : (rows[0]?.length ?? 0)
  for (let column = 0; column < width; column++) {
    const cells = rows.map((row) => (row[column] ?? '').replace(column === width - 1 ? GOES_ON : '', ''))
    if (isWorthIt(cells)) yield joinedBehindName(text, first, cells)
  }
}
