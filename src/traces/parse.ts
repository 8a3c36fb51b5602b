/** From the text of one staged record to a trace that can be judged and published, or the reason why not. */
import { canonicalRecord, type CanonicalRecord } from './canonical.js'
import {
  depthOf,
  isJsonObject,
  JsonError,
  MAX_DEPTH,
  MAX_LINE_BYTES,
  parseJson,
  property,
  sameJson,
  toMap,
  type JsonObject,
  type JsonValue
} from './json.js'
import { migrate, relateVersion } from './migrate.js'
import { SCHEMA_VERSION, validateRecord, type TraceRecord } from './schema.js'
import {
  conform,
  jsonPointer,
  leastLineLength,
  recordShape,
  reportPointer,
  type Path,
  type UnknownField
} from './shape.js'

/** A validated record in the form in which it is published. */
export interface ParsedTrace extends CanonicalRecord {
  /** In the current schema, every default filled in. */
  readonly record: TraceRecord
  /** The schema in which it was written, where that is an older one. */
  readonly migratedFrom: string | undefined
  /** Pointers of fields that no released schema has, now in `metadata.unknown_fields`; names that may be data are `*`. */
  readonly unknownFields: readonly string[]
}

/** What is done with a valid record before it is fixed in bytes. Returns one of the same shape. */
export type Prepare = (record: TraceRecord) => TraceRecord

/** Why a record cannot be published. Message and pointer never hold its text. */
export class TraceError extends Error {
  override name = 'TraceError'
  constructor(
    readonly reason: 'broken' | 'invalid' | 'schema-ahead',
    message: string,
    /** JSON pointer of the place; keys that the schema does not know appear as `*`. */
    readonly pointer?: string
  ) {
    super(message)
  }
}

/** At most this many problems of one record are named: the first ones tell what is wrong with its writer. */
const MAX_ISSUES = 3

/** A dataset with a longer line, or a deeper one, could not be read any more. */
const TOO_LONG = 'the line that would be published is longer than 64 MiB'
const TOO_DEEP = `nested deeper than ${String(MAX_DEPTH)} levels once it is kept in metadata.unknown_fields`

/** A record as its writer meant it, in the current shape. */
export interface ReadRecord {
  /** In the current shape, every default filled in, `schema_version` as it was written; absent where it is not valid. */
  readonly record: TraceRecord | undefined
  /** Fields that no released schema has, and what migration has no place for. */
  readonly unknown: readonly UnknownField[]
  /** Why it cannot be published. */
  readonly issues: readonly { path: Path; message: string }[]
}

/** Migrates and validates one record of any schema version: the version itself is for the caller to judge. */
export function readRecord(raw: JsonObject): ReadRecord {
  const migrated = migrate(raw)
  if (leastLineLength(migrated.record, recordShape) > MAX_LINE_BYTES) {
    return { record: undefined, unknown: [], issues: [{ path: [], message: TOO_LONG }] }
  }
  const conformed = conform(migrated.record)
  const validated = validateRecord(conformed.value)
  return {
    record: 'record' in validated ? validated.record : undefined,
    unknown: [...migrated.leftOver, ...conformed.unknown],
    issues: [
      ...(migrated.invalid === undefined ? [] : [migrated.invalid]),
      ...conformed.issues,
      ...('issues' in validated ? validated.issues : [])
    ]
  }
}

/**
 * Parses, migrates, validates and hashes one record.
 *
 * @param text JSON of one object, without a byte order mark
 * @param prepare takes out what must not be published
 * @throws TraceError
 */
export function parseTrace(text: string, prepare: Prepare = (record) => record): ParsedTrace {
  const raw = parseObject(text)
  const version = property(raw, 'schema_version')
  const relation = relateVersion(version)
  if (relation === 'unreadable') {
    throw new TraceError('invalid', 'schema_version is not a version number such as 0.9.0', '/schema_version')
  }
  if (relation === 'newer') {
    throw new TraceError(
      'schema-ahead',
      `schema_version is newer than ${SCHEMA_VERSION}, the newest that this action knows`,
      '/schema_version'
    )
  }

  const { record: read, unknown, issues } = readRecord(raw)
  if (read === undefined || issues.length > 0) throw invalid(issues)
  const record: TraceRecord = prepare({ ...read, schema_version: SCHEMA_VERSION })
  if (unknown.length > 0) record.metadata = keepUnknown(record.metadata, unknown)
  const canonical = canonicalRecord(record)
  if (isTooLong(canonical.line)) throw invalid([{ path: [], message: TOO_LONG }])
  return {
    ...canonical,
    record,
    migratedFrom: relation === 'older' ? (version as string) : undefined,
    unknownFields: unknown.map(({ path }) => unknownFieldName(path))
  }
}

function isTooLong(line: string): boolean {
  // A unit of UTF-16 takes at most three bytes: most lines need not be counted.
  return line.length * 3 > MAX_LINE_BYTES && Buffer.byteLength(line) > MAX_LINE_BYTES
}

function parseObject(text: string): JsonObject {
  let value: JsonValue
  try {
    value = parseJson(text)
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    const at = error.offset === undefined ? '' : ` at character ${String(error.offset + 1)}`
    throw new TraceError('broken', `${error.message}${at}`)
  }
  if (!isJsonObject(value)) throw new TraceError('invalid', 'expected a JSON object', '')
  return value
}

function invalid(issues: readonly { path: Path; message: string }[]): TraceError {
  const shown = issues
    .slice(0, MAX_ISSUES)
    .map(({ path, message }) => `${reportPointer(path) || 'the record'}: ${message}`)
  const more = issues.length - shown.length
  if (more > 0) shown.push(`and ${String(more)} more`)
  return new TraceError('invalid', shown.join('; '), reportPointer((issues[0] as { path: Path }).path))
}

/**
 * The metadata with the fields that no schema knows, keyed by JSON pointer: nothing that someone wrote is lost, and the
 * next schema can pick it up. What an earlier run kept there stays.
 */
function keepUnknown(metadata: JsonObject, unknown: readonly UnknownField[]): JsonObject {
  const existing = property(metadata, 'unknown_fields')
  const kept = existing !== undefined && isJsonObject(existing) ? toMap(existing) : new Map<string, JsonValue>()
  const displaced =
    existing !== undefined && !isJsonObject(existing) ? [{ path: ['metadata', 'unknown_fields'], value: existing }] : []
  for (const { path, value } of [...displaced, ...unknown]) {
    const pointer = jsonPointer(path)
    let key = pointer
    // The same place with another value, kept by an earlier run: both stay. `#` cannot stand behind a pointer by itself.
    if (depthOf(value) > MAX_DEPTH - 3) throw invalid([{ path, message: TOO_DEEP }])
    for (let n = 2; kept.has(key) && !sameJson(kept.get(key) as JsonValue, value); n++) key = `${pointer}#${String(n)}`
    kept.set(key, value)
  }
  return toMap(metadata).set('unknown_fields', kept)
}

/** A field's pointer for the report. A name of plain lower-case words is a name; anything else could be a secret. */
function unknownFieldName(path: Path): string {
  const name = path.at(-1)
  const plain = typeof name === 'string' && name.length <= 40 && /^[a-z]+(_[a-z]+)*$/.test(name)
  return plain ? `${reportPointer(path.slice(0, -1))}/${name}` : reportPointer(path)
}
