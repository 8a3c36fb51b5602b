/** Names of a tree that become names of files. A tree can be made by hand, with names that no `git add` would take. */
import { sep } from 'node:path'
import { Unreadable } from '../base-file/objects.js'
import { quoted } from '../plain-text.js'

/** Longer ones cannot be opened on Linux, in bytes. */
const LONGEST_PATH = 4095

const RENAME = 'Rename it. Nothing was read, because a part of the traces is not the traces.'

/**
 * @param path with the names of the folders and the file as the tree has them
 * @throws Unreadable where they do not lead to one file below a folder, on every system
 */
export function assertSafe(path: string, windows = sep === '\\'): void {
  assertShort(path)
  const names = path.split('/')
  if (names.some((name) => isUnsafe(name) || (windows && isUnsafeOnWindows(name)))) throw unsafe(path)
}

/** @throws Unreadable */
export function assertShort(path: string): void {
  if (Buffer.byteLength(path) > LONGEST_PATH) throw new Unreadable(`${quoted(path)} is too long a path`, RENAME)
}

export function unsafe(path: string): Unreadable {
  return new Unreadable(`${quoted(path)} is a name that could lead elsewhere`, RENAME)
}

/** U+FFFD stands for what is no UTF-8, and so for several names. */
function isUnsafe(name: string): boolean {
  return name === '' || name === '.' || name === '..' || /[\\\0\uFFFD]/.test(name) || isGitFolder(name)
}

/**
 * `.git` as any file system understands it: without regard to case, NTFS with its short name, dots and spaces at the end and
 * streams, HFS+ with characters that it ignores.
 */
function isGitFolder(name: string): boolean {
  const seen = name.replace(/[\u200C-\u200F\u202A-\u202E\u206A-\u206F\uFEFF]/g, '')
  return /^(?:\.git|git~\d+)[ .]*(?::.*)?$/i.test(seen)
}

/** Devices, streams of a file, and endings that Windows drops. */
function isUnsafeOnWindows(name: string): boolean {
  return /[:<>"|?*\u0001-\u001F]|[ .]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(name)
}

/** The paths of a commit, each of which must be one of its own on every file system. */
export class DistinctPaths {
  private readonly taken = new Map<string, string>()

  /** @throws Unreadable where a file system could take the path, or a folder on the way to it, for another */
  add(path: string): void {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) this.take(path.slice(0, end + 1))
    this.take(path)
  }

  private take(path: string): void {
    const isFolder = path.endsWith('/')
    const key = (isFolder ? path.slice(0, -1) : path).normalize('NFC').toLowerCase()
    const other = this.taken.get(key)
    if (other === undefined) this.taken.set(key, path)
    else if (other !== path || !isFolder) {
      throw new Unreadable(`${quoted(path)} and ${quoted(other)} are the same file to some systems`, RENAME)
    }
  }
}
