/**
 * Pieces with the same thing around each of them: one `dig` a label, chunks in JSON objects or rows of a table, `printf`
 * after `printf`, numbered parameters. What stands between the pieces does not matter, only that they stand alike.
 */
import type { Family } from './family.js'
import { asReading, commonHead, isWorthIt, joinedBehindName, type Piece } from './joined.js'
import { Sign, isAlnum, isDigit, isRich, isToken, type Sweep } from './sweep.js'

/** Pieces of one thing are no further apart than this. */
const FARTHEST = 800
/** The same for pieces that have nothing in common but that they are random. */
const NEAR = 200
/** A piece in quotation marks is no longer than this. */
const LONGEST = 400

export const scattered: Family = {
  how: 'put together from pieces',
  signs: Sign.run | Sign.quote,
  apply(text, swept) {
    const groups = [...ofRuns(text, swept), ...ofStrings(text, swept)]
    return asReading([...new Set(groups)])
  }
}

/** Groups of pieces that are still open, by what stands around them. */
class Groups {
  private readonly open = new Map<number, Piece[]>()
  readonly all: Piece[][] = []

  constructor(private readonly farthest: number) {}

  add(key: number, piece: Piece): void {
    const group = this.open.get(key)
    if (group !== undefined && piece.from - (group.at(-1) as Piece).to <= this.farthest) {
      // Alone they are nothing: most never get a second one.
      if (group.length === 1) this.all.push(group)
      group.push(piece)
    } else this.open.set(key, [piece])
  }
}

/** Longer runs of digits of base64 and the like. */
function* ofRuns(text: string, { runs }: Sweep): Generator<string> {
  if (runs.length < 4) return
  const alike = new Groups(FARTHEST)
  const random = new Groups(NEAR)
  for (let i = 0; i + 1 < runs.length; i += 2) {
    const piece = { from: runs[i] as number, to: runs[i + 1] as number }
    alike.add(keyOfRun(text, piece), piece)
    if (isRich(text, piece.from, piece.to)) random.add(0, piece)
  }
  for (const group of alike.all) {
    const last = lastOf(text, group)
    const pieces = withoutHeads(text, last === undefined ? group : [...group, last])
    if (!isWorthIt(pieces)) continue
    const joined = joinedBehindName(text, (group[0] as Piece).from, pieces)
    yield joined
    const bare = joined.replaceAll('-', '')
    if (bare !== joined && /^[\da-f-]+$/i.test(pieces.join(''))) yield bare
  }
  for (const group of random.all) {
    const pieces = group.map(({ from, to }) => text.slice(from, to))
    if (isWorthIt(pieces)) yield joinedBehindName(text, (group[0] as Piece).from, pieces)
  }
}

/** A run that begins like the one before it and the one behind it, `/part/3/`, has only the rest for a piece. */
function withoutHeads(text: string, group: readonly Piece[]): string[] {
  const heads = group.map(() => Infinity)
  for (let i = 0; i + 1 < group.length; i++) {
    const [one, next] = commonHead(text, group[i] as Piece, group[i + 1] as Piece)
    heads[i] = Math.min(heads[i] as number, one)
    heads[i + 1] = Math.min(heads[i + 1] as number, next)
  }
  return group.map(({ from, to }, i) => text.slice(from + (heads[i] as number), to))
}

/** What is left for the last piece is short. */
function lastOf(text: string, group: readonly Piece[]): Piece | undefined {
  const last = group.at(-1) as Piece
  const key = keyOfRun(text, last)
  const most = Math.min(text.length, last.to + FARTHEST)
  for (let at = last.to + 1; at < most; at++) {
    if (!isToken(text.charCodeAt(at)) || isToken(text.charCodeAt(at - 1))) continue
    let to = at
    while (to < most && isToken(text.charCodeAt(to))) to++
    const piece = { from: at, to }
    if (keyOfRun(text, piece) === key) return piece
    at = to
  }
  return undefined
}

/** A hash of what stands in front of a run, whatever its numbers, and right behind it. */
function keyOfRun(text: string, { from, to }: Piece): number {
  let key = afterKey(text, text.charCodeAt(to) === 61 ? to + (text.charCodeAt(to + 1) === 61 ? 2 : 1) : to)
  let at = from - 1
  for (let units = 0; units < 3 && at >= 0; units++) {
    const code = text.charCodeAt(at)
    let unit = code
    if (isDigit(code)) {
      unit = 48
      while (at > 0 && isDigit(text.charCodeAt(at - 1))) at--
    } else if (code === 32 || code === 9) {
      unit = 32
      while (at > 0 && (text.charCodeAt(at - 1) === 32 || text.charCodeAt(at - 1) === 9)) at--
    } else if (code === 63)
      // The first parameter of a query is one like the others.
      unit = 38
    else if (code === 43 && units > 0) {
      // As is the first assignment, which the others add to.
      units--
      at--
      continue
    }
    key = (Math.imul(key, 31) + unit) | 0
    if (code === 10) break
    at--
  }
  return key
}

/** Ends of rows, lists and calls are all one. */
function afterKey(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return !(code > 32) || code === 44 || code === 59 || code === 41 || code === 93 || code === 125 ? 0 : code
}

/** Strings in quotation marks, whatever is in them. */
function* ofStrings(text: string, { quotes }: Sweep): Generator<string> {
  const alike = new Groups(FARTHEST)
  for (let i = 0; i + 1 < quotes.length; i++) {
    const from = (quotes[i] as number) + 1
    const to = quotes[i + 1] as number
    const mark = text.charCodeAt(from - 1)
    if (to === from || to - from > LONGEST || text.charCodeAt(to) !== mark) continue
    const key = keyOfString(text, from - 1)
    if (key === 0) continue
    const feed = text.indexOf('\n', from)
    if (feed !== -1 && feed < to) continue
    // Names of fields are none.
    if (text.charCodeAt(to + 1) !== 58) alike.add(Math.imul(key, 31) + mark, { from, to })
    i++
  }
  for (const group of alike.all) {
    const pieces = group.map(({ from, to }) => text.slice(from, to))
    if (isWorthIt(pieces)) yield joinedBehindName(text, (group[0] as Piece).from, pieces)
  }
}

/** A hash of what stands in front of an opening quotation mark: an operator and the name in front of it; 0 where it opens nothing. */
function keyOfString(text: string, quote: number): number {
  let at = quote - 1
  if (isAlnum(text.charCodeAt(at)) && (isAlnum(text.charCodeAt(at - 1)) || at === 0)) return 0
  let key = 17
  let assigns = false
  for (let signs = 0; signs < 3 && at >= 0; at--) {
    const code = text.charCodeAt(at)
    if (isAlnum(code)) break
    if (code <= 32 || code === 44 || code === 91 || code === 123 || code === 40 || code === 43) continue
    assigns ||= code === 58 || code === 61
    key = (Math.imul(key, 31) + code) | 0
    signs++
  }
  let name = at
  while (name > at - 16 && isAlnum(text.charCodeAt(name))) name--
  // `part3 = "…"`: names that count, or are but a letter.
  let end = at
  while (end > name && isDigit(text.charCodeAt(end))) end--
  if (assigns && end - name <= 1) return Math.imul(key, 31) | 1
  for (let i = name + 1; i <= end; i++) key = (Math.imul(key, 31) + text.charCodeAt(i)) | 0
  return key | 1
}
