/** JSON web tokens (RFC 7519), signed and encrypted ones. Unsigned ones open nothing: everybody can write one. */
import type { Reader, Scan, SecretMatch } from './rule.js'

const MAX_HEADER = 2048
/** Of `{"alg":"A"}`. */
const MIN_HEADER = 15
/** Several may seem to begin in one run of characters, where one is glued to a word. */
const MAX_TRIES = 16
/** Base64 characters of the shortest signature or tag. */
const MIN_SIGNATURE = 20

export const jwtReader: Reader = {
  landmarks: ['eyJ'],
  read: (scan, at) => {
    const match = readJwt(scan, at)
    return match === undefined ? [] : [match]
  }
}

function readJwt(scan: Scan, at: number): SecretMatch | undefined {
  const { text } = scan
  const headerEnd = scan.runEnd(at)
  if (
    text.charAt(headerEnd) !== '.' ||
    headerEnd - at > MAX_HEADER ||
    headerEnd - at < MIN_HEADER ||
    scan.tries(headerEnd) > MAX_TRIES
  )
    return undefined
  const header = jsonIn(text.slice(at, headerEnd))
  if (header === undefined || !('alg' in header) || header.alg === 'none') return undefined
  const isEncrypted = 'enc' in header
  let start = headerEnd + 1
  let end = scan.wholeRunEnd(start)
  if (!isEncrypted && isSample(text.slice(start, end))) return undefined
  for (let more = isEncrypted ? 3 : 1; more > 0; more--) {
    if (text.charAt(end) !== '.') return undefined
    start = end + 1
    end = scan.wholeRunEnd(start)
  }
  if (end - start < MIN_SIGNATURE) return undefined
  return { rule: 'jwt', start: at, end, value: text.slice(at, end), guessable: false }
}

/** The claims that documentation is full of. */
function isSample(payload: string): boolean {
  if (payload.length > MAX_HEADER) return false
  const claims = jsonIn(payload)
  return claims !== undefined && 'sub' in claims && claims.sub === '1234567890'
}

function jsonIn(base64url: string): object | undefined {
  const json = Buffer.from(base64url, 'base64url').toString('utf8').trimEnd()
  // Most of what begins like JSON is none, and a failing parser is slow.
  if (!json.startsWith('{') || !json.endsWith('}')) return undefined
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
