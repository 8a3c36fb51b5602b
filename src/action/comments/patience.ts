/** How long GitHub's trouble is borne. */
import { Trouble } from './trouble.js'

/** Before the attempts that follow on failures in a row, in milliseconds. */
const WAITS = [1000, 2000, 4000, 8000] as const
/** Whoever is to wait longer than this in all learns it at once, in milliseconds. */
const LONGEST = 120_000

export class Patience {
  #failures = 0
  #waited = 0

  constructor(private readonly sleep: (milliseconds: number) => Promise<void>) {}

  /** Something worked. */
  restore(): void {
    this.#failures = 0
  }

  /** Waits until another attempt makes sense. @throws Trouble as given where it does not */
  async bear(trouble: Trouble): Promise<void> {
    const usual = WAITS[this.#failures++]
    const wait = Math.max(usual ?? 0, trouble.wait)
    if (!trouble.isTemporary || usual === undefined || this.#waited + wait > LONGEST) throw trouble
    this.#waited += wait
    await this.sleep(wait)
  }
}
