/**
 * What TruffleHog gets to read, two documents a trace: one with its texts, and one with the bytes of its line as they are
 * sent. Each is a file to TruffleHog, on a disk or in a pipe.
 *
 * Everything here answers a way in which TruffleHog passes over text without a word (measured with 3.92.5):
 *
 * - A file whose first bytes look like SVG, PDF, glTF or an archive is skipped whole. A header of our own comes first.
 * - Where the border of a chunk cuts a character of several bytes, every line feed of the chunk is replaced, and keys in
 *   PEM form are no longer seen. The texts are ASCII: other characters become `!`, which is no part of a word, and of no
 *   kind of token. The published line has no line feeds to lose.
 * - `trufflehog:ignore` behind a secret hides it, also where only a decoder makes the marker. It is taken out of the texts,
 *   which hold whatever the line holds.
 * - A file that was skipped does not show in the exit code or, for the overlap of chunks, in the bytes scanned. Each
 *   document ends with a planted secret that must be found.
 * - In a chunk with another trace's text a result can be ascribed to the wrong one. A document is of one trace only.
 */
import type { OpenTrace } from '../gate.js'
import { LONG, type ScanText } from '../texts.js'
import { neutralise } from './marker.js'

/** A text as it is fed. */
export interface Block {
  readonly source: ScanText
  /** As long as the source's text in UTF-16 units: an offset in one is an offset in the other. */
  readonly text: string
  /** 1-based line of the document on which it begins; infinite for a long text that stands further up already. */
  readonly firstLine: number
}

/** What is added to the name of a trace's document for the one with the published line. */
export const LINE_SUFFIX = '.line'
export const DOCUMENTS_PER_TRACE = 2

/** More than any detector of file types looks at. */
const HEADER_SIZE = 3200
const HEADER_LINE = 'This is a scratch copy of one trace, made to be scanned for secrets.\n'
const HEADER = HEADER_LINE.repeat(Math.ceil(HEADER_SIZE / HEADER_LINE.length))
const HEADER_LINES = HEADER.length / HEADER_LINE.length

/** Text is written in portions of about this many characters. */
const PORTION = 1 << 20

/** The blocks of a trace, in the order in which they are fed; the published line, in a document of its own, is the last. */
export function blocksOf(trace: OpenTrace): Block[] {
  let line = HEADER_LINES + 1
  const before = new Set<string>()
  return trace.texts.map((source) => {
    if (source.piece.place === 'line') return { source, text: source.text, firstLine: HEADER_LINES + 1 }
    if (source.text.length >= LONG) {
      if (before.has(source.text)) return { source, text: fed(source.text), firstLine: Infinity }
      before.add(source.text)
    }
    const block = { source, text: fed(source.text), firstLine: line }
    line += 1 + lineFeeds(block.text)
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

/** What TruffleHog reads as one file. */
export interface Document {
  readonly name: string
  /** Its bytes, in turn. Each is an array buffer of its own, for a thread to take over. */
  readonly portions: Iterable<Uint8Array<ArrayBuffer>>
}

/** The names of the documents of a batch, in the order in which they are made. */
export function documentNames(traces: number): string[] {
  return Array.from({ length: traces }, (_, i) => [String(i), String(i) + LINE_SUFFIX]).flat()
}

/**
 * The documents of a trace, named by its index.
 *
 * @param planted a fake secret that TruffleHog finds; it ends each of them
 */
export function documentsOf(trace: OpenTrace, planted: string): Document[] {
  const [name, line] = [String(trace.traceIndex), String(trace.traceIndex) + LINE_SUFFIX]
  const texts = blocksOf(trace)
    .filter(({ firstLine, source }) => firstLine !== Infinity && source.piece.place !== 'line')
    .map(({ text }) => text)
  return [
    // ASCII, in the fastest encoding.
    { name, portions: portionsOf(texts, planted, 'latin1') },
    { name: line, portions: portionsOf([lineOf(trace)], planted, 'utf8') }
  ]
}

/** The published line, byte for byte, without the long texts that it or the line of an earlier trace has: each is read once. */
function lineOf({ text, texts, repeats }: OpenTrace): string {
  const spans: [from: number, to: number][] = []
  let from = 0
  for (const { piece } of repeats) {
    const written = escaped(piece.text)
    const at = text.indexOf(written, from)
    if (at === -1) continue
    from = at + written.length
    spans.push([at, from])
  }
  for (const twice of standingTwice(texts)) {
    const quoted = JSON.stringify(twice)
    const next = (at: number): number => text.indexOf(quoted, at + quoted.length)
    for (let at = next(text.indexOf(quoted)); at !== -1; at = next(at)) spans.push([at + 1, at + quoted.length - 1])
  }
  spans.sort(([one], [other]) => one - other)
  const parts: string[] = []
  let done = 0
  for (const [start, end] of spans) {
    if (start < done) continue
    parts.push(text.slice(done, start))
    done = end
  }
  parts.push(text.slice(done))
  return parts.join('')
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** Long texts that a trace holds more than once. */
function standingTwice(texts: readonly ScanText[]): Set<string> {
  const once = new Set<string>()
  const twice = new Set<string>()
  for (const { text, disguise, piece } of texts) {
    if (disguise !== '' || piece.place === 'line' || text.length < LONG) continue
    if (once.has(text)) twice.add(text)
    else once.add(text)
  }
  return twice
}

function* portionsOf(
  texts: readonly string[],
  planted: string,
  encoding: 'latin1' | 'utf8'
): Generator<Uint8Array<ArrayBuffer>> {
  let portion: string[] = [HEADER.slice(0, -1)]
  let size = 0
  for (const text of [...texts, `The end. ${planted}`]) {
    portion.push(text)
    size += text.length
    if (size <= PORTION) continue
    yield bytesOf(portion, encoding)
    portion = []
    size = 0
  }
  if (portion.length > 0) yield bytesOf(portion, encoding)
}

/** Texts, each with a line feed behind it. */
function bytesOf(texts: readonly string[], encoding: 'latin1' | 'utf8'): Uint8Array<ArrayBuffer> {
  const size = texts.reduce((sum, text) => sum + (encoding === 'utf8' ? Buffer.byteLength(text) : text.length) + 1, 0)
  const bytes = Buffer.allocUnsafeSlow(size)
  let at = 0
  for (const text of texts) {
    at += bytes.write(text, at, encoding)
    bytes[at++] = 10
  }
  return bytes
}
