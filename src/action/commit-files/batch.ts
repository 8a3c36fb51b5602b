/** Many git objects of a checkout by one process of `git`. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { gitArguments, gitProcess, isObject } from '../base-file/checkout.js'
import { OBJECT_ID, tooLarge } from '../base-file/objects.js'
import type { Environment } from '../environment.js'

export type ObjectType = 'commit' | 'tree' | 'blob'

export interface ObjectBatch {
  /**
   * The bytes of an object, hashed again; undefined where the checkout does not hold it, or holds something else under its id.
   * One at a time.
   *
   * @throws Unreadable beyond `maxBytes`, of which nothing is read
   */
  read(type: ObjectType, id: string, maxBytes: number): Promise<Buffer | undefined>
  close(): Promise<void>
}

/** How long git may take for one object, in milliseconds. */
const TIMEOUT_MS = 60_000

/**
 * Opens the objects of a checkout. Git works in an empty repository of our own which only borrows them: so neither settings
 * nor refs of the checkout have a say, and what a partial clone lacks is missing instead of being fetched.
 *
 * @param gitDir `.git` of the checkout, folder or file
 * @param idLength 40 for SHA-1, 64 for SHA-256
 * @param tempFolder where our repository is made, and removed by `close`
 */
export async function openBatch(
  gitDir: string,
  idLength: number,
  { env, tempFolder }: { readonly env: Environment; readonly tempFolder: string }
): Promise<ObjectBatch> {
  const own = await mkdtemp(join(tempFolder, 'opentraces-objects-'))
  try {
    await borrow(own, await objectsFolder(gitDir), idLength)
  } catch (error) {
    await rm(own, { recursive: true, force: true })
    throw error
  }

  const child = spawn('git', gitArguments(own, 'cat-file', '--batch'), {
    ...gitProcess(env),
    stdio: ['pipe', 'pipe', 'ignore']
  })
  const ended = new Promise<void>((done) => {
    child.once('close', () => done())
    // Without git there is nothing to wait for, and every object is missing.
    child.once('error', () => done())
  })
  child.stdin.on('error', () => undefined)
  const answers = new Answers(child.stdout)

  return {
    async read(type, id, maxBytes) {
      if (!OBJECT_ID.test(id)) return undefined
      const watchdog = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS)
      try {
        child.stdin.write(`${id}\n`)
        const [, found, size] = /^[0-9a-f]+ (\w+) (\d+)$/.exec((await answers.line()) ?? '') ?? []
        if (found === undefined) return undefined
        const bytes = Number(size)
        if (found !== type) {
          await answers.skip(bytes + 1)
          return undefined
        }
        if (bytes > maxBytes) throw tooLarge(maxBytes)
        const content = await answers.bytes(bytes)
        await answers.skip(1)
        return content !== undefined && isObject(type, content, id) ? content : undefined
      } finally {
        clearTimeout(watchdog)
      }
    },
    async close() {
      child.kill('SIGKILL')
      // What nobody reads would keep it open.
      child.stdout.destroy()
      await ended
      await rm(own, { recursive: true, force: true })
    }
  }
}

/** Makes an empty repository whose objects are those of another. */
async function borrow(own: string, objects: string, idLength: number): Promise<void> {
  await mkdir(join(own, 'refs'))
  await mkdir(join(own, 'objects', 'info'), { recursive: true })
  await writeFile(join(own, 'HEAD'), 'ref: refs/heads/none\n')
  const format = idLength === 64 ? '1\n[extensions]\n\tobjectFormat = sha256\n' : '0\n'
  await writeFile(join(own, 'config'), `[core]\n\tbare = true\n\trepositoryFormatVersion = ${format}`)
  await writeFile(join(own, 'objects', 'info', 'alternates'), `${objects.replaceAll(sep, '/')}\n`)
}

/** Where the objects are: `.git` is a file in a worktree and a submodule, and a worktree shares the objects of another. */
async function objectsFolder(gitDir: string): Promise<string> {
  const pointer = /^gitdir: (.+)/.exec((await textOf(gitDir)) ?? '')?.[1]
  const folder = pointer === undefined ? gitDir : resolve(dirname(gitDir), pointer)
  const common = (await textOf(join(folder, 'commondir')))?.trimEnd()
  return join(common === undefined ? folder : resolve(folder, common), 'objects')
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}

/** What git writes, taken piece by piece. At its end, be it early, there is nothing more: undefined. */
class Answers {
  private rest: Buffer = Buffer.alloc(0)
  private readonly chunks: AsyncIterator<Buffer>

  constructor(stream: AsyncIterable<Buffer>) {
    this.chunks = stream[Symbol.asyncIterator]()
  }

  async line(): Promise<string | undefined> {
    let end = this.rest.indexOf('\n')
    while (end === -1) {
      const before = this.rest
      if (!(await this.more())) return undefined
      this.rest = Buffer.concat([before, this.rest])
      end = this.rest.indexOf('\n')
    }
    return this.take(end + 1).toString('latin1', 0, end)
  }

  async bytes(count: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = []
    for (let missing = count; missing > 0;) {
      if (this.rest.length === 0 && !(await this.more())) return undefined
      const part = this.take(missing)
      missing -= part.length
      parts.push(part)
    }
    return Buffer.concat(parts, count)
  }

  async skip(count: number): Promise<void> {
    for (let missing = count; missing > 0 && (this.rest.length > 0 || (await this.more()));) {
      missing -= this.take(missing).length
    }
  }

  private take(most: number): Buffer {
    const taken = this.rest.subarray(0, most)
    this.rest = this.rest.subarray(taken.length)
    return taken
  }

  private async more(): Promise<boolean> {
    try {
      const next = await this.chunks.next()
      if (next.done === true) return false
      this.rest = next.value
      return true
    } catch {
      return false
    }
  }
}
