/** What the tests of the Hub's store share. */
import { openHuggingFace, type HuggingFaceOptions } from '../../../src/hub/hugging-face.js'
import type { Clock } from '../../../src/hub/hugging-face/waits.js'
import type { DatasetStore } from '../../../src/hub/store.js'
import type { CommitPlan } from '../../../src/dataset/plan.js'
import type { LocalHub } from './server.js'

export interface FakeClock extends Clock {
  /** Every wait that was asked for, in ms. */
  readonly waits: number[]
}

/** Time that passes only where somebody sleeps. */
export function fakeClock(): FakeClock {
  let now = Date.UTC(2026, 0, 1)
  const waits: number[] = []
  return {
    waits,
    now: () => now,
    random: () => 0.5,
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted()
      waits.push(milliseconds)
      now += milliseconds
      await Promise.resolve()
    }
  }
}

export function openStore(hub: LocalHub, options: HuggingFaceOptions = {}, repo = 'alice/traces'): DatasetStore {
  return openHuggingFace(repo, { hubUrl: hub.url, token: hub.tokens.alice, clock: fakeClock(), ...options })
}

/** A plan that writes the given texts. */
export function planOf(
  parent: string | undefined,
  files: Readonly<Record<string, string>>,
  changes: Partial<CommitPlan> = {}
): CommitPlan {
  return {
    parent,
    title: 'Add 1 trace',
    description: 'One shard.',
    marker: 'a'.repeat(64),
    writes: Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text) })),
    deletes: [],
    ...changes
  }
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it was not rejected')
}

/** Every request that took part in a commit: `POST …/commit/…`. */
export const COMMITS = /^POST \/api\/datasets\/[^/]+\/[^/]+\/commit\//
