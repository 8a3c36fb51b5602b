/** The files as they stand in the workspace. */
import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Dirent } from 'node:fs'
import { tooLarge, Unreadable, type Tree, type TreeEntry } from './objects.js'

/** Folders and files of the working tree; their ids are paths. */
export const workingTree: Tree = {
  // Listed and not looked up, because some file systems take other names for the same.
  async entry(folder, name) {
    const entries = await orUnreadable(readdir(folder, { withFileTypes: true }))
    const found = entries.find((entry) => entry.name === name)
    return found && { kind: kindOf(found), id: join(folder, name) }
  },
  async content({ kind, id }, maxBytes) {
    if (kind === 'link') return Buffer.from((await orUnreadable(readlink(id))).replaceAll(sep, '/'))
    if ((await orUnreadable(stat(id))).size > maxBytes) throw tooLarge(maxBytes)
    return await orUnreadable(readFile(id))
  }
}

function kindOf(entry: Dirent): TreeEntry['kind'] {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'folder'
  return entry.isSymbolicLink() ? 'link' : 'other'
}

async function orUnreadable<T>(result: Promise<T>): Promise<T> {
  try {
    return await result
  } catch {
    throw new Unreadable('the system does not let it be read', 'Check the rights of the file and its folders.')
  }
}
