/** Five characters for four bytes: Ascii85, as PDF and Python write it, RFC 1924's, as git and Python do, and Z85. */
import { isText, segments, textIn } from './bytes.js'
import type { Family, Room } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign } from './sweep.js'

const ALNUM = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ALPHABETS = [
  Array.from({ length: 85 }, (_, i) => String.fromCharCode(33 + i)).join(''),
  `${ALNUM}!#$%&()*+-;<=>?@^_\`{|}~`,
  '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'
].map(valuesOf)

function valuesOf(alphabet: string): Uint8Array {
  const values = new Uint8Array(128).fill(85)
  for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i
  return values
}

const SHORTEST = 25

export const base85: Family = {
  how: 'base85',
  signs: Sign.solid,
  apply(text, { solids }, room) {
    const edits = new Rewriter(text)
    for (let i = 0; i + 1 < solids.length; i += 2) {
      const to = solids[i + 1] as number
      const from = solids[i] as number
      // The run itself, and what stands in it behind a quotation mark, a name and its sign, or Ascii85's own mark.
      for (let start = from; start < Math.min(to - SHORTEST + 1, from + REACH); start++) {
        if (start > from && !OPENERS.has(text.charCodeAt(start - 1))) continue
        const found = decode(text, start, to, room)
        if (found === undefined) continue
        edits.replace(start, to, found)
        break
      }
    }
    return edits.finish()
  }
}

/** `"`, `'`, backtick, `:`, `=`, `~`, `(` */
const OPENERS = new Set([34, 39, 96, 58, 61, 126, 40])
const REACH = 40

function decode(text: string, from: number, to: number, room: Room): string | undefined {
  for (const values of ALPHABETS) {
    if (!beginsAsText(text, from, values)) continue
    const bytes = bytesOf(text, from, to, values)
    if (segments(bytes.length, (i) => bytes[i] ?? 255).length > 0) return textIn(bytes, room, true)?.text
  }
  return undefined
}

/** The first sixteen bytes, given up at the first that is no text. */
function beginsAsText(text: string, from: number, values: Uint8Array): boolean {
  for (let i = from; i < from + 20; i += 5) {
    let value = 0
    for (let k = i; k < i + 5; k++) {
      const digit = values[text.charCodeAt(k)] ?? 85
      if (digit === 85) return false
      value = value * 85 + digit
    }
    if (value > 0xffffffff) return false
    for (let shift = 24; shift >= 0; shift -= 8) if (!isText((value >>> shift) & 255)) return false
  }
  return true
}

/** Up to the first character that is no digit; `z` stands for four zero bytes in Ascii85 and is not read. */
function bytesOf(text: string, from: number, to: number, values: Uint8Array): Buffer {
  const bytes: number[] = []
  let end = from
  while (end < to && (values[text.charCodeAt(end)] ?? 85) < 85) end++
  for (let i = from; i + 1 < end; i += 5) {
    const digits = Math.min(5, end - i)
    let value = 0
    for (let k = 0; k < 5; k++) value = value * 85 + (k < digits ? (values[text.charCodeAt(i + k)] as number) : 84)
    if (value > 0xffffffff) break
    for (let k = 0; k < digits - 1; k++) bytes.push((value / 2 ** (24 - 8 * k)) & 255)
  }
  return Buffer.from(bytes)
}
