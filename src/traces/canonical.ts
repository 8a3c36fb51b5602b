/**
 * The two texts of a record and the hashes over them (facts: reference 0.9.0, golden/upstream/canonical.json).
 *
 * - The *line* is what is published: declaration order, compact, raw UTF-8.
 * - The *hashed text* has every key sorted, ASCII escapes and `", "`/`": "` separators. `content_hash` covers it without
 *   `content_hash` and `trace_id`; the identity covers it without everything that may differ between two captures or
 *   reviews of the same trace.
 *
 * Both are made in one walk: most of a record is strings, and a string's text is the same in both as long as it is ASCII.
 */
import { createHash } from 'node:crypto'
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

/** Line and hashes of a record. Takes time linear in its size and about four times its size of memory. */
export function canonicalRecord(record: TraceRecord): CanonicalRecord {
  const texts = fieldTexts(record)
  const content = createHash('sha256')
  const identity = createHash('sha256')
  let contentStart = '{'
  let identityStart = '{'
  for (const [key, shape] of recordShape.sorted) {
    if (NEVER_HASHED.has(key)) continue
    const member = `"${key}": ${(texts.get(key) as Texts).hashed}`
    const bytes = scratch.fill(member)
    content.update(contentStart).update(bytes)
    contentStart = ', '
    if (VOLATILE.has(key)) continue
    identity.update(identityStart)
    identityStart = ', '
    const lasting = key === 'metadata' ? withoutVolatile(record.metadata) : undefined
    if (lasting === undefined) identity.update(bytes)
    else identity.update(`"${key}": ${textsOf(shape, lasting).hashed}`, 'latin1')
  }
  const contentHash = content.update('}').digest('hex')
  return { line: joinLine(texts, contentHash), contentHash, identityHash: identity.update('}').digest('hex') }
}

/** One buffer for all texts that are hashed twice: one each would be garbage faster than it is collected. */
class Scratch {
  private buffer = Buffer.allocUnsafe(64 * 1024)

  /** The bytes of an ASCII text, valid until the next one is filled in. */
  fill(text: string): Buffer {
    if (text.length > this.buffer.length) this.buffer = Buffer.allocUnsafe(text.length * 2)
    return this.buffer.subarray(0, this.buffer.write(text, 'latin1'))
  }
}
const scratch = new Scratch()

/** The text that `content_hash` covers. `canonicalRecord` does not build it in one piece. */
export function hashedRecordText(record: TraceRecord): string {
  const texts = fieldTexts(record)
  const members = recordShape.sorted
    .filter(([key]) => !NEVER_HASHED.has(key))
    .map(([key]) => `"${key}": ${(texts.get(key) as Texts).hashed}`)
  return `{${members.join(', ')}}`
}

function fieldTexts(record: TraceRecord): Map<string, Texts> {
  const texts = new Map<string, Texts>()
  for (const [key, shape] of recordShape.fields) {
    texts.set(key, textsOf(shape, record[key as keyof TraceRecord]))
  }
  return texts
}

function joinLine(texts: ReadonlyMap<string, Texts>, contentHash: string): string {
  let line = '{'
  for (const [key, text] of texts) {
    line += `${line.length > 1 ? ',' : ''}"${key}":${key === 'content_hash' ? `"${contentHash}"` : text.line}`
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

/** One value in both texts. */
interface Texts {
  readonly line: string
  readonly hashed: string
}

const both = (text: string): Texts => ({ line: text, hashed: text })
const NULL = both('null')

function textsOf(shape: Shape, value: JsonValue): Texts {
  if (value === null) return NULL
  switch (shape.kind) {
    case 'model': {
      const members = value as Record<string, JsonValue>
      const texts: Record<string, Texts> = {}
      let line = '{'
      for (const [key, field] of shape.fields) {
        const text = textsOf(field, members[key] as JsonValue)
        texts[key] = text
        line += `${line.length > 1 ? ',' : ''}"${key}":${text.line}`
      }
      let hashed = '{'
      for (const [key] of shape.sorted) {
        hashed += `${hashed.length > 1 ? ', ' : ''}"${key}": ${(texts[key] as Texts).hashed}`
      }
      return { line: `${line}}`, hashed: `${hashed}}` }
    }
    case 'list':
      return listTexts(value as readonly JsonValue[], (item) => textsOf(shape.item, item))
    case 'float':
      return { line: floatLine(value as number), hashed: floatRepr(value as number) }
    case 'map':
      return freeFormTexts(value)
    case 'string':
    case 'enum':
      return stringTexts(value as string)
    case 'integer':
    case 'boolean':
      return both((value as Integer | boolean).toString())
  }
}

// Texts grow by `+=` and not by `join`: the engine then copies each character once, at the end, and not at every level.
function listTexts(items: readonly JsonValue[], text: (item: JsonValue) => Texts): Texts {
  let line = '['
  let hashed = '['
  for (const item of items) {
    const texts = text(item)
    if (line.length > 1) {
      line += ','
      hashed += ', '
    }
    line += texts.line
    hashed += texts.hashed
  }
  return { line: `${line}]`, hashed: `${hashed}]` }
}

function stringTexts(text: string): Texts {
  const line = JSON.stringify(text)
  return { line, hashed: asciiEscape(line) }
}

/** A value whose keys are data: the line keeps their order, the hashed text sorts them. */
function freeFormTexts(value: JsonValue): Texts {
  if (typeof value === 'string') return stringTexts(value)
  if (value === null) return NULL
  if (typeof value === 'number') {
    return Number.isInteger(value) ? both(String(value)) : { line: floatLine(value), hashed: floatRepr(value) }
  }
  if (value instanceof JsonFloat) return { line: floatLine(value.value), hashed: floatRepr(value.value) }
  if (isJsonArray(value)) return listTexts(value, freeFormTexts)
  if (!isJsonObject(value)) return both(value.toString())
  const members: { key: string; name: Texts; text: Texts }[] = []
  let line = '{'
  for (const [key, item] of entries(value)) {
    const member = { key, name: stringTexts(key), text: freeFormTexts(item) }
    line += `${line.length > 1 ? ',' : ''}${member.name.line}:${member.text.line}`
    members.push(member)
  }
  members.sort((a, b) => compareCodePoints(a.key, b.key))
  let hashed = '{'
  for (const { name, text } of members) hashed += `${hashed.length > 1 ? ', ' : ''}${name.hashed}: ${text.hashed}`
  return { line: `${line}}`, hashed: `${hashed}}` }
}
