/**
 * The one way to the Hub and its storage, under the library and under our own calls: the token goes to the Hub's origin
 * only, what can be repeated safely is repeated, every reply that is not a success becomes an error without quoted text.
 */
import { z } from 'zod'
import { askedWait, backoff, type Clock } from './waits.js'

export interface FetchSettings {
  /** Without a trailing slash. */
  readonly hubUrl: string
  readonly token?: string | undefined
  readonly userAgent: string
  readonly clock: Clock
  readonly fetch: typeof fetch
  /** Ends everything that is under way. */
  readonly signal?: AbortSignal | undefined
  /** For a reply to begin, in milliseconds; uploads get more by their size. */
  readonly timeout: number
  /** Told why a request is made again. */
  readonly log?: ((message: string) => void) | undefined
}

/** Why the Hub refused, as far as its text tells more than the status. */
export type Reason = 'card' | 'too-large' | 'hourly-quota' | 'other'

interface RefusalFacts {
  readonly status: number
  /** The Hub itself, or the storage it sent us to. */
  readonly at: 'hub' | 'storage'
  readonly reason: Reason
  /** `X-Error-Code`: `RepoNotFound`, `RevisionNotFound`, `EntryNotFound`, `GatedRepo`. */
  readonly code: string | undefined
  /** How long the server wants to be left alone, in milliseconds. */
  readonly wait: number | undefined
  /** Keys of a card that the Hub names in its complaint. */
  readonly keys: readonly string[]
  /** To name when asking the Hub's support. */
  readonly requestId: string | undefined
}

/** A reply that is not a success. Of its text only `reason` and `keys` are kept: it may quote anything. */
export class HubRefusal extends Error {
  override name = 'HubRefusal'
  constructor(readonly facts: RefusalFacts) {
    const { status, at, requestId } = facts
    super(`HTTP ${String(status)} from the ${at}${requestId === undefined ? '' : `, request ${requestId}`}`)
  }

  get status(): number {
    return this.facts.status
  }
}

/** No reply: the network failed or the time ran out. Whether the request took effect is unknown. */
export class HubUnreachable extends Error {
  override name = 'HubUnreachable'
}

const MAX_ATTEMPTS = 6
/** An upload slower than this many bytes a millisecond counts as stuck. */
const SLOWEST_UPLOAD = 50
const HOUR = 3_600_000
/**
 * `fetch` keeps a copy of a body for the case of a redirect, in memory, unless there can be none (Fetch standard,
 * "HTTP-network-or-cache fetch"). A shard may be larger than the memory.
 */
const UNCOPIED = { redirect: 'error', window: null } as const
/** The path of a file's bytes, which are streamed. */
const FILE = /\/datasets\/[^/]+\/[^/]+\/resolve\//

/**
 * A `fetch` for the library and for our own calls. Never returns a failed reply.
 * @param deadline no wait goes beyond it (as `clock.now()` counts)
 * @throws HubRefusal, HubUnreachable, or the reason of an aborted signal
 */
export function hubFetch(settings: FetchSettings, deadline: number): typeof fetch {
  const { clock, log } = settings
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const mayRepeat = isRepeatable(init.method ?? 'GET', url.pathname)
    for (let attempt = 0; ; attempt++) {
      try {
        return await once(settings, url, init)
      } catch (error) {
        const wait = mayRepeat && attempt + 1 < MAX_ATTEMPTS ? waitAfter(error, attempt, clock) : undefined
        if (wait === undefined || clock.now() + wait > deadline) throw error
        log?.(`${(error as Error).message}; trying again in ${String(Math.ceil(wait / 1000))} s`)
        await clock.sleep(wait, settings.signal)
      }
    }
  }
}

/** How long to wait before the same request is worth a try, in ms; undefined where it is not. */
export function waitAfter(error: unknown, attempt: number, clock: Clock): number | undefined {
  const usual = backoff(attempt, clock)
  if (error instanceof HubUnreachable) return usual
  if (!(error instanceof HubRefusal) || !isTransient(error)) return undefined
  // The counters of the reply's headers belong to another quota than the commits of an hour.
  if (error.facts.reason === 'hourly-quota') return HOUR
  return error.facts.wait === undefined ? usual : error.facts.wait + Math.round(clock.random() * 1000)
}

export function isTransient({ status }: HubRefusal): boolean {
  return status === 408 || status === 429 || status >= 500
}

/** True where a second request has no second effect. A commit and a creation are not among these. */
function isRepeatable(method: string, path: string): boolean {
  if (method === 'GET' || method === 'HEAD' || method === 'PUT') return true
  const harmless =
    /\/(preupload|paths-info)\/|\/api\/validate-yaml$|\/info\/lfs\/objects\/batch$|\/v1\/(xorbs\/|shards$)/
  return method === 'POST' && harmless.test(path)
}

async function once(settings: FetchSettings, url: URL, init: RequestInit): Promise<Response> {
  const { hubUrl, token, userAgent, signal } = settings
  const isHub = url.origin === new URL(hubUrl).origin
  const headers = new Headers(init.headers)
  headers.set('User-Agent', userAgent)
  // The library is never given the token; storage and Xet requests bring their own credentials or none.
  if (isHub && token !== undefined && !headers.has('Authorization')) headers.set('Authorization', `Bearer ${token}`)
  const timer = new AbortController()
  const timeout = setTimeout(() => timer.abort(), settings.timeout + uploadTime(init.body))
  const signals = [timer.signal, signal, init.signal].filter((one) => one instanceof AbortSignal)
  try {
    const request = {
      ...init,
      ...(init.body instanceof Blob ? UNCOPIED : {}),
      headers,
      signal: AbortSignal.any(signals)
    }
    const response = await settings.fetch(url, request)
    const at = isHub ? 'hub' : 'storage'
    if (!response.ok) {
      // The library asks the storage whether it knows a chunk, and 404 is the usual answer.
      if (response.status === 404 && url.pathname.includes('/v1/chunks/default/')) return response
      throw refusal(response, at, await shortText(response), settings.clock.now())
    }
    // Small replies are read under the same time limit, so that one cut short is seen, and repeated, here.
    return isHub && !FILE.test(url.pathname) ? await readWhole(response) : response
  } catch (error) {
    if (error instanceof HubRefusal) throw error
    signal?.throwIfAborted()
    if (init.signal?.aborted === true) throw error
    throw new HubUnreachable(timer.signal.aborted ? 'The Hub did not answer in time' : networkFailure(error))
  } finally {
    clearTimeout(timeout)
  }
}

function uploadTime(body: RequestInit['body']): number {
  if (typeof body === 'string') return body.length / SLOWEST_UPLOAD
  if (body instanceof Blob) return body.size / SLOWEST_UPLOAD
  return ArrayBuffer.isView(body) ? body.byteLength / SLOWEST_UPLOAD : 0
}

async function readWhole(response: Response): Promise<Response> {
  const { status, headers } = response
  const bytes = await response.arrayBuffer()
  return new Response(bytes.byteLength === 0 ? null : bytes, { status, headers })
}

/** The beginning of an error's text, which only `reasonOf` sees. */
async function shortText(response: Response): Promise<string> {
  return (await response.text().catch(() => '')).slice(0, 20_000)
}

function refusal({ status, headers }: Response, at: 'hub' | 'storage', text: string, now: number): HubRefusal {
  return new HubRefusal({
    status,
    at,
    reason: reasonOf(status, text),
    code: /^\w{1,40}$/.exec(headers.get('X-Error-Code') ?? '')?.[0],
    wait: askedWait(headers, now),
    keys: status === 400 ? namedKeys(text) : [],
    // It is shown to people, and a server that is not the Hub may have put anything there.
    requestId: /^[\w.:;=-]{1,120}$/.exec(headers.get('X-Request-Id') ?? '')?.[0]
  })
}

/** From `{"errors":[{"message":"\"license\" must be one of …"}]}`: the key, nothing behind it. */
function namedKeys(text: string): string[] {
  const keys = [...text.matchAll(/"message"\s*:\s*"\\"([\w.[\]-]{1,60})\\"/g)].map(([, key]) => key ?? '')
  return [...new Set(keys)].slice(0, 5)
}

function reasonOf(status: number, text: string): Reason {
  if (status === 429 && /per hour/i.test(text)) return 'hourly-quota'
  if (status === 413 || (status === 400 && /larger than|too large/i.test(text))) return 'too-large'
  if (status === 400 && /readme|yaml|metadata/i.test(text)) return 'card'
  return 'other'
}

/** Node's code of a network failure is safe to show; its text can hold an address with a signature. */
function networkFailure(error: unknown): string {
  const code = z.object({ cause: z.object({ code: z.string().regex(/^[A-Z_]+$/) }) }).safeParse(error).data?.cause.code
  return `The connection to the Hub failed${code === undefined ? '' : ` (${code})`}`
}
