/** What was found in texts that later traces hold as well. */
import type { OpenTrace } from './gate.js'
import type { Origin, ScanText } from './texts.js'

/** Something in a text; it says nothing of where the text stands. */
export interface Spotted {
  readonly text: ScanText
}

/** One gate's memory for one reading of a batch. */
export class Memory<T extends Spotted> {
  readonly #found = new Map<Origin, T[]>()

  /**
   * What is in a trace: first what earlier traces hold as well, then what `look` finds in its own texts.
   *
   * @param look is given all texts of the trace that no earlier one holds, the published line last
   */
  allOf(trace: OpenTrace, look: (texts: readonly ScanText[]) => Iterable<T>): T[] {
    const all: T[] = []
    for (const { piece, origin } of trace.repeats) {
      for (const one of this.#found.get(origin) ?? []) all.push({ ...one, text: { ...one.text, piece } })
    }
    for (const one of look(trace.texts)) {
      all.push(one)
      this.keep(one)
    }
    return all
  }

  /** Has later traces with the same text hold it, too. */
  keep(one: T): void {
    const { origin } = one.text
    if (origin === undefined) return
    const same = this.#found.get(origin)
    if (same === undefined) this.#found.set(origin, [one])
    else same.push(one)
  }
}
