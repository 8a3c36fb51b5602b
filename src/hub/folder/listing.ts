/** What a dataset's folder holds at one moment, and the revision that names it. */
import { createHash } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Revision, StoredFile } from '../store.js'
import { systemErrorCode } from '../../errors.js'
import { isHiddenFile, isHiddenFolder, lstatIfThere, type Home } from './layout.js'
import {
  fileTimes,
  hashFile,
  knownId,
  readTable,
  type FileTimes,
  type KnownObject,
  type ObjectTable
} from './objects.js'

export interface ListedFile extends StoredFile, FileTimes {}

export interface Listing {
  /** Hex SHA-256 over path, size and object id of every file: equal exactly where the content is. */
  readonly revision: Revision
  /** Sorted by path, in code-unit order. */
  readonly files: ReadonlyMap<string, ListedFile>
}

/** Puts files into a listing, in whatever order they come. */
export function makeListing(files: Iterable<ListedFile>): Listing {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1))
  const digest = createHash('sha256')
  for (const { path, size, oid } of sorted) digest.update(`${path}\0${String(size)}\0${oid}\0`)
  return { revision: digest.digest('hex'), files: new Map(sorted.map((file) => [file.path, file])) }
}

/** Reads listings of one folder, and remembers object ids between them. */
export class Lister {
  private known: ObjectTable = new Map()

  constructor(
    private readonly home: Home,
    private readonly clock: () => number
  ) {}

  /** What `list` last found, for the table. */
  get objects(): ObjectTable {
    return this.known
  }

  /** Takes over object ids that a commit worked out, so that nothing is hashed that it wrote itself. */
  learn(objects: ObjectTable): void {
    this.known = objects
  }

  /**
   * Every regular file outside hidden folders. Costs one `lstat` a file, and hashes only files that the table does not
   * know as they are now. Symbolic links are ignored, wherever they lead. A folder that does not exist has no files.
   * @throws system errors; LoadError where a file does not hold still
   */
  async list(): Promise<Listing> {
    const found = new Map<string, FileTimes>()
    await walk(this.home.root, '', found)
    const unknown = (table: ObjectTable) => [...found].some(([path, times]) => !knownId(table.get(path), times))
    const stored = unknown(this.known) ? await readTable(this.home) : new Map<string, KnownObject>()
    const objects = new Map<string, KnownObject>()
    const files: ListedFile[] = []
    for (const [path, times] of found) {
      const object = [this.known.get(path), stored.get(path)].find((one) => knownId(one, times) !== undefined)
      if (object !== undefined) {
        files.push({ path, ...times, oid: object.oid })
        objects.set(path, object)
        continue
      }
      const hashedAt = this.clock()
      const hashed = await hashFile(join(this.home.root, path), path)
      if (hashed === undefined) continue
      const { size, mtimeNs, ino, oid } = hashed
      files.push({ path, size, mtimeNs, ino, oid })
      objects.set(path, { size, mtimeNs, oid, hashedAt })
    }
    this.known = objects
    return makeListing(files)
  }
}

async function walk(root: string, folder: string, found: Map<string, FileTimes>): Promise<void> {
  let entries: Dirent[]
  try {
    entries = await readdir(join(root, folder), { withFileTypes: true })
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return
    throw error
  }
  await Promise.all(
    entries.map(async (entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory() && !isHiddenFolder(entry.name)) await walk(root, path, found)
      if (!entry.isFile() || isHiddenFile(entry.name)) return
      const stats = await lstatIfThere(join(root, path))
      if (stats?.isFile() === true) found.set(path, fileTimes(stats))
    })
  )
}
