/** Git object ids of files, and the table that spares hashing a file again (interface: "Trust"). */
import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { unsteadyFile } from './errors.js'
import { openFile, readSmall, type Home } from './layout.js'

/** What identifies a version of a file without reading it: size in bytes, modification time in nanoseconds, inode. */
export interface FileTimes {
  readonly size: number
  readonly mtimeNs: bigint
  readonly ino: bigint
}

/** What a file's content was when it was last hashed. */
export interface KnownObject {
  readonly size: number
  readonly mtimeNs: bigint
  /** Hex SHA-1 of the git blob. */
  readonly oid: string
  /** When hashing began, in milliseconds since 1970. */
  readonly hashedAt: number
}

export type ObjectTable = ReadonlyMap<string, KnownObject>

/**
 * A file modified within this time before it was hashed may have been modified again since, and still show the same
 * time: clocks of file systems tick as slowly as every two seconds (git calls such entries "racily clean").
 */
export const SETTLED_MS = 2000

/** The object id where the table knows the file as it is now. */
export function knownId(known: KnownObject | undefined, times: FileTimes): string | undefined {
  if (known?.size !== times.size || known.mtimeNs !== times.mtimeNs) return undefined
  return Number(known.mtimeNs / 1_000_000n) + SETTLED_MS <= known.hashedAt ? known.oid : undefined
}

export function fileTimes(stats: BigIntStats): FileTimes {
  return { size: Number(stats.size), mtimeNs: stats.mtimeNs, ino: stats.ino }
}

export function sameTimes(a: FileTimes, b: FileTimes): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ino === b.ino
}

/** A hash that gives a git object id once `size` bytes are in it. */
export function blobHash(size: number): ReturnType<typeof createHash> {
  return createHash('sha1').update(`blob ${String(size)}\0`)
}

export interface HashedFile extends FileTimes {
  readonly oid: string
}

const CHUNK_BYTES = 1024 * 1024
const ATTEMPTS = 5

/** Hashes a file as a stream; undefined where it vanished. @throws LoadError where it does not hold still */
export async function hashFile(file: string, path: string): Promise<HashedFile | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const handle = await openFile(file)
    if (handle === undefined) return undefined
    try {
      const before = fileTimes(await handle.stat({ bigint: true }))
      const hash = blobHash(before.size)
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
      for (let n = 1; n > 0;) {
        n = (await handle.read(buffer, 0, CHUNK_BYTES)).bytesRead
        hash.update(buffer.subarray(0, n))
      }
      if (sameTimes(before, fileTimes(await handle.stat({ bigint: true })))) {
        return { ...before, oid: hash.digest('hex') }
      }
    } finally {
      await handle.close()
    }
  }
  throw unsteadyFile(path)
}

const TABLE = 'objects.json'

export function tableFile(home: Home): string {
  return join(home.store, TABLE)
}

/** Path, size, modification time in nanoseconds, object id, time of hashing in milliseconds. */
const rowSchema = z.tuple([
  z.string(),
  z.int().nonnegative(),
  z.string().regex(/^-?\d{1,20}$/),
  z.string().regex(/^[0-9a-f]{40}$/),
  z.number()
])
type StoredRow = z.infer<typeof rowSchema>
const tableSchema = z.object({ version: z.literal(1), files: z.array(rowSchema) })

/** The stored table; empty where there is none or it cannot be understood: it only saves work. */
export async function readTable(home: Home): Promise<ObjectTable> {
  const text = await readSmall(tableFile(home))
  if (text === undefined) return new Map()
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return new Map()
  }
  const table = tableSchema.safeParse(json)
  if (!table.success) return new Map()
  return new Map(
    table.data.files.map(([path, size, mtimeNs, oid, hashedAt]) => [
      path,
      { size, mtimeNs: BigInt(mtimeNs), oid, hashedAt }
    ])
  )
}

export function tableText(table: ObjectTable): string {
  const files = [...table].map(([path, { size, mtimeNs, oid, hashedAt }]): StoredRow => {
    return [path, size, String(mtimeNs), oid, hashedAt]
  })
  return JSON.stringify({ version: 1, files } satisfies z.infer<typeof tableSchema>)
}
