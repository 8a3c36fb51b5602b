/** What a rule is: a table entry for a kind of token, or a small reader for what has no fixed shape. */

export interface SecretMatch {
  /** For people: `github-token`, `private-key`, `url-password`. */
  readonly rule: string
  /** Offsets in the text, in UTF-16 units. */
  readonly start: number
  readonly end: number
  /** The secret itself, as it was assembled: of wrapped ones without line breaks and what stands before each line. */
  readonly value: string
  /** Its secret part has less entropy than a key (a short password in a URL): its hash must not be shown. */
  readonly guessable: boolean
}

/**
 * Where a token may stand. `glued`: anywhere, its prefix is unmistakable. `blob`: its prefix is made of letters that
 * encoded data have by chance, so that little may stand before it and nothing may follow. `word`: on its own, but for
 * the letter of an escape (`\n`) before it.
 */
export type Edge = 'glued' | 'blob' | 'word'

/** A kind of token that is known by its shape: all it takes to add one is an entry in a table of `kinds/`. */
export interface TokenKind {
  /** For people and policies; never changed once released. */
  readonly id: string
  readonly provider: string
  /** Literal texts of three or more characters, one of which stands in every token of the kind. */
  readonly landmarks: readonly string[]
  /**
   * The whole token, sticky and with bounded repetitions. Group 1, where there is one, is what has to look random;
   * otherwise everything behind the landmark does.
   */
  readonly shape: RegExp
  /** Characters of the token before its landmark; 0 where it begins with it. */
  readonly lead?: number
  /** The fewest of them, where their number varies. */
  readonly leadLeast?: number
  /** `glued` where nothing is said. */
  readonly edge?: Edge
  /** Refuses what has the shape and is no secret, although it looks random. */
  readonly accept?: (token: string) => boolean
}

/** A reader of everything that needs more than a shape. */
export interface Reader {
  readonly landmarks: readonly string[]
  /**
   * @param at where a landmark begins
   * @returns what stands there; offsets are those of the scanned text
   */
  readonly read: (scan: Scan, at: number) => readonly SecretMatch[]
}

/** One text that is being looked at, with what readers remember about it so that hostile input costs linear time. */
export class Scan {
  /** AWS secret keys were looked for up to here. */
  awsUntil = 0
  /** By rule, the end of what it found last. */
  readonly foundUntil = new Map<TokenKind, number>()
  /** Private keys were read up to here. */
  keyUntil = 0
  #run = { start: 0, end: 0 }
  #ends: Map<number, number> | undefined
  #tries: Map<number, number> | undefined

  constructor(
    readonly text: string,
    readonly field: string
  ) {}

  /** Where the run of base64url characters that holds `at` ends. Reads every run once, in whatever part it is asked for. */
  runEnd(at: number): number {
    if (at < this.#run.start || at >= this.#run.end) this.#run = { start: at, end: this.#readRun(at) }
    return this.#run.end
  }

  /** The same for a run that begins at `start`; remembers all of them. */
  wholeRunEnd(start: number): number {
    this.#ends ??= new Map()
    const end = this.#ends.get(start) ?? this.#readRun(start)
    this.#ends.set(start, end)
    return end
  }

  #readRun(start: number): number {
    let end = start
    while (end < this.text.length && isBase64Url(this.text.charCodeAt(end))) end++
    return end
  }

  /** Counts the tries at something that ends here. */
  tries(end: number): number {
    this.#tries ??= new Map()
    const count = (this.#tries.get(end) ?? 0) + 1
    this.#tries.set(end, count)
    return count
  }
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

export function isAlphanumeric(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}

export function isBase64Url(code: number): boolean {
  return isAlphanumeric(code) || code === 45 || code === 95
}
