/** Bytes and characters written as numbers: `103, 104`, `0x67,0x68`, `67:68`, `147 150`, `01100111`, `chr(103)+chr(104)`. */
import { SHORTEST_WHOLE, textIn } from './bytes.js'
import type { Family, Room } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign, listLines } from './sweep.js'

const NUMBER = /(?<![0-9A-Za-z_.])(0[xX]|U\+|0b|0o|&[hH]|x)?([0-9A-Fa-f]{1,8})(?![0-9A-Za-z_])/g
const LONGEST_GAP = 40
const STRAY = 2

interface Figure {
  readonly from: number
  readonly to: number
  readonly prefix: string
  readonly digits: string
}

export const numbers: Family = {
  how: 'numbers',
  signs: Sign.list,
  apply(text, swept, room) {
    const edits = new Rewriter(text)
    const regions = listLines(text, swept)
    for (let i = 0; i + 1 < regions.length; i += 2) {
      readList(text, regions[i] as number, regions[i + 1] as number, room, edits)
    }
    return edits.finish()
  }
}

function readList(text: string, start: number, end: number, room: Room, edits: Rewriter): void {
  let group: Figure[] = []
  let gapBefore = ''
  const close = (): void => {
    // A number or two in front may be an index or an offset.
    for (let first = 0; first <= STRAY && group.length - first >= SHORTEST_WHOLE; first++) {
      const found = decode(group.slice(first), room)
      if (found === undefined) continue
      edits.replace((group[first] as Figure).from, (group.at(-1) as Figure).to, found)
      break
    }
    group = []
  }
  for (const match of text.slice(start, end).matchAll(NUMBER)) {
    const last = group.at(-1)
    const from = start + match.index
    if (last !== undefined) {
      const gap = from - last.to > LONGEST_GAP ? undefined : text.slice(last.to, from)
      // A call in between, such as `)+chr(`, is the same each time.
      const goesOn =
        gap !== undefined &&
        gap !== '' &&
        (gap === gapBefore || /^[^0-9A-Za-z]+$/.test(gap) || CALL.test(gap) || BESIDE.test(gap))
      if (!goesOn || !sameKind(last, match[1] ?? '', match[2] ?? '')) close()
      gapBefore = gap ?? ''
    }
    group.push({ from, to: from + match[0].length, prefix: match[1] ?? '', digits: match[2] ?? '' })
  }
  close()
}

const CALL = /^[^0-9A-Za-z]*(?:string\.)?(?:u?n?i?chrw?|char|fromcharcode|fromcodepoint|byte|u8)[^0-9A-Za-z]*$/i

/** The character itself beside its number, the address of a line of a debugger, the kind of a record. */
const BESIDE = /^\s*'(?:[^'\\]|\\.{1,3})'[,\s]*$|^\s*\n\s*(?:0x[0-9a-f]{4,16}(?: ?<[^<>\n]{1,30}>)?:|[A-Za-z]{1,8})\s+$/

function sameKind(last: Figure, prefix: string, digits: string): boolean {
  if ((last.prefix === '') !== (prefix === '')) return false
  if (last.digits.length === digits.length) return true
  // Decimal and octal numbers have as many digits as they need, hexadecimal ones do not.
  return digits.length <= 3 && last.digits.length <= 3 && !/[a-f]/i.test(last.digits + digits)
}

const BASES: [number, RegExp, RegExp][] = [
  [16, /^(?:0x|U\+|&h|x)?$/i, /^[0-9a-f]{2}$|^0{2,6}[0-9a-f]{2}$/i],
  [10, /^$/, /^[0-9]{1,3}$/],
  [8, /^(?:0o)?$/, /^0?[0-3]?[0-7]{2}$/],
  [2, /^(?:0b)?$/, /^[01]{7,8}$/],
  [16, /^(?:0x)?$/i, /^[0-9a-f]$/i]
]

function decode(group: readonly Figure[], room: Room): string | undefined {
  // More than one base can make a text of them, the wrong one too: each is shown.
  const texts = new Set<string>()
  for (const [base, prefix, digits] of BASES) {
    if (!group.every((one) => prefix.test(one.prefix) && digits.test(one.digits))) continue
    const bytes = group.map((one) => parseInt(one.digits, base))
    if (bytes.some((byte) => byte > 255)) continue
    const found = textIn(Buffer.from(bytes), room, true)
    if (found !== undefined) texts.add(found.text)
  }
  return texts.size === 0 ? words(group, room) : [...texts].join('\n')
}

/** Two or four bytes a number, the first one first or last. */
function words(group: readonly Figure[], room: Room): string | undefined {
  const size = group[0]?.digits.length ?? 0
  if (size !== 4 && size !== 8) return undefined
  const digits = group.map((one) => one.digits)
  const texts: string[] = []
  for (const reversed of [false, true]) {
    const inOrder = reversed ? digits.map((word) => (word.match(/../g) ?? []).reverse().join('')) : digits
    const found = textIn(Buffer.from(inOrder.join(''), 'hex'), room, true)
    if (found !== undefined) texts.push(found.text)
  }
  return texts.length === 0 ? undefined : texts.join('\n')
}
