/**
 * Documents handed to a program through named pipes, while others are still being made: the program is busy from the
 * start, and a trace stands in no scratch file.
 *
 * Between one document and the next the program would wait for this process to have a moment, and it has none while it
 * reads a trace. So a thread does the writing. It never waits for a pipe's other end inside the system, where nobody could
 * tell it that the program has ended.
 */
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { noRoom } from './failure.js'
import type { Document } from './feed.js'
import { runProgram } from './process.js'

/** Bytes that may wait to be read. Enough to go on while the program starts. */
const MOST_WAITING = 8 << 20
/** With some systems, names and places of all arguments may not be longer than a megabyte. */
const MOST_PIPES = 20_000
const MKFIFO_TIMEOUT_MS = 60_000

/**
 * Makes a pipe for each document in a folder.
 *
 * @returns false where this system has no named pipes, or not as many
 */
export async function makePipes(folder: string, names: readonly string[]): Promise<boolean> {
  if (process.platform === 'win32' || names.length > MOST_PIPES) return false
  const options = {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '' },
    stop: AbortSignal.timeout(MKFIFO_TIMEOUT_MS)
  }
  return await runProgram('mkfifo', ['-m', '600', ...names], options).then(
    ({ code }) => code === 0,
    () => false
  )
}

/** What the thread is told. */
type Order = { readonly open: string } | { readonly bytes: Uint8Array<ArrayBuffer> } | 'end'
/** What it tells: that somebody reads a document, or how many bytes are on their way. */
type Report = 'opened' | number

/** The writing end of pipes that were made. A program reads them in the order in which they are written. */
export class Pipes {
  /** Whether the program has begun to read anything. */
  touched = false
  readonly #thread: Worker
  readonly #nobodyReads = new Int32Array(new SharedArrayBuffer(4))
  readonly #ended: Promise<void>
  #waiting = 0
  #failed = false
  #wake: () => void = () => undefined

  /** @param onChange told how many bytes wait to be read, whenever some were written or read */
  constructor(
    readonly folder: string,
    readonly onChange: (waiting: number) => void
  ) {
    this.#thread = new Worker(THREAD, {
      eval: true,
      env: {},
      execArgv: [],
      workerData: this.#nobodyReads,
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 }
    })
    this.#thread.on('message', (report: Report) => {
      if (report === 'opened') this.touched = true
      else this.#waiting -= report
      this.onChange(this.#waiting)
      this.#wake()
    })
    this.#thread.on('error', () => {
      this.#failed = true
    })
    this.#ended = new Promise((resolve) => {
      this.#thread.on('exit', () => {
        this.stop()
        resolve()
      })
    })
  }

  /** Whether writing is of no more use. */
  get stopped(): boolean {
    return this.#nobodyReads[0] === 1
  }

  /** Hands over a document, or the beginning of it where nobody reads any more. @returns bytes */
  async write({ name, portions }: Document): Promise<number> {
    let total = 0
    this.#tell({ open: join(this.folder, name) })
    for (const bytes of portions) {
      total += bytes.length
      this.#waiting += bytes.length
      this.onChange(this.#waiting)
      this.#tell({ bytes }, bytes.buffer)
      while (this.#waiting > MOST_WAITING && !this.stopped) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
      if (this.stopped) break
    }
    return total
  }

  /** Waits until everything has been read, or nobody reads any more. @throws GateError */
  async end(): Promise<void> {
    this.#tell('end')
    await this.#ended
    if (this.#failed) throw noRoom()
  }

  /** Nobody reads any more. */
  stop(): void {
    Atomics.store(this.#nobodyReads, 0, 1)
    Atomics.notify(this.#nobodyReads, 0)
    this.#wake()
  }

  #tell(order: Order, ...taken: ArrayBuffer[]): void {
    this.#thread.postMessage(order, taken)
  }
}

/**
 * The thread, as text, because a bundle is one file. A document ends where the next one begins. One whose reader has left
 * is passed over: what was not read shows in the end.
 */
const THREAD = `
'use strict'
const { closeSync, constants, openSync, writeSync } = require('node:fs')
const { parentPort, workerData: nobodyReads } = require('node:worker_threads')
const NOT_YET = ['ENXIO', 'EAGAIN', 'EINTR']
// A pipe holds 64 KiB: so it is full again before it is empty.
const PAUSE_MS = 1
// Errors are the usual thing here, and nobody looks at where they came from.
Error.stackTraceLimit = 0
let pipe

/** Tries until it works; undefined where nobody reads, or no more. */
function patiently(work) {
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (error.code === 'EPIPE') return undefined
      if (!NOT_YET.includes(error.code)) throw error
      if (Atomics.wait(nobodyReads, 0, 0, PAUSE_MS) !== 'timed-out') return undefined
    }
  }
}

function write(bytes) {
  for (let at = 0; pipe !== undefined && at < bytes.length; ) {
    const written = patiently(() => writeSync(pipe, bytes, at))
    if (written === undefined) close()
    else at += written
  }
}

function close() {
  if (pipe !== undefined) closeSync(pipe)
  pipe = undefined
}

parentPort.on('message', (order) => {
  if (order === 'end') {
    close()
    parentPort.close()
  } else if (order.open === undefined) {
    const { buffer, length } = order.bytes
    write(order.bytes)
    // Given back at once, where Node can: this thread is too small for its collector to come often.
    buffer.transfer?.(0)
    parentPort.postMessage(length)
  } else {
    close()
    pipe = patiently(() => openSync(order.open, constants.O_WRONLY | constants.O_NONBLOCK))
    if (pipe !== undefined) parentPort.postMessage('opened')
  }
})
`
