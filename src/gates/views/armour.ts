/** Lines that begin with their own length: `uuencode` (POSIX), and binary files in patches of git (base85 of a zlib stream). */
import { textIn } from './bytes.js'
import type { Family, Room } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign } from './sweep.js'

const UUENCODED = /^begin(?: |-base64 )[0-7]{3,4} [^\n]{1,200}\n/gm
const PATCHED = /^(?:[+> ]{0,4})literal \d{1,9}\r?\n/gm
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~'
const VALUES = new Uint8Array(128).fill(85)
for (let i = 0; i < 85; i++) VALUES[DIGITS.charCodeAt(i)] = i

export const armour: Family = {
  how: 'lines with their lengths',
  signs: Sign.newline,
  apply(text, _, room) {
    if (!text.includes('begin ') && !text.includes('literal ')) return undefined
    const edits = new Rewriter(text)
    const heads = [...text.matchAll(UUENCODED), ...text.matchAll(PATCHED)].sort((a, b) => a.index - b.index)
    let done = 0
    for (const { index, 0: head } of heads) {
      if (index < done) continue
      const from = index + head.length
      done = replaceBody(text, from, head.startsWith('begin') ? uuencodedLine : patchedLine, room, edits) ?? done
    }
    return edits.finish()
  }
}

/** @returns where the body ends; undefined where there is none */
function replaceBody(
  text: string,
  from: number,
  read: (line: string) => number[] | undefined,
  room: Room,
  edits: Rewriter
): number | undefined {
  const bytes: number[] = []
  let start = from
  while (start < text.length) {
    const feed = text.indexOf('\n', start)
    const end = feed === -1 ? text.length : feed
    const line = end - start > 200 ? undefined : read(text.slice(start, end).replace(/\r$/, ''))
    if (line === undefined) break
    for (const byte of line) bytes.push(byte)
    start = end + 1
  }
  const found = bytes.length === 0 ? undefined : textIn(Buffer.from(bytes), room, true)
  if (found === undefined) return undefined
  edits.replace(from, Math.min(start, text.length), `${found.text}\n`)
  return start
}

/** The first character is the number of bytes, each four others are three of them; a backtick stands for a blank. */
function uuencodedLine(line: string): number[] | undefined {
  const length = (line.charCodeAt(0) - 32) & 63
  if (line === 'end' || !/^[ -`]+$/.test(line) || length === 0) return undefined
  const digits = line.slice(1).padEnd(Math.ceil(length / 3) * 4, ' ')
  if (digits.length > Math.ceil(length / 3) * 4 + 2) return undefined
  const bytes: number[] = []
  for (let i = 0; bytes.length < length; i += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = [0, 1, 2, 3].map((k) => (digits.charCodeAt(i + k) - 32) & 63)
    bytes.push((a << 2) | (b >> 4), ((b & 15) << 4) | (c >> 2), ((c & 3) << 6) | d)
  }
  return bytes.slice(0, length)
}

/** `A` to `Z` for 1 to 26 bytes, `a` to `z` for 27 to 52; what is left of the last five characters is padding. */
function patchedLine(line: string): number[] | undefined {
  const plain = line.replace(/^[+> ]+/, '')
  const code = plain.charCodeAt(0)
  const length = code >= 97 ? code - 70 : code - 64
  if (!/^[A-Za-z]/.test(plain) || (plain.length - 1) % 5 !== 0 || (plain.length - 1) / 5 !== Math.ceil(length / 4)) {
    return undefined
  }
  const bytes: number[] = []
  for (let i = 1; i < plain.length; i += 5) {
    let value = 0
    for (let k = i; k < i + 5; k++) {
      const digit = VALUES[plain.charCodeAt(k)] ?? 85
      if (digit === 85) return undefined
      value = value * 85 + digit
    }
    for (let shift = 24; shift >= 0; shift -= 8) bytes.push((value >>> shift) & 255)
  }
  return bytes.slice(0, length)
}
