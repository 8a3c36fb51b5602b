/** Puts together what a run asks of a model. */
import { TokenBudget } from './budget.js'
import { folderCache } from './cache.js'
import { modelClient, type Clock } from './client.js'
import type { ModelEndpoint } from './endpoint.js'
import type { Model } from './run.js'

export interface ModelOptions {
  readonly endpoint: ModelEndpoint
  /** For the whole run. */
  readonly maxTokens: number
  /** Where verdicts are kept between runs: a folder that only trusted runs write. */
  readonly cacheFolder: string
  readonly fetch: typeof fetch
  readonly clock: Clock
  readonly randomHex: (digits: number) => string
  readonly log: (message: string) => void
  /** For one exchange with the model, in milliseconds. */
  readonly timeoutMs?: number
}

/** A part of a trace and a thinking model take a while. */
const TIMEOUT_MS = 300_000

export function openModel(options: ModelOptions): Model {
  const { endpoint, clock, randomHex, log, fetch } = options
  return {
    endpoint,
    client: modelClient({ endpoint, fetch, clock, log, timeoutMs: options.timeoutMs ?? TIMEOUT_MS }),
    budget: new TokenBudget(options.maxTokens),
    cache: folderCache(options.cacheFolder, randomHex),
    randomHex,
    now: () => new Date(clock.now()),
    log
  }
}
