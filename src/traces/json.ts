/**
 * JSON that loses nothing.
 *
 * `JSON.parse` is right for nearly every line and eight times faster than a parser that keeps everything, but it forgets
 * that `1.0` is not `1`, rounds integers beyond 2^53 and moves integer-like keys to the front. One cheap sweep over the
 * text between the strings tells which lines hold such a thing; only those take the lossless way, where objects are
 * `Map`s (keeping order and `__proto__`), integers beyond 2^53 are `bigint`s and whole floats are `JsonFloat`s.
 */
import { visit, type ParseErrorCode, printParseErrorCode } from 'jsonc-parser'

/** Longest line that is accepted and published, in bytes. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024
/** Deepest nesting of objects and arrays that is accepted, the record itself counted. */
export const MAX_DEPTH = 200
/** Most objects and arrays in one record: a line of nothing else would fill the memory long before it is too long. */
const MAX_CONTAINERS = 1_000_000
/** Longest integer that the reference reads. */
const MAX_DIGITS = 4300

/** A float whose text differs between JSON writers (whole, tiny, or negative zero): free-form parts must not make it an integer. */
export class JsonFloat {
  constructor(readonly value: number) {}
}

export type JsonScalar = string | number | bigint | boolean | null | JsonFloat
export type JsonObject = { readonly [key: string]: JsonValue } | JsonMap
export type JsonMap = ReadonlyMap<string, JsonValue>
export type JsonValue = JsonScalar | readonly JsonValue[] | JsonObject

/** Why a text is not acceptable JSON. The message never quotes the text. */
export class JsonError extends Error {
  override name = 'JsonError'
  constructor(
    message: string,
    /** Where, as an offset in UTF-16 units; undefined where it concerns the whole text. */
    readonly offset?: number
  ) {
    super(message)
  }
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonFloat)
}

export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** The value of a key, in either representation of an object. */
export function property(object: JsonObject, key: string): JsonValue | undefined {
  if (object instanceof Map) return (object as JsonMap).get(key)
  return Object.hasOwn(object, key) ? (object as Record<string, JsonValue>)[key] : undefined
}

/** The keys and values of either representation, in document order. */
export function entries(object: JsonObject): Iterable<readonly [string, JsonValue]> {
  return object instanceof Map ? (object as JsonMap).entries() : Object.entries(object as Record<string, JsonValue>)
}

/** A `Map` with the same entries, to be changed freely by its owner. */
export function toMap(object: JsonObject): Map<string, JsonValue> {
  return new Map(entries(object))
}

/** The number that a JSON value stands for, bigints rounded to a double; undefined for anything else. */
export function numberOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  return value instanceof JsonFloat ? value.value : undefined
}

/** Levels of objects and arrays in a value: 0 for a scalar, 1 for an empty object. */
export function depthOf(value: JsonValue): number {
  let deepest = 0
  if (isJsonArray(value)) for (const item of value) deepest = Math.max(deepest, depthOf(item))
  else if (isJsonObject(value)) for (const [, item] of entries(value)) deepest = Math.max(deepest, depthOf(item))
  else return 0
  return deepest + 1
}

/** Structural equality; `1` and `1.0` differ, as does the order of keys. */
export function sameJson(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true
  if (a instanceof JsonFloat || b instanceof JsonFloat) {
    return a instanceof JsonFloat && b instanceof JsonFloat && Object.is(a.value, b.value)
  }
  if (isJsonArray(a) && isJsonArray(b)) {
    return a.length === b.length && a.every((item, i) => sameJson(item, b[i] as JsonValue))
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false
  const left = [...entries(a)]
  const right = [...entries(b)]
  return (
    left.length === right.length &&
    left.every(([key, value], i) => {
      const other = right[i] as readonly [string, JsonValue]
      return key === other[0] && sameJson(value, other[1])
    })
  )
}

/** Typed float fields of a TraceRecord, as `top-level key` + `/` + `key`: whole floats there need no lossless parser. */
const TYPED_FLOATS = new Set([
  'metrics/total_duration_s',
  'metrics/cache_hit_rate',
  'metrics/estimated_cost_usd',
  'outcome/reward'
])

const QUOTE = 34
const BACKSLASH = 92

/** Offset behind the string that starts at `start` (a quote); the text's length where it never ends. */
function skipString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return end + 1
    end = text.indexOf('"', end + 1)
  }
  return text.length
}

function isSpecialKey(key: string): boolean {
  return key.includes('\\') || key === '__proto__' || /^\d{1,10}$/.test(key)
}

/** True where a double or `JSON.stringify` would change the number's kind, value or text. */
function isSpecialNumber(lexeme: string, typedFloat: boolean): boolean {
  const value = Number(lexeme)
  if (Object.is(value, -0)) return true
  if (!/[.eE]/.test(lexeme)) return !Number.isSafeInteger(value)
  if (!isFinite(value)) return true
  return !typedFloat && (Number.isInteger(value) || Math.abs(value) < 1e-5)
}

/**
 * Sweeps over a JSON text once: whether it needs the lossless parser, with depth and size checked on the way.
 * The text need not be valid; the parser decides that.
 */
function sweep(text: string): boolean {
  let special = false
  let depth = 0
  let containers = 0
  let topKey = ''
  let lastKey = ''
  const length = text.length
  let i = 0
  while (i < length) {
    const c = text.charCodeAt(i)
    if (c === QUOTE) {
      const end = skipString(text, i)
      let next = end
      while (next < length && text.charCodeAt(next) <= 32) next++
      if (text.charCodeAt(next) === 58 /* : */) {
        lastKey = text.slice(i + 1, end - 1)
        if (depth === 1) topKey = lastKey
        special ||= isSpecialKey(lastKey)
        next++
      }
      i = next
    } else if (c === 123 /* { */ || c === 91 /* [ */) {
      if (++depth > MAX_DEPTH) throw new JsonError(`nested deeper than ${String(MAX_DEPTH)} levels`, i)
      if (++containers > MAX_CONTAINERS) {
        throw new JsonError(`more than ${String(MAX_CONTAINERS)} objects and lists in one record`, i)
      }
      i++
    } else if (c === 125 /* } */ || c === 93 /* ] */) {
      depth--
      i++
    } else if (c === 45 /* - */ || (c >= 48 && c <= 57)) {
      let end = i + 1
      let digitsOnly = c !== 45
      for (; end < length; end++) {
        const d = text.charCodeAt(end)
        if (d >= 48 && d <= 57) continue
        if (d !== 46 && d !== 101 && d !== 69 && d !== 43 && d !== 45) break // . e E + -
        digitsOnly = false
      }
      // Up to 15 digits and nothing else are most numbers by far, and never special.
      if (!special && !(digitsOnly && end - i <= 15)) {
        const typed = depth === 2 && TYPED_FLOATS.has(`${topKey}/${lastKey}`)
        special = isSpecialNumber(text.slice(i, end), typed)
      }
      i = end
    } else i++
  }
  return special
}

/** What a broken text lacks, in words, and where. Never the parser's own message, which quotes the text. */
function explain(text: string): JsonError {
  let found: { code: ParseErrorCode; offset: number } | undefined
  try {
    visit(
      text,
      {
        onError: (code, offset) => {
          found ??= { code, offset }
        }
      },
      { disallowComments: true, allowTrailingComma: false }
    )
  } catch {
    // The visitor gave up on the text: the general message below has to do.
  }
  if (found === undefined) return new JsonError('broken JSON')
  const at = found.offset
  if (/^-?(NaN|Infinity)/.test(text.slice(at, at + 9))) return new JsonError('NaN and Infinity are not JSON', at)
  const reason = printParseErrorCode(found.code)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return new JsonError(`broken JSON (${reason})`, at)
}

/** Lone surrogates (`"\ud83d"`) are valid JSON grammar but no Unicode text: one makes a whole dataset unreadable. */
function assertWellFormed(value: JsonValue): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new JsonError('a string holds a lone surrogate escape')
  } else if (isJsonArray(value)) value.forEach(assertWellFormed)
  else if (isJsonObject(value)) {
    for (const [key, item] of entries(value)) {
      if (!key.isWellFormed()) throw new JsonError('a key holds a lone surrogate escape')
      assertWellFormed(item)
    }
  }
}

function lexemeToNumber(lexeme: string, offset: number): JsonScalar {
  const value = Number(lexeme)
  if (/[.eE]/.test(lexeme)) {
    if (!isFinite(value)) throw new JsonError('a number is too large for a double', offset)
    return Number.isInteger(value) || Math.abs(value) < 1e-5 ? new JsonFloat(value) : value
  }
  if (Object.is(value, -0)) return 0
  if (lexeme.length > MAX_DIGITS) throw new JsonError(`an integer of more than ${String(MAX_DIGITS)} digits`, offset)
  return Number.isSafeInteger(value) ? value : BigInt(lexeme)
}

/** Builds `Map`s, `bigint`s and `JsonFloat`s. The text must be valid JSON already. */
function parseLossless(text: string): JsonValue {
  let root: JsonValue = null
  const stack: { container: Map<string, JsonValue> | JsonValue[]; key: string }[] = []
  const put = (value: JsonValue): void => {
    const top = stack.at(-1)
    if (top === undefined) root = value
    else if (Array.isArray(top.container)) top.container.push(value)
    else top.container.set(top.key, value)
  }
  const open = (container: Map<string, JsonValue> | JsonValue[]): void => {
    put(container)
    stack.push({ container, key: '' })
  }
  visit(text, {
    onObjectBegin: () => {
      open(new Map())
    },
    onArrayBegin: () => {
      open([])
    },
    onObjectEnd: () => void stack.pop(),
    onArrayEnd: () => void stack.pop(),
    onObjectProperty: (key) => {
      const top = stack.at(-1)
      if (top !== undefined) top.key = key
    },
    onLiteralValue: (value: unknown, offset, length) => {
      put(
        typeof value === 'number' ? lexemeToNumber(text.slice(offset, offset + length), offset) : (value as JsonScalar)
      )
    }
  })
  return root
}

/**
 * Parses one JSON text without loss. A key that occurs twice keeps its first place and its last value, as Python's
 * reader does.
 *
 * @throws JsonError with a message that never quotes the text
 */
export function parseJson(text: string): JsonValue {
  const special = sweep(text)
  let value: JsonValue
  try {
    // Also on the lossless way: the one judge of what is valid JSON.
    value = JSON.parse(text) as JsonValue
  } catch {
    throw explain(text)
  }
  if (special) value = parseLossless(text)
  if (/\\u[dD][89a-fA-F]/.test(text)) assertWellFormed(value)
  return value
}
