/** Tokens that code or shells put together from string literals: `"ghp_" + "abc"`, `"ghp_" "abc"`, `["g", "h"]`, `ghp_"abc"`. */
import type { Family } from './family.js'
import { isWorthIt } from './joined.js'
import { Rewriter } from './rewrite.js'
import { Sign, isAlnum, isBlank, isRich, isToken } from './sweep.js'

/** What stands between two pieces, which quotation mark to quotation mark. */
interface Joint {
  readonly from: number
  readonly to: number
  readonly comma: boolean
}

/** Behind the first quotation mark: what puts two literals together, the mark of a kind of string, and the second one. */
const BEHIND =
  /(?:(?:[ \t]?[`^\\]\r?\n)?\s{0,80}(?:(\+\+?|\.\.?|~|&|\|\|?|<>|<<|\\|,)\s{0,80}|(?<=\s))[a-zA-Z]{0,2})?["'`]/y
const SHORTEST = 16
const PIECE = 400
/** From one quotation mark to the other. */
const FARTHEST = 170

export const literals: Family = {
  how: 'put together from strings',
  signs: Sign.quote,
  apply(text, { quotes }) {
    const edits = new Rewriter(text)
    let group: Joint[] = []
    const close = (): void => {
      if (group.length > 0) join(text, group, edits)
      group = []
    }
    for (const joint of jointsOf(text, quotes)) {
      const last = group.at(-1)
      if (last !== undefined && (joint.comma !== last.comma || !isPiece(text, last.to, joint.from))) close()
      group.push(joint)
    }
    close()
    return edits.finish()
  }
}

/**
 * A joint is known by the characters of a token on both sides, not by which quotation mark opens and which one closes: that
 * is anybody's guess in a text that quotes code. Other characters count where something shows that two literals meet.
 */
function* jointsOf(text: string, quotes: readonly number[]): Generator<Joint> {
  let done = 0
  for (let i = 0; i < quotes.length; i++) {
    const from = quotes[i] as number
    if (from < done) continue
    const gap = (quotes[i + 1] ?? Infinity) - from
    const next = text.charCodeAt(from + 1)
    BEHIND.lastIndex = from + 1
    // Words between two quotation marks join nothing, nor does the colon behind a name.
    const behind = next === 58 || gap > FARTHEST || (gap > 3 && isAlnum(next)) ? null : BEHIND.exec(text)
    const to = behind === null ? from + 1 : BEHIND.lastIndex
    const [left, right] = [text.charCodeAt(from - 1), text.charCodeAt(to)]
    if (!isToken(left) || !isToken(right)) {
      const meets = behind?.[1] !== undefined || (behind !== null && /\s/.test(behind[0]))
      if (!meets || !isInside(left) || !isInside(right)) continue
    }
    yield { from, to, comma: behind?.[1] === ',' }
    done = to
  }
}

/** Whether a character may be the first or the last one of a piece. */
function isInside(code: number): boolean {
  return code >= 32 && code !== 34 && code !== 39 && code !== 96
}

/** Whether a literal begins at one joint and ends at the next. */
function isPiece(text: string, from: number, to: number): boolean {
  if (to <= from || to - from > PIECE) return false
  const piece = text.slice(from, to)
  return !piece.includes('\n') && !piece.includes(text.charAt(from - 1))
}

/** To the next quotation mark of the kind, or what may be part of a token. */
function pieceEnd(text: string, from: number): number {
  const mark = text.charCodeAt(from - 1)
  let at = from
  while (at < from + PIECE && isToken(text.charCodeAt(at))) at++
  const end = at
  while (at < from + PIECE && text.charCodeAt(at) >= 32 && text.charCodeAt(at) !== mark) at++
  return text.charCodeAt(at) === mark ? at : end
}

function pieceStart(text: string, to: number): number {
  const mark = text.charCodeAt(to)
  let at = to
  while (at > to - PIECE && isToken(text.charCodeAt(at - 1))) at--
  const start = at
  while (at > to - PIECE && text.charCodeAt(at - 1) >= 32 && text.charCodeAt(at - 1) !== mark) at--
  return text.charCodeAt(at - 1) === mark ? at : start
}

function join(text: string, group: readonly Joint[], edits: Rewriter): void {
  const [first, last] = [group[0] as Joint, group.at(-1) as Joint]
  const from = pieceStart(text, first.from)
  const to = pieceEnd(text, last.to)
  const bodies = [
    text.slice(from, first.from),
    ...group.map((joint, i) => text.slice(joint.to, group[i + 1]?.from ?? to))
  ]
  let joiner = ''
  if (last.comma) {
    if (!isList(text, from - 1, to + 1) || areWords(bodies)) return
    joiner = joinerOf(text, from - 1, to + 1)
  }
  const joined = bodies.join('')
  if (joined.length < SHORTEST || !(isRich(joined, 0, joined.length) || isWorthIt(bodies))) return
  for (const joint of group) edits.replace(joint.from, joint.to, joiner)
}

/** Whether commas part the items of a list, not an object's value and its next key. */
function isList(text: string, from: number, to: number): boolean {
  let before = from - 1
  while (before > from - PIECE && (isBlank(text.charCodeAt(before)) || text.charCodeAt(before) === 10)) before--
  let behind = to
  while (isBlank(text.charCodeAt(behind)) && behind < to + PIECE) behind++
  return text.charAt(before) !== ':' && text.charAt(before) !== '=' && text.charAt(behind) !== ':'
}

/** A list of names or other words, each of which means something by itself. */
function areWords(bodies: readonly string[]): boolean {
  const single = bodies.filter((body) => body.length === 1).length
  return single * 2 < bodies.length && !bodies.some((body) => body.length >= 5 && isRich(body, 0, body.length))
}

/** `.join('_')` behind a list, or `'_'.join(` in front of it. */
function joinerOf(text: string, from: number, to: number): string {
  const behind = /^\s{0,20},?\s{0,20}[\])}]\s{0,20}\.join\(\s{0,5}(["'`])([^"'`\n]{0,3})\1/.exec(
    text.slice(to, to + 80)
  )
  const before = /(["'`])([^"'`\n]{0,3})\1\.join\(\s{0,20}[[(]\s{0,20}$/.exec(text.slice(Math.max(0, from - 60), from))
  return behind?.[2] ?? before?.[2] ?? ''
}
