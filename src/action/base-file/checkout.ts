/** Git objects of a checkout, by the `git` of the runner. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import type { Environment } from '../environment.js'
import { OBJECT_ID, ObjectMissing, tooLarge, type Commit, type GitObjects, type TreeEntry } from './objects.js'

const run = promisify(execFile)

const TIMEOUT_MS = 60_000
/** Node's code where a program writes more than `maxBuffer`. */
const OVERFLOW = 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'
/** For commits and folders. One of more entries than fit is read from GitHub. */
const MAX_METADATA = 64 * 1024 * 1024

/**
 * The objects of a repository. Every object is hashed again, so that what comes out is what its id stands for, whatever an
 * earlier step of the job did to the repository: replaced objects, grafts, files written into `.git`.
 *
 * @param gitDir `.git` of the checkout, folder or file. It is named to git, which would otherwise look for a repository
 *   itself, take a folder of the pull request that is made up like one, and refuse one that another user owns
 * @param env only `PATH` and what Windows needs to start a program are taken from it
 */
export function checkoutObjects(gitDir: string, env: Environment): GitObjects {
  return {
    commit: async (id) => parseCommit(await read('commit', id, MAX_METADATA)),
    entry: async (folder, name) => findEntry(await read('tree', folder, MAX_METADATA), folder.length / 2, name),
    content: ({ id }, maxBytes) => read('blob', id, maxBytes)
  }

  async function read(type: 'commit' | 'tree' | 'blob', id: string, maxBytes: number): Promise<Buffer> {
    if (!OBJECT_ID.test(id)) throw new ObjectMissing()
    let bytes: Buffer
    try {
      const { stdout } = await run('git', gitArguments(gitDir, 'cat-file', type, id), {
        encoding: 'buffer',
        maxBuffer: maxBytes,
        timeout: TIMEOUT_MS,
        ...gitProcess(env)
      })
      bytes = stdout
    } catch (error) {
      if (type === 'blob' && isOverflow(error)) throw tooLarge(maxBytes)
      // Without git, in a shallow clone, with a damaged object: GitHub has it too.
      throw new ObjectMissing()
    }
    if (!isObject(type, bytes, id)) throw new ObjectMissing()
    return bytes
  }
}

export function gitArguments(gitDir: string, ...command: readonly string[]): string[] {
  return [`--git-dir=${gitDir}`, '--no-replace-objects', '-c', 'protocol.allow=never', ...command]
}

/** How git is started: with none of the runner's settings, no other repository, no questions, no network. */
export function gitProcess(env: Environment): { windowsHide: true; cwd: string; env: Record<string, string> } {
  const kept = ['PATH', 'SystemRoot'].flatMap((name) => {
    const value = env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    windowsHide: true,
    // Windows looks for programs in the working directory first.
    cwd: dirname(process.execPath),
    env: {
      ...Object.fromEntries(kept),
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_NO_LAZY_FETCH: '1',
      // Older versions of git fetch all the same. Unlike a setting, this cannot be loosened by the repository's own.
      GIT_ALLOW_PROTOCOL: 'none',
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C'
    }
  }
}

function isOverflow(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === OVERFLOW
}

/** Whether the bytes are those that the id was made from. */
export function isObject(type: string, bytes: Buffer, id: string): boolean {
  const hash = createHash(id.length === 40 ? 'sha1' : 'sha256')
  return (
    hash
      .update(`${type} ${String(bytes.length)}\0`)
      .update(bytes)
      .digest('hex') === id
  )
}

/** The header of a commit: `tree`, then its parents, a line each. */
export function parseCommit(bytes: Buffer): Commit {
  const [, tree, parents] = /^tree ([0-9a-f]+)\n((?:parent [0-9a-f]+\n)*)/.exec(bytes.toString('latin1')) ?? []
  if (tree === undefined) throw new ObjectMissing()
  return { tree, parents: [...(parents ?? '').matchAll(/parent ([0-9a-f]+)\n/g)].map(([, id]) => id as string) }
}

function findEntry(tree: Buffer, idBytes: number, name: string): TreeEntry | undefined {
  const wanted = Buffer.from(name)
  for (const entry of treeEntries(tree, idBytes)) if (entry.name.equals(wanted)) return entry
  return undefined
}

/**
 * The entries of a tree, a row of `mode SP name NUL id` with the id as bytes. Their names are what their author wrote, be
 * it something that git would not.
 *
 * @throws ObjectMissing where it is no such row
 */
export function* treeEntries(tree: Buffer, idBytes: number): Generator<TreeEntry & { readonly name: Buffer }> {
  for (let start = 0; start < tree.length;) {
    const space = tree.indexOf(0x20, start)
    const end = space === -1 ? -1 : tree.indexOf(0, space)
    const next = end + 1 + idBytes
    if (end === -1 || next > tree.length) throw new ObjectMissing()
    const mode = tree.toString('latin1', start, space)
    yield { kind: kindOf(mode), id: tree.toString('hex', end + 1, next), name: tree.subarray(space + 1, end) }
    start = next
  }
}

/** By the mode of a tree's entry; GitHub writes folders as `040000`. */
export function kindOf(mode: string): TreeEntry['kind'] {
  if (/^0?40000$/.test(mode)) return 'folder'
  if (mode === '120000') return 'link'
  return mode.startsWith('100') ? 'file' : 'other'
}
