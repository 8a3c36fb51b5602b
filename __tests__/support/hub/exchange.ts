/** One request and its reply, and the Hub's way of refusing. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Identity, World } from './world.js'

export interface Exchange {
  readonly world: World
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Undefined for an anonymous request. */
  readonly identity: Identity | undefined
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** A Buffer goes out as it is, everything else as JSON. */
  readonly body?: unknown
}

export type Handler = (exchange: Exchange, params: Readonly<Record<string, string>>) => Reply | Promise<Reply>

export type ErrorCode = 'RepoNotFound' | 'RevisionNotFound' | 'EntryNotFound' | 'GatedRepo'

export class Refusal extends Error {
  readonly status: number
  readonly code: ErrorCode | undefined
  readonly extra: Readonly<Record<string, unknown>>

  constructor(status: number, message: string, code?: ErrorCode, extra: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.extra = extra
  }

  reply(): Reply {
    return {
      status: this.status,
      headers: {
        'X-Error-Message': this.message.replace(/[^\x20-\x7e]/g, '?'),
        ...(this.code === undefined ? {} : { 'X-Error-Code': this.code })
      },
      body: { error: this.message, ...this.extra }
    }
  }
}

export function jsonBody(exchange: Exchange): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(exchange.body.toString('utf8'))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Refused below.
  }
  throw new Refusal(400, 'Invalid JSON body')
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A page of `items` from `cursor` on, with the absolute `Link` to the next one. */
export function page<T>(exchange: Exchange, items: readonly T[], size: number, key: 'cursor' | 'p'): [T[], string?] {
  const start = Number(exchange.url.searchParams.get(key) ?? 0) * (key === 'p' ? size : 1)
  const next = start + size
  if (next >= items.length) return [items.slice(start)]
  const url = new URL(exchange.url)
  url.searchParams.set(key, String(key === 'p' ? next / size : next))
  return [items.slice(start, next), `<${url.href}>; rel="next"`]
}

export interface Route {
  readonly methods: readonly string[]
  readonly segments: readonly string[]
  readonly handler: Handler
}

/** `:name` takes one segment, `*name` the rest of the path, which may be empty. */
export function route(methods: string, pattern: string, handler: Handler): Route {
  return { methods: methods.split('|'), segments: pattern.slice(1).split('/'), handler }
}

export function match(pattern: Route, method: string, pathname: string): Record<string, string> | undefined {
  if (!pattern.methods.includes(method)) return undefined
  const given = pathname.slice(1).split('/')
  const params: Record<string, string> = {}
  for (const [i, segment] of pattern.segments.entries()) {
    if (segment.startsWith('*')) {
      params[segment.slice(1)] = given.slice(i).map(decodeURIComponent).join('/')
      return params
    }
    const value = given[i]
    if (value === undefined || value === '') return undefined
    if (segment.startsWith(':')) params[segment.slice(1)] = decodeURIComponent(value)
    else if (segment !== value) return undefined
  }
  return given.length === pattern.segments.length ? params : undefined
}
