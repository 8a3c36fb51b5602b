/** Whether somebody could guess a value, so that a hash of it in a public report would confirm the guess. */
import { looksRandom, shapeOf } from './random.js'

const USER_INFO = /(?:\/\/|^)[^\s:/?#@]*:([^\s/?#]+)@/
/** Fewer characters are no key, however random. */
const MIN_LENGTH = 16
/** Bits that guessing takes; a thousand million guesses a second for twenty years is 59. */
const MIN_BITS = 60
const MAX_PIECES = 1000

/**
 * Of a URL with credentials only the password counts; of anything else its longest stretches. In doubt it is guessable.
 *
 * @param value what any scanner took for a secret
 */
export function isGuessable(value: string): boolean {
  const password = USER_INFO.exec(value)?.[1]
  const judged = password ?? value
  const pieces = judged.match(/[\w+/=~-]{16,}/g) ?? []
  return !pieces.slice(0, MAX_PIECES).some(isKey)
}

/** A word and a number behind it. */
const WORD_AND_NUMBER = /^[A-Za-z]+[_-]?\d{4,}$/

/** In parts, because keys have uniform beginnings: a prefix, the names of algorithms. */
function isKey(piece: string): boolean {
  for (let at = 0; at === 0 || at + MIN_LENGTH <= piece.length; at += MIN_LENGTH) {
    const part = piece.slice(at, at + 2 * MIN_LENGTH)
    if (WORD_AND_NUMBER.test(part) && shapeOf(part).wordy >= 0.3) continue
    if (part.length >= MIN_LENGTH && bitsOf(part) >= MIN_BITS && looksRandom(part)) return true
  }
  return false
}

/** Upper bound of the entropy, from the classes of characters that occur. */
function bitsOf(text: string): number {
  const { digits, lower, upper, length } = shapeOf(text)
  const isHex = /^[\da-f-]*$/i.test(text)
  const letters = isHex ? 6 : 26
  const alphabet =
    (digits > 0 ? 10 : 0) + (lower > 0 ? letters : 0) + (upper > 0 && !(isHex && lower > 0) ? letters : 0)
  return length * Math.log2(Math.max(2, alphabet))
}
