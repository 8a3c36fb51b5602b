/** What the tests of the Hub's store share. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
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

/** A local Hub in a process of its own, as its first line of output describes it. */
export async function spawnHub(): Promise<{
  child: ChildProcessByStdio<null, Readable, null>
  url: string
  token: string
}> {
  const hook = pathToFileURL(join(import.meta.dirname, '..', 'typescript.mjs')).href
  const child = spawn(process.execPath, ['--import', hook, join(import.meta.dirname, 'serve.ts')], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const line = await new Promise<string>((done, fail) => {
    child.stdout.once('data', (data: Buffer) => done(data.toString()))
    child.once('exit', (code) => fail(new Error(`the local Hub ended with ${String(code)}`)))
  })
  const { url, tokens } = JSON.parse(line) as { url: string; tokens: { alice: string } }
  return { child, url, token: tokens.alice }
}
