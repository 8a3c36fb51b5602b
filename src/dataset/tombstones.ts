/**
 * `opentraces-tombstones.json`: traces that were taken down on purpose. Not a cache: it is never rebuilt or dropped, and
 * a push that cannot read it stops, because it might publish again what somebody asked to remove.
 */
import { z } from 'zod'
import { UnsafeDedupeError } from '../errors.js'

export const TOMBSTONES_PATH = 'opentraces-tombstones.json'

export interface Tombstone {
  /** Identity hash of the removed trace: lower-case hex SHA-256. */
  readonly identity: string
  readonly reason: string
  /** ISO 8601 date. */
  readonly date: string
}

const schema = z.object({
  format: z.literal(1),
  tombstones: z.array(z.object({ identity: z.string().regex(/^[0-9a-f]{64}$/), reason: z.string(), date: z.string() }))
})

/** By identity hash. `text` is undefined where the dataset has no such file. @throws UnsafeDedupeError */
export function parseTombstones(text: string | undefined): Map<string, Tombstone> {
  if (text === undefined) return new Map()
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    json = undefined
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) {
    throw new UnsafeDedupeError('TOMBSTONES_UNREADABLE', `${TOMBSTONES_PATH} of the dataset cannot be read`, {
      hint: 'It lists the traces that were taken down. Restore it from the history of the dataset; nothing is pushed without it.'
    })
  }
  return new Map(parsed.data.tombstones.map((tombstone) => [tombstone.identity, tombstone]))
}
