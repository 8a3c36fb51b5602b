/**
 * What must happen however this process ends: scratch files hold traces in clear, and a scanner that outlives the job
 * goes on reading them.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { noRoom } from './failure.js'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The process, as far as its end is concerned. */
export interface Host {
  readonly pid: number
  prependListener(event: 'exit' | NodeJS.Signals, listener: () => void): unknown
  off(event: 'exit' | NodeJS.Signals, listener: () => void): unknown
  listenerCount(event: NodeJS.Signals): number
  kill(pid: number, signal: NodeJS.Signals): unknown
}

/**
 * Runs `work`, and `undo` where the process is ended in the meantime by a signal or `process.exit`. A signal then takes
 * its usual course: the process ends by it unless somebody else listens.
 *
 * @param undo synchronous, and harmless where there is nothing to undo
 */
export async function undoneAtExit<T>(undo: () => void, work: () => Promise<T>, host: Host = process): Promise<T> {
  const listeners = SIGNALS.map((signal) => ({
    signal,
    listener: () => {
      undo()
      release()
      if (host.listenerCount(signal) === 0) host.kill(host.pid, signal)
    }
  }))
  const release = (): void => {
    host.off('exit', undo)
    for (const { signal, listener } of listeners) host.off(signal, listener)
  }
  // In front: what began last is undone first, so that a scanner is gone before the folder that it writes to.
  host.prependListener('exit', undo)
  for (const { signal, listener } of listeners) host.prependListener(signal, listener)
  try {
    return await work()
  } finally {
    release()
  }
}

/** Gives `work` a new folder that only this user can read, and removes it, whatever happens. */
export async function withPrivateFolder<T>(
  parent: string,
  work: (folder: string) => Promise<T>,
  host: Host = process
): Promise<T> {
  const folder = newFolder(parent)
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  return await undoneAtExit(
    remove,
    async () => {
      try {
        return await work(folder)
      } finally {
        await rm(folder, { recursive: true, force: true, maxRetries: 3 })
      }
    },
    host
  )
}

/** In one turn with what watches over it. The real path, because TruffleHog passes over symbolic links without a word. */
function newFolder(parent: string): string {
  try {
    return realpathSync(mkdtempSync(join(parent, 'opentraces-scan-'))) // mode 0700
  } catch {
    throw noRoom()
  }
}
