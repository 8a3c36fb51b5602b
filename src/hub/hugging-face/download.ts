/** The bytes of a file as a stream that goes on where a broken connection left it. A revision never changes. */
import type { ByteRange } from '../store.js'
import { HubRefusal, HubUnreachable } from './fetch.js'
import { backoff, type Clock } from './waits.js'

export interface DownloadSettings {
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
  /** How long a stream may stand still, in milliseconds. */
  readonly timeout: number
}

/** Failures in a row, without a byte in between, before giving up. */
const MAX_FAILURES = 5

/**
 * @param range half-open; what lies beyond the end of the file is not missed
 * @throws HubRefusal, HubUnreachable
 */
export async function* download(
  request: typeof fetch,
  url: string,
  range: ByteRange | undefined,
  settings: DownloadSettings
): AsyncGenerator<Uint8Array> {
  let position = range?.start ?? 0
  const end = range?.end ?? Infinity
  for (let failures = 0; position < end;) {
    try {
      for await (const chunk of bytesFrom(request, url, position, end, settings.timeout)) {
        failures = 0
        position += chunk.length
        yield chunk
      }
      return
    } catch (error) {
      settings.signal?.throwIfAborted()
      if (error instanceof HubRefusal && error.status === 416) return
      // The request itself has been repeated already; here it is the stream that broke.
      if (!(error instanceof BrokenStream) || ++failures > MAX_FAILURES) throw error
      await settings.clock.sleep(backoff(failures - 1, settings.clock), settings.signal)
    }
  }
}

class BrokenStream extends HubUnreachable {}

async function* bytesFrom(
  request: typeof fetch,
  url: string,
  start: number,
  end: number,
  timeout: number
): AsyncGenerator<Uint8Array> {
  const asked = start > 0 || end !== Infinity
  const range = `bytes=${String(start)}-${end === Infinity ? '' : String(end - 1)}`
  const stop = new AbortController()
  const response = await request(url, {
    // Positions count in the file's own bytes, so nothing may be compressed on the way.
    headers: { 'Accept-Encoding': 'identity', ...(asked ? { Range: range } : {}) },
    signal: stop.signal
  })
  // A server that ignores ranges sends everything; what was not asked for is dropped.
  let at = response.status === 206 ? start : 0
  if (response.status === 206 && firstByte(response) !== start)
    throw new BrokenStream('The Hub sent another part of a file')
  const reader = (response.body ?? new Blob([]).stream()).getReader()
  try {
    for (;;) {
      const chunk = await nextChunk(reader, stop, timeout)
      if (chunk === undefined) return
      const wanted = chunk.subarray(Math.max(0, start - at), Math.max(0, end - at))
      at += chunk.length
      if (wanted.length > 0) yield wanted
      if (at >= end) return
    }
  } finally {
    // Also where the consumer has enough: an abandoned body would keep its connection.
    stop.abort()
  }
}

function firstByte(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('Content-Range') ?? '')?.[1] ?? NaN)
}

type Reader = ReadableStreamDefaultReader<Uint8Array>

async function nextChunk(reader: Reader, stop: AbortController, timeout: number): Promise<Uint8Array | undefined> {
  const timer = setTimeout(() => stop.abort(), timeout)
  try {
    const { done, value } = await reader.read()
    return done ? undefined : value
  } catch {
    throw new BrokenStream('The connection to the Hub broke while a file was read')
  } finally {
    clearTimeout(timer)
  }
}
