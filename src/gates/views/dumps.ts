/** Dumps: `xxd`, `hexdump`, `hexdump -C`, `od`, with their column of offsets and what they show beside the bytes. */
import { textIn } from './bytes.js'
import type { Family, Room } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign, hexDigit, listLines } from './sweep.js'

/** Offset, then cells of one or two blanks apart; in front of the offset may stand what tells lines apart. */
const LINE = /(?:^|[^0-9A-Za-z])((?:0x)?[0-9A-Fa-f]{6,16}[h:]{0,2}|(?:0x)?[0-9A-Fa-f]{4}h?:)([ \t]{1,8}\S[^\n]{3,200})/y
/** `od -c` without its column of offsets. */
const CHARACTERS = /^(?: {3}\S| {2}\\[abfnrtv0]| [0-3][0-7]{2}| {4}){2,16}$/
const CELLS_A_LINE = 32

export const dumps: Family = {
  how: 'dump',
  signs: Sign.list,
  apply(text, swept, room) {
    const edits = new Rewriter(text)
    const regions = listLines(text, swept)
    for (let i = 0; i + 1 < regions.length; i += 2) {
      readDump(text, regions[i] as number, regions[i + 1] as number, room, edits)
    }
    return edits.finish()
  }
}

function readDump(text: string, first: number, last: number, room: Room, edits: Rewriter): void {
  let lines: string[] = []
  let from = first
  const close = (to: number): void => {
    const found = lines.length > 0 ? decode(lines, room) : undefined
    if (found !== undefined) edits.replace(from, to, found)
    lines = []
  }
  let start = first
  while (start < last) {
    const feed = text.indexOf('\n', start)
    const end = feed === -1 || feed > last ? last : feed
    const cells = cellsOf(text, start, end)
    if (cells === undefined) close(start - 1)
    else {
      if (lines.length === 0) from = start
      lines.push(cells)
    }
    start = end + 1
  }
  close(last)
}

/** What stands behind the offset; undefined where the line has none near its beginning. */
function cellsOf(text: string, start: number, end: number): string | undefined {
  if (end - start <= 80 && CHARACTERS.test(text.slice(start, end))) return text.slice(start, end)
  const limit = Math.min(end, start + 40)
  for (let i = Math.max(0, start - 1); i < limit; i++) {
    if (hexDigit(text.charCodeAt(i)) === -1 && hexDigit(text.charCodeAt(i + 1)) === -1) continue
    LINE.lastIndex = i
    const found = LINE.exec(text)
    if (found !== null && LINE.lastIndex <= end) return found[2]
  }
  return undefined
}

function decode(lines: readonly string[], room: Room): string | undefined {
  const texts = new Set<string>()
  // Bytes swapped in pairs are text as well: each order is shown.
  for (const reading of [hexCells, swappedCells, octalCells, swappedOctalCells, characterCells]) {
    const bytes = lines.flatMap(reading)
    const found = bytes.length < 8 ? undefined : textIn(Buffer.from(bytes), room, true)
    if (found !== undefined) texts.add(found.text)
  }
  return texts.size === 0 ? undefined : [...texts].join('\n')
}

function cells(line: string, kind: RegExp): string[] {
  const found: string[] = []
  let size = 0
  for (const cell of line
    .split('|')[0]
    ?.trim()
    .split(/[ \t]+/) ?? []) {
    if (!kind.test(cell) || found.length === CELLS_A_LINE) break
    // The last group may be a short one; what follows it is the column of characters.
    if (found.length > 0 && cell.length > size) break
    found.push(cell)
    if (found.length > 1 && cell.length < size) break
    size = cell.length
  }
  return found
}

function hexCells(line: string): number[] {
  // Two blanks stand between `xxd`'s groups and its characters, and in the middle of `hexdump -C`'s bytes.
  const groups = /^[ \t]*[0-9a-f]{4}/i.test(line) ? (line.trim().split(/ {2}|\t/)[0] ?? '') : line
  return cells(groups, /^(?:[0-9a-f]{2}){1,16}$/i)
    .flatMap((cell) => [...Buffer.from(cell, 'hex')])
    .slice(0, CELLS_A_LINE)
}

function swappedCells(line: string): number[] {
  return cells(line, /^[0-9a-f]{4}$/i).flatMap((cell) => [...Buffer.from(cell, 'hex')].reverse())
}

function octalCells(line: string): number[] {
  return cells(line, /^[0-3][0-7]{2}$/).map((cell) => parseInt(cell, 8))
}

function swappedOctalCells(line: string): number[] {
  return cells(line, /^[01][0-7]{5}$/).flatMap((cell) => {
    const word = parseInt(cell, 8)
    return [word & 255, word >> 8]
  })
}

const NAMED: Readonly<Record<string, number>> = {
  '\\n': 10,
  '\\t': 9,
  '\\r': 13,
  '\\0': 0,
  '\\b': 8,
  '\\f': 12,
  '\\v': 11,
  '\\a': 7
}

/** `od -c`: every byte in a cell of four. */
function characterCells(line: string): number[] {
  const bytes: number[] = []
  for (let at = 0; at < line.length; at += 4) {
    const cell = line.slice(at, at + 4)
    const char = cell.trim()
    if (cell.length < 4 || (char.length > 1 && NAMED[char] === undefined && !/^[0-3][0-7]{2}$/.test(char))) break
    bytes.push(char.length === 3 ? parseInt(char, 8) : (NAMED[char] ?? (char === '' ? 32 : char.charCodeAt(0))))
  }
  return bytes.map((byte) => byte & 255)
}
