/** Edits of a text, and the parts of the result that are worth another look. */

/** What edits leave of a text. */
export interface Rewritten {
  /** The edited places with what stands around them, one under the other. */
  readonly windows: string
  /** What else was taken off on the way, for people. */
  readonly also?: string
  /** The same places, read in another way that is as likely. */
  readonly other?: string
  /** The whole text with the edits in it. */
  full(): string
}

/** Context on both sides of an edit: enough for the name that makes a secret out of a random string. */
const CONTEXT = 100
/** How much further a window goes on, to the end of the line: what is a list or a dump there is to stay whole. */
const LINE_BEFORE = 300
const LINE_BEHIND = 1000
/** Where the line is longer, to the end of the word. */
const WORD_BEHIND = 3000

/** Collects edits in ascending order. */
export class Rewriter {
  /** Start and end, in turn. */
  private readonly places: number[] = []
  private readonly by: string[] = []

  constructor(private readonly text: string) {}

  /** Puts `by` in the place of `[from, to)`, which begins where the last edit ended or behind it. */
  replace(from: number, to: number, by: string): void {
    this.places.push(from, to)
    this.by.push(by)
  }

  /**
   * The result; undefined where nothing was edited.
   *
   * @param also what else was taken off on the way
   */
  finish(also?: string): Rewritten | undefined {
    if (this.by.length === 0) return undefined
    const result = { windows: this.windows(), full: () => this.full() }
    return also === undefined ? result : { ...result, also }
  }

  private full(): string {
    const { text, places, by } = this
    const parts: string[] = []
    let at = 0
    for (let i = 0; i < by.length; i++) {
      parts.push(text.slice(at, places[2 * i]), by[i] as string)
      at = places[2 * i + 1] as number
    }
    parts.push(text.slice(at))
    return parts.join('')
  }

  private windows(): string {
    const { text, places, by } = this
    const parts: string[] = []
    let at = 0
    for (let i = 0; i < by.length; i++) {
      const from = places[2 * i] as number
      if (i === 0) at = this.start(from - CONTEXT, 0)
      else if (from - at > 2 * CONTEXT) {
        const end = this.end(at + CONTEXT)
        if (from - end > CONTEXT) {
          parts.push(text.slice(at, end), '\n')
          at = this.start(from - CONTEXT, end)
        }
      }
      parts.push(text.slice(at, from), by[i] as string)
      at = places[2 * i + 1] as number
    }
    parts.push(text.slice(at, this.end(at + CONTEXT)))
    return parts.join('')
  }

  private start(at: number, least: number): number {
    const lowest = Math.max(least, at - LINE_BEFORE)
    let from = Math.max(at, lowest)
    while (from > lowest && this.text.charCodeAt(from - 1) !== 10) from--
    return from
  }

  private end(at: number): number {
    const { text } = this
    const highest = Math.min(text.length, at + WORD_BEHIND)
    let to = Math.min(at, highest)
    while (to < highest && text.charCodeAt(to) !== 10 && (to < at + LINE_BEHIND || text.charCodeAt(to) > 32)) to++
    return to
  }
}
