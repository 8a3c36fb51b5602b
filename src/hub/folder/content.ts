/** Writes the content of a planned file next to the dataset, and learns its object id on the way. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileWrite } from '../../dataset/plan.js'
import { contentChanged } from './errors.js'
import { blobHash, fileTimes, SETTLED_MS, type HashedFile } from './objects.js'

const CHUNK_BYTES = 1024 * 1024

/**
 * Streams the content into the new file `target` and onto the disk.
 *
 * What is stored is what the gates saw, or nothing: size and SHA-256 of a local file are checked on the bytes written.
 * The modification time is set a little into the past: a later change, however soon, then has another time for certain,
 * and the file need not be hashed again (see `SETTLED_MS`).
 *
 * @param now milliseconds since 1970
 * @throws system errors; LoadError where a local file is not what the plan says
 */
export async function storeContent({ path, content }: FileWrite, target: string, now: number): Promise<HashedFile> {
  const inMemory = content instanceof Uint8Array
  const size = inMemory ? content.length : content.size
  const oid = blobHash(size)
  const sha256 = createHash('sha256')
  const handle = await open(target, 'wx')
  try {
    let written = 0
    for await (const chunk of inMemory ? [content] : fileChunks(path, content.file)) {
      written += chunk.length
      if (written > size) throw contentChanged(path)
      oid.update(chunk)
      if (!inMemory) sha256.update(chunk)
      await handle.writeFile(chunk)
    }
    if (written !== size || (!inMemory && sha256.digest('hex') !== content.sha256)) throw contentChanged(path)
    const mtime = (now - SETTLED_MS) / 1000
    await handle.utimes(mtime, mtime)
    await handle.sync()
    return { ...fileTimes(await handle.stat({ bigint: true })), oid: oid.digest('hex') }
  } finally {
    await handle.close()
  }
}

async function* fileChunks(path: string, file: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) yield chunk as Buffer
  } catch (error) {
    throw contentChanged(path, error)
  }
}
