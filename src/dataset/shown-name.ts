/**
 * Names from traces as a card shows them. Names of models and agents are data: whoever wrote the trace chose them, and
 * the card is Markdown that a browser renders.
 */
import { firstCodePoints } from '../traces/text.js'

/** Longest name shown, in code points; a longer one is cut and ends with `…`. */
export const SHOWN_LENGTH = 80

/** Runs of letters and digits with single separators between them: nothing in it means anything in Markdown or HTML. */
const PLAIN = /^[A-Za-z0-9]+(?:[ ._/:+-][A-Za-z0-9]+)*$/
/** Such a name would still become a link. */
const LINKED = /www\./i

/** Characters that end a code span, a table cell, a line or a comment, that turn the writing direction, or that are invisible. */
const UNSAFE = /[|`<>&]|\p{Default_Ignorable_Code_Point}|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu

/**
 * A name for a table cell or heading of a card: ordinary names as they are, all others as inline code, where no Markdown,
 * link or mention works, with what could break out of it as `\uXXXX`. One line, never empty.
 */
export function shownName(name: string): string {
  if (name === '') return '(empty)'
  const cut = firstCodePoints(name, SHOWN_LENGTH).length < name.length
  const shown = cut ? `${firstCodePoints(name, SHOWN_LENGTH - 1)}…` : name
  if (PLAIN.test(shown) && !LINKED.test(shown)) return shown
  const code = shown.replaceAll('\\', '\\\\').replace(UNSAFE, escaped).replace(/^ | $/g, escaped)
  return `\`${code}\``
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
