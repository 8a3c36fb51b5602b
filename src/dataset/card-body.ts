/**
 * The text of a card below its front matter: a person's text, with parts between markers that are written anew at every
 * push. The rules that keep the two apart:
 *
 * - A marker counts only on a line of its own, outside code fences and comments. A fence or comment that is never closed
 *   hides nothing.
 * - A start belongs to the end marker that follows it with no other marker between. All other markers are broken: their
 *   lines are dropped and the text around them stays. After a start without its end, lines that only a client writes go
 *   too.
 * - Of several copies of a part the first one's place is kept; the others go.
 * - Lines inside a part that no client writes are kept, behind the part.
 */
import {
  BADGES_END,
  BADGES_START,
  DATA_END,
  DATA_START,
  generatedLines,
  STATS_END,
  STATS_START
} from './card-sections.js'

type Part = 'badges' | 'data' | 'stats'
interface Marker {
  readonly part: Part
  readonly end: boolean
}

const MARKERS: ReadonlyMap<string, Marker> = new Map([
  [BADGES_START, { part: 'badges', end: false }],
  [BADGES_END, { part: 'badges', end: true }],
  [DATA_START, { part: 'data', end: false }],
  [DATA_END, { part: 'data', end: true }],
  [STATS_START, { part: 'stats', end: false }],
  [STATS_END, { part: 'stats', end: true }]
])

/** Where the parts stood: the machine-readable line and the tables are one section. */
interface Slot {
  readonly slot: 'badges' | 'section'
}
type Piece = string | Slot

/** The managed parts, as lines. */
export interface ManagedParts {
  readonly badges: readonly string[]
  readonly section: readonly string[]
  readonly schemaVersion: string
}

/**
 * The body with its managed parts replaced. Where it has none, the badges go under the first level-one heading (else to
 * the top) and the section to the end. Line breaks are LF; doing it twice changes nothing more.
 */
export function updateBody(body: string, parts: ManagedParts): string {
  const lines = body.split('\n')
  const outline = outlineOf(lines)
  const pieces = withoutManaged(lines, outline.markers)
  // A text without any marker is not a client's: a line of it may look like one, but says what its author meant.
  let text = outline.markers.size > 0 ? withVersion(pieces, parts.schemaVersion) : pieces
  if (!hasSlot(text, 'badges')) text = withBadges(text, parts.badges)
  const placed = text.flatMap((piece) =>
    typeof piece === 'string' ? [piece] : piece.slot === 'badges' ? parts.badges : parts.section
  )
  if (hasSlot(text, 'section')) return placed.join('\n')
  const before = placed.join('\n')
  const gap = before === '' || before.endsWith('\n\n') ? '' : before.endsWith('\n') ? '\n' : '\n\n'
  return `${before}${gap}${parts.section.join('\n')}\n`
}

function hasSlot(pieces: readonly Piece[], slot: Slot['slot']): boolean {
  return pieces.some((piece) => typeof piece !== 'string' && piece.slot === slot)
}

function withoutManaged(lines: readonly string[], markers: ReadonlyMap<number, Marker>): Piece[] {
  const marked = [...markers]
  const sectionPart: Part = marked.some(([, { part, end }]) => part === 'stats' && !end) ? 'stats' : 'data'
  const pieces: Piece[] = []
  const placed = new Set<Part>()
  let from = 0
  for (const [m, [index, marker]] of marked.entries()) {
    // Nothing where the part that this marker ends has been taken out already.
    pieces.push(...lines.slice(from, index))
    from = Math.max(from, index + 1)
    if (marker.end) continue
    if ((marker.part === 'badges' || marker.part === sectionPart) && !placed.has(marker.part)) {
      placed.add(marker.part)
      pieces.push({ slot: marker.part === 'badges' ? 'badges' : 'section' })
    }
    const [nextIndex, next] = marked[m + 1] ?? [lines.length, undefined]
    const inside = lines.slice(from, nextIndex)
    if (next?.part === marker.part && next.end) {
      pieces.push(...foreign(marker.part, inside))
      from = nextIndex + 1
      const [afterIndex, after] = marked[m + 2] ?? [lines.length, undefined]
      // A client writes a blank line between the two halves of the section.
      const halves = marker.part === 'data' && after?.part === 'stats' && !after.end
      if (halves && lines.slice(from, afterIndex).every((line) => line.trim() === '')) from = afterIndex
    } else from += generatedPrefix(marker.part, inside)
  }
  pieces.push(...lines.slice(from))
  return pieces
}

/** The lines that no client wrote, with the blank lines behind them. */
function foreign(part: Part, inside: readonly string[]): string[] {
  let keeping = false
  const generated = generatedLines(part, inside)
  return inside.filter((_, i) => {
    const known = generated[i]
    if (known !== undefined) keeping = !known
    return keeping
  })
}

function generatedPrefix(part: Part, inside: readonly string[]): number {
  const generated = generatedLines(part, inside)
  const firstForeign = generated.indexOf(false)
  return generated.slice(0, firstForeign === -1 ? undefined : firstForeign).lastIndexOf(true) + 1
}

/** The line of a client's card that names the schema. */
function withVersion(pieces: readonly Piece[], version: string): Piece[] {
  const { hidden } = outlineOf(textOf(pieces))
  return pieces.map((piece, i) =>
    typeof piece === 'string' && !hidden.has(i)
      ? piece.replace(/^Schema version: `\d+\.\d+\.\d+`/, () => `Schema version: \`${version}\``)
      : piece
  )
}

function textOf(pieces: readonly Piece[]): string[] {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : ''))
}

function withBadges(pieces: readonly Piece[], badges: readonly string[]): Piece[] {
  const lines = textOf(pieces)
  const heading = headingEnd(lines, outlineOf(lines).hidden)
  if (heading !== undefined) {
    const gap = lines[heading] === undefined || lines[heading].trim() === '' ? [] : ['']
    return [...pieces.slice(0, heading), '', ...badges, ...gap, ...pieces.slice(heading)]
  }
  const text = pieces.findIndex((piece) => typeof piece !== 'string' || piece.trim() !== '')
  const top = text === -1 ? pieces.length - 1 : text
  return [...pieces.slice(0, top), ...badges, '', ...pieces.slice(top)]
}

/** Index of the line after the first level-one heading, in either way of writing one. */
function headingEnd(lines: readonly string[], hidden: ReadonlySet<number>): number | undefined {
  for (const [i, line] of lines.entries()) {
    if (hidden.has(i)) continue
    if (/^ {0,3}#(?:[ \t]|$)/.test(line)) return i + 1
    const next = lines[i + 1]
    if (/^ {0,3}[^\s>|#*+-]/.test(line) && next !== undefined && /^ {0,3}=+[ \t]*$/.test(next)) return i + 2
  }
  return undefined
}

interface Outline {
  /** Markers that count, by line, in order. */
  readonly markers: ReadonlyMap<number, Marker>
  /** Lines of closed code fences and comments. */
  readonly hidden: ReadonlySet<number>
}

function outlineOf(lines: readonly string[]): Outline {
  const markers = new Map<number, Marker>()
  const hidden = new Set<number>()
  const fences = new Fences(lines)
  const commentEnds = nextLinesWith(lines, '-->')
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string
    const marker = markerOf(line)
    if (marker !== undefined) {
      markers.set(i, marker)
      continue
    }
    const end = fences.end(i) ?? (opensComment(line) ? commentEnds[i + 1] : undefined)
    // A comment that a marker's own `-->` would close is one that its author never closed.
    if (end === undefined || markerOf(lines[end] as string) !== undefined) continue
    for (let inside = i; inside <= end; inside++) hidden.add(inside)
    i = end
  }
  return { markers, hidden }
}

function markerOf(line: string): Marker | undefined {
  return line.includes('opentraces:') && /^ {0,3}</.test(line) ? MARKERS.get(line.trim()) : undefined
}

function opensComment(line: string): boolean {
  return /^ {0,3}<!--/.test(line) && !line.includes('-->', line.indexOf('<!--') + 2)
}

/** For each line the first one from there on that holds the text. */
function nextLinesWith(lines: readonly string[], text: string): (number | undefined)[] {
  const found: (number | undefined)[] = new Array<number | undefined>(lines.length + 1).fill(undefined)
  for (let i = lines.length - 1; i >= 0; i--) found[i] = (lines[i] as string).includes(text) ? i : found[i + 1]
  return found
}

const FENCE_OPENING = /^( {0,3}(?:(?:[-*+]|\d{1,9}[.)]) +)*)(`{3,}(?=[^`]*$)|~{3,})/
const FENCE_CLOSING = /^( *)(`{3,}|~{3,})[ \t]*$/

/** Code fences as CommonMark has them, also those that open behind a list marker. */
class Fences {
  /** Per sign, a search that found no end: many like it would take quadratic time. */
  readonly #unclosed = new Map<string, { length: number; indent: number }>()

  constructor(readonly lines: readonly string[]) {}

  /** The line that closes the fence opening at this line; undefined where none opens or none closes it. */
  end(line: number): number | undefined {
    const opening = FENCE_OPENING.exec(this.lines[line] as string)
    if (opening === null) return undefined
    const indent = (opening[1] as string).length
    const { length } = opening[2] as string
    const sign = (opening[2] as string).charAt(0)
    const failed = this.#unclosed.get(sign)
    if (failed !== undefined && length >= failed.length && indent <= failed.indent) return undefined
    for (let i = line + 1; i < this.lines.length; i++) {
      const closing = FENCE_CLOSING.exec(this.lines[i] as string)
      if (closing === null) continue
      const run = closing[2] as string
      if (run.startsWith(sign) && run.length >= length && (closing[1] as string).length <= indent + 3) return i
    }
    this.#unclosed.set(sign, { length, indent })
    return undefined
  }
}
