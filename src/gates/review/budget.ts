/** The token budget of a run: nothing is sent that would not fit into it. */

/**
 * Tokens of a text, for planning: a token of English is about four bytes, of code about three and of Chinese one
 * character in three bytes, so that this is rarely too low.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 3)
}

export class TokenBudget {
  #reserved = 0
  #used = 0

  constructor(readonly limit: number) {}

  get used(): number {
    return this.#used
  }

  /** Sets tokens aside for a trace; undefined where there are not enough. */
  allow(tokens: number): Allowance | undefined {
    if (!this.#reserve(tokens)) return undefined
    let left = tokens
    return {
      spend: async (estimate, request) => {
        if (estimate > left) {
          if (!this.#reserve(estimate - left)) return undefined
          left = estimate
        }
        left -= estimate
        const result = await request()
        this.#used += result.tokens
        // What was not needed stays with the trace, for its next request.
        const spare = Math.max(0, estimate - result.tokens)
        this.#reserved -= estimate - spare
        left += spare
        return result
      },
      close: () => {
        this.#reserved -= left
        left = 0
      }
    }
  }

  #reserve(tokens: number): boolean {
    if (this.#used + this.#reserved + tokens > this.limit) return false
    this.#reserved += tokens
    return true
  }
}

export interface Allowance {
  /** Makes a request that may cost that much; undefined where even the rest of the budget does not allow it. */
  spend<T extends { readonly tokens: number }>(estimate: number, request: () => Promise<T>): Promise<T | undefined>
  /** Gives back what is left. */
  close(): void
}
