/** Globs and exclusions of the input `traces`. */
import { relative, resolve, sep } from 'node:path'
import picomatch from 'picomatch'

/** A pattern that names files by absolute path. */
export interface Glob {
  /** What the pattern starts with, up to its first wildcard: the folder to search. Absolute. */
  readonly folder: string
  readonly matches: (path: string) => boolean
}

/** The glob that an entry is, relative to a folder; undefined where it has no wildcard. */
export function globOf(entry: string, workingDirectory: string): Glob | undefined {
  const { isGlob, glob } = picomatch.scan(entry)
  if (!isGlob) return undefined
  // Only the wildcards are matched as a pattern: brackets in the names of the folders above are just names.
  const folder = resolve(workingDirectory, picomatch.scan(entry, { unescape: true }).base)
  const matches = picomatch(glob, { dot: true })
  return { folder, matches: (path) => isBelow(path, folder) && matches(slashes(relative(folder, path))) }
}

/** Whether a path is excluded: by its own name or that of a folder above it, as literal path or as glob. */
export function exclusion(patterns: readonly string[], workingDirectory: string): (path: string) => boolean {
  const tests = patterns.map((pattern) => {
    const bare = pattern.replace(/\/+$/, '')
    const literal = resolve(workingDirectory, bare)
    const glob = globOf(bare, workingDirectory)
    const below = glob && globOf(`${bare}/**`, workingDirectory)
    return (path: string): boolean =>
      path === literal || isBelow(path, literal) || glob?.matches(path) === true || below?.matches(path) === true
  })
  return (path) => tests.some((matches) => matches(path))
}

/** Whether an absolute path lies in a folder, by name alone. */
export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/** A path with forward slashes, as reports and patterns have it. */
export function slashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/')
}
