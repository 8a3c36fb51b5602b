/** Real repositories, made with git in temporary folders, and the ways in which jobs check them out. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const IDENTITY = Object.fromEntries(
  ['AUTHOR', 'COMMITTER'].flatMap((who) => [
    [`GIT_${who}_NAME`, 'nobody'],
    [`GIT_${who}_EMAIL`, 'nobody@example.org']
  ])
)

/** A path and its text; null takes it away. */
export type Changes = Readonly<Record<string, string | null>>

export class Repository {
  private constructor(readonly folder: string) {}

  static create(folder: string): Repository {
    mkdirSync(folder, { recursive: true })
    const repository = new Repository(folder)
    repository.git('init', '--quiet', '--initial-branch=main')
    return repository
  }

  git(...args: string[]): string {
    return this.bytes(...args)
      .toString('utf8')
      .trimEnd()
  }

  bytes(...args: string[]): Buffer {
    return execFileSync('git', args, {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
      env: { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot, GIT_CONFIG_GLOBAL: '/dev/null', ...IDENTITY }
    })
  }

  /** Writes files and commits them. @returns the commit */
  commit(changes: Changes): string {
    for (const [path, text] of Object.entries(changes)) {
      const file = join(this.folder, path)
      if (text === null) rmSync(file, { recursive: true })
      else {
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, text)
      }
    }
    this.git('add', '--all')
    this.git('commit', '--quiet', '--allow-empty', '--message=change')
    return this.git('rev-parse', 'HEAD')
  }

  /** Puts an entry of any mode into the index and commits it: links and submodules without a file system that has them. */
  commitEntry(mode: '120000' | '160000' | '100755', path: string, content: string): string {
    writeFileSync(join(this.folder, '.git', 'content'), content)
    const id = mode === '160000' ? content : this.git('hash-object', '-w', '--', join('.git', 'content'))
    this.git('update-index', '--add', '--replace', '--cacheinfo', `${mode},${id},${path}`)
    this.git('commit', '--quiet', '--message=entry')
    const commit = this.git('rev-parse', 'HEAD')
    this.git('reset', '--quiet', '--hard')
    return commit
  }

  /** Merges as GitHub does for a pull request: the base first, then the head. */
  merge(base: string, head: string, ref: string): string {
    this.git('checkout', '--quiet', '--detach', base)
    this.git('merge', '--quiet', '--no-ff', '--strategy-option=theirs', '--message=merge', head)
    const merge = this.git('rev-parse', 'HEAD')
    this.git('update-ref', ref, merge)
    this.git('checkout', '--quiet', '--detach', base)
    return merge
  }

  /** Checks a ref out into a new folder. @param depth undefined for the whole history */
  checkOut(folder: string, ref: string, depth?: number, ...options: string[]): Repository {
    const clone = Repository.create(folder)
    const shallow = depth === undefined ? [] : [`--depth=${String(depth)}`]
    clone.git('remote', 'add', 'origin', pathToFileURL(this.folder).href)
    clone.git('fetch', '--quiet', ...shallow, ...options, 'origin', `+${ref}:refs/remotes/checked-out`)
    clone.git('checkout', '--quiet', '--detach', 'refs/remotes/checked-out')
    return clone
  }

  has(id: string): boolean {
    try {
      this.git('-c', 'protocol.allow=never', 'cat-file', '-e', id)
      return true
    } catch {
      return false
    }
  }
}
