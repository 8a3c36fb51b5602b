/** How long to wait before a request is made again. */

/** Time and chance, handed in so that tests need neither. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** @throws the signal's reason once it is aborted */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** In [0, 1). */
  random(): number
}

const CAP = 16_000

/** Doubles from one second up to 16, of which a random half is kept: colliding runs must not come back together. */
export function backoff(attempt: number, clock: Clock): number {
  const full = Math.min(1000 * 2 ** attempt, CAP)
  return Math.round(full * (0.5 + clock.random() / 2))
}

/**
 * What the reply asks for, in milliseconds: `RateLimit` (draft of the IETF's httpapi group, `"api";r=0;t=55`) where its
 * bucket is empty, else `Retry-After` (RFC 9110, seconds or a date). A second is added because both are rounded down.
 */
export function askedWait(headers: Headers, now: number): number | undefined {
  const limit = /;\s*r=(\d{1,9})\s*;\s*t=(\d{1,9})/.exec(headers.get('ratelimit') ?? '')
  if (limit !== null && Number(limit[1]) === 0) return (Number(limit[2]) + 1) * 1000
  const after = headers.get('retry-after')
  if (after === null) return undefined
  if (/^\d{1,9}$/.test(after)) return (Number(after) + 1) * 1000
  // `Date.parse` makes a date of almost anything.
  const date = after.endsWith(' GMT') ? Date.parse(after) : NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now) + 1000
}
