/** base64 and base64url, wherever in a run of their digits they begin. */
import { SHORTEST_IN_BINARY, hasSegment, isText, textIn, type Decoded } from './bytes.js'
import { mayBeDeflate } from './deflate.js'
import type { Family, Room } from './family.js'
import { Rewriter } from './rewrite.js'
import { Sign } from './sweep.js'

/** Six bits a digit; 64 for what is none. */
const VALUES = new Uint8Array(128).fill(64)
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
for (let i = 0; i < 64; i++) VALUES[ALPHABET.charCodeAt(i)] = i
VALUES[0x2d] = 62
VALUES[0x5f] = 63

/** A run of fewer digits is only read from its beginning. */
const SHORTEST_GLUED = 24
/** How many digits show whether there is something compressed. */
const HEAD = 16

export const base64: Family = {
  how: 'base64',
  signs: Sign.run,
  apply(text, { runs }, room) {
    const edits = new Rewriter(text)
    let compressed = false
    for (let i = 0; i + 1 < runs.length; i += 2) {
      const from = runs[i] as number
      const to = runs[i + 1] as number
      const found = decode(text, from, to, room)
      if (found === undefined) continue
      edits.replace(from, to, found.text)
      compressed ||= found.compressed
    }
    return edits.finish(compressed ? 'compressed' : undefined)
  }
}

function decode(text: string, from: number, to: number, room: Room): Decoded | undefined {
  const packed = compressedAt(text, from, to, room)
  if (packed !== undefined) return packed
  if (to - from < SHORTEST_GLUED) {
    return holdsText(text, from, to, 4) ? textIn(bytesOf(text, from, to), room, true) : undefined
  }
  const texts: string[] = []
  for (let offset = 0; offset < 4; offset++) {
    const start = from + offset
    if (!holdsText(text, start, to, SHORTEST_IN_BINARY)) continue
    const found = textIn(bytesOf(text, start, to), room, offset === 0)
    // The digits in front of the text are left out: it stands by itself.
    if (found === undefined) continue
    // All of it is text: at another offset it could only be so by chance.
    if (offset === 0 && found.text.length >= ((to - from) >> 2) * 3 - 3 && !found.text.includes('\ufffd')) return found
    texts.push(found.text)
  }
  if (texts.length > 0) return { text: texts.join('\n'), compressed: false }
  return backwards(text, from, to, room)
}

/** `rev` behind `base64`: what stands last is read first. */
function backwards(text: string, from: number, to: number, room: Room): Decoded | undefined {
  for (let i = to - 1; i > to - HEAD; i -= 4) {
    const [a, b, c, d] = [i, i - 1, i - 2, i - 3].map((at) => VALUES[text.charCodeAt(at)] as number) as Quad
    if (!isText((a << 2) | (b >> 4)) || !isText(((b & 15) << 4) | (c >> 2)) || !isText(((c & 3) << 6) | d))
      return undefined
  }
  return textIn(Buffer.from(Array.from(text.slice(from, to)).reverse().join(''), 'base64'), room, true)
}

type Quad = [number, number, number, number]

/** Whether there may be text among the bytes, which are looked at without being decoded. */
function holdsText(text: string, from: number, to: number, least: number): boolean {
  const length = Math.floor(((to - from) * 3) / 4)
  if (least < SHORTEST_IN_BINARY) {
    for (let i = 0; i < Math.min(length, 6); i++) if (!isText(byteAt(text, from, i)) && i < 3) return false
    return true
  }
  return hasSegment(length, (i) => byteAt(text, from, i), least) || startsWide(text, from, length)
}

/** Text that begins in another script than ours: the first bytes are UTF-8 of several bytes a character. */
function startsWide(text: string, from: number, length: number): boolean {
  if (length < SHORTEST_IN_BINARY || byteAt(text, from, 0) < 0xc2) return false
  for (let i = 0; i < SHORTEST_IN_BINARY; i++) {
    const byte = byteAt(text, from, i)
    if (byte < 0x80 && !isText(byte)) return false
  }
  return true
}

function byteAt(text: string, from: number, i: number): number {
  const group = Math.floor(i / 3)
  const place = i - group * 3
  const at = from + group * 4 + place
  const high = VALUES[text.charCodeAt(at)] as number
  const low = VALUES[text.charCodeAt(at + 1)] as number
  return place === 0
    ? (high << 2) | (low >> 4)
    : place === 1
      ? ((high & 15) << 4) | (low >> 2)
      : ((high & 3) << 6) | low
}

function bytesOf(text: string, from: number, to: number): Buffer {
  // Node reads both alphabets.
  return Buffer.from(text.slice(from, to), 'base64')
}

/** A compressed stream that begins with the run, or with gzip's mark behind a path or a name. */
function compressedAt(text: string, from: number, to: number, room: Room): Decoded | undefined {
  if (to - from < HEAD) return undefined
  const first = text.charCodeAt(from)
  let start = from
  if (!isZlib(first, text.charCodeAt(from + 1)) && !text.startsWith('UEsDB', from)) {
    if (to - from > SHORTEST_GLUED) {
      const mark = markIn(text, from, to)
      if (mark !== -1) start = mark
    }
    const length = Math.floor(((to - from) * 3) / 4)
    if (start === from && !text.startsWith('H4sI', from) && !mayBeDeflate(length, (i) => byteAt(text, from, i))) {
      return undefined
    }
  }
  const bytes = bytesOf(text, start, to)
  const found = textIn(bytes, room, true)
  return found?.compressed === true ? found : undefined
}

function isZlib(first: number, second: number): boolean {
  // `x` and a second byte that makes the two divisible by 31: `eA`, `eF`, `eJ`, `eN`.
  return first === 0x65 && (second === 0x41 || second === 0x46 || second === 0x4a || second === 0x4e)
}

/** Position of gzip's mark in a run, of a length that leaves nothing to chance; -1 where there is none. */
function markIn(text: string, from: number, to: number): number {
  for (let i = from; i + 4 < to; i++) if (text.charCodeAt(i) === 0x48 && text.startsWith('H4sI', i)) return i
  return -1
}
