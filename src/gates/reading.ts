/** Reading what is judged: the lines of the spooled shard, one at a time, in one pass for all gates. */
import { open } from 'node:fs/promises'
import { GateError } from '../errors.js'
import { isJsonObject, JsonError, parseJson, property, type JsonObject, type JsonValue } from '../traces/json.js'
import type { Gate, GateResult, OpenTrace, ScanBatch, ScanTrace } from './gate.js'
import { Seen, textsOf } from './texts.js'

/**
 * Runs gates over a batch, which is read once: each trace goes to all of them before the next one is read.
 *
 * @returns by position of the gate
 * @throws GateError of the first gate, in order, that could not do its work, once all have ended
 */
export async function inspectAll(gates: readonly Gate[], batch: ScanBatch): Promise<GateResult[]> {
  const readers = shared(allOf(batch), gates.length)
  const ends = await Promise.allSettled(
    gates.map(async (gate, i) => {
      const reader = readers[i] as Reader<OpenTrace>
      try {
        return await gate.inspect(batch, reader)
      } finally {
        await reader.return()
      }
    })
  )
  return ends.map((end) => {
    if (end.status === 'rejected') throw end.reason as Error
    return end.value
  })
}

/** The traces of a batch with their texts. @throws GateError */
export async function* allOf(batch: ScanBatch): AsyncGenerator<OpenTrace> {
  const seen = new Seen()
  for await (const trace of tracesOf(batch)) yield textsOf(trace, seen)
}

/**
 * One source for several readers that go in step, so that only one item is in memory: the next is read once every reader
 * that has not left asks for it. A reader that leaves early holds up nobody.
 */
function shared<T>(source: AsyncGenerator<T>, count: number): Reader<T>[] {
  let active = count
  let waiting: Waiting<T>[] = []
  const advance = (): void => {
    if (waiting.length < active) return
    const readers = waiting
    waiting = []
    const next = active === 0 ? source.return(undefined) : source.next()
    next.then(
      (item) => {
        for (const reader of readers) reader.resolve(item)
      },
      (error: unknown) => {
        for (const reader of readers) reader.reject(error)
      }
    )
  }
  return Array.from({ length: count }, (): Reader<T> => {
    let gone = false
    return {
      next: () =>
        new Promise((resolve, reject) => {
          waiting.push({ resolve, reject })
          advance()
        }),
      return: () => {
        if (!gone) {
          gone = true
          active--
          advance()
        }
        return Promise.resolve({ done: true, value: undefined })
      },
      [Symbol.asyncIterator]() {
        return this
      }
    }
  })
}

interface Waiting<T> {
  readonly resolve: (item: IteratorResult<T, undefined>) => void
  readonly reject: (reason: unknown) => void
}

interface Reader<T> extends AsyncIterableIterator<T, undefined> {
  return(): Promise<IteratorResult<T, undefined>>
}

/**
 * Reads the records of a batch, one at a time, in the order of `lines`.
 *
 * @throws GateError where the shard does not hold what `lines` says
 */
export async function* tracesOf(batch: ScanBatch): AsyncGenerator<ScanTrace> {
  const shard = await open(batch.shardFile, 'r').catch((cause: unknown) => {
    throw unreadable(cause)
  })
  try {
    for (const [traceIndex, line] of batch.lines.entries()) {
      const bytes = Buffer.alloc(line.length)
      let filled = 0
      while (filled < line.length) {
        const { bytesRead } = await shard.read(bytes, filled, line.length - filled, line.offset + filled)
        if (bytesRead === 0) throw unreadable()
        filled += bytesRead
      }
      const text = decode(bytes)
      const record = parseRecord(text)
      if (property(record, 'trace_id') !== line.traceId) throw unreadable()
      yield { ...line, traceIndex, text, record }
    }
  } finally {
    await shard.close()
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw unreadable()
  }
}

function parseRecord(text: string): JsonObject {
  let value: JsonValue
  try {
    value = parseJson(text)
  } catch (error) {
    if (error instanceof JsonError) throw unreadable()
    throw error
  }
  if (!isJsonObject(value)) throw unreadable()
  return value
}

function unreadable(cause?: unknown): GateError {
  return new GateError('SCAN_FAILED', 'The spooled shard could not be read back for the secret scan.', {
    hint: 'Nothing was published. Check the free space of the runner’s temporary folder and run again.',
    cause
  })
}
