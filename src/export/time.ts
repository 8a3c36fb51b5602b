/** Times of a record: free texts in its schema, of which other formats accept only some. */

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/
const MINUTE_MS = 60_000

/** Whether a text is a date and a time of day of ISO 8601, with or without an offset. */
export function isDateTime(text: string): boolean {
  return wallClock(text) !== undefined
}

/**
 * The same instant in UTC, as RFC 3339 writes it, every digit of a second kept.
 *
 * @returns undefined for what is no such time, or names no offset: nobody knows its instant
 */
export function utc(text: string): string | undefined {
  const clock = wallClock(text)
  if (clock?.offset === undefined) return undefined
  if (clock.offset === 'Z') return text
  const instant = new Date(clock.milliseconds - offsetMinutes(clock.offset) * MINUTE_MS)
  const seconds = instant.toISOString().replace(/\.000Z$/, '')
  return /^\d{4}-/.test(seconds) ? `${seconds}${clock.fraction}Z` : undefined
}

interface WallClock {
  /** Whole seconds of the date and time as if they were UTC, in milliseconds since 1970. */
  readonly milliseconds: number
  /** With its point; empty where there is none. */
  readonly fraction: string
  readonly offset: string | undefined
}

function wallClock(text: string): WallClock | undefined {
  const match = DATE_TIME.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number
  ]
  const [fraction, offset] = match.slice(7, 9)
  const moment = new Date(0)
  moment.setUTCFullYear(year, month - 1, day)
  // A day that the month does not have ends up in the next one.
  const isDay = year > 0 && moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day
  if (!isDay || hour > 23 || minute > 59 || second > 59) return undefined
  if (offset !== undefined && offset !== 'Z' && !isOffset(offset)) return undefined
  moment.setUTCHours(hour, minute, second)
  return { milliseconds: moment.getTime(), fraction: fraction ?? '', offset }
}

function isOffset(offset: string): boolean {
  return Number(offset.slice(1, 3)) <= 23 && Number(offset.slice(4)) <= 59
}

/** Of `+02:00`: 120. */
function offsetMinutes(offset: string): number {
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4))
  return offset.startsWith('-') ? -minutes : minutes
}
