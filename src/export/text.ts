/** The text of a converted record: one JSON object on one line, from values that may hold what `JSON.stringify` cannot write. */
import { entries, isJsonArray, isJsonObject, JsonFloat, type JsonValue } from '../traces/json.js'
import { floatLine } from '../traces/text.js'

/**
 * JSON without white space, keys in their order. Integers of any size and whole floats keep their text, as in a published line.
 *
 * @param value finite numbers only
 */
export function jsonText(value: JsonValue): string {
  if (value instanceof JsonFloat) return floatLine(value.value)
  if (typeof value === 'bigint') return value.toString()
  if (isJsonArray(value)) return `[${value.map(jsonText).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  return `{${Array.from(entries(value), ([key, item]) => `${JSON.stringify(key)}:${jsonText(item)}`).join(',')}}`
}

/** A plain object under construction. */
export type Members = Readonly<Record<string, JsonValue>>

/** Without members that say nothing: null, an empty list or object. Looks at the members alone, not into them. */
export function saying(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => !isEmpty(value)))
}

function isEmpty(value: JsonValue): boolean {
  if (value === null) return true
  if (isJsonArray(value)) return value.length === 0
  return isJsonObject(value) && [...entries(value)].length === 0
}

/** As a member of that name, to be spread into an object; nothing where the value says nothing. */
export function member(name: string, value: JsonValue): Members {
  return isEmpty(value) ? {} : { [name]: value }
}
