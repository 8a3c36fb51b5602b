/** Text in bytes that a decoder has found: plain, as UTF-16, in the midst of binary data, or compressed. */
import { constants, inflateRawSync } from 'node:zlib'
import { systemErrorCode } from '../../errors.js'
import { mayBeDeflate } from './deflate.js'
import type { Room } from './family.js'

/** Text in binary data is told from chance by its length. */
export const SHORTEST_IN_BINARY = 16
/** Shorter than the shortest password that a rule would take for one. */
export const SHORTEST_WHOLE = 8
/** Where this part of some bytes is text, the rest is text in another script. */
const MOSTLY = 0.7

/** 1: shown or white space or a terminal's control; 2: NUL, every other byte of UTF-16. */
const TEXT = new Uint8Array(256)
for (let code = 32; code < 127; code++) TEXT[code] = 1
for (const code of [8, 9, 10, 12, 13, 27]) TEXT[code] = 1
TEXT[0] = 2

export function isText(byte: number): boolean {
  return (TEXT[byte] as number) !== 0
}

/**
 * Finds text among bytes that need not have been decoded yet.
 *
 * @param length how many there are
 * @param at the byte at a position
 * @param sample distance of the bytes that are looked at; a text of the least length holds one of them
 * @returns start and end of each, in turn
 */
export function segments(length: number, at: (position: number) => number, least = SHORTEST_IN_BINARY): number[] {
  const found: number[] = []
  look(length, at, least, found)
  return found
}

/** Whether there is any of these. */
export function hasSegment(length: number, at: (position: number) => number, least = SHORTEST_IN_BINARY): boolean {
  return look(length, at, least, undefined)
}

/** @param found takes all of them; without it, one is enough. @returns whether there is any */
function look(length: number, at: (position: number) => number, least: number, found: number[] | undefined): boolean {
  let floor = 0
  for (let i = Math.min(least - 1, length - 1); i < length; i += least) {
    if (!isText(at(i))) continue
    let from = i
    let shown = at(i) === 0 ? 0 : 1
    while (from > floor && isText(at(from - 1))) if (at(--from) !== 0) shown++
    let to = i + 1
    while (to < length && isText(at(to))) {
      if (at(to++) !== 0) shown++
      // More only tells how far it goes.
      if (found === undefined && shown >= least && to - from === shown) return true
    }
    if (shown >= least && shown * 4 > to - from) {
      if (found === undefined) return true
      found.push(from, to)
    }
    floor = to
    i = Math.max(i, to - 1)
  }
  return found !== undefined && found.length > 0
}

export interface Decoded {
  readonly text: string
  readonly compressed: boolean
}

/**
 * The text in some bytes; undefined where there is none.
 *
 * @param whole the bytes are known from end to end, so that a short text counts if nothing else is among them
 */
export function textIn(bytes: Buffer, room: Room, whole: boolean): Decoded | undefined {
  const plain = plainText(bytes, whole)
  const packed = inflate(bytes, room)
  const unpacked = packed && plainText(packed, whole)
  if (unpacked === undefined) return plain === undefined ? undefined : { text: plain, compressed: false }
  // By chance text begins like a stream (`x ` as zlib does): where the bytes can be read both ways, both are kept.
  return { text: plain === undefined ? unpacked : `${unpacked}\n${plain}`, compressed: true }
}

function plainText(bytes: Buffer, whole: boolean): string | undefined {
  const at = (i: number): number => bytes[i] ?? 255
  const found = segments(bytes.length, at)
  let covered = 0
  for (let i = 0; i < found.length; i += 2) covered += (found[i + 1] as number) - (found[i] as number)
  if (whole && covered >= MOSTLY * bytes.length) {
    if (covered > 0) return bytes.toString('utf8')
    return undefined
  }
  if (covered === 0) {
    const text = whole && bytes.length >= SHORTEST_WHOLE && bytes.every(isText) ? bytes.toString('latin1') : ''
    return /[^\0]{8}|(?:[^\0]\0){8}/.test(text) ? text : whole ? utf8(bytes) : undefined
  }
  const texts: string[] = []
  for (let i = 0; i < found.length; i += 2) texts.push(bytes.toString('latin1', found[i], found[i + 1]))
  return texts.join('\n')
}

/** Text with more of other scripts than of ASCII. */
function utf8(bytes: Buffer): string | undefined {
  if (bytes.length < SHORTEST_IN_BINARY || bytes.subarray(0, 64).some((byte) => byte < 0x80 && TEXT[byte] !== 1)) {
    return undefined
  }
  const text = bytes.toString('utf8')
  return text.includes('\ufffd') ? undefined : text
}

/** What stands compressed in bytes that begin as gzip, zlib or a ZIP archive do; undefined where nothing does. */
function inflate(bytes: Buffer, room: Room): Buffer | undefined {
  const start = deflateStart(bytes)
  if (start !== undefined) return unpack(bytes.subarray(start), room)
  // Without a frame there is no mark.
  return mayBeDeflate(bytes.length, (i) => bytes[i] ?? 0) ? unpack(bytes, room) : undefined
}

function deflateStart(bytes: Buffer): number | undefined {
  if (bytes.length < 8) return undefined
  const head = bytes.readUInt16BE(0)
  if (head === 0x1f8b && bytes[2] === 8) return gzipHeader(bytes)
  // With a dictionary (bit 5) nobody can read it who has not got that.
  if ((head & 0x0f20) === 0x0800 && head >> 12 <= 7 && head % 31 === 0) return 2
  if (head === 0x504b && bytes.length > 30 && bytes.readUInt16LE(2) === 0x0403 && bytes.readUInt16LE(8) === 8) {
    return 30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28)
  }
  return undefined
}

/** RFC 1952, section 2.3. */
function gzipHeader(bytes: Buffer): number {
  const flags = bytes[3] ?? 0
  let at = 10
  if ((flags & 4) !== 0 && at + 2 <= bytes.length) at += 2 + bytes.readUInt16LE(at)
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue
    const end = bytes.indexOf(0, at)
    at = end === -1 ? bytes.length : end + 1
  }
  return (flags & 2) === 0 ? at : at + 2
}

/** Without the frame, so that neither a wrong checksum nor a stream that was cut off hides what is in it. */
function unpack(stream: Buffer, room: Room): Buffer | undefined {
  const left = room.left()
  if (left <= 0 || stream.length === 0) return undefined
  try {
    const bytes = inflateRawSync(stream, { maxOutputLength: left, finishFlush: constants.Z_SYNC_FLUSH })
    room.unpacked(bytes.length)
    return bytes.length === 0 ? undefined : bytes
  } catch (error) {
    if (systemErrorCode(error) === 'ERR_BUFFER_TOO_LARGE') room.refuse()
    return undefined
  }
}
