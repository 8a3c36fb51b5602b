/**
 * The two texts of a record and the hashes over them (facts: reference 0.9.0, golden/upstream/canonical.json).
 *
 * - The *line* is what is published: declaration order, compact, raw UTF-8.
 * - The *hashed text* has every key sorted, ASCII escapes and `", "`/`": "` separators. `content_hash` covers it without
 *   `content_hash` and `trace_id`; the identity covers it without everything that may differ between two captures or
 *   reviews of the same trace.
 *
 * Both are made in one walk: most of a record is strings, and a string's text is the same in both as long as it is ASCII.
 * The walk goes in the order of the hashed text, whose bytes go to the hashes as they come; every value hands back its
 * part of the line.
 */
import { createHash, type Hash } from 'node:crypto'
import { entries, isJsonArray, isJsonObject, JsonFloat, property, type JsonObject, type JsonValue } from './json.js'
import type { Integer, TraceRecord } from './schema.js'
import { recordShape, type Shape } from './shape.js'
import { asciiEscape, compareCodePoints, floatLine, floatRepr } from './text.js'

/** A record in the form in which it is published. */
export interface CanonicalRecord {
  /** One JSON object without a line feed, its `content_hash` recomputed. */
  readonly line: string
  /** Lower-case hex SHA-256, as `content_hash` holds it. */
  readonly contentHash: string
  /** Lower-case hex SHA-256 that two versions of the same trace share whatever schema or review they carry. */
  readonly identityHash: string
}

/** Parts of `metadata` that describe how a trace was handled, not what it is. */
const VOLATILE_METADATA: ReadonlySet<string> = new Set(['llm_review', 'security', 'unknown_fields'])
/** Top-level fields that no hash covers. */
const NEVER_HASHED: ReadonlySet<string> = new Set(['content_hash', 'trace_id'])
/** Top-level fields that only `content_hash` covers. */
const VOLATILE: ReadonlySet<string> = new Set(['schema_version', 'security'])

/** Line and hashes of a record. Takes time linear in its size and about twice its size of memory. */
export function canonicalRecord(record: TraceRecord): CanonicalRecord {
  const content = createHash('sha256')
  const identity = createHash('sha256')
  const hashes = new HashSink()
  const lines = new Map<string, string>()
  let contentStart = '{'
  let identityStart = '{'
  for (const { key, label, write } of TOP_LEVEL) {
    const value = record[key as keyof TraceRecord]
    if (NEVER_HASHED.has(key)) {
      lines.set(key, write(value, discard))
      continue
    }
    const lasting = key === 'metadata' ? withoutVolatile(record.metadata) : undefined
    const shared = !VOLATILE.has(key) && lasting === undefined
    const member = `${label}: `
    if (shared && contentStart === identityStart) {
      hashes.into(content, identity)
      hashes.put(contentStart + member)
    } else {
      hashes.into(content)
      hashes.put(contentStart)
      if (shared) {
        hashes.into(identity)
        hashes.put(identityStart)
        hashes.into(content, identity)
      }
      hashes.put(member)
    }
    lines.set(key, write(value, hashes))
    if (lasting !== undefined) {
      hashes.into(identity)
      hashes.put(identityStart + member)
      write(lasting, hashes)
    }
    contentStart = ', '
    if (!VOLATILE.has(key)) identityStart = ', '
  }
  hashes.into(content, identity)
  hashes.put('}')
  hashes.into()
  const contentHash = content.digest('hex')
  return { line: joinLine(lines, contentHash), contentHash, identityHash: identity.digest('hex') }
}

/** The text that `content_hash` covers. `canonicalRecord` does not build it in one piece. */
export function hashedRecordText(record: TraceRecord): string {
  let text = '{'
  for (const { key, label, write } of TOP_LEVEL) {
    if (NEVER_HASHED.has(key)) continue
    text += `${text.length > 1 ? ', ' : ''}${label}: `
    write(record[key as keyof TraceRecord], { put: (part) => void (text += part) })
  }
  return `${text}}`
}

function joinLine(lines: ReadonlyMap<string, string>, contentHash: string): string {
  let line = '{'
  for (const key of recordShape.fields.keys()) {
    const text = key === 'content_hash' ? `"${contentHash}"` : (lines.get(key) as string)
    line += `${line.length > 1 ? ',' : ''}"${key}":${text}`
  }
  return `${line}}`
}

/** The metadata that the identity covers; undefined where that is all of it. */
function withoutVolatile(metadata: JsonObject): JsonObject | undefined {
  for (const key of VOLATILE_METADATA) {
    if (property(metadata, key) !== undefined) {
      return new Map([...entries(metadata)].filter(([name]) => !VOLATILE_METADATA.has(name)))
    }
  }
  return undefined
}

/** Takes the hashed text, part by part. */
interface Sink {
  /** @param ascii printable ASCII */
  put(ascii: string): void
}
const discard: Sink = { put: () => undefined }

const SMALL = 1024
const scratch = Buffer.allocUnsafe(64 * 1024)

/** Feeds hashes from one buffer that is used again: texts of their own would be garbage faster than it is collected. */
class HashSink implements Sink {
  private readonly buffer = scratch
  private filled = 0
  /** Small parts, until they are worth a call into the buffer. */
  private pending = ''
  private targets: readonly Hash[] = []

  /** From here on the text goes into these. */
  into(...targets: readonly Hash[]): void {
    this.flush()
    this.targets = targets
  }

  put(ascii: string): void {
    if (ascii.length < SMALL) {
      this.pending += ascii
      if (this.pending.length < SMALL) return
      ascii = ''
    }
    this.write(this.pending)
    this.pending = ''
    this.write(ascii)
  }

  private write(ascii: string): void {
    for (let from = 0; from < ascii.length;) {
      if (this.filled === this.buffer.length) this.hash()
      const room = this.buffer.length - this.filled
      const part = from === 0 && ascii.length <= room ? ascii : ascii.slice(from, from + room)
      this.filled += this.buffer.write(part, this.filled, 'latin1')
      from += part.length
    }
  }

  private flush(): void {
    this.write(this.pending)
    this.pending = ''
    this.hash()
  }

  private hash(): void {
    if (this.filled === 0) return
    const bytes = this.buffer.subarray(0, this.filled)
    for (const target of this.targets) target.update(bytes)
    this.filled = 0
  }
}

/** Puts a value's hashed text into the sink and returns its part of the line. */
type Writer = (value: JsonValue, sink: Sink) => string

function writerOf(shape: Shape): Writer {
  switch (shape.kind) {
    case 'model':
      return orNull(modelWriter(shape))
    case 'list':
      return orNull(listWriter(writerOf(shape.item)))
    case 'float':
      return orNull((value, sink) => writeFloat(value as number, sink))
    case 'map':
      return writeFreeForm
    case 'string':
    case 'enum':
      return orNull((value, sink) => writeString(value as string, sink))
    case 'integer':
    case 'boolean':
      return orNull((value, sink) => writeBoth((value as Integer | boolean).toString(), sink))
  }
}

function orNull(write: Writer): Writer {
  return (value, sink) => (value === null ? writeBoth('null', sink) : write(value, sink))
}

function writeBoth(text: string, sink: Sink): string {
  sink.put(text)
  return text
}

function writeFloat(value: number, sink: Sink): string {
  sink.put(floatRepr(value))
  return floatLine(value)
}

function writeString(text: string, sink: Sink): string {
  const line = JSON.stringify(text)
  sink.put(asciiEscape(line))
  return line
}

// Lines grow by `+=` and not by `join`: the engine then copies each character once, at the end, and not at every level.
function listWriter(write: Writer): Writer {
  return (items, sink) => {
    sink.put('[')
    let line = '['
    for (const item of items as readonly JsonValue[]) {
      if (line.length > 1) {
        sink.put(', ')
        line += ','
      }
      line += write(item, sink)
    }
    sink.put(']')
    return `${line}]`
  }
}

function modelWriter({ fields, sorted }: Extract<Shape, { kind: 'model' }>): Writer {
  const declared = [...fields.keys()]
  const labels = declared.map((key, i) => `${i === 0 ? '{' : ','}"${key}":`)
  const members = sorted.map(([key, shape], i) => ({
    key,
    position: declared.indexOf(key),
    label: `${i === 0 ? '{' : ', '}"${key}": `,
    write: writerOf(shape)
  }))
  return (value, sink) => {
    const texts = new Array<string>(members.length)
    for (const { key, position, label, write } of members) {
      sink.put(label)
      texts[position] = write((value as Record<string, JsonValue>)[key] as JsonValue, sink)
    }
    sink.put('}')
    let line = ''
    for (let i = 0; i < labels.length; i++) line += (labels[i] as string) + (texts[i] as string)
    return `${line}}`
  }
}

/** A value whose keys are data: the line keeps their order, the hashed text sorts them. */
function writeFreeForm(value: JsonValue, sink: Sink): string {
  if (typeof value === 'string') return writeString(value, sink)
  if (value === null) return writeBoth('null', sink)
  if (typeof value === 'number') {
    return Number.isInteger(value) ? writeBoth(String(value), sink) : writeFloat(value, sink)
  }
  if (value instanceof JsonFloat) return writeFloat(value.value, sink)
  if (isJsonArray(value)) return writeFreeFormList(value, sink)
  if (!isJsonObject(value)) return writeBoth(value.toString(), sink)
  const members = [...entries(value)].map(([key, item], position) => ({ key, item, position }))
  const texts = new Array<string>(members.length)
  let start = '{'
  for (const { key, item, position } of members.sort((a, b) => compareCodePoints(a.key, b.key))) {
    sink.put(start)
    start = ', '
    const name = writeString(key, sink)
    sink.put(': ')
    texts[position] = `${name}:${writeFreeForm(item, sink)}`
  }
  sink.put(members.length === 0 ? '{}' : '}')
  let line = '{'
  for (const text of texts) line += `${line.length > 1 ? ',' : ''}${text}`
  return `${line}}`
}
const writeFreeFormList = listWriter(writeFreeForm)

/** The fields of a record, keys sorted by code point. */
const TOP_LEVEL = recordShape.sorted.map(([key, shape]) => ({ key, label: `"${key}"`, write: writerOf(shape) }))
