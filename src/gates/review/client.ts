/**
 * The way to a model: one POST, repeated where that is worth a try. Whatever goes wrong ends in a `ReviewFailure` with a
 * reason of ours; nothing of a reply is ever quoted, since it may repeat what the trace holds.
 */
import { z } from 'zod'
import { estimateTokens } from './budget.js'
import { hostOf, type ModelEndpoint } from './endpoint.js'
import type { Prompt } from './prompt.js'
import { isTransient, ReviewFailure, type FailedReason } from './reasons.js'
import { FORMS } from './request.js'

/** Time and chance, handed in so that tests need neither. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  sleep(milliseconds: number): Promise<void>
  /** In [0, 1). */
  random(): number
}

export interface ClientOptions {
  readonly endpoint: ModelEndpoint
  readonly fetch: typeof fetch
  readonly clock: Clock
  /** For a whole exchange, the last byte of the answer included, in milliseconds. */
  readonly timeoutMs: number
  /** Told why a request is made again. */
  readonly log: (message: string) => void
}

export interface ModelClient {
  /** @throws ReviewFailure */
  ask(prompt: Prompt): Promise<Reply>
}

export interface Reply {
  /** The model's own words. */
  readonly text: string
  /** As the server counts them, else estimated. */
  readonly tokens: number
}

const MAX_ATTEMPTS = 4
/** An endpoint that stalls would take the whole allotted time again and again, and may charge for it. */
const MAX_TIMEOUTS = 2
/** A server that wants to be left alone for longer is not waited for. */
const LONGEST_WAIT = 120_000
const MAX_REPLY_BYTES = 1024 * 1024

export function modelClient(options: ClientOptions): ModelClient {
  /** The first form of request that the server is not known to refuse. */
  let form = 0
  return {
    ask: async (prompt) => {
      for (const [i, build] of FORMS.entries()) {
        if (i < form) continue
        const outcome = await persistently(options, JSON.stringify(build(options.endpoint.model, prompt)))
        if (outcome === 'not-understood') continue
        form = Math.max(form, i)
        return outcome
      }
      throw new ReviewFailure('rejected')
    }
  }
}

type Outcome = Reply | 'not-understood'

async function persistently(options: ClientOptions, body: string): Promise<Outcome> {
  const { clock, log, endpoint } = options
  let timeouts = 0
  let spent = 0
  for (let attempt = 1; ; attempt++) {
    try {
      const outcome = await once(options, body)
      return outcome === 'not-understood' ? outcome : { ...outcome, tokens: outcome.tokens + spent }
    } catch (error) {
      if (!(error instanceof Trouble)) throw error
      spent += error.tokens
      if (error.reason === 'timeout') timeouts++
      const wait = error.wait ?? backoff(attempt, clock)
      const isOver = attempt >= MAX_ATTEMPTS || timeouts >= MAX_TIMEOUTS || wait > LONGEST_WAIT
      if (isOver || !isTransient(error.reason)) throw new ReviewFailure(error.reason, spent)
      log(`${hostOf(endpoint)}: ${error.message}; trying again in ${String(Math.ceil(wait / 1000))} s.`)
      await clock.sleep(wait)
    }
  }
}

/** A failure of one attempt. */
class Trouble extends ReviewFailure {
  constructor(reason: FailedReason, details: { readonly tokens?: number; readonly wait?: number | undefined } = {}) {
    super(reason, details.tokens)
    this.wait = details.wait
  }
  /** What the server asks for, in milliseconds. */
  readonly wait: number | undefined
}

async function once({ endpoint, fetch, clock, timeoutMs }: ClientOptions, body: string): Promise<Outcome> {
  const timer = new AbortController()
  const timeout = setTimeout(() => timer.abort(), timeoutMs)
  try {
    const response = await fetch(`${endpoint.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        ...(endpoint.key === undefined ? {} : { Authorization: `Bearer ${endpoint.key}` })
      },
      body,
      // Neither the key nor the trace goes to a host that the workflow has not named.
      redirect: 'manual',
      signal: timer.signal
    })
    const text = await readText(response)
    return response.ok ? reply(text, body) : judgeStatus(response, text, clock.now())
  } catch (error) {
    if (error instanceof ReviewFailure) throw error
    // A server that stalls has read the request, and perhaps answered it.
    throw timer.signal.aborted ? new Trouble('timeout', { tokens: estimateTokens(body) }) : new Trouble('unreachable')
  } finally {
    clearTimeout(timeout)
  }
}

/** The body as text, as long as it has a sensible size. */
async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop early closes the connection.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > MAX_REPLY_BYTES) throw new Trouble('answer-too-large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** OpenAI's chat completion, as far as it matters. */
const completionSchema = z.object({
  choices: z.tuple(
    [
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() })
      })
    ],
    z.unknown()
  ),
  usage: z.object({ total_tokens: z.int().positive() }).nullish().catch(undefined)
})

function reply(text: string, body: string): Reply {
  let json: unknown
  const estimate = estimateTokens(body) + estimateTokens(text)
  try {
    json = JSON.parse(text)
  } catch {
    throw new Trouble('not-json', { tokens: estimate })
  }
  const completion = completionSchema.safeParse(json).data
  if (completion === undefined) throw new Trouble('wrong-shape', { tokens: estimate })
  const { choices, usage } = completion
  const [{ finish_reason: finish, message }] = choices
  const tokens = usage?.total_tokens ?? estimate
  if ((message.refusal ?? '') !== '' || finish === 'content_filter') throw new Trouble('refused', { tokens })
  if (finish === 'length') throw new Trouble('truncated', { tokens })
  return { text: message.content ?? '', tokens }
}

/** What a status means, with the reply's text looked at and left behind. */
function judgeStatus({ status, headers }: Response, text: string, now: number): 'not-understood' {
  const isTooLong = /context.{0,20}(length|window|size)|maximum.{0,20}(tokens|length)|too (long|many tokens)/i.test(
    text
  )
  if (status === 413 || ((status === 400 || status === 422) && isTooLong)) throw new Trouble('too-long')
  if (status === 400 || status === 422) return 'not-understood'
  // OpenAI's word for an account without credit.
  if (status === 429 && text.includes('insufficient_quota')) throw new Trouble('payment-required')
  throw new Trouble(reasonOfStatus(status), { wait: askedWait(headers, now) })
}

function reasonOfStatus(status: number): FailedReason {
  if (status < 400) return 'redirected'
  if (status >= 500) return 'server-error'
  const reasons: Readonly<Record<number, FailedReason>> = {
    401: 'unauthorised',
    402: 'payment-required',
    403: 'unauthorised',
    404: 'not-found',
    408: 'timeout',
    425: 'server-error',
    429: 'rate-limited'
  }
  return reasons[status] ?? 'rejected'
}

/** Doubles from one second up, of which a random half is kept: requests that collided must not come back together. */
function backoff(attempt: number, clock: Clock): number {
  return Math.round(1000 * 2 ** (attempt - 1) * (0.5 + clock.random() / 2))
}

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110). */
function askedWait(headers: Headers, now: number): number | undefined {
  const after = headers.get('retry-after')
  if (after === null) return undefined
  if (/^\d{1,9}$/.test(after)) return Number(after) * 1000
  // `Date.parse` makes a date of almost anything.
  const date = after.endsWith(' GMT') ? Date.parse(after) : NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
