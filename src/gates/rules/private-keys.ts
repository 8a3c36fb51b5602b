/**
 * Private keys in text: PEM (RFC 7468) of every kind and size, PGP blocks, PuTTY's files, and keys whose header is missing.
 * Their lines may carry what tools put before lines (numbers, diff marks, quotes, indentation), may be spelled with `\n`, may
 * stand on one line, and may be cut off.
 */
import { looksRandom, shapeOf } from './random.js'
import type { Reader, Scan, SecretMatch } from './rule.js'
import { matchAt } from './tokens.js'

const HEADER = /-{3,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{3,5}/y
const HEADER_BEFORE = 50
const PUTTY = /Private-Lines: \d{1,4}/y
/**
 * Without their PEM header: an RSA key in PKCS #8 and in PKCS #1 (the version, and the length of a modulus of 2048, 3072 or 4096
 * bits), an elliptic one in PKCS #8 and in SEC 1, one of Ed25519, and one of OpenSSH.
 */
const BARE = [
  'BgkqhkiG9w0BAQEFAASC',
  ...['IBAAKCAQEA', 'IBAAKCAYEA', 'IBAAKCAgEA'],
  ...['AwEHBG0wawIBAQQ', 'MHcCAQEEI'],
  'MC4CAQAwBQYDK2VwBCIEI',
  'b3BlbnNzaC1rZXktdjEAAAAA'
]

/** One line of the body behind its line break: what may stand before it, base64, what may stand behind it. */
const LINE =
  /(?:[\s>|"'`#*·]|\\+t|\\+["']|\d{4}-\d\d-\d\dT[\d:.,+]{5,20}Z?\s|\d{1,6}\s{0,3}[→|:\t-]|\d{1,6} {1,3}(?=[A-Za-z0-9+/=]{2})){0,40}([A-Za-z0-9+/]{0,1024}={0,2})(?:[ \t]{0,8}(?:\\*["'`][ \t"'`,;+.)\]}]{0,12})?)(?=[\r\n\\]|$)/y
const BREAK = /[ \t"'`+,;]{0,12}(?:\\+r\\+n|\\+[nr]|\r?\n|\r)(?:[ \t]{0,8}(?:\\+[nr]|\r?\n|\r)){0,2}/y
/** Lines between the header and the key: RFC 1421 and OpenPGP. */
const NOTE =
  /[^\w\r\n\\-]{0,20}(?:\d{1,6}[→|:\t ]\s{0,3})?[+>]?\s{0,4}(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID): [^\r\n\\]{0,200}/y
const SAME_LINE = /(?:[ \t"'`,]|\\+["'])*(?!\+\s)([A-Za-z0-9+/]{1,20000}={0,2})/y
/** An RSA key of 16,384 bits has about 200 lines of 64. */
const MAX_LINES = 1000
const MAX_PIECES = 1000
/** Base64 characters: 240 bits. Less is left of a key in documentation. */
const MIN_MATERIAL = 40

export const privateKeyReader: Reader = {
  landmarks: ['PRIVATE KEY', 'Private-Lines', ...BARE],
  read: (scan, at) => {
    const { text } = scan
    if (text.startsWith('Private-Lines', at)) {
      const header = matchAt(PUTTY, text, at)
      return header === undefined ? [] : keyFrom(scan, at, at + header[0].length)
    }
    if (!text.startsWith('PRIVATE KEY', at)) return at < scan.keyUntil ? [] : keyFrom(scan, at, at)
    const before = text.slice(Math.max(0, at - HEADER_BEFORE), at)
    const begins = before.lastIndexOf('BEGIN ')
    if (begins === -1) return []
    const dashes = /-{3,5} ?$/.exec(before.slice(0, begins))
    if (dashes === null) return []
    const start = at - before.length + dashes.index
    const header = matchAt(HEADER, text, start)
    return header === undefined ? [] : keyFrom(scan, start, start + header[0].length)
  }
}

/** @param from behind the header */
function keyFrom(scan: Scan, start: number, from: number): SecretMatch[] {
  const { text } = scan
  // A diff marks each line with a `+`, which is a character of base64 too: only where the header has one it is a mark.
  const isDiff = /\+[ \t"'`]{0,12}$/.test(text.slice(Math.max(0, start - 13), start))
  const { value, end } = readBody(text, from, isDiff)
  scan.keyUntil = Math.max(scan.keyUntil, end)
  return isKeyMaterial(value) ? [{ rule: 'private-key', start, end, value, guessable: false }] : []
}

function readBody(text: string, from: number, isDiff: boolean): { value: string; end: number } {
  const parts: string[] = []
  let end = from
  let at = from
  while (parts.length < MAX_PIECES) {
    const piece = matchAt(SAME_LINE, text, at)
    if (piece === undefined) break
    parts.push(piece[1] ?? '')
    at = end = at + piece[0].length
  }
  for (let lines = 0; lines < MAX_LINES; lines++) {
    const lineBreak = matchAt(BREAK, text, at)
    if (lineBreak === undefined) break
    at += lineBreak[0].length
    const note = parts.length === 0 ? matchAt(NOTE, text, at) : undefined
    if (note !== undefined) {
      at += note[0].length
      continue
    }
    if (isDiff) at += /^[ \t"'`]{0,12}\+/.exec(text.slice(at, at + 14))?.[0].length ?? 0
    const line = matchAt(LINE, text, at)
    if (line === undefined) break
    at += line[0].length
    if (line[1] === undefined || line[1] === '') continue
    parts.push(line[1])
    end = at
  }
  return { value: parts.join(''), end }
}

/** Keys have uniform parts (lengths, names of algorithms), so one stretch that looks random is enough. */
function isKeyMaterial(value: string): boolean {
  if (value.length < MIN_MATERIAL || shapeOf(value).distinct < 16) return false
  for (let at = 0; at + MIN_MATERIAL <= value.length; at += MIN_MATERIAL / 2) {
    const stretch = value.slice(at, at + MIN_MATERIAL)
    const { lower, upper } = shapeOf(stretch)
    if (lower > 2 && upper > 2 && looksRandom(stretch)) return true
  }
  return false
}
