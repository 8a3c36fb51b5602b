/** The input `traces` as it can be read from a commit: which entries are in it, and which of its files can matter. */
import { isAbsolute, relative, resolve } from 'node:path'
import { stagedPaths, type PathFilter } from '../action/commit-files.js'
import { globOf, isBelow, slashes } from '../traces/patterns.js'

export interface CheckoutPlaces {
  /** Absolute. */
  readonly workspace: string
  /** Absolute, in the workspace. */
  readonly workingDirectory: string
}

export interface CommitEntries {
  /** For `collect` in a folder that mirrors the workspace: every path is relative to the working directory. */
  readonly entries: readonly string[]
  /** The files of the commit that the entries can lead to. */
  readonly wanted: PathFilter
  /** Entries that no commit has: the CLI's home, datasets, places outside of the checkout. */
  readonly outside: readonly string[]
  /** False where entries were given and none of them is in the commit: without entries, `collect` would take the default places. */
  readonly isAnythingLeft: boolean
}

/** Stands for the workspace where only names count. Nobody's entry leads out of it and back by this name. */
const ROOT = resolve('/:commit:')

/** Sources of the input `traces` that are no paths. */
const isNoPath = (entry: string): boolean => entry === 'cli-home' || entry === 'bucket' || entry.startsWith('hf://')

/**
 * @param entries as the input `traces` has them
 * @returns `outside` names exclusions too where they lead out of the workspace but can cover a part of it: without them more
 *   would be read than is staged
 */
export function commitEntries(entries: readonly string[], places: CheckoutPlaces): CommitEntries {
  const kept: string[] = []
  const outside: string[] = []
  const ways: string[] = []
  const globs: ((path: string) => boolean)[] = []
  const folders: string[] = []
  const inRoot = resolve(ROOT, relative(places.workspace, places.workingDirectory))
  for (const entry of entries) {
    const isExclusion = entry.startsWith('!')
    const bare = isExclusion ? entry.slice(1).trim() : entry
    const path = isNoPath(bare) ? undefined : fromWorkingDirectory(bare, places)
    const glob = path === undefined ? undefined : globOf(path, inRoot)
    const start = path === undefined ? undefined : (glob?.folder ?? resolve(inRoot, path))
    if (path === undefined || start === undefined || (start !== ROOT && !isBelow(start, ROOT))) {
      if (!isExclusion || meetsCheckout(bare, places)) outside.push(entry)
      continue
    }
    kept.push(isExclusion ? `!${path}` : path)
    if (isExclusion) continue
    // A name with brackets can be a file's own.
    ways.push(slashes(relative(ROOT, resolve(inRoot, path))))
    if (glob === undefined) continue
    globs.push((file) => glob.matches(resolve(ROOT, file)))
    folders.push(slashes(relative(ROOT, start)))
  }
  const staged = stagedPaths(ways, slashes(relative(places.workspace, places.workingDirectory)))
  return {
    entries: kept,
    outside,
    wanted: {
      file: (file) => staged.file(file) || globs.some((matches) => matches(file)),
      folder: (folder) => staged.folder(folder) || folders.some((start) => meets(folder, start))
    },
    isAnythingLeft: entries.length === 0 || kept.some((entry) => !entry.startsWith('!'))
  }
}

/** Undefined for an absolute path outside of the workspace. */
function fromWorkingDirectory(entry: string, { workspace, workingDirectory }: CheckoutPlaces): string | undefined {
  if (!isAbsolute(entry)) return entry
  const up = slashes(relative(workingDirectory, workspace))
  if (entry === workspace) return up === '' ? '.' : up
  if (!isBelow(entry, workspace)) return undefined
  const rest = slashes(entry.slice(workspace.length)).replace(/^\/+/, '')
  return up === '' ? rest : `${up}/${rest}`
}

function meetsCheckout(pattern: string, { workspace, workingDirectory }: CheckoutPlaces): boolean {
  const start = globOf(pattern, workingDirectory)?.folder ?? resolve(workingDirectory, pattern)
  return start === workspace || isBelow(workspace, start) || isBelow(start, workspace)
}

/** Whether one of two paths is the other, or above it. */
function meets(one: string, other: string): boolean {
  return one === '' || other === '' || one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`)
}

/**
 * The path of a staged file from the workspace on, as both a checkout and a commit have it.
 *
 * @param shown as `collect` shows it: relative to the working directory, behind `~`, or absolute
 * @param home what `~` stands for
 */
export function placeInWorkspace(shown: string, places: CheckoutPlaces, home: string): string {
  const path = shown.startsWith('~/') ? resolve(home, shown.slice(2)) : resolve(places.workingDirectory, shown)
  return slashes(relative(places.workspace, path))
}
