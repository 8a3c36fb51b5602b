/**
 * GitHub Markdown out of hostile text. Everything that comes from a trace, a file name, a dataset or another run's report
 * goes through `code` or `plain`.
 *
 * GitHub looks for mentions, issue references, commit ids and e-mail addresses in the text of the rendered page, after
 * escapes and entities are gone, and only leaves out what stands in code. So nothing is escaped here: what could mean
 * something is shown as code.
 */

/** Longest text shown of one value, in code points. */
const SHOWN = 80
/** Of which the end: names of files differ there, and line numbers stand there. */
const SHOWN_END = 30
/** Longest sentence shown, in code points. */
const SHOWN_SENTENCE = 600

/** Control characters, line ends, unpaired surrogates, and characters that show nothing or reorder what others show. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\p{DI}\u2800]+/gu

/** On one line, without what cannot be seen, and without towers of accents that reach into the lines around. */
export function flat(text: string): string {
  return text
    .replace(INVISIBLE, ' ')
    .replace(/\p{Zs}+/gu, ' ')
    .replace(/(\p{M}{4})\p{M}+/gu, '$1')
    .trim()
}

/** Cut in the middle, so that what stands at the end stays. */
function shorten(text: string, most: number, end: number): string {
  if (text.length <= most) return text
  const points = Array.from(text)
  if (points.length <= most) return text
  return `${points.slice(0, most - end - 1).join('')}…${end === 0 ? '' : points.slice(-end).join('')}`
}

/** A value as a code span that fits into a table cell: nothing inside it is interpreted. */
export function code(text: string): string {
  const shown = shorten(flat(text), SHOWN, SHOWN_END)
  if (shown === '') return '(empty)'
  // A pipe ends the cell even inside a code span, and a backslash does not escape a backtick there.
  return `\`${shown.replaceAll('`', 'ˋ').replaceAll('|', '¦')}\``
}

/**
 * A sentence that may hold names out of traces, as text on one line. Words that Markdown or GitHub could read as more than
 * words become code; so does what stands between backticks.
 */
export function plain(text: string, most = SHOWN_SENTENCE): string {
  return (
    shorten(flat(text), most, 0)
      .split('`')
      .map((part, i) => (i % 2 === 1 ? quotedCode(part) : part.split(' ').map(word).join(' ')))
      .join('')
      // No span holds a backtick, so two in a row are spans that touch, which would be read as one.
      .replaceAll('``', '` `')
      .trim()
      .replace(/^(?:[-+=]+|\d+[.)])(?= |$)/, (marker) => code(marker))
  )
}

function quotedCode(part: string): string {
  return part.trim() === '' ? part : code(part)
}

/** Letters, digits, and signs that mean nothing to Markdown. */
const HARMLESS = /^[\p{L}\p{N}\p{M}'’"“”.,;:?!()…–—%+=/·→±−-]*$/u
/** Commands to a runner, addresses, emoji names, `GH-1` and other trackers' ids, ids of commits. */
const READ_AS_MORE = /::|:\/\/|www\.|:[\w+-]+:|[a-z][a-z0-9]*-\d|(?<![\p{L}\p{N}])[0-9a-f]{7,64}(?![\p{L}\p{N}])/iu

function word(text: string): string {
  if (HARMLESS.test(text) && !READ_AS_MORE.test(text)) return text
  const open = /^["'“(]*/.exec(text)?.[0] ?? ''
  const close = (open.includes('(') ? /[)”"'.,;:!?]*$/ : /[”"'.,;:!?]*$/).exec(text.slice(open.length))?.[0] ?? ''
  const inner = text.slice(open.length, text.length - close.length)
  return inner === '' ? code(text) : `${open}${code(inner)}${close}`
}

/**
 * A table; cells must be Markdown already.
 *
 * @param align where the text of each column stands; left where that is not said
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly string[] = []
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = head.map((_, i) => align[i] ?? LEFT)
  return [line(head), `|${rule.join('|')}|`, ...rows.map(line)].join('\n')
}

/** Columns of a table, by where their text stands. */
export const LEFT = '---'
export const RIGHT = '--:'
export const CENTRE = ':-:'

/** Whether a block of code shows a text as it is, so that it may be copied. */
export function isFaithful(text: string): boolean {
  return text.length <= 300 && flat(text) === text && !/^::|##\[/.test(text)
}

/** Lines as a block of code, whatever they hold: its fence is longer than any row of backticks in them. */
export function fence(lines: readonly string[], language: string): string {
  const text = lines.map((line) => line.replace(INVISIBLE, ' ')).join('\n')
  const ticks = '`'.repeat(Math.max(3, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length + 1)))
  return `${ticks}${language}\n${text}\n${ticks}`
}

/** Folded away until somebody opens it. `title` is shown as it is: words of ours and numbers only. */
export function details(title: string, body: string): string {
  return `<details><summary>${title}</summary>\n\n${body}\n\n</details>`
}

/** A link to a page that this action itself knows of; undefined where the address is none that is fit to click. */
export function link(text: string, url: string): string | undefined {
  return /^https?:\/\/[\w.-]+(:\d+)?(\/[\w.:/?=&%~+-]*)?$/.test(url) && url.length <= 500
    ? `[${text}](${url})`
    : undefined
}

/** Paragraphs, tables and blocks, one below the other. Empty ones are left out. */
export function blocks(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('\n\n')
}
