/** Ids of formats that accept nothing but UUIDs. */
import { createHash } from 'node:crypto'

/** As RFC 9562 has them: versions 1 to 8, and the two special ones. */
const UUID =
  /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|0{8}(?:-0{4}){3}-0{12}|f{8}(?:-f{4}){3}-f{12})$/i

/** The namespace for URLs (RFC 9562, 6.6). */
const URL_NAMESPACE = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex')

/**
 * The id itself where it is a UUID, else the UUID that its name stands for (version 5 of `opentraces://ID`): the same for
 * everybody who converts the trace, at any time.
 */
export function asUuid(id: string): string {
  if (UUID.test(id)) return id
  const bytes = createHash('sha1').update(URL_NAMESPACE).update(`opentraces://${id}`, 'utf8').digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
