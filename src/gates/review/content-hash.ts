/**
 * `content_hash` as the CLI that wrote a line computed it: over the fields of the schema of that time (facts: upstream
 * 5.1). Only for telling whether a line is still the one that was reviewed; what is published has the hash of
 * `canonical.ts`.
 */
import { createHash } from 'node:crypto'
import {
  entries,
  isJsonArray,
  isJsonObject,
  JsonFloat,
  property,
  toMap,
  type JsonObject,
  type JsonValue
} from '../../traces/json.js'
import { readRecord } from '../../traces/parse.js'
import { recordShape, type Shape } from '../../traces/shape.js'
import { asciiString, compareCodePoints, floatRepr } from '../../traces/text.js'

/** Schemas that were released, oldest first. Nobody wrote a line in any other. */
const RELEASED = ['0.1.0', '0.1.1', '0.2.0', '0.3.0', '0.6.0', '0.7.0', '0.9.0'] as const

/** The release that brought a field, by its path without list positions. What is not named was in the first one. */
const ADDED: Readonly<Record<string, (typeof RELEASED)[number]>> = {
  '/execution_context': '0.2.0',
  '/outcome/terminal_state': '0.2.0',
  '/outcome/reward': '0.2.0',
  '/outcome/reward_source': '0.2.0',
  '/task/repository_url': '0.3.0',
  '/metrics/total_cache_read_tokens': '0.3.0',
  '/metrics/total_cache_creation_tokens': '0.3.0',
  '/attribution/revision': '0.3.0',
  '/attribution/unaccounted_files': '0.3.0',
  '/attribution/files/conversations/ids': '0.3.0',
  '/attribution/files/conversations/related': '0.3.0',
  '/attribution/files/conversations/ranges/change_type': '0.3.0',
  '/attribution/files/conversations/ranges/original': '0.3.0',
  '/attribution/files/conversations/ranges/contributor': '0.3.0',
  '/lifecycle': '0.3.0',
  '/generation_index': '0.3.0',
  '/git_links': '0.3.0',
  '/steps/context_node_id': '0.6.0',
  '/context_tree_summary': '0.6.0',
  '/patches': '0.6.0',
  '/environment/resolved_dependencies': '0.9.0',
  '/environment/interpreter': '0.9.0',
  '/environment/arch': '0.9.0',
  '/environment/platform': '0.9.0',
  '/environment/abi_tag': '0.9.0'
}

/** The first release without a field that the current schema has no place for. */
const REMOVED = { '/attribution/version': '0.2.0', '/outcome/patch': '0.6.0' } as const

/** Never hashed, at the top of a record. */
const UNHASHED: ReadonlySet<string> = new Set(['/content_hash', '/trace_id'])

/**
 * Lower-case hex SHA-256, over the record without the review that it carries.
 *
 * @param raw the staged record, in the schema that its `schema_version` names
 * @returns undefined where that is no released schema, the record is not valid, or it holds a field that this schema does
 *   not know: the CLI's hash passes over such a field, and it would be published all the same
 */
export function writtenContentHash(raw: JsonObject): string | undefined {
  const release = (RELEASED as readonly JsonValue[]).indexOf(property(raw, 'schema_version') ?? null)
  if (release === -1) return undefined
  if (!isCovered(recordShape, raw, '', release)) return undefined
  const bare = toMap(raw)
  const metadata = bare.get('metadata')
  if (isJsonObject(metadata)) bare.set('metadata', without(metadata, 'llm_review'))
  const outcome = bare.get('outcome')
  // Migration would take it apart, and it is in the hash as it stands.
  if (isJsonObject(outcome)) bare.set('outcome', without(outcome, 'patch'))
  const { record, issues } = readRecord(bare)
  if (record === undefined || issues.length > 0) return undefined
  const formerOf = (path: string, key: string): JsonValue => {
    const part = property(raw, path.slice(1))
    return (isJsonObject(part) ? property(part, key) : undefined) ?? null
  }
  return createHash('sha256')
    .update(textOf(recordShape, record, '', { release, formerOf }))
    .digest('hex')
}

function without(object: JsonObject, key: string): JsonObject {
  const rest = toMap(object)
  rest.delete(key)
  return rest
}

/** Whether the schema of a release has every field of the record. */
function isCovered(shape: Shape, value: JsonValue, path: string, release: number): boolean {
  if (shape.kind === 'list' && isJsonArray(value)) {
    return value.every((item) => isCovered(shape.item, item, path, release))
  }
  if (shape.kind !== 'model' || !isJsonObject(value)) return true
  for (const [key, item] of entries(value)) {
    const place = `${path}/${key}`
    const field = shape.fields.get(key)
    if (field === undefined) {
      if (!isRemoved(place) || isIn(release, REMOVED[place])) return false
    } else if (!isIn(release, ADDED[place]) || !isCovered(field, item, place, release)) return false
  }
  return true
}

function isRemoved(place: string): place is keyof typeof REMOVED {
  return Object.hasOwn(REMOVED, place)
}

interface Writing {
  /** Position in `RELEASED`. */
  readonly release: number
  /** The value of a field that the current schema does not have. */
  readonly formerOf: (path: string, key: string) => JsonValue
}

/** Python's `json.dumps(…, sort_keys=True)` of a part of a record, its types as the schema has them. */
function textOf(shape: Shape, value: JsonValue, path: string, writing: Writing): string {
  if (value === null) return 'null'
  switch (shape.kind) {
    case 'model': {
      const members: [string, string][] = []
      for (const [key, field] of shape.fields) {
        const place = `${path}/${key}`
        if (UNHASHED.has(place) || !isIn(writing.release, ADDED[place])) continue
        members.push([key, textOf(field, (value as Record<string, JsonValue>)[key] as JsonValue, place, writing)])
      }
      for (const [place, release] of Object.entries(REMOVED)) {
        const key = place.slice(place.lastIndexOf('/') + 1)
        if (place === `${path}/${key}` && !isIn(writing.release, release)) {
          members.push([key, freeForm(writing.formerOf(path, key))])
        }
      }
      return objectText(members)
    }
    case 'list':
      return `[${(value as readonly JsonValue[]).map((item) => textOf(shape.item, item, path, writing)).join(', ')}]`
    case 'float':
      return floatRepr(value as number)
    default:
      return freeForm(value)
  }
}

function isIn(release: number, added: (typeof RELEASED)[number] | undefined): boolean {
  return added === undefined || release >= RELEASED.indexOf(added)
}

function freeForm(value: JsonValue): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return asciiString(value)
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : floatRepr(value)
  if (value instanceof JsonFloat) return floatRepr(value.value)
  if (isJsonArray(value)) return `[${value.map(freeForm).join(', ')}]`
  if (!isJsonObject(value)) return value.toString()
  return objectText(Array.from(entries(value), ([key, item]) => [key, freeForm(item)]))
}

function objectText(members: [key: string, text: string][]): string {
  members.sort(([a], [b]) => compareCodePoints(a, b))
  return `{${members.map(([key, text]) => `${asciiString(key)}: ${text}`).join(', ')}}`
}
