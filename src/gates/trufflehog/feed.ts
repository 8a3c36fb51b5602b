/**
 * What TruffleHog gets to read: one scratch file a trace, its decoded strings first, the published line after them.
 *
 * Everything here answers a way in which TruffleHog passes over text without a word (measured with 3.92.5):
 *
 * - A file whose first bytes look like SVG, PDF, glTF or an archive is skipped whole. A header of our own comes first.
 * - Where the border of a chunk cuts a character of several bytes, every line feed of the chunk is replaced, and keys in
 *   PEM form are no longer seen. The feed is ASCII: other characters become `!`, which is no part of a word, and of no
 *   kind of token.
 * - `trufflehog:ignore` behind a secret hides it, also where only a decoder makes the marker.
 * - A file that was skipped does not show in the exit code or, for the overlap of chunks, in the bytes scanned. Each
 *   file ends with a planted secret that must be found.
 * - In a chunk with another trace's text a result can be ascribed to the wrong one. A file holds one trace only.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { piecesOf, tracesOf, type Piece, type ScanBatch, type ScanTrace } from '../gate.js'
import { noRoom } from './failure.js'
import { neutralise } from './marker.js'

/** A piece as it is fed. */
export interface Block {
  readonly piece: Piece
  /** As long as the piece in UTF-16 units: an offset in one is an offset in the other. */
  readonly text: string
  /** 1-based line of the scratch file on which it begins. */
  readonly firstLine: number
}

/** More than any detector of file types looks at. */
const HEADER_SIZE = 4096
const HEADER_LINE = 'This is a scratch copy of one trace, made to be scanned for secrets.\n'
const HEADER = HEADER_LINE.repeat(Math.ceil(HEADER_SIZE / HEADER_LINE.length))
const HEADER_LINES = HEADER.length / HEADER_LINE.length

/** Text is written in portions of about this many characters. */
const PORTION = 1 << 20

/** The blocks of a trace, in the order in which they are fed; the published line is the last. */
export function blocksOf(trace: ScanTrace): Block[] {
  let line = HEADER_LINES + 1
  return [...piecesOf(trace), { place: 'line' as const, path: [], text: trace.text }].map((piece) => {
    const text = fed(piece.text)
    const block = { piece, text, firstLine: line }
    line += 1 + lineFeeds(text)
    return block
  })
}

function fed(text: string): string {
  return neutralise(text).replace(/[^\0-\x7f]/g, '!')
}

function lineFeeds(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++
  return count
}

/**
 * Writes the scratch files of a batch, named by the trace's index.
 *
 * @param planted a fake secret that TruffleHog finds
 * @returns bytes written
 * @throws GateError where there is no room for them
 */
export async function writeFeed(batch: ScanBatch, folder: string, planted: string): Promise<number> {
  let bytes = 0
  for await (const trace of tracesOf(batch)) {
    const blocks = blocksOf(trace)
    try {
      bytes += writeFile(join(folder, String(trace.traceIndex)), blocks, planted)
    } catch {
      throw noRoom()
    }
  }
  return bytes
}

function writeFile(path: string, blocks: readonly Block[], planted: string): number {
  const file = openSync(path, 'wx', 0o600)
  let bytes = 0
  let portion: string[] = []
  let size = 0
  const flush = (): void => {
    const buffer = Buffer.from(portion.join('\n') + '\n', 'latin1')
    for (let written = 0; written < buffer.length;) written += writeSync(file, buffer, written)
    bytes += buffer.length
    portion = []
    size = 0
  }
  try {
    portion.push(HEADER.slice(0, -1))
    for (const { text } of blocks) {
      portion.push(text)
      size += text.length
      if (size > PORTION) flush()
    }
    portion.push(`The end. ${planted}`)
    flush()
  } finally {
    closeSync(file)
  }
  return bytes
}
