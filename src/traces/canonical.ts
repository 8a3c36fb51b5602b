/**
 * The two texts of a record and the hashes over them (facts: reference 0.9.0, golden/upstream/canonical.json).
 *
 * - The *line* is what is published: declaration order, compact, raw UTF-8.
 * - The *hashed text* has every key sorted, ASCII escapes and `", "`/`": "` separators. `content_hash` covers it without
 *   `content_hash` and `trace_id`; the identity covers it without everything that may differ between two captures or
 *   reviews of the same trace.
 */
import { createHash } from 'node:crypto'
import { entries, isJsonArray, isJsonObject, JsonFloat, property, type JsonObject, type JsonValue } from './json.js'
import type { Integer, TraceRecord } from './schema.js'
import { recordShape, type Shape } from './shape.js'
import { asciiString, compareCodePoints, floatLine, floatRepr } from './text.js'

/** A record's line without its `content_hash`, in two halves, and the hashes over the record. */
export interface Canonical {
  /** Lower-case hex SHA-256, as `content_hash` holds it. */
  contentHash: string
  /** Lower-case hex SHA-256 that two versions of the same trace share whatever schema or review they carry. */
  identityHash: string
}

/** Parts of `metadata` that describe how a trace was handled, not what it is. */
const VOLATILE_METADATA: ReadonlySet<string> = new Set(['llm_review', 'security', 'unknown_fields'])
/** Top-level fields that no hash covers. */
const NEVER_HASHED: ReadonlySet<string> = new Set(['content_hash', 'trace_id'])
/** Top-level fields that only `content_hash` covers. */
const VOLATILE: ReadonlySet<string> = new Set(['schema_version', 'security'])

/** Hashes a record; see `Canonical`. Needs time linear in its size and about three times its size of memory. */
export function hashRecord(record: TraceRecord): Canonical {
  const content = createHash('sha256')
  const identity = createHash('sha256')
  let first = true
  let firstOfIdentity = true
  content.update('{')
  identity.update('{')
  for (const [key, shape] of recordShape.sorted) {
    if (NEVER_HASHED.has(key)) continue
    const name = `"${key}": `
    const value = record[key as keyof TraceRecord] as JsonValue
    const text = hashedText(shape, value)
    content.update((first ? '' : ', ') + name + text, 'latin1')
    first = false
    if (VOLATILE.has(key)) continue
    const lasting = key === 'metadata' ? withoutVolatile(value as JsonObject) : value
    const lastingText = lasting === value ? text : hashedText(shape, lasting)
    identity.update((firstOfIdentity ? '' : ', ') + name + lastingText, 'latin1')
    firstOfIdentity = false
  }
  return { contentHash: content.update('}').digest('hex'), identityHash: identity.update('}').digest('hex') }
}

function withoutVolatile(metadata: JsonObject): JsonObject {
  for (const key of VOLATILE_METADATA) {
    if (property(metadata, key) !== undefined) {
      return new Map([...entries(metadata)].filter(([name]) => !VOLATILE_METADATA.has(name)))
    }
  }
  return metadata
}

/** The text that `content_hash` covers. For tests and messages; `hashRecord` does not build it in one piece. */
export function hashedRecordText(record: TraceRecord): string {
  const parts = recordShape.sorted
    .filter(([key]) => !NEVER_HASHED.has(key))
    .map(([key, shape]) => `"${key}": ${hashedText(shape, record[key as keyof TraceRecord] as JsonValue)}`)
  return `{${parts.join(', ')}}`
}

function hashedText(shape: Shape, value: JsonValue): string {
  if (value === null) return 'null'
  switch (shape.kind) {
    case 'model': {
      let text = '{'
      for (const [key, field] of shape.sorted) {
        if (text.length > 1) text += ', '
        text += `"${key}": ${hashedText(field, (value as Record<string, JsonValue>)[key] as JsonValue)}`
      }
      return text + '}'
    }
    case 'list':
      return `[${(value as readonly JsonValue[]).map((item) => hashedText(shape.item, item)).join(', ')}]`
    case 'float':
      return floatRepr(value as number)
    default:
      return hashedFreeForm(value)
  }
}

function hashedFreeForm(value: JsonValue): string {
  if (typeof value === 'string') return asciiString(value)
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : floatRepr(value)
  if (value instanceof JsonFloat) return floatRepr(value.value)
  if (isJsonArray(value)) return `[${value.map(hashedFreeForm).join(', ')}]`
  if (isJsonObject(value)) {
    const sorted = [...entries(value)].sort(([a], [b]) => compareCodePoints(a, b))
    return `{${sorted.map(([key, item]) => `${asciiString(key)}: ${hashedFreeForm(item)}`).join(', ')}}`
  }
  return String(value)
}

/** The published line, without a line feed: one JSON object, valid UTF-16, `content_hash` as given. */
export function recordLine(record: TraceRecord, contentHash: string): string {
  return lineText(recordShape, { ...record, content_hash: contentHash })
}

function lineText(shape: Shape, value: JsonValue): string {
  if (value === null) return 'null'
  switch (shape.kind) {
    case 'model': {
      let text = '{'
      for (const [key, field] of shape.fields) {
        if (text.length > 1) text += ','
        text += `"${key}":${lineText(field, (value as Record<string, JsonValue>)[key] as JsonValue)}`
      }
      return text + '}'
    }
    case 'list':
      return `[${(value as readonly JsonValue[]).map((item) => lineText(shape.item, item)).join(',')}]`
    case 'float':
      return floatLine(value as number)
    case 'map':
      return jsonText(value)
    case 'string':
    case 'enum':
      return JSON.stringify(value)
    case 'integer':
    case 'boolean':
      return (value as Integer | boolean).toString()
  }
}

/** Compact JSON of a free-form value, as it is published. */
export function jsonText(value: JsonValue): string {
  if (value instanceof Map) {
    const members = [...(value as ReadonlyMap<string, JsonValue>)].map(
      ([k, v]) => `${JSON.stringify(k)}:${jsonText(v)}`
    )
    return `{${members.join(',')}}`
  }
  if (value instanceof JsonFloat) return floatLine(value.value)
  if (typeof value === 'bigint') return String(value)
  if (isJsonArray(value)) return `[${value.map(jsonText).join(',')}]`
  if (isJsonObject(value)) {
    const members = [...entries(value)].map(([k, v]) => `${JSON.stringify(k)}:${jsonText(v)}`)
    return `{${members.join(',')}}`
  }
  return JSON.stringify(value)
}
