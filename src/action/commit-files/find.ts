/** Goes through the folders of a commit and names the files that are wanted. */
import { Unreadable } from '../base-file/objects.js'
import { assertSafe, assertShort, DistinctPaths, unsafe } from './names.js'
import type { Sources } from './sources.js'
import type { PathFilter } from './wanted.js'

export interface CommitFile {
  /** From the workspace on, with forward slashes. */
  readonly path: string
  readonly id: string
}

/** Wanted names that are no files. What they lead to is not read. */
export interface Skipped {
  readonly links: number
  readonly submodules: number
}

/**
 * Folders may name each other so that a small repository has more paths than a machine can hold. No real one has as many as
 * this where traces are staged.
 */
const MAX_ENTRIES = 1_000_000
const MAX_FOLDERS = 100_000

const FEWER = 'Name fewer folders in the input "traces", or stage fewer files.'

/**
 * The wanted files of a tree.
 *
 * @param root id of the root folder
 * @param place names of the folders from the workspace to the repository
 * @throws ObjectMissing, Unreadable
 */
export async function findFiles(
  sources: Sources,
  root: string,
  place: readonly string[],
  wanted: PathFilter,
  maxFiles: number
): Promise<{ readonly files: readonly CommitFile[]; readonly skipped: Skipped }> {
  const files: CommitFile[] = []
  const paths = new DistinctPaths()
  let [links, submodules, entries, folders] = [0, 0, 0, 0]
  const ahead = [{ path: place.join('/'), id: root }]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const folder = await sources.folder(next.id)
    for (const { kind, id, path: own } of folder.entries) {
      if (++entries > MAX_ENTRIES) throw tooMany(MAX_ENTRIES, 'names')
      const path = next.path === '' ? own : `${next.path}/${own}`
      if (!folder.isDeep && own.includes('/')) throw unsafe(path)
      if (kind === 'folder') {
        if (folder.isDeep || !wanted.folder(path)) continue
        if (++folders > MAX_FOLDERS) throw tooMany(MAX_FOLDERS, 'folders')
        assertShort(path)
        ahead.push({ path, id })
      } else if (kind === 'file') {
        if (!wanted.file(path)) continue
        assertSafe(path)
        paths.add(path)
        if (files.push({ path, id }) > maxFiles) throw tooMany(maxFiles, 'files that can hold traces')
      } else if (wanted.file(path) || wanted.folder(path)) {
        if (kind === 'link') links++
        else submodules++
      }
    }
  }
  return { files, skipped: { links, submodules } }
}

function tooMany(most: number, what: string): Unreadable {
  return new Unreadable(`it has more than ${String(most)} ${what}`, FEWER)
}
