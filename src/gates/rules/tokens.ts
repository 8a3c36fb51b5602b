/** Reads tokens that are known by their shape: the tables of `kinds/`. */
import { aiKinds } from './kinds/ai.js'
import { cloudKinds } from './kinds/cloud.js'
import { forgeKinds } from './kinds/forges.js'
import { serviceKinds } from './kinds/services.js'
import { looksRandom } from './random.js'
import {
  isAlphanumeric,
  isBase64Url,
  type Edge,
  type Reader,
  type Scan,
  type SecretMatch,
  type TokenKind
} from './rule.js'

export const tokenKinds: readonly TokenKind[] = [...forgeKinds, ...aiKinds, ...cloudKinds, ...serviceKinds]

/** Encoded data has `+`, `/` or a line break after 32 characters on average; glued words are shorter than this. */
const GLUED_WORD = 12

/** A reader for one entry of the tables. */
export function tokenReader(kind: TokenKind): Reader {
  return {
    landmarks: kind.landmarks,
    read: (scan, at) => {
      const match = readToken(kind, scan, at)
      return match === undefined ? [] : [match]
    }
  }
}

function readToken(kind: TokenKind, scan: Scan, at: number): SecretMatch | undefined {
  const { id, landmarks, lead = 0, edge = 'glued', accept } = kind
  const { text, foundUntil } = scan
  if (at < (foundUntil.get(kind) ?? 0)) return undefined
  const found = matchBefore(kind, text, at - lead, at)
  if (found === undefined) return undefined
  const [token, part] = found
  const end = found.index + token.length
  if (!isFree(text, found.index, end, edge)) return undefined
  const landmark = landmarks.find((one) => text.startsWith(one, at)) ?? ''
  if (!looksRandom(part ?? token.slice(landmark.length)) || accept?.(token) === false) return undefined
  foundUntil.set(kind, end)
  return { rule: id, start: found.index, end, value: token, guessable: false }
}

/** From the first place where it may begin: of the characters before a landmark there may be fewer than usual. */
function matchBefore(
  { shape, lead = 0, leadLeast = lead }: TokenKind,
  text: string,
  from: number,
  at: number
): RegExpExecArray | undefined {
  for (let start = Math.max(0, from); start <= at - leadLeast; start++) {
    const found = matchAt(shape, text, start)
    if (found !== undefined) return found
  }
  return undefined
}

export function matchAt(shape: RegExp, text: string, at: number): RegExpExecArray | undefined {
  shape.lastIndex = at
  return shape.exec(text) ?? undefined
}

/** Whether a token at this place stands as freely as its kind asks for. */
export function isFree(text: string, start: number, end: number, edge: Edge): boolean {
  if (edge === 'glued') return true
  if (edge === 'word') {
    return (
      !isBase64Url(text.charCodeAt(end)) &&
      (!isBase64Url(text.charCodeAt(start - 1)) || isEscapeLetter(text, start - 1))
    )
  }
  if (isAlphanumeric(text.charCodeAt(end))) return false
  let before = start
  while (start - before <= GLUED_WORD && isAlphanumeric(text.charCodeAt(before - 1))) before--
  return start - before <= GLUED_WORD
}

/** Whether this character is the `n` of a line break that is spelled `\n`, or the like. */
export function isEscapeLetter(text: string, at: number): boolean {
  return 'nrt'.includes(text.charAt(at)) && text.charAt(at - 1) === '\\'
}
