/**
 * Writes verdicts into staged files. Only the value of `metadata.llm_review` changes: every other byte stays as it is,
 * and a file is replaced in one step or not at all.
 */
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { visit } from 'jsonc-parser'
import { LoadError, systemErrorCode } from '../../errors.js'
import type { StagedFile } from '../../traces/collect.js'
import { unreadable } from '../../traces/files.js'
import { fileChunks, lineText } from '../../traces/lines.js'
import { TraceError } from '../../traces/parse.js'
import { judgeCarried, type Subject } from './carried.js'
import { stagedReview } from './metadata.js'
import type { Review } from './verdict.js'

/** A verdict for a line of a staged file. */
export interface LineReview {
  readonly review: Review
  readonly subject: Subject
}

/**
 * @param reviews by line, from 1; 1 for a file that is one record
 * @returns the lines that did not get theirs, because they are not what was reviewed any more
 * @throws LoadError where the file cannot be written; it is as it was then
 */
export async function writeReviews(
  file: StagedFile,
  reviews: ReadonlyMap<number, LineReview>,
  randomHex: (digits: number) => string
): Promise<number[]> {
  try {
    // Renaming over a link would put a file in its place.
    const path = await realpath(file.path)
    const before = await stat(path)
    const ranges =
      file.format === 'json'
        ? new Map([[1, { start: 0, end: before.size }]])
        : await rangesOf(path, new Set(reviews.keys()))
    const edits: Edit[] = []
    const missed: number[] = []
    for (const [number, one] of reviews) {
      const range = ranges.get(number)
      const edit = range === undefined ? undefined : await editOf(path, number, range, one)
      if (edit === undefined) missed.push(number)
      else edits.push(edit)
    }
    if (edits.length > 0)
      await replace(file, path, before, edits, join(dirname(path), `.${basename(path)}.${randomHex(12)}.tmp`))
    return missed
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    throw unreadable(file.shown, error)
  }
}

interface Range {
  readonly start: number
  /** Behind the last byte, the line feed not counted. */
  readonly end: number
}

interface Edit extends Range {
  readonly bytes: Buffer
}

/** Where the lines of a file lie, in bytes. */
async function rangesOf(path: string, wanted: ReadonlySet<number>): Promise<Map<number, Range>> {
  const ranges = new Map<number, Range>()
  let number = 1
  let start = 0
  let offset = 0
  const end = (at: number): void => {
    if (wanted.has(number)) ranges.set(number, { start, end: at })
    number++
    start = at + 1
  }
  for await (const chunk of fileChunks(path)) {
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, at + 1)) end(offset + at)
    offset += chunk.length
  }
  end(offset)
  return ranges
}

const LF = 10
const BOM = Buffer.from('\ufeff')

/** The replacement for a line; undefined where the line is not what was reviewed. */
async function editOf(
  path: string,
  number: number,
  range: Range,
  { review, subject }: LineReview
): Promise<Edit | undefined> {
  const bytes = await readRange(path, range)
  const text = textOf(number, bytes)
  if (text === undefined) return undefined
  const edited = withReview(text, JSON.stringify(stagedReview(review, subject)))
  // Whatever is odd about the line shows here: the verdict must be found again, and be about this content.
  const found = edited === undefined ? undefined : judgeCarried(edited)
  if (edited === undefined || found?.by !== 'action') return undefined
  const head = number === 1 && bytes.indexOf(BOM) === 0 ? BOM.length : 0
  const start = range.start + head
  return { start, end: start + Buffer.byteLength(text), bytes: Buffer.from(edited) }
}

async function readRange(path: string, { start, end }: Range): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start)
  const file = await open(path, 'r')
  try {
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled)
      if (bytesRead === 0) return bytes.subarray(0, filled)
      filled += bytesRead
    }
    return bytes
  } finally {
    await file.close()
  }
}

function textOf(number: number, bytes: Buffer): string | undefined {
  try {
    return lineText({ number, bytes })
  } catch (error) {
    if (error instanceof TraceError) return undefined
    throw error
  }
}

/**
 * The text of a record with another `metadata.llm_review`.
 *
 * @param value JSON
 * @returns undefined where `metadata` is no object
 */
export function withReview(text: string, value: string): string | undefined {
  const { record, metadata, review } = placesIn(text)
  if (review !== undefined) return text.slice(0, review.start) + value + text.slice(review.end)
  const object = metadata ?? record
  if (object === undefined) return undefined
  const member = metadata === undefined ? `"metadata":{"llm_review":${value}}` : `"llm_review":${value}`
  // Right behind the last member, so that the layout of the closing brace stays.
  const at = text.slice(0, object.end - 1).trimEnd().length
  return `${text.slice(0, at)}${at === object.start + 1 ? '' : ','}${member}${text.slice(at)}`
}

interface Places {
  readonly record?: Range
  readonly metadata?: Range
  readonly review?: Range
}

/** Where the record, its metadata and the review in it lie, in UTF-16 units. Of a key that occurs twice the last one counts. */
function placesIn(text: string): Places {
  const keys: string[] = []
  const starts: number[] = []
  const found: { record?: Range; metadata?: Range; review?: Range } = {}
  const ended = (start: number, end: number): void => {
    const depth = starts.length
    if (depth === 0) found.record = { start, end }
    else if (depth === 1 && keys[0] === 'metadata') found.metadata = { start, end }
    else if (depth === 2 && keys[0] === 'metadata' && keys[1] === 'llm_review') found.review = { start, end }
  }
  const begin = (offset: number): void => {
    if (starts.length === 1 && keys[0] === 'metadata') delete found.review
    starts.push(offset)
    // A list's items have no key.
    keys[starts.length - 1] = ''
  }
  const close = (offset: number, length: number): void => ended(starts.pop() ?? 0, offset + length)
  visit(text, {
    onObjectBegin: (offset) => begin(offset),
    onArrayBegin: (offset) => begin(offset),
    onObjectEnd: close,
    onArrayEnd: close,
    onObjectProperty: (name) => {
      keys[starts.length - 1] = name
    },
    onLiteralValue: (_, offset, length) => ended(offset, offset + length)
  })
  return found
}

interface Version {
  readonly size: number
  readonly mtimeMs: number
  readonly ino: number
  readonly mode: number
}

async function replace(
  file: StagedFile,
  path: string,
  before: Version,
  edits: readonly Edit[],
  draft: string
): Promise<void> {
  try {
    await writeDraft(path, draft, edits, before)
    const now = await stat(path)
    if (now.size !== before.size || now.mtimeMs !== before.mtimeMs || now.ino !== before.ino) throw changed(file)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw error
  }
}

function changed({ shown }: StagedFile): LoadError {
  return new LoadError('TRACES_UNREADABLE', `"${shown}" was changed while it was reviewed`, {
    hint: 'The file is as it was left, without new verdicts. Run the review again once nothing else writes to it.',
    retryable: true
  })
}

async function writeDraft(path: string, draft: string, edits: readonly Edit[], { size, mode }: Version): Promise<void> {
  const source = await open(path, 'r')
  try {
    const target = await open(draft, 'wx', mode)
    try {
      // The mask of the process does not apply to a file that is there already.
      await target.chmod(mode & 0o7777)
      let at = 0
      for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
        await copy(source, target, at, edit.start)
        await target.writeFile(edit.bytes)
        at = edit.end
      }
      await copy(source, target, at, size)
      await target.sync()
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

const COPY_BYTES = 1024 * 1024

async function copy(source: FileHandle, target: FileHandle, from: number, to: number): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(COPY_BYTES, Math.max(to - from, 1)))
  for (let at = from; at < to;) {
    const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, to - at), at)
    // Shorter than it was: the check before the renaming tells.
    if (bytesRead === 0) return
    await target.writeFile(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
}
