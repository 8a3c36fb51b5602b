/** Lines of a JSONL file as a stream: split at LF only, because U+2028 and its like are data. */
import { isAscii, isUtf8 } from 'node:buffer'
import { open } from 'node:fs/promises'
import { MAX_LINE_BYTES } from './json.js'
import { TraceError } from './parse.js'

/** Large enough to be fast, small enough to be nothing. */
const CHUNK_BYTES = 256 * 1024
const LF = 10
const CR = 13

export interface RawLine {
  /** From 1. */
  readonly number: number
  /** Without the line feed, valid until the next line is asked for; undefined where it is longer than `MAX_LINE_BYTES`. */
  readonly bytes: Buffer | undefined
}

/** A carry buffer larger than this is let go after its line. In bytes. */
const KEPT_BYTES = 4 * 1024 * 1024

/**
 * Splits a stream of chunks; a last line without LF counts. Holds one line at a time, and its bytes only until the next
 * one is asked for: buffers are used again, because a gigabyte of them would be garbage faster than it is collected.
 */
export async function* splitChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RawLine> {
  let number = 1
  const carry = new Carry()
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let start = 0
    for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, start)) {
      const rest = bytes.subarray(start, end)
      if (carry.size === 0 && rest.length <= MAX_LINE_BYTES) yield { number: number++, bytes: rest }
      else {
        carry.add(rest)
        yield { number: number++, bytes: carry.take() }
      }
      start = end + 1
    }
    carry.add(bytes.subarray(start))
  }
  if (carry.size > 0) yield { number, bytes: carry.take() }
}

/** The start of a line that goes on in the next chunk. */
class Carry {
  /** Of the line so far, in bytes, also where it is too long to be kept. */
  size = 0
  private buffer = Buffer.allocUnsafe(64 * 1024)

  add(bytes: Buffer): void {
    const end = this.size + bytes.length
    if (end <= MAX_LINE_BYTES) {
      if (end > this.buffer.length) {
        const larger = Buffer.allocUnsafe(Math.min(Math.max(end, this.buffer.length * 2), MAX_LINE_BYTES))
        this.buffer.copy(larger, 0, 0, this.size)
        this.buffer = larger
      }
      bytes.copy(this.buffer, this.size)
    }
    this.size = end
  }

  /** The whole line, undefined where it is too long; the next one starts. */
  take(): Buffer | undefined {
    const line = this.size > MAX_LINE_BYTES ? undefined : this.buffer.subarray(0, this.size)
    this.size = 0
    if (this.buffer.length > KEPT_BYTES) this.buffer = Buffer.allocUnsafe(64 * 1024)
    return line
  }
}

/** The bytes of a file, in chunks that are valid until the next one is asked for. */
export async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

/**
 * The text of a line, or undefined where it is blank. A carriage return at its end and, in the first line, one UTF-8
 * byte order mark are taken off.
 *
 * @throws TraceError where the bytes are no text that JSON can hold
 */
export function lineText({ number, bytes }: RawLine): string | undefined {
  if (bytes === undefined) throw new TraceError('broken', 'the line is longer than 64 MiB')
  let line = bytes
  if (number === 1) {
    if ((line[0] === 0xff && line[1] === 0xfe) || (line[0] === 0xfe && line[1] === 0xff)) {
      throw new TraceError('broken', 'the file is UTF-16; TraceRecords are UTF-8')
    }
    if (line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf) line = line.subarray(3)
  }
  if (line.at(-1) === CR) line = line.subarray(0, -1)
  if (line.includes(0)) throw new TraceError('broken', 'the line holds a raw NUL byte')
  if (isAscii(line)) {
    const text = line.toString('latin1')
    return /[^ \t\r\n]/.test(text) ? text : undefined
  }
  if (!isUtf8(line)) throw new TraceError('broken', 'the line is not valid UTF-8')
  return line.toString('utf8')
}
