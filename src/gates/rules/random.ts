/**
 * Whether a text was drawn at random, as keys are, or written by a person, as placeholders are. Judged by shape, not by a
 * word list: a list with short words in it drops real keys, which hold any three letters sooner or later. The bounds are
 * such that a random hex text of 32 characters, or one of 20 letters and digits, fails less than once in ten million.
 */

/** The pairs of letters that make up three quarters of English words and names in programs. */
const COMMON_PAIRS = new Set(
  (
    'th he in er an re nd at on nt ha es st en ed to it ou ea hi is or ti as te et ng of al de se le sa si ar ve ra ld ' +
    'ur io ic ne om ma ri el co me la us ce ch ta ll ro li il be ho ec di no ca pe tr un so wa ac ut ot lo pl po ai pr ' +
    'ag ke ex am mp ey ok my yo id ap pi do da go ss ww wo rd ay ck ol ow ad os em ab fo ge gh ir ig im ie rs ts'
  ).split(' ')
)
/** By the codes of both letters, from a. */
const IS_COMMON = Uint8Array.from({ length: 26 * 26 }, (_, i) =>
  COMMON_PAIRS.has(String.fromCharCode(97 + Math.floor(i / 26), 97 + (i % 26))) ? 1 : 0
)

/** Long enough that no random key ever holds one. */
const PLACEHOLDER =
  /example|placeholder|redacted|changeme|change[-_]me|replace[-_]?(?:me|with)|your[-_]?(?:api|token|key|secret|pass|access)|notareal|not[-_]a[-_]real|insert[-_]?your|goes[-_]?here|dummy[-_]?(?:key|token|secret|pass|value)|fake[-_]?(?:key|token|secret|pass|value)|test[-_](?:key|token|secret|password)/i

export interface Shape {
  readonly length: number
  /** Different characters. */
  readonly distinct: number
  /** Of the most frequent character. */
  readonly most: number
  /** Longest row of one character. */
  readonly row: number
  /** Share of neighbours that are the same or next to each other in the alphabet, of 0 to 1. */
  readonly ordered: number
  /** Share of neighbours that are usual in words, of 0 to 1. */
  readonly wordy: number
  readonly digits: number
  readonly lower: number
  readonly upper: number
}

/** Used again, because this runs at every landmark. */
const counts = new Uint32Array(256)

/** The figures of a text that tell a key from what a person wrote. */
export function shapeOf(text: string): Shape {
  counts.fill(0)
  let distinct = 0
  let [most, row, longest, ordered, common, pairs, digits, lower, upper] = [0, 0, 0, 0, 0, 0, 0, 0, 0]
  let before = -1
  let folded = -1
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const isLower = code >= 97 && code <= 122
    const isUpper = code >= 65 && code <= 90
    const isNumber = code >= 48 && code <= 57
    const fold = isUpper ? code + 32 : code
    // What is no ASCII counts as one of a hundred and twenty-eight others.
    const slot = code < 128 ? code : 128 + (code & 127)
    const count = (counts[slot] ?? 0) + 1
    counts[slot] = count
    if (count === 1) distinct++
    if (count > most) most = count
    row = code === before ? row + 1 : 1
    if (row > longest) longest = row
    if (isLower) lower++
    else if (isUpper) upper++
    else if (isNumber) digits++
    if (isLower || isUpper || isNumber) {
      if (folded !== -1) {
        pairs++
        if (fold - folded <= 1 && folded - fold <= 1) ordered++
        const breaksWord = isUpper && before >= 97
        if (fold >= 97 && folded >= 97 && !breaksWord) common += IS_COMMON[(folded - 97) * 26 + fold - 97] ?? 0
      }
      folded = fold
    } else folded = -1
    before = code
  }
  const share = (part: number): number => (pairs === 0 ? 0 : part / pairs)
  const shares = { ordered: share(ordered), wordy: share(common) }
  return { length: text.length, distinct, most, row: longest, ...shares, digits, lower, upper }
}

/** Characters that are judged; more tell nothing more. */
const JUDGED = 96

/** @param key of 16 characters or more; the random part, without its prefix */
export function looksRandom(key: string): boolean {
  const text = key.slice(0, JUDGED)
  const { distinct, wordy, length } = shapeOf(text)
  // A short random text is more often like words by chance.
  return distinct >= Math.min(8, length / 2) && wordy < 0.45 + 4 / length && !isWritten(text)
}

/** Whether a text says that it is a placeholder, or is a row or a sequence of characters; other words are none. */
export function isWritten(text: string): boolean {
  const { most, row, ordered, length } = shapeOf(text)
  return (length >= 12 && (most >= length / 2 || row >= 8 || ordered >= 0.6)) || PLACEHOLDER.test(text)
}

/** Whether a text that nothing but its name makes suspect is a key beyond doubt: capitals, small letters and figures mixed. */
export function looksGenerated(text: string): boolean {
  const { digits, lower, upper, wordy, length } = shapeOf(text)
  if (digits < 2 || lower + upper < 4 || wordy > 0.35) return false
  const isMixed = lower >= 3 && upper >= 3
  return (isMixed || (length >= 24 && digits >= length / 8)) && looksRandom(text)
}
