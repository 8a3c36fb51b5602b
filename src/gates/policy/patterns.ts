/** The deny patterns of a policy as regular expressions, and which of them are refused because they could run for hours. */

/** In UTF-16 units. */
export const LONGEST_PATTERN = 500

/** What the expression of a deny pattern is made from; the names are those of the policy file. */
export interface PatternSource {
  readonly pattern: string
  readonly regex: boolean
  readonly 'ignore-case': boolean
}

/** The expression that finds a deny pattern, with the flags `g` and `u`. A literal finds itself. */
export function denyExpression({ pattern, regex, 'ignore-case': ignoreCase }: PatternSource): RegExp {
  const source = regex ? pattern : pattern.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  return new RegExp(source, ignoreCase ? 'giu' : 'gu')
}

/**
 * Why a regular expression is refused, as the end of a sentence that begins with its place; undefined where it is fine.
 * The pattern is not quoted.
 *
 * The engine backtracks, and the texts that it searches are an attacker's: with `(a+)+b` a line of forty letters takes
 * longer than a job may. That explosion needs a repeated group whose inside can match the same text in more than one way.
 * Whether it really can is hard to tell, so every repeated group that repeats or chooses within is refused, and so is a
 * reference back to a group. What is left grows at most as a power of the text's length.
 */
export function patternProblem(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'u')
  } catch {
    return 'must be a regular expression of JavaScript with the flag u'
  }
  return hazardOf(pattern)
}

/** One alternative after the other of a group that is not closed yet. */
interface OpenGroup {
  readonly isLookaround: boolean
  /** Whether it can match texts of several shapes: an alternative, or a repetition without a fixed count. */
  varies: boolean
  /** Least length of the alternative being read, and of those before it. */
  length: number
  shortest: number
}

/** Every valid pattern is a sequence of these: a class, an escape, the head of a group, a quantifier, or one character. */
const TOKENS =
  /\[(?:\\.|[^\]\\])*\]|\\(?:[pPu]\{[^}]*\}|u[\dA-Fa-f]{4}|x[\dA-Fa-f]{2}|c[A-Za-z]|k<[^>]*>|\d+|.)|\((?:\?(?:<?[=!]|<[^>]*>|[a-z-]*:))?|(?:[*+?]|\{\d+(?:,\d*)?\})\??|[^]/gu

function hazardOf(pattern: string): string | undefined {
  const tokens = pattern.match(TOKENS) ?? []
  let group = opened('')
  const outer: OpenGroup[] = []
  for (const [i, token] of tokens.entries()) {
    if (/^\\(?:[1-9]|k<)/.test(token)) return 'must not refer back to a group'
    if (quantifierOf(token) !== undefined) continue
    if (token === '|') {
      group.varies = true
      group.shortest = leastLength(group)
      group.length = 0
    } else if (token.startsWith('(')) {
      outer.push(group)
      group = opened(token)
    } else {
      const closed = token === ')' ? group : undefined
      if (closed !== undefined) group = outer.pop() ?? opened('')
      const { min, max } = quantifierOf(tokens[i + 1]) ?? { min: 1, max: 1 }
      const varies = closed?.varies ?? false
      if (varies && max > 1) {
        return 'must not repeat a group that repeats or chooses within: use a character class, or entries of their own'
      }
      group.varies ||= varies || min !== max
      group.length += min * (closed === undefined ? ownLength(token) : leastLength(closed))
    }
  }
  return leastLength(group) === 0 ? 'must not be able to match the empty text' : undefined
}

function opened(head: string): OpenGroup {
  return { isLookaround: /^\(\?<?[=!]/.test(head), varies: false, length: 0, shortest: Infinity }
}

function leastLength({ isLookaround, length, shortest }: OpenGroup): number {
  return isLookaround ? 0 : Math.min(length, shortest)
}

/** Of anything but a group: anchors and word boundaries match no character. */
function ownLength(token: string): number {
  return ['^', '$', '\\b', '\\B'].includes(token) ? 0 : 1
}

/** How often the quantifier repeats what stands before it; undefined for any other token. */
function quantifierOf(token: string | undefined): { min: number; max: number } | undefined {
  const match = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??$/.exec(token ?? '')
  if (match === null) return undefined
  const [, sign, least, comma, most] = match
  if (sign !== undefined) return { min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Infinity }
  return { min: Number(least), max: comma === '' ? Number(least) : most === '' ? Infinity : Number(most) }
}
