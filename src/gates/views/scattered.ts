/**
 * Pieces with the same thing around each of them: one `dig` a label, chunks in JSON objects or rows of a table, `printf`
 * after `printf`, numbered parameters. What stands between the pieces does not matter, only that they stand alike.
 */
import type { Family } from './family.js'
import { asReading, commonHead, isNoise, isWorthIt, joinedBehindName, type Piece } from './joined.js'
import { Sign, isAlnum, isDigit, isToken, type Sweep } from './sweep.js'

/** Pieces of one thing are no further apart than this. */
const FARTHEST = 800
/** The same for pieces that have nothing in common but that they are random. */
const NEAR = 200
/** Of a run, from its end: a path may stand before what is random. */
const LOOKED_AT = 24
const PART = 0.75
/** Share of what is encoded that looks so. */
const MOSTLY = 0.6
/** A piece in quotation marks is no longer than this. */
const LONGEST = 400

export const scattered: Family = {
  how: 'put together from pieces',
  signs: Sign.run | Sign.quote,
  last: true,
  apply(text, swept) {
    const groups = [...ofRuns(text, swept), ...ofStrings(text, swept)]
    return groups.length === 0 ? undefined : asReading([...new Set(groups)])
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
    if (!isNoise(text, Math.max(piece.from, piece.to - LOOKED_AT), piece.to, PART)) continue
    alike.add(keyOfRun(text, piece), piece)
    random.add(0, piece)
  }
  const worthy = alike.all.filter((group) => isEncoded(withoutHeads(text, group)))
  for (const group of [...worthy, ...completed(text, worthy)]) {
    const pieces = withoutHeads(text, group)
    const joined = joinedBehindName(text, (group[0] as Piece).from, pieces)
    yield joined
    const bare = joined.replaceAll('-', '')
    if (bare !== joined && /^[\da-f-]+$/i.test(pieces.join(''))) yield bare
  }
  for (const group of random.all) {
    const pieces = group.map(({ from, to }) => text.slice(from, to))
    if (isEncoded(pieces)) yield joinedBehindName(text, (group[0] as Piece).from, pieces)
  }
}

/** Names are random in places only, and come more than once. */
function isEncoded(pieces: readonly string[]): boolean {
  return new Set(pieces).size * 4 >= pieces.length * 3 && isWorthIt(pieces, MOSTLY)
}

/** The same groups with everything that stands alike: pieces may be short, or look like words. */
function completed(text: string, groups: readonly Piece[][]): Piece[][] {
  if (groups.length === 0) return []
  const whole = new Groups(FARTHEST)
  const keys = new Set(groups.map((group) => keyOfRun(text, group[0] as Piece)))
  const first = Math.min(...groups.map((group) => (group[0] as Piece).from))
  const end = Math.min(text.length, Math.max(...groups.map((group) => (group.at(-1) as Piece).to)) + FARTHEST)
  for (let at = Math.max(0, first - FARTHEST); at < end; at++) {
    if (!isToken(text.charCodeAt(at))) continue
    const from = at
    while (at < end && isToken(text.charCodeAt(at))) at++
    const key = keyOfRun(text, { from, to: at })
    if (keys.has(key)) whole.add(key, { from, to: at })
  }
  return whole.all
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
  if (quotes.length < 4) return
  const alike = new Groups(FARTHEST)
  for (let i = 0; i + 1 < quotes.length; i++) {
    const from = (quotes[i] as number) + 1
    const to = quotes[i + 1] as number
    const mark = text.charCodeAt(from - 1)
    if (to === from || to - from > LONGEST || text.charCodeAt(to) !== mark) continue
    // Names of fields are no pieces.
    if (text.charCodeAt(to + 1) === 58) {
      i++
      continue
    }
    const key = keyOfString(text, from - 1)
    if (key === 0) continue
    if (text.slice(from, to).includes('\n')) continue
    alike.add(Math.imul(key, 31) + mark, { from, to })
    i++
  }
  for (const group of alike.all) {
    const pieces = group.map(({ from, to }) => text.slice(from, to))
    // Without the name in front of it, which is that of a piece: `token`, `data`, `text`.
    if (isWorthIt(pieces)) yield pieces.join('')
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
