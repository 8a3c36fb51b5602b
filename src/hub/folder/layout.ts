/** Where things lie in a dataset's folder, which paths a file of the dataset can have, and the folders on the way. */
import { lstat, mkdir, open, rename, rmdir, type FileHandle } from 'node:fs/promises'
import { constants, type BigIntStats } from 'node:fs'
import { dirname, join } from 'node:path'
import type { CommitPlan } from '../../dataset/plan.js'
import { systemErrorCode } from '../../errors.js'
import { impossiblePath } from './errors.js'

/** A dataset's folder and the hidden one inside it that holds our bookkeeping. Absolute paths. */
export interface Home {
  readonly root: string
  readonly store: string
}

const STORE = '.opentraces-store'
/** Names that no file of a dataset has: `.git` is a file in a worktree. */
const HIDDEN_NAMES: ReadonlySet<string> = new Set([STORE, '.git'])

export function homeAt(root: string): Home {
  return { root, store: join(root, STORE) }
}

export function isHiddenFile(name: string): boolean {
  return HIDDEN_NAMES.has(name.toLowerCase())
}

export function isHiddenFolder(name: string): boolean {
  return name.startsWith('.')
}

/** Why no file of a dataset can have this path, or undefined where one can. */
export function pathProblem(path: string): string | undefined {
  const segments = path.split('/')
  if (path.includes('\0') || !path.isWellFormed()) return 'it holds characters that no file name can hold'
  if (path.includes('\\')) return 'it holds a backslash'
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'it is absolute'
  if (segments.includes('')) return 'a part of it is empty'
  if (segments.includes('.') || segments.includes('..')) return 'it holds "." or ".."'
  if (segments.slice(0, -1).some(isHiddenFolder)) return 'it lies in a hidden folder'
  if (isHiddenFile(segments.at(-1) ?? '')) return 'its name is reserved'
  return undefined
}

/** @throws LoadError where a path is impossible or occurs twice */
export function checkPaths(plan: Pick<CommitPlan, 'deletes'> & { writes: readonly { path: string }[] }): void {
  const seen = new Set<string>()
  for (const path of [...plan.writes.map((write) => write.path), ...plan.deletes]) {
    const problem = seen.has(path) ? 'it occurs twice in one commit' : pathProblem(path)
    if (problem !== undefined) throw impossiblePath(path, problem)
    seen.add(path)
  }
}

/** Whatever stands at a path, symbolic links themselves included, or undefined. */
export async function lstatIfThere(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true })
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENOTDIR') return undefined
    throw error
  }
}

/**
 * The folders that a file at `path` needs and that do not exist, outermost first, relative to the root.
 * @throws LoadError where something else stands in the place of one; a symbolic link could lead out of the dataset
 */
export async function missingFolders(root: string, path: string): Promise<string[]> {
  const segments = path.split('/').slice(0, -1)
  const folders = segments.map((_, i) => segments.slice(0, i + 1).join('/'))
  const missing: string[] = []
  for (const folder of folders) {
    const there = await lstatIfThere(join(root, folder))
    if (there === undefined) missing.push(folder)
    else if (!there.isDirectory()) throw impossiblePath(path, 'a folder on the way to it is something else')
  }
  return missing
}

/** Creates the folders that a file at `path` needs. */
export async function makeFolders(root: string, path: string): Promise<void> {
  for (const folder of await missingFolders(root, path)) {
    try {
      await mkdir(join(root, folder))
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') throw error
    }
  }
}

/** Removes folders, innermost first, up to one that is not empty; one that is not there does not count. */
export async function removeWhereEmpty(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    try {
      await rmdir(folder)
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') return
    }
  }
}

/** The folders above a file of the dataset, innermost first, without the root. Absolute. */
export function foldersAbove(root: string, path: string): string[] {
  const segments = path.split('/').slice(0, -1)
  return segments.map((_, i) => join(root, ...segments.slice(0, segments.length - i)))
}

/** `folder` and its ancestors that do not exist, innermost first. */
export async function missingAncestors(folder: string): Promise<string[]> {
  const missing: string[] = []
  for (let at = folder; (await lstatIfThere(at)) === undefined && at !== dirname(at); at = dirname(at)) missing.push(at)
  return missing
}

/** Opens a regular file for reading; undefined where there is none. Never follows a link, never waits for a pipe. */
export async function openFile(path: string): Promise<FileHandle | undefined> {
  let handle: FileHandle
  try {
    // Windows has neither of the last two flags; there they are undefined and count as 0.
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(systemErrorCode(error) ?? '')) return undefined
    throw error
  }
  if ((await handle.stat()).isFile()) return handle
  await handle.close()
  return undefined
}

/** The text of a small file; undefined where there is none. */
export async function readSmall(path: string): Promise<string | undefined> {
  const handle = await openFile(path)
  if (handle === undefined) return undefined
  try {
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

/** Renames a file; false where it is not there (any more). @throws system errors */
export async function move(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' && (await lstatIfThere(from)) === undefined) return false
    throw error
  }
}

/** Makes renames in a folder last through a power failure, where the system knows how to. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    // Windows and some network file systems have no such call; a disk that fails is another matter.
    if (systemErrorCode(error) === 'EIO') throw error
  }
}
