/** A model for tests: the loopback server behind the real client, with a clock that does not wait; and the gate over it. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { ScanBatch } from '../../../src/gates/gate.js'
import { reviewGate, type ReviewGateOptions, type ReviewGateResult } from '../../../src/gates/review/gate.js'
import { openModel } from '../../../src/gates/review/model.js'
import type { Model } from '../../../src/gates/review/run.js'
import { tempFolder } from '../batch.js'
import type { ModelServer } from '../../support/model-server.js'

export const randomHex = (digits: number): string => randomBytes(digits).toString('hex').slice(0, digits)

export interface TestModel extends Model {
  readonly messages: string[]
  /** Milliseconds of every wait. */
  readonly waits: number[]
}

export interface TestModelOptions {
  readonly maxTokens?: number
  readonly timeoutMs?: number
  readonly cacheFolder?: string
  readonly key?: string
  readonly model?: string
  readonly partSize?: number
  /** Milliseconds since 1970, at the start; every look at the clock takes `tick`. */
  readonly start?: number
  readonly tick?: number
}

export function modelAt(server: Pick<ModelServer, 'baseUrl'>, options: TestModelOptions = {}): TestModel {
  const messages: string[] = []
  const waits: number[] = []
  let now = options.start ?? Date.UTC(2026, 0, 2)
  const model = openModel({
    endpoint: { baseUrl: server.baseUrl, model: options.model ?? 'acme/judge-1', key: options.key },
    maxTokens: options.maxTokens ?? 1_000_000,
    cacheFolder: options.cacheFolder ?? join(tempFolder(), 'cache'),
    fetch,
    clock: {
      now: () => (now += options.tick ?? 0),
      sleep: (milliseconds) => {
        waits.push(milliseconds)
        now += milliseconds
        return Promise.resolve()
      },
      random: () => 0.5
    },
    randomHex,
    log: (message) => messages.push(message),
    timeoutMs: options.timeoutMs ?? 20_000
  })
  return { ...model, ...(options.partSize === undefined ? {} : { partSize: options.partSize }), messages, waits }
}

const nothingStaged = (): Promise<undefined> => Promise.resolve(undefined)

/** What the gate says of a batch. */
export async function inspect(
  batch: ScanBatch,
  mode: ReviewGateOptions['mode'],
  model: ReviewGateOptions['model'],
  staged: ReviewGateOptions['staged'] = nothingStaged
): Promise<ReviewGateResult> {
  return await reviewGate({ mode, model, staged }).inspect(batch)
}

/** Why the gate holds what it holds, in the order of the batch. */
export function reasons({ findings }: ReviewGateResult): string[] {
  return findings.map(({ detector }) => detector)
}
