/**
 * The way from the root of a tree to the bytes of one file, the same for git objects of the checkout, for those that GitHub
 * keeps and for the working tree, so that one path never means two things.
 */

/** One name in a folder. */
export interface TreeEntry {
  /** Of links, the content is the target. `other`: a submodule or a device, which hold no bytes of ours. */
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  /** What `entry` and `content` take: an object id, or a path of the working tree. */
  readonly id: string
}

export interface Tree {
  /** Undefined where the folder does not have the name, to the letter. @throws ObjectMissing, Unreadable */
  entry(folder: string, name: string): Promise<TreeEntry | undefined>
  /** Of a file, or the target of a link. @throws ObjectMissing, Unreadable, the latter also beyond `maxBytes` */
  content(entry: TreeEntry, maxBytes: number): Promise<Buffer>
}

export interface Commit {
  /** Id of the root folder. */
  readonly tree: string
  readonly parents: readonly string[]
}

export interface GitObjects extends Tree {
  /** @throws ObjectMissing, Unreadable */
  commit(id: string): Promise<Commit>
}

/** The object is not kept here. It may be kept elsewhere. */
export class ObjectMissing extends Error {
  override name = 'ObjectMissing'
}

/** Nothing can be said about the file. The message completes `… could not be read: `, without a full stop. */
export class Unreadable extends Error {
  override name = 'Unreadable'
  constructor(
    message: string,
    readonly hint = 'Make it a regular file of the repository.',
    readonly retryable = false
  ) {
    super(message)
  }
}

/** SHA-1 or SHA-256, lower case. */
export const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** As many as the systems follow that follow the fewest. */
const MAX_LINKS = 8
const LONGEST_TARGET = 4096

/**
 * Reads one file. Links are followed inside the tree; one that leaves it, or leads nowhere, is an error and not an absent
 * file, because whoever made it meant something.
 *
 * @param names of the folders and the file
 * @throws ObjectMissing, Unreadable
 */
export async function fileAt(
  tree: Tree,
  root: string,
  names: readonly string[],
  maxBytes: number
): Promise<Buffer | 'absent'> {
  const ahead = [...names]
  const folders = [root]
  let links = 0
  for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
    if (name === '' || name === '.') continue
    if (name === '..') folders.pop()
    const folder = folders.at(-1)
    if (folder === undefined) throw new Unreadable('a symbolic link leads out of the repository')
    if (name === '..') continue

    const entry = await tree.entry(folder, name)
    if (entry === undefined || (entry.kind === 'file' && ahead.length > 0)) {
      if (links > 0) throw new Unreadable('a symbolic link leads to nothing')
      return 'absent'
    }
    if (entry.kind === 'other') throw new Unreadable('it is not a file')
    if (entry.kind === 'file') return await tree.content(entry, maxBytes)
    if (entry.kind === 'folder') folders.push(entry.id)
    else {
      if (++links > MAX_LINKS) throw new Unreadable('there are too many symbolic links')
      const target = (await tree.content(entry, LONGEST_TARGET)).toString('utf8')
      if (target.startsWith('/')) throw new Unreadable('a symbolic link leads out of the repository')
      ahead.unshift(...target.split('/'))
    }
  }
  throw new Unreadable('it is a folder')
}

export function tooLarge(maxBytes: number): Unreadable {
  return new Unreadable(`it is larger than ${String(maxBytes)} bytes`, 'Make it smaller.')
}

/** Asks one source after the other for each object. */
export function firstOf(sources: readonly GitObjects[]): GitObjects {
  const ask = async <T>(question: (source: GitObjects) => Promise<T>): Promise<T> => {
    for (const source of sources) {
      try {
        return await question(source)
      } catch (error) {
        if (!(error instanceof ObjectMissing)) throw error
      }
    }
    throw new ObjectMissing()
  }
  return {
    commit: (id) => ask((source) => source.commit(id)),
    entry: (folder, name) => ask((source) => source.entry(folder, name)),
    content: (entry, maxBytes) => ask((source) => source.content(entry, maxBytes))
  }
}
