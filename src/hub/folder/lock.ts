/**
 * The lock that lets one writer at a time into a dataset's folder.
 *
 * It saves writers from each other's way; that none overwrites another's commit does not hang on it (see
 * `transaction.ts`). So a lock that was taken from a writer which only slept too long does no harm.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lock } from 'proper-lockfile'
import { systemErrorCode } from '../../errors.js'
import { bookkeepingMoved, busyError } from './errors.js'
import { lstatIfThere } from './layout.js'

export interface LockTimes {
  /** How long to wait for another writer, in milliseconds. */
  readonly waitMs: number
  /** The lock of a writer that gave no sign of life for so long is taken over, in milliseconds; at least 2000. */
  readonly staleMs: number
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** Gives the lock back. Never fails: a lock that cannot be removed goes stale by itself. */
export type Release = () => Promise<void>

/** Takes the lock of an existing bookkeeping folder; undefined where another has it. @throws system errors; LoadError */
export async function tryLock(store: string, staleMs: number): Promise<Release | undefined> {
  if ((await lstatIfThere(store))?.isDirectory() === false) throw bookkeepingMoved()
  try {
    const release = await lock(store, {
      lockfilePath: join(store, 'lock'),
      realpath: false,
      stale: staleMs,
      update: staleMs / 4,
      // Whoever took the lock over has also taken our transaction, and the next step of it finds that out.
      onCompromised: () => undefined
    })
    return () => release().catch(() => undefined)
  } catch (error) {
    if (systemErrorCode(error) === 'ELOCKED') return undefined
    throw error
  }
}

/** A first commit that failed may remove the folder under our feet, but not again and again. */
const VANISHED_LIMIT = 20

/** Takes the lock, and creates the bookkeeping folder for it. @throws system errors; LoadError after `waitMs` */
export async function waitForLock(store: string, repo: string, times: LockTimes): Promise<Release> {
  const deadline = times.clock() + times.waitMs
  let vanished = 0
  for (let attempt = 0; ; attempt++) {
    try {
      await mkdir(store, { recursive: true })
      const release = await tryLock(store, times.staleMs)
      if (release !== undefined) return release
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT' || ++vanished > VANISHED_LIMIT) throw error
    }
    if (times.clock() >= deadline) throw busyError(repo)
    await pause(attempt)
  }
}

/** Waits a random time before another try, longer with every try: up to a quarter of a second. */
export async function pause(attempt: number): Promise<void> {
  await sleep(5 + Math.random() * Math.min(250, 10 * 1.5 ** attempt))
}
