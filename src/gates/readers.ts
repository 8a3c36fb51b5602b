/**
 * Taking disguises off is a third of what the gates cost, and needs nothing but the text: it can be done beside them, by
 * threads. Whatever goes wrong in a thread is an error of the scan: no text counts as read that was not.
 */
import { availableParallelism } from 'node:os'
import type { MessagePort, Worker } from 'node:worker_threads'
import { GateError } from '../errors.js'
import { readingOf, type Reading } from './views/views.js'

/** Whoever reads texts for the gates. */
export interface Readers {
  /** How many UTF-16 units of texts may be on their way; 0 where each text is read at once. */
  readonly ahead: number
  /** The readings of texts, in their order. @throws GateError where they cannot be made */
  read(texts: readonly string[]): Promise<readonly Reading[]>
  close(): Promise<void>
}

/** Starts a thread that runs `serveReadings`. */
export type StartReader = () => Worker

interface Wanted {
  readonly id: number
  readonly texts: readonly string[]
}

interface Made {
  readonly id: number
  readonly readings: readonly Reading[]
}

/** In bytes of traces. A thread takes a tenth of a second to start. */
const WORTH_IT = 8 * 1024 * 1024
const MOST_THREADS = 3
const AHEAD = 4 * 1024 * 1024

/** Reads in the thread of the caller. */
export const inPlace: Readers = {
  ahead: 0,
  read: (texts) => Promise.resolve(texts.map(readingOf)),
  close: () => Promise.resolve()
}

/** The readers for traces of so many bytes. */
export function readersFor(bytes: number, start: StartReader | undefined): Readers {
  const count = Math.min(MOST_THREADS, availableParallelism() - 1)
  if (start === undefined || bytes < WORTH_IT || count < 1) return inPlace
  return threadedReaders(start, count)
}

/** Readers in threads of their own. */
export function threadedReaders(start: StartReader, count: number): Readers {
  const threads = Array.from({ length: count }, () => new Thread(start()))
  return {
    ahead: AHEAD,
    read(texts) {
      const [first, ...others] = threads as [Thread, ...Thread[]]
      return others.reduce((least, one) => (one.load < least.load ? one : least), first).read(texts)
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()))
    }
  }
}

interface Pending {
  readonly size: number
  readonly resolve: (readings: readonly Reading[]) => void
  readonly reject: (error: GateError) => void
}

class Thread {
  /** UTF-16 units that it has still to read. */
  load = 0
  readonly #worker: Worker
  readonly #pending = new Map<number, Pending>()
  #last = 0
  #failed = false

  constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', ({ id, readings }: Made) => {
      this.#settle(id)?.resolve(readings)
    })
    // Why is not told: a message of the engine may quote a text.
    for (const end of ['error', 'messageerror', 'exit'] as const) {
      worker.on(end, () => {
        this.#fail()
      })
    }
  }

  read(texts: readonly string[]): Promise<readonly Reading[]> {
    const id = ++this.#last
    const size = texts.reduce((sum, { length }) => sum + length, 0)
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { size, resolve, reject })
      this.load += size
      if (this.#failed) this.#fail()
      else this.#worker.postMessage({ id, texts } satisfies Wanted)
    })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    this.load -= pending?.size ?? 0
    return pending
  }

  #fail(): void {
    this.#failed = true
    for (const id of [...this.#pending.keys()]) {
      this.#settle(id)?.reject(
        new GateError('SCAN_FAILED', 'A thread that reads the traces for the gates ended before its work was done.', {
          hint: 'Nothing was published. This is most often a lack of memory: stage fewer traces at once, or run again on a larger machine.'
        })
      )
    }
  }
}

/** The work of a thread, for as long as it lives. */
export function serveReadings(port: MessagePort): void {
  port.on('message', ({ id, texts }: Wanted) => {
    port.postMessage({ id, readings: texts.map(readingOf) } satisfies Made)
  })
}
