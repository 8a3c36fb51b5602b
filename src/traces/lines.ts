/** Lines of a JSONL file as a stream: split at LF only, because U+2028 and its like are data. */
import { isAscii, isUtf8 } from 'node:buffer'
import { MAX_LINE_BYTES } from './json.js'
import { TraceError } from './parse.js'

const LF = 10
const CR = 13

export interface RawLine {
  /** From 1. */
  readonly number: number
  /** Without the line feed; undefined where the line is longer than `MAX_LINE_BYTES`. */
  readonly bytes: Buffer | undefined
}

/** Splits a stream of chunks. Holds one line at a time; a last line without LF counts. */
export async function* splitChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RawLine> {
  let number = 1
  let parts: Buffer[] = []
  let size = 0
  const finish = (): RawLine => {
    const line = { number: number++, bytes: size > MAX_LINE_BYTES ? undefined : joined(parts) }
    parts = []
    size = 0
    return line
  }
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let start = 0
    for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, start)) {
      parts.push(bytes.subarray(start, end))
      size += end - start
      yield finish()
      start = end + 1
    }
    size += bytes.length - start
    // What is too long anyway need not be kept.
    if (size <= MAX_LINE_BYTES) parts.push(bytes.subarray(start))
    else parts = []
  }
  if (size > 0) yield finish()
}

function joined(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
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
    return /[^ \t\r]/.test(text) ? text : undefined
  }
  if (!isUtf8(line)) throw new TraceError('broken', 'the line is not valid UTF-8')
  return line.toString('utf8')
}
