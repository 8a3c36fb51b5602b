/** Trouble on demand: the next request that matches is answered as the fault says. */

export interface Fault {
  /** Tested against path and query. */
  readonly match: string
  /** Any method where absent. */
  readonly method?: string
  readonly at?: 'hub' | 'storage'
  /** How many requests it hits; 1 where absent. */
  readonly times?: number
  /** How many matching requests pass before. */
  readonly skip?: number
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** The request takes effect, and only its reply is lost or replaced. */
  readonly afterEffect?: boolean
  /** Cuts the connection instead of replying. */
  readonly dropSocket?: boolean
  /** Sends the real reply's head and this many bytes of its body, then cuts the connection. */
  readonly truncateAfter?: number
  /** Sends this many bytes of the real reply's body, then nothing more. */
  readonly stallAfter?: number
  /** Waits this long first, in ms. */
  readonly delay?: number
}

export class FaultQueue {
  #waiting: { fault: Fault; skip: number; left: number }[] = []

  add(...faults: readonly Fault[]): void {
    for (const fault of faults) this.#waiting.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? 1 })
  }

  clear(): void {
    this.#waiting = []
  }

  /** The fault for this request, used up by it. */
  take(at: 'hub' | 'storage', method: string, pathAndQuery: string): Fault | undefined {
    for (const entry of this.#waiting) {
      const { fault } = entry
      if (entry.left === 0 || (fault.at ?? at) !== at || (fault.method ?? method) !== method) continue
      if (!new RegExp(fault.match).test(pathAndQuery)) continue
      if (entry.skip > 0) {
        entry.skip--
        continue
      }
      entry.left--
      return fault
    }
    return undefined
  }
}
