/** The traces that a commit holds, written into a private folder as data: of the base, and of the input `head`. */
import { mkdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import {
  EXPORT_LIMITS,
  exportCommit,
  type CommitSource,
  type ExportOptions,
  type ExportedCommit
} from '../action/commit-files.js'
import { InputError } from '../errors.js'
import { collect, type Collected } from '../traces/collect.js'
import { slashes } from '../traces/patterns.js'
import { commitEntries, type CheckoutPlaces, type CommitEntries } from './commit-entries.js'

export interface CommitTracesOptions {
  /** The input `traces`. */
  readonly entries: readonly string[]
  readonly places: CheckoutPlaces
  /** Absolute: exists, private, outside of what is staged. Whoever made it removes it. */
  readonly workFolder: string
  /** `PATH` is where `git` is looked for. */
  readonly env: ExportOptions['env']
  /** Undefined: GitHub cannot be asked. */
  readonly github: ExportOptions['github']
}

export interface CommitTraces {
  /** Files named as a checkout of the commit would name them, relative to the working directory. */
  readonly collected: Collected
  readonly exported: ExportedCommit
}

/**
 * Exports what the entries can lead to, and collects there as in a checkout, without the CLI's home.
 *
 * @param folder must not exist; its parent must
 * @throws LoadError, InputError
 */
export async function collectCommit(
  source: CommitSource,
  { entries, wanted }: CommitEntries,
  { places, workFolder, env, github }: CommitTracesOptions,
  folder: string
): Promise<CommitTraces> {
  await mkdir(folder, { mode: 0o700 })
  const exported = await exportCommit({
    ...places,
    source,
    wanted,
    folder,
    tempFolder: workFolder,
    limits: EXPORT_LIMITS,
    env,
    github
  })
  const { workingDirectory } = exported
  const cliHome = join(workFolder, 'no-home', '.opentraces')
  const collected = await collect({ entries, workingDirectory, workspace: folder, cliHome })
  return {
    exported,
    collected: {
      committed: collected.committed,
      unmatched: collected.unmatched,
      sources: collected.sources.map((source) => source.replaceAll(`${folder}/`, '')),
      files: collected.files.map((file) => ({ ...file, shown: slashes(relative(workingDirectory, file.path)) }))
    }
  }
}

export interface Head {
  /** To walk with, in place of what `collect` finds. Its files stay as long as the `workFolder`. */
  readonly collected: Collected
  readonly commit: string
  /** What a reader should know of the reading, a sentence each. */
  readonly warnings: readonly string[]
}

/**
 * The traces of the commit that the input `head` names, which is never checked out: nothing of it is run, followed or obeyed.
 * The policy and everything else stay those of the workflow's own commit.
 *
 * @param sha full id of the commit
 * @throws InputError where an entry of `traces` is in no commit
 * @throws LoadError where the commit, or a part of its traces, cannot be read
 */
export async function readHead(sha: string, options: CommitTracesOptions): Promise<Head> {
  const entries = commitEntries(options.entries, options.places)
  if (entries.outside.length > 0) {
    throw new InputError('with the input "head", the input "traces" names something that is in no commit', {
      hint: 'Name files, folders and globs of the repository: not cli-home, bucket, hf:// or a place outside of the checkout.'
    })
  }
  const folder = join(options.workFolder, 'head')
  const { collected, exported } = await collectCommit({ kind: 'commit', sha }, entries, options, folder)
  const { links, submodules } = exported.skipped
  const warnings =
    links + submodules === 0
      ? []
      : [
          `In commit ${sha}, ${String(links)} symbolic link(s) and ${String(submodules)} submodule(s) where traces can be staged were not followed.`
        ]
  const source = `read from commit ${exported.commit} (${exported.from}), not checked out`
  return { collected: { ...collected, sources: [...collected.sources, source] }, commit: exported.commit, warnings }
}
