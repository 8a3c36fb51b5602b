/**
 * How TruffleHog gets its documents: through named pipes while the traces are read, so that both are busy at once, or from
 * scratch files when all are there, where this system has no pipes or this TruffleHog passes over them.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { OpenTrace, ScanBatch } from '../gate.js'
import { allOf } from '../reading.js'
import { noRoom } from './failure.js'
import { documentNames, documentsOf, type Document } from './feed.js'
import { Patience } from './patience.js'
import { makePipes, Pipes } from './pipes.js'
import { believed, scan, type ScanOutcome, type ScanRequest } from './scanner.js'

export interface Handover {
  /** Private to this run. */
  readonly folder: string
  readonly request: Omit<ScanRequest, 'folder' | 'paths' | 'patience'>
  /** Whether this TruffleHog reads named pipes; undefined where only a try can tell. */
  readonly readsPipes: boolean | undefined
  /** How long TruffleHog may take for that many bytes, or to get any further with them, in milliseconds. */
  readonly timeoutMs: (bytes: number) => number
}

/**
 * Has all traces scanned, in one process.
 *
 * @param traces of the batch
 * @throws GateError where it is not proven that all was read
 */
export async function scanAll(
  batch: ScanBatch,
  traces: AsyncIterable<OpenTrace>,
  handover: Handover
): Promise<ScanOutcome> {
  if (handover.readsPipes === false) return await throughFiles(traces, handover)
  const paths = documentNames(batch.lines.length)
  const folder = await subfolder(handover.folder, 'pipes')
  if (!(await makePipes(folder, paths))) return await throughFiles(traces, handover)
  const left = traces[Symbol.asyncIterator]()
  try {
    const end = await throughPipes(left, folder, paths, handover)
    if ('outcome' in end) return end.outcome
    return await throughFiles(startingAgain(batch, end.read, left), handover)
  } finally {
    await left.return?.()
  }
}

/** The first traces of a batch, read once more, and what is left of it. */
async function* startingAgain(
  batch: ScanBatch,
  count: number,
  left: AsyncIterator<OpenTrace>
): AsyncGenerator<OpenTrace> {
  yield* allOf({ ...batch, lines: batch.lines.slice(0, count) })
  yield* { [Symbol.asyncIterator]: () => left }
}

/** @returns how many traces were read for nothing, where TruffleHog passed over all of the pipes */
async function throughPipes(
  traces: AsyncIterator<OpenTrace>,
  folder: string,
  paths: readonly string[],
  { request, timeoutMs }: Handover
): Promise<{ readonly outcome: ScanOutcome } | { readonly read: number }> {
  let bytes = 0
  let read = 0
  const patience = new Patience()
  const pipes = new Pipes(folder, (waiting) => {
    if (waiting === 0) patience.pause()
    else patience.grant(timeoutMs(bytes))
  })
  const scanning = scan({ ...request, folder, paths, patience }).finally(() => {
    pipes.stop()
  })
  // It may fail while nobody waits for it yet.
  scanning.catch(() => undefined)
  try {
    while (!pipes.stopped) {
      const next = await traces.next()
      if (next.done === true) break
      read++
      for (const document of documentsOf(next.value, request.planted)) bytes += await pipes.write(document)
    }
    await pipes.end()
    patience.grant(timeoutMs(bytes))
    const scanned = await scanning
    return pipes.touched ? { outcome: believed(scanned, request.traces, bytes) } : { read }
  } catch (error) {
    patience.lose()
    await Promise.allSettled([scanning, pipes.end()])
    throw error
  }
}

async function throughFiles(
  traces: AsyncIterable<OpenTrace>,
  { folder, request, timeoutMs }: Handover
): Promise<ScanOutcome> {
  const scratch = await subfolder(folder, 'traces')
  let bytes = 0
  for await (const trace of traces) {
    for (const document of documentsOf(trace, request.planted)) bytes += writeFile(scratch, document)
  }
  const patience = new Patience()
  patience.grant(timeoutMs(bytes))
  return believed(await scan({ ...request, folder: request.home, paths: [scratch], patience }), request.traces, bytes)
}

/** @returns bytes written. @throws GateError where there is no room for them */
function writeFile(folder: string, { name, portions }: Document): number {
  let total = 0
  try {
    const file = openSync(join(folder, name), 'wx', 0o600)
    try {
      for (const bytes of portions) {
        for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
        total += bytes.length
      }
    } finally {
      closeSync(file)
    }
  } catch {
    throw noRoom()
  }
  return total
}

/** @throws GateError */
export async function subfolder(parent: string, name: string): Promise<string> {
  const folder = join(parent, name)
  try {
    await mkdir(folder, { mode: 0o700 })
    return folder
  } catch {
    throw noRoom()
  }
}
