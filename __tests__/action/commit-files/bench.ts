/** Exports commits of an origin, and trees that no git would make. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import {
  EXPORT_LIMITS,
  exportCommit,
  type CommitSource,
  type ExportedCommit,
  type ExportOptions,
  type PathFilter
} from '../../../src/action/commit-files.js'
import { Bench } from '../base-file/bench.js'
import type { Repository } from '../base-file/repository.js'

export const EVERYTHING: PathFilter = { file: () => true, folder: () => true }

export interface Exported extends ExportedCommit {
  /** Path in the folder, and text. */
  readonly contents: Record<string, string>
}

export class ExportBench {
  private constructor(readonly base: Bench) {}

  static async create(): Promise<ExportBench> {
    const bench = new ExportBench(await Bench.create())
    for (const folder of [bench.temp, bench.base.workspace]) mkdirSync(folder)
    return bench
  }

  /** Fails where an export has left temporary files. */
  async dispose(): Promise<void> {
    const left = readdirSync(this.temp)
    await this.base.dispose()
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`)
  }

  get origin(): Repository {
    return this.base.origin
  }

  /** For temporary files; nothing stays in it. */
  get temp(): string {
    return join(this.base.folder, 'temp')
  }

  /** The folder of the last export. */
  folder = ''

  async export(source: CommitSource | string, options: Partial<ExportOptions> = {}): Promise<Exported> {
    this.folder = mkdtempSync(join(this.base.folder, 'export-'))
    const { workspace } = this.base
    const result = await exportCommit({
      source: typeof source === 'string' ? { kind: 'commit', sha: source } : source,
      workspace,
      workingDirectory: workspace,
      wanted: EVERYTHING,
      folder: this.folder,
      tempFolder: this.temp,
      limits: EXPORT_LIMITS,
      env: process.env,
      github: this.base.access,
      ...options
    })
    return { ...result, contents: contentsOf(this.folder) }
  }

  /** Paths of the requests to GitHub, from `git/` on. */
  get requests(): string[] {
    return this.base.github.requests.map(({ path }) => path.replace('/repos/acme/app/git/', ''))
  }
}

/** Every file below a folder. Anything but folders and regular files fails the test. */
function contentsOf(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => !entry.isDirectory())
  return Object.fromEntries(
    files.map((entry) => {
      if (!entry.isFile()) throw new Error(`${entry.name} is not a regular file`)
      const path = join(entry.parentPath, entry.name)
      return [relative(folder, path).replaceAll(sep, '/'), readFileSync(path, 'utf8')]
    })
  )
}

export type TreeLine = readonly [mode: string, name: string | Buffer, id: string]

/** Writes an object without the checks that git makes of it. @returns its id */
export function writeObject(repository: Repository, type: 'blob' | 'tree', content: Buffer | string): string {
  const file = join(repository.folder, '.git', 'object-content')
  writeFileSync(file, content)
  return repository.git('hash-object', '-t', type, '-w', '--literally', '--', file)
}

export function writeTree(repository: Repository, lines: readonly TreeLine[]): string {
  const rows = lines.map(([mode, name, id]) =>
    Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(id, 'hex')])
  )
  return writeObject(repository, 'tree', Buffer.concat(rows))
}

/** A commit of a tree with these entries at its root. */
export function commitTree(repository: Repository, lines: readonly TreeLine[]): string {
  return repository.git('commit-tree', '-m', 'made by hand', writeTree(repository, lines))
}
