/**
 * The zod model seen as a tree of shapes, for everything that walks a record: separating unknown fields, writing the
 * canonical texts, declaring the features of a dataset.
 */
import { z } from 'zod'
import { entries, isJsonArray, isJsonObject, JsonFloat, property, type JsonObject, type JsonValue } from './json.js'
import { leafKind, type LeafKind, MAX_UINT64, MIN_INT64, type SchemaIssue, traceRecordSchema } from './schema.js'

export type Shape =
  | { readonly kind: LeafKind }
  | { readonly kind: 'list'; readonly item: Shape }
  | {
      readonly kind: 'model'
      /** In the order in which they are written. */
      readonly fields: ReadonlyMap<string, Shape>
      /** The same, keys sorted by code point, for hashed texts. */
      readonly sorted: readonly (readonly [string, Shape])[]
      /** The length of the text of each field where it is absent. */
      readonly absent: ReadonlyMap<string, number>
    }

function shapeOf(type: z.ZodType): Shape {
  const kind = leafKind(type)
  if (kind !== undefined) return { kind }
  if (type instanceof z.ZodObject) {
    const types = Object.entries<z.ZodType>(type.shape)
    const fields = new Map(types.map(([key, field]) => [key, shapeOf(field)]))
    const absent = new Map(types.map(([key, field]) => [key, absentLength(field)]))
    return { kind: 'model', fields, sorted: [...fields].sort(([a], [b]) => (a < b ? -1 : 1)), absent }
  }
  if (type instanceof z.ZodArray) return { kind: 'list', item: shapeOf(type.element as z.ZodType) }
  if (type instanceof z.ZodDefault || type instanceof z.ZodPrefault || type instanceof z.ZodNullable) {
    return shapeOf(type.unwrap() as z.ZodType)
  }
  throw new Error(`the model holds a type without a shape: ${type.def.type}`)
}

function absentLength(type: z.ZodType): number {
  if (type instanceof z.ZodDefault) return JSON.stringify(type.def.defaultValue).length
  return type instanceof z.ZodPrefault ? leastLineLength({}, shapeOf(type)) : 0
}

export const recordShape = shapeOf(traceRecordSchema) as Extract<Shape, { kind: 'model' }>

export type Path = readonly (string | number)[]

/** A field that no released schema has, as it stood in the record. */
export interface UnknownField {
  path: Path
  value: JsonValue
}

export interface Conformed {
  /** The record's known fields: plain objects and numbers in typed places, free-form parts as they were. */
  value: unknown
  unknown: UnknownField[]
  issues: SchemaIssue[]
}

/** Where the walk is: one list for all of it, copied only where something is worth noting. */
type Place = (string | number)[]

/** `attribution.version` is a constant of schema 0.1 that the reference drops; it says nothing about the trace. */
function isDropped(path: Path): boolean {
  return path.length === 2 && path[0] === 'attribution' && path[1] === 'version'
}

/**
 * Brings a parsed record into the form that the zod model validates and sets the fields aside that it does not know.
 * Types are not judged here, with one exception: integers that no reader of a dataset can load, in free-form parts.
 */
export function conform(record: JsonValue): Conformed {
  const result: Conformed = { value: undefined, unknown: [], issues: [] }
  result.value = conformTo(recordShape, record, [], result)
  return result
}

function conformTo(shape: Shape, value: JsonValue, path: Place, result: Conformed): unknown {
  if (value instanceof JsonFloat) return conformFloat(shape, value.value)
  switch (shape.kind) {
    case 'model':
      return isJsonObject(value) ? conformModel(shape.fields, value, path, result) : value
    case 'list':
      return isJsonArray(value) ? conformList(shape.item, value, path, result) : value
    case 'float':
      return typeof value === 'bigint' ? Number(value) : value
    case 'map':
      checkIntegers(value, path, result.issues)
      return value
    default:
      return value
  }
}

/** A number is a number to the model, whatever stands in its place; a whole one is an integer where one belongs. */
function conformFloat(shape: Shape, value: number): number | bigint {
  if (shape.kind !== 'integer' || !Number.isInteger(value)) return value
  return Number.isSafeInteger(value) ? value + 0 /* -0.0 is the integer 0 */ : BigInt(value)
}

function conformList(item: Shape, values: readonly JsonValue[], path: Place, result: Conformed): unknown[] {
  const depth = path.push(0) - 1
  const conformed = values.map((value, i) => {
    path[depth] = i
    return conformTo(item, value, path, result)
  })
  path.pop()
  return conformed
}

function conformModel(
  fields: ReadonlyMap<string, Shape>,
  value: JsonObject,
  path: Place,
  result: Conformed
): Record<string, unknown> {
  const known: Record<string, unknown> = {}
  const depth = path.push('') - 1
  for (const [key, item] of entries(value)) {
    path[depth] = key
    const field = fields.get(key)
    if (field !== undefined) known[key] = conformTo(field, item, path, result)
    else if (!isDropped(path)) {
      checkIntegers(item, path, result.issues)
      result.unknown.push({ path: [...path], value: item })
    }
  }
  path.pop()
  return known
}

/** The length that a record's line has at least: defaults can make a short line a hundred times as long. */
export function leastLineLength(value: JsonValue, shape: Shape): number {
  let length = 0
  if (shape.kind === 'list' && isJsonArray(value)) {
    for (const item of value) length += leastLineLength(item, shape.item)
  } else if (shape.kind === 'model' && isJsonObject(value)) {
    for (const [key, field] of shape.fields) {
      const item = property(value, key)
      const least = item === undefined ? (shape.absent.get(key) as number) : leastLineLength(item, field)
      length += key.length + '"":,'.length + least
    }
  }
  return length
}

/** One integer beyond 64 bits anywhere makes every load of the dataset fail in `datasets`. */
function checkIntegers(value: JsonValue, path: Place, issues: SchemaIssue[]): void {
  if (typeof value === 'bigint') {
    if (value < MIN_INT64 || value > MAX_UINT64) {
      issues.push({
        path: [...path],
        message: 'the integer is outside -2^63…2^64-1: no reader could load the dataset any more'
      })
    }
    return
  }
  // Integers beyond 2^53 only come out of the lossless parser, which builds Maps.
  const members = isJsonArray(value)
    ? value.entries()
    : value instanceof Map
      ? (value as ReadonlyMap<string, JsonValue>).entries()
      : undefined
  if (members === undefined) return
  const depth = path.push('') - 1
  for (const [key, item] of members) {
    path[depth] = key
    checkIntegers(item, path, issues)
  }
  path.pop()
}

/** RFC 6901. */
export function jsonPointer(path: Path): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The one field of an older schema, no longer in the model, that migration judges. */
const FORMER_FIELD = '/outcome/patch'

/**
 * The pointer as reports show it: keys that the schema does not know are data, perhaps a secret, and appear as `*`.
 */
export function reportPointer(path: Path): string {
  if (jsonPointer(path) === FORMER_FIELD) return FORMER_FIELD
  let shape: Shape | undefined = recordShape
  const shown = path.map((key) => {
    if (typeof key === 'number') {
      shape = shape?.kind === 'list' ? shape.item : undefined
      return key
    }
    shape = shape?.kind === 'model' ? shape.fields.get(key) : undefined
    return shape === undefined ? '*' : key
  })
  return jsonPointer(shown)
}
