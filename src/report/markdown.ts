/**
 * Markdown out of hostile text. Everything that comes from a trace, a file name or a dataset goes through here: no
 * mention, link, image, HTML, issue reference, table cell or control character of its own gets through.
 */

/** Longest text shown of one value, in code points. */
const SHOWN = 80

/** Control characters, line ends, and characters that reorder or hide text. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]+/gu

function shorten(text: string): string {
  const flat = text.replace(INVISIBLE, ' ').trim()
  const points = Array.from(flat.slice(0, SHOWN * 2 + 2))
  return points.length > SHOWN ? `${points.slice(0, SHOWN - 1).join('')}…` : flat
}

/** A value as a code span that fits into a table cell: nothing inside it is interpreted. */
export function code(text: string): string {
  const flat = shorten(text)
  if (flat === '') return '(empty)'
  // A pipe ends the cell even inside a code span, and a backslash does not escape a backtick there.
  return `\`${flat.replaceAll('`', 'ˋ').replaceAll('|', '¦')}\``
}

/** A sentence of ours that may hold a file name or an id: shown as text, its Markdown switched off. */
export function plain(text: string): string {
  return text
    .replace(INVISIBLE, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]()#|!~]/g, (c) => `&#${String(c.charCodeAt(0))};`)
    .replace(/@/g, '&#64;')
    .replace(/:\/\//g, '&#58;//')
    .replace(/\bwww\./gi, 'www&#46;')
}

/** A table; cells must be Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], align: readonly string[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), `|${align.join('|')}|`, ...rows.map(line)].join('\n')
}
