/** Pull requests with staged traces, in real repositories, and the reading of their base and head. */
import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readBase, type BaseTraces } from '../../src/commands/base-traces.js'
import { collectCommit, readHead, type CommitTracesOptions, type Head } from '../../src/commands/commit-traces.js'
import { commitEntries } from '../../src/commands/commit-entries.js'
import type { CommitSource } from '../../src/action/commit-files.js'
import { Bench } from '../action/base-file/bench.js'
import { rawTrace } from '../support/records.js'

/** The line of a small trace. */
export const line = (id: string, changes: Record<string, unknown> = {}): string =>
  `${JSON.stringify(rawTrace(id, changes))}\n`

export class CommitBench {
  private constructor(
    readonly base: Bench,
    /** What the runs work in. */
    readonly temp: string
  ) {}

  static async create(): Promise<CommitBench> {
    const base = await Bench.create()
    const temp = join(base.folder, 'temp')
    for (const folder of [temp, base.workspace]) mkdirSync(folder)
    return new CommitBench(base, temp)
  }

  dispose(): Promise<void> {
    return this.base.dispose()
  }

  options(changes: Partial<CommitTracesOptions> = {}): CommitTracesOptions {
    const { workspace } = this.base
    return {
      entries: [],
      places: { workspace, workingDirectory: workspace },
      workFolder: mkdtempSync(join(this.temp, 'work-')),
      env: process.env,
      github: undefined,
      ...changes
    }
  }

  /** The base; what is missing fails the test. */
  async readBase(source: CommitSource, changes: Partial<CommitTracesOptions> = {}): Promise<BaseTraces> {
    const options = this.options(changes)
    const base = await readBase(source, options)
    const left = readdirSync(options.workFolder)
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`)
    if ('missing' in base) throw new Error(base.missing)
    return base
  }

  /** Why there is no base; one that can be read fails the test. */
  async missing(source: CommitSource, changes: Partial<CommitTracesOptions> = {}): Promise<string> {
    const options = this.options(changes)
    const base = await readBase(source, options)
    const left = readdirSync(options.workFolder)
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`)
    if ('missing' in base) return base.missing
    throw new Error(`read ${String(base.traces.length)} traces`)
  }

  readHead(sha: string, changes: Partial<CommitTracesOptions> = {}): Promise<Head> {
    return readHead(sha, this.options(changes))
  }

  /** What `collect` finds in an export of a commit. */
  async collected(sha: string, changes: Partial<CommitTracesOptions> = {}) {
    const options = this.options(changes)
    const { entries, places, workFolder } = options
    const folder = join(workFolder, 'commit')
    const { collected } = await collectCommit({ kind: 'commit', sha }, commitEntries(entries, places), options, folder)
    return collected
  }
}
