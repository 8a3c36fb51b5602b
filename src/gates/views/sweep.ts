/** One sweep over a text that says which decoders are worth a try: usual text pays for this and for little else. */
import { endianness } from 'node:os'

/** What a text holds, as bits. */
export const Sign = {
  control: 1 << 0,
  return: 1 << 1,
  newline: 1 << 2,
  backslash: 1 << 3,
  percent: 1 << 4,
  ampersand: 1 << 5,
  equals: 1 << 6,
  caret: 1 << 7,
  bracket: 1 << 8,
  quote: 1 << 9,
  less: 1 << 10,
  /** Characters that may show as nothing or as others. */
  wide: 1 << 11,
  /** Short groups of letters or digits of one length, or of digits, one after the other: dumps, byte arrays, spaced letters. */
  list: 1 << 12,
  /** There are `runs`. */
  run: 1 << 18,
  /** There are `solids`. */
  solid: 1 << 19
} as const

const ALNUM = 1 << 13
const TOKEN = 1 << 14
const DIGIT = 1 << 15
const SPACE = 1 << 16
/** Means something only in front of what makes a disguise of it. */
const PEEK = 1 << 17
const UPPER = 1 << 20
const LOWER = 1 << 21
const QUOTE = 1 << 22

/** Runs shorter than this hold no secret worth looking for, unless the padding of base64 comes behind them. */
const SHORTEST_RUN = 16
const SHORTEST_PADDED_RUN = 10
const SHORTEST_SOLID = 25
const LIST_LENGTH = 4
const NUMBERS_LENGTH = 6
/** Bytes in binary have eight digits. */
const LONGEST_OF_LIST = 8

export interface Sweep {
  /** Bits of `Sign`. */
  readonly signs: number
  /** Start and end, in turn, of the longer runs of `A-Z a-z 0-9 + / - _`, but for those of small letters and signs only. */
  readonly runs: readonly number[]
  /** Start and end, in turn, of the longer runs of anything but white space. */
  readonly solids: readonly number[]
  /** Start and end, in turn, of what `Sign.list` is about, in ascending order. */
  readonly lists: readonly number[]
  /** Positions of quotation marks; the sign is set where one stands right behind what may be part of a token. */
  readonly quotes: readonly number[]
}

const KINDS = new Uint32Array(128)
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code)
  if (/[0-9]/.test(char)) KINDS[code] = ALNUM | TOKEN | DIGIT
  else if (/[A-Z]/.test(char)) KINDS[code] = ALNUM | TOKEN | UPPER
  else if (/[a-z]/.test(char)) KINDS[code] = ALNUM | TOKEN | LOWER
  else if (/[-+/_]/.test(char)) KINDS[code] = TOKEN
  else if (code < 32 || code === 127) KINDS[code] = Sign.control
}
const SINGLE: [string, number][] = [
  [' \t', SPACE],
  ['\r', PEEK | SPACE],
  ['\n', Sign.newline | SPACE],
  ['\\', Sign.backslash],
  ['%', PEEK],
  ['&', PEEK],
  ['=', PEEK],
  ['^', PEEK],
  ['[', PEEK],
  ['"\'`', QUOTE],
  ['<', PEEK]
]
for (const [chars, kind] of SINGLE) for (const char of chars) KINDS[char.charCodeAt(0)] = kind

/** Characters that show as nothing or look like others, by where they are: punctuation, arrows, pictures and most scripts are not. */
const WIDE = new Uint16Array(65536)
const RANGES = [
  [0xaa, 0xaa], [0xad, 0xad], [0xb2, 0xb3], [0xb9, 0xba], [0x2b0, 0x52f], [0x61c, 0x61c], [0x115f, 0x1160], [0x17b4, 0x17b5],
  [0x180b, 0x180f], [0x1d2c, 0x1dbf], [0x200b, 0x2013], [0x2028, 0x202e], [0x2043, 0x2043], [0x2060, 0x209f],
  [0x2100, 0x214f], [0x2160, 0x217f], [0x2212, 0x2212], [0x2460, 0x24ff], [0x3164, 0x3164], [0xd835, 0xd835],
  [0xd83c, 0xd83c], [0xdb40, 0xdb40], [0xfe00, 0xfe0f], [0xfe30, 0xfe6f], [0xfeff, 0xffa0], [0xfff0, 0xfffc]
] // prettier-ignore
for (const [from, to] of RANGES) WIDE.fill(Sign.wide, from, (to as number) + 1)
WIDE.fill(Sign.control, 0x80, 0xa0)

const UNITS = new Uint16Array(1 << 18)
const UNIT_BYTES = Buffer.from(UNITS.buffer)
const BIG_ENDIAN = endianness() === 'BE'

/** The UTF-16 units of a text, until the next call: an array is read several times as fast as strings of many kinds. */
function codesOf(text: string): Uint16Array {
  const isLong = text.length > UNITS.length
  const units = isLong ? new Uint16Array(text.length) : UNITS
  const bytes = isLong ? Buffer.from(units.buffer) : UNIT_BYTES
  const length = bytes.write(text, 0, 'utf16le')
  if (BIG_ENDIAN) bytes.subarray(0, length).swap16()
  return units
}

/** Sweeps a text once, in time that grows with its length only. */
export function sweep(text: string): Sweep {
  const runs: number[] = []
  const solids: number[] = []
  const lists: number[] = []
  const quotes: number[] = []
  let mix = 0
  let signs = 0
  let word = 0
  let token = 0
  let solid = 0
  let one = 0
  let two = 0
  let numberBefore = false
  let listFrom = 0
  let same = 0
  let numbers = 0
  const end = text.length
  const codes = codesOf(text)
  for (let i = 0; i <= end; i++) {
    const code = i < end ? (codes[i] as number) : 10
    const kind = code < 128 ? (KINDS[code] as number) : (WIDE[code] as number)
    mix |= kind
    if ((kind & ALNUM) !== 0) continue
    if (i < end) signs |= (kind & PEEK) === 0 ? kind : peek(text, i)
    const length = i - word
    if (length > LONGEST_OF_LIST) {
      same = numbers = one = two = 0
    } else if (length > 0) {
      // Or like the last but one: a call or a mark may stand with each item.
      same = length === one || length === two ? same + 1 : 0
      const first = codes[word] as number
      const isNumber = length <= 3 && first >= 48 && first <= 57
      if (isNumber) numbers++
      else if (!numberBefore || length !== two) numbers = 0
      if (same === 0 && numbers <= 1) listFrom = word
      if (same >= LIST_LENGTH || numbers >= NUMBERS_LENGTH) {
        signs |= Sign.list
        if (lists.length > 0 && (lists[lists.length - 2] as number) === listFrom) lists[lists.length - 1] = i
        else lists.push(listFrom, i)
      }
      numberBefore = isNumber
      two = one
      one = length
    }
    word = i + 1
    if ((kind & TOKEN) !== 0) continue
    const run = i - token
    if ((run >= SHORTEST_RUN || (run >= SHORTEST_PADDED_RUN && code === 61)) && (mix & (UPPER | DIGIT)) !== 0) {
      runs.push(token, i)
    }
    if ((kind & QUOTE) !== 0) {
      quotes.push(i)
      if (run > 0) signs |= Sign.quote
    }
    mix = 0
    token = i + 1
    if ((kind & SPACE) === 0) continue
    if (i - solid >= SHORTEST_SOLID) solids.push(solid, i)
    solid = i + 1
  }
  if (runs.length > 0) signs |= Sign.run
  if (solids.length > 0) signs |= Sign.solid
  return { signs, runs, solids, lists, quotes }
}

/** The sign of a character that is usual by itself, from what stands beside it. */
function peek(text: string, at: number): number {
  const next = text.charCodeAt(at + 1)
  switch (text.charCodeAt(at)) {
    case 13:
      return next === 10 ? 0 : Sign.return
    case 37:
      return hexDigit(next === 117 ? 48 : next) === -1 || hexDigit(text.charCodeAt(at + 2)) === -1 ? 0 : Sign.percent
    case 38:
      return next === 35 || named(text, at + 1) ? Sign.ampersand : 0
    case 60:
      return text.charCodeAt(at - 1) > 32 && next > 32 ? Sign.less : 0
    case 61:
      if (hexDigit(next) > 1 && hexDigit(text.charCodeAt(at + 2)) !== -1) return Sign.equals
      return next === 63 || next === 10 || next === 13 || (isBlank(next) && text.charCodeAt(at - 1) > 32)
        ? Sign.equals
        : 0
    case 94:
      return next >= 63 && next <= 91 ? Sign.caret : 0
    default:
      return coloured(text, at + 1) ? Sign.bracket : 0
  }
}

function named(text: string, from: number): boolean {
  let at = from
  while (at < from + 15 && isAlnum(text.charCodeAt(at))) at++
  return at > from + 1 && text.charCodeAt(at) === 59
}

/** `32m` and the like. */
function coloured(text: string, from: number): boolean {
  let at = from
  while (at < from + 20 && isParameter(text.charCodeAt(at))) at++
  return text.charCodeAt(at) === 109
}

function isParameter(code: number): boolean {
  return code >= 48 && code <= 59
}

/**
 * The lines in which lists stand, each with the one before and the one behind it.
 *
 * @returns start and end, in turn, in ascending order
 */
export function listLines(text: string, { lists }: Sweep): number[] {
  const found: number[] = []
  for (let i = 0; i + 1 < lists.length; i += 2) {
    const last = found.at(-1) ?? 0
    const from = Math.max(last, lineBefore(text, lists[i] as number))
    const to = lineBehind(text, lists[i + 1] as number)
    if (found.length > 0 && from <= last) found[found.length - 1] = to
    else found.push(from, to)
  }
  return found
}

const FARTHEST = 400

function lineBefore(text: string, at: number): number {
  let feeds = 0
  let from = at
  const least = Math.max(0, at - FARTHEST)
  while (from > least && (text.charCodeAt(from - 1) !== 10 || ++feeds < 2)) from--
  return from
}

function lineBehind(text: string, at: number): number {
  let feeds = 0
  let to = at
  const most = Math.min(text.length, at + FARTHEST)
  while (to < most && (text.charCodeAt(to) !== 10 || ++feeds < 2)) to++
  return to
}

/** Whether a UTF-16 unit is one of `A-Z a-z 0-9 + / - _`. */
export function isToken(code: number): boolean {
  return code < 128 && ((KINDS[code] as number) & TOKEN) !== 0
}

export function isAlnum(code: number): boolean {
  return code < 128 && ((KINDS[code] as number) & ALNUM) !== 0
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** Blank or tab. */
export function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

/** Value of a hexadecimal digit; -1 of anything else, NaN included. */
export function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 && code < 128 ? lower - 87 : -1
}

/** Digits and letters, or capitals behind small letters and the other way round: no word, name or rule of dashes. */
export function isRich(text: string, from: number, to: number): boolean {
  let changes = 0
  let kindBefore = 0
  let letters = 0
  for (let i = from; i < Math.min(to, from + 64); i++) {
    const code = text.charCodeAt(i)
    if (!isAlnum(code)) continue
    const kind = code <= 57 ? 1 : code <= 90 ? 2 : 3
    if (kind !== 1) letters++
    if (kindBefore !== 0 && kind !== kindBefore) changes++
    kindBefore = kind
  }
  // camelCase changes twice a word of some six letters; random text more often than every third.
  return letters > 0 && changes * 4 >= Math.min(to - from, 64)
}
