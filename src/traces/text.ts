/** Number and string texts as the reference's Python writes them, wherever a byte counts. */

/** Digits and decimal exponent of the shortest text that reads back as `x` (finite, not zero): `1.5` is ["15", 0]. */
function shortest(x: number): { sign: string; digits: string; exponent: number } {
  const [mantissa, exponent] = Math.abs(x).toExponential().split('e') as [string, string]
  return { sign: x < 0 ? '-' : '', digits: mantissa.replace('.', ''), exponent: Number(exponent) }
}

function positional(sign: string, digits: string, exponent: number): string {
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`
}

function scientific(sign: string, digits: string, exponent: number, exponentDigits: number): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
  const power = String(Math.abs(exponent)).padStart(exponentDigits, '0')
  return `${sign}${digits.charAt(0)}${fraction}e${exponent < 0 ? '-' : '+'}${power}`
}

/** Python's `repr` of a float: `1.0`, `0.0001`, `1e-05`, `1e+16`. Used in hashed texts, `quality.json` and the card. */
export function floatRepr(x: number): string {
  if (Number.isNaN(x)) return 'NaN'
  if (!Number.isFinite(x)) return x > 0 ? 'Infinity' : '-Infinity'
  if (x === 0) return Object.is(x, -0) ? '-0.0' : '0.0'
  const { sign, digits, exponent } = shortest(x)
  return exponent >= -4 && exponent < 16 ? positional(sign, digits, exponent) : scientific(sign, digits, exponent, 2)
}

/** The float text of published lines: `1.0`, `0.00001`, `1e-6`, `1e+16`. */
export function floatLine(x: number): string {
  if (!Number.isFinite(x)) return 'null'
  if (x === 0) return Object.is(x, -0) ? '-0.0' : '0.0'
  const { sign, digits, exponent } = shortest(x)
  return exponent >= -5 && exponent < 16 ? positional(sign, digits, exponent) : scientific(sign, digits, exponent, 1)
}

/** A JSON string in ASCII, as Python's `json.dumps` writes it. */
export function asciiString(text: string): string {
  return asciiEscape(JSON.stringify(text))
}

/** JSON text with everything outside of printable ASCII escaped. */
export function asciiEscape(json: string): string {
  return /[\x7f-\uffff]/.test(json) ? json.replace(/[\x7f-\uffff]/g, escapeUnit) : json
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Order by code point, as Python sorts strings; JavaScript's own order differs where surrogates meet U+E000…U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    const xSurrogate = x >= 0xd800 && x <= 0xdfff
    const ySurrogate = y >= 0xd800 && y <= 0xdfff
    if (xSurrogate !== ySurrogate) return xSurrogate ? (y >= 0xe000 ? 1 : x - y) : x >= 0xe000 ? -1 : x - y
    return x - y
  }
  return a.length - b.length
}

/** The first `count` code points. */
export function firstCodePoints(text: string, count: number): string {
  // Two units a code point at most: the rest of a long text need not be looked at.
  return Array.from(text.slice(0, count * 2))
    .slice(0, count)
    .join('')
}

/** |x| with a fixed number of decimals, exact on the binary value, ties to even (`toFixed` sends ties away from zero). */
function fixedMagnitude(x: number, digits: number): string {
  const text = Math.abs(x).toFixed(digits)
  const scaled = x * 2 ** (digits + 1)
  const tie = Number.isInteger(scaled) && scaled % 2 !== 0
  const last = Number(text.at(-1))
  return tie && last % 2 === 1 ? text.slice(0, -1) + String(last - 1) : text
}

/** Python's `round(x, digits)`. */
export function roundHalfEven(x: number, digits: 0 | 1 | 2 | 3): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 1e21) return x
  const magnitude = Number(fixedMagnitude(x, digits))
  return x < 0 || Object.is(x, -0) ? -magnitude : magnitude
}

/** Python's `{:.Nf}`. */
export function fixed(x: number, digits: 0 | 1 | 2 | 3): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'nan' : x > 0 ? 'inf' : '-inf'
  return (x < 0 || Object.is(x, -0) ? '-' : '') + fixedMagnitude(x, digits)
}

/** Python's `{:,}` on an integer of any size. */
export function thousands(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** Python's white space, which is not JavaScript's: U+001C…U+001F and U+0085 are in it, U+FEFF is not. */
const WHITE_SPACE = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u

/** Python's `str.strip()`. */
export function strip(text: string): string {
  const start = WHITE_SPACE.exec(text)?.[0].length ?? 0
  let end = text.length
  while (end > start && WHITE_SPACE.test(text.charAt(end - 1))) end--
  return text.slice(start, end)
}

/** Null, empty, or nothing but Python's white space. */
export function isBlank(text: string | null): boolean {
  return text === null || !TEXT.test(text)
}
const TEXT = /[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/

/**
 * The lines of Python's `str.splitlines()`, which ends them at far more than LF, each ended by LF but the last. Only for
 * texts whose reference splits them so.
 */
export function withLineFeeds(text: string): string {
  const lines = OTHER_LINE_BREAK.test(text) ? text.replace(LINE_BREAK, '\n') : text
  return lines.endsWith('\n') ? lines.slice(0, -1) : lines
}
const OTHER_LINE_BREAK = /[\r\v\f\x1c-\x1e\x85\u2028\u2029]/
const LINE_BREAK = /\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]/g
