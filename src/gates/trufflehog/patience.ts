/** How long a program may take that is to be stopped where it gets no further. */
export class Patience {
  readonly #controller = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #ms = 0
  #closed = false

  /** Aborted once patience has run out. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** What was granted last. */
  get seconds(): number {
    return Math.ceil(this.#ms / 1000)
  }

  /** Grants this many milliseconds from now, whatever was granted before. */
  grant(ms: number): void {
    this.pause()
    if (this.#closed) return
    this.#ms = ms
    this.#timer = setTimeout(() => {
      this.lose()
    }, ms)
  }

  /** Grants all the time until the next call: there is nothing to wait for. */
  pause(): void {
    clearTimeout(this.#timer)
  }

  lose(): void {
    this.#controller.abort()
  }

  /** The program has ended. */
  close(): void {
    this.pause()
    this.#closed = true
  }
}
