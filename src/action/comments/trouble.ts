/** What can go wrong between here and GitHub, what is worth another attempt, and what people are told. */
import { z } from 'zod'

export type TroubleKind =
  /** No token was given. */
  | 'no-token'
  /** GitHub does not take it. */
  | 'token'
  /** GitHub takes it, but not for this. */
  | 'rights'
  /** The comment, or the pull request, is not there, or the token may not know of it. GitHub says the same of both. */
  | 'missing'
  /** A comment that was there a moment ago. */
  | 'gone'
  | 'rate-limit'
  | 'server'
  | 'unreachable'
  /** Not what GitHub's API answers. */
  | 'answer'
  /** The content: too long, most often. */
  | 'content'
  /** The file of the event, which the toolkit reads when it is loaded, is not JSON. */
  | 'event'
  /** Other runs kept changing the comment. */
  | 'contention'

export class Trouble extends Error {
  override name = 'Trouble'
  constructor(
    readonly kind: TroubleKind,
    /** Of HTTP. */
    readonly status?: number,
    /** How long GitHub asks to be left alone, in milliseconds. */
    readonly wait = 0
  ) {
    super(kind)
  }

  get isTemporary(): boolean {
    return ['gone', 'rate-limit', 'server', 'unreachable', 'answer'].includes(this.kind)
  }
}

/** A sentence for the log and what to do about it. */
export interface Complaint {
  readonly kind: TroubleKind
  readonly warning: string
  readonly hint: string
}

const PERMISSION =
  'Give the job `permissions: pull-requests: write`. Runs for pull requests of forks and of Dependabot never get it: there, ' +
  'let a workflow on `workflow_run` post the report with `command: comment`.'
const LATER = 'This is most often temporary: run the job again.'

const CAUSES: Readonly<Record<TroubleKind, readonly [cause: string, hint: string]>> = {
  'no-token': ['there is no token', 'Give the input `github-token` a token with `pull-requests: write`.'],
  token: ['GitHub does not accept the token', 'Give the input `github-token` the token of this job.'],
  rights: ['the token lacks the permission `pull-requests: write`, or the conversation is locked', PERMISSION],
  missing: ['GitHub does not show the pull request to this token: `pull-requests: write` is missing', PERMISSION],
  gone: ['GitHub does not let the token change a comment that it shows', PERMISSION],
  'rate-limit': ['the rate limit of GitHub is reached', LATER],
  server: ['GitHub has trouble', LATER],
  unreachable: ['GitHub could not be reached', LATER],
  answer: ['the answer of GitHub was not understood', LATER],
  content: ['GitHub does not accept the comment', 'The whole report is in the job summary.'],
  event: ['the payload of the event is not what GitHub writes', 'Run this step on an event of GitHub.'],
  contention: [
    'other runs changed the comment all the while',
    'Give workflows that comment on the same pull request a `comment-key` of their own.'
  ]
}

/** @param subject of the sentence: what could not be done */
export function complaint(subject: string, { kind, status }: Trouble): Complaint {
  const [cause, hint] = CAUSES[kind]
  return { kind, warning: `${subject}: ${cause}${status === undefined ? '' : ` (HTTP ${String(status)})`}.`, hint }
}

/** Octokit's error. Its text quotes the answer, and is looked at for one phrase only. */
const requestErrorSchema = z.object({
  status: z.number(),
  response: z.object({ headers: z.record(z.string(), z.unknown()), data: z.unknown() })
})

/** As long as GitHub asks for where it does not say how long (its best practices for the REST API). */
const UNNAMED_LIMIT_MS = 60_000

/** @param now of the clock, in milliseconds since 1970 */
export function troubleOf(error: unknown, now: number): Trouble {
  if (error instanceof Trouble) return error
  const { status, response } = requestErrorSchema.safeParse(error).data ?? {}
  if (status === undefined || response === undefined) return new Trouble('unreachable')
  if ((status === 403 || status === 429) && (status === 429 || isLimit(response))) {
    return new Trouble('rate-limit', status, waitOf(response.headers, now))
  }
  if (status === 401) return new Trouble('token', status)
  if (status === 404 || status === 410) return new Trouble('missing', status)
  if (status === 413 || status === 422) return new Trouble('content', status)
  if (status >= 500) return new Trouble('server', status, waitOf(response.headers, now, 0))
  return new Trouble(status === 403 ? 'rights' : 'answer', status)
}

function isLimit({ headers, data }: { headers: Record<string, unknown>; data: unknown }): boolean {
  const { message } = z.object({ message: z.string() }).safeParse(data).data ?? { message: '' }
  return (
    headers['retry-after'] !== undefined ||
    headers['x-ratelimit-remaining'] === '0' ||
    /secondary rate limit/i.test(message)
  )
}

/** `Retry-After` is in seconds or a date (RFC 9110); `X-RateLimit-Reset` in seconds since 1970. */
function waitOf(headers: Record<string, unknown>, now: number, unnamed = UNNAMED_LIMIT_MS): number {
  const after = headers['retry-after']
  if (typeof after === 'string') {
    const wait = /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - now
    if (Number.isFinite(wait)) return Math.max(0, wait)
  }
  const reset = Number(headers['x-ratelimit-reset'])
  return headers['x-ratelimit-remaining'] === '0' && Number.isFinite(reset) ? Math.max(0, reset * 1000 - now) : unnamed
}
