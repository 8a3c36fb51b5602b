/**
 * The files of a commit as data, without a checkout: the traces staged at a pull request's base, and those of a pull request
 * that a trusted job looks at (interface: input `head`). Nothing of what is read is run, followed or obeyed.
 */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { InputError, LoadError } from '../errors.js'
import { baseOf, type BaseSource } from './base-file/base.js'
import { githubObjects, type GitHubObjects } from './base-file/github.js'
import type { GitHubAccess } from './octokit.js'
import { OBJECT_ID, ObjectMissing, Unreadable } from './base-file/objects.js'
import { findRepository } from './base-file/repository.js'
import { openBatch } from './commit-files/batch.js'
import { copyFiles, type ByteLimits } from './commit-files/copy.js'
import { findFiles, type Skipped } from './commit-files/find.js'
import { Sources } from './commit-files/sources.js'
import type { PathFilter } from './commit-files/wanted.js'
import type { Environment } from './environment.js'

export { stagedPaths, type PathFilter } from './commit-files/wanted.js'

/** A commit by its id, or the base of a pull request, as `baseSourceOf` tells. */
export type CommitSource = Exclude<BaseSource, { kind: 'working-tree' }>

export interface ExportLimits extends ByteLimits {
  readonly files: number
}

/** GitHub takes no larger file than this either. */
export const EXPORT_LIMITS: ExportLimits = { files: 10_000, fileBytes: 100 * 1024 ** 2, totalBytes: 1024 ** 3 }

export interface ExportOptions {
  readonly source: CommitSource
  /** Absolute. Its checkout lends its objects; its files are not looked at. */
  readonly workspace: string
  /** Absolute, in the workspace. */
  readonly workingDirectory: string
  readonly wanted: PathFilter
  /** Absolute: exists, is empty, and is nobody else's. It becomes what the workspace would be, with the wanted files only. */
  readonly folder: string
  /** Absolute: for temporary files outside the workspace. */
  readonly tempFolder: string
  readonly limits: ExportLimits
  /** `PATH` is where `git` is looked for. */
  readonly env: Environment
  /** Undefined: GitHub cannot be asked. */
  readonly github: GitHubAccess | undefined
}

export interface ExportedCommit {
  /** Its id. */
  readonly commit: string
  /** `GitHub` where any of it came from there. */
  readonly from: 'git objects' | 'GitHub'
  /** The working directory in the folder. It exists. */
  readonly workingDirectory: string
  /** How many files were written. */
  readonly files: number
  readonly bytes: number
  readonly skipped: Skipped
}

/**
 * Writes the wanted files of a commit into an empty folder, under the paths that they would have in the workspace, byte for
 * byte as they are committed: all of them, or none and an error. What the checkout does not hold is read from GitHub, where
 * the commits of forks are found in the repository that they are a fork of.
 *
 * @throws InputError where the working directory is not in the workspace
 * @throws LoadError `TRACES_UNREADABLE` where a part cannot be read or is more than the limits allow, where a name could lead
 *   elsewhere, and for pointers of Git LFS
 */
export async function exportCommit(options: ExportOptions): Promise<ExportedCommit> {
  const { workspace, workingDirectory, folder } = options
  const names = namesBelow(workspace, workingDirectory)
  if ((await readdir(folder)).length > 0) throw new Error('the folder for the files of a commit is not empty')
  try {
    const exported = await exportFiles(options, names)
    const inside = join(folder, ...names)
    await mkdir(inside, { recursive: true })
    return { ...exported, workingDirectory: inside }
  } catch (error) {
    // A part of the traces must not pass for all of them.
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true })
    throw explain(error, options)
  }
}

function namesBelow(workspace: string, workingDirectory: string): string[] {
  const way = relative(workspace, workingDirectory)
  const names = way === '' ? [] : way.split(sep)
  if (!isAbsolute(way) && names[0] !== '..') return names
  throw new InputError('The working directory is not in the workspace.', {
    hint: 'Give a folder inside the checkout in the input "working-directory".'
  })
}

async function exportFiles(
  options: ExportOptions,
  names: readonly string[]
): Promise<Omit<ExportedCommit, 'workingDirectory'>> {
  const { source, wanted, folder, limits, github } = options
  const anchor = source.kind === 'commit' ? source.sha : (source.mergeSha ?? source.baseSha)
  if (source.kind === 'commit' && !OBJECT_ID.test(source.sha)) {
    throw new Unreadable('that is not the full id of a commit', 'Give all of its 40 digits, in lower case.')
  }
  // The last name is that of any file in the working directory.
  const { depth, checkout } = await findRepository(options, [...names, ''], anchor)
  const local = checkout && (await openBatch(checkout.gitDir, anchor?.length ?? 40, options))
  try {
    const sources = new Sources(local, github && once(() => githubObjects(github)))
    const commit = source.kind === 'commit' ? source.sha : await baseOf(source, sources)
    const { tree } = await sources.commit(commit)
    const { files, skipped } = await findFiles(sources, tree, names.slice(0, depth), wanted, limits.files)
    const bytes = await copyFiles(sources, files, folder, limits)
    return { commit, from: sources.usedGitHub ? 'GitHub' : 'git objects', files: files.length, bytes, skipped }
  } finally {
    await local?.close()
  }
}

function once(open: () => Promise<GitHubObjects>): () => Promise<GitHubObjects> {
  let opened: Promise<GitHubObjects> | undefined
  return () => (opened ??= open())
}

function explain(error: unknown, { source, github }: ExportOptions): unknown {
  const subject = `The traces of ${shown(source)} could not be read`
  if (error instanceof Unreadable) {
    return new LoadError('TRACES_UNREADABLE', `${subject}: ${error.message}.`, {
      // What passes needs no other advice, which would be one for the base.
      hint: error.retryable ? 'This is most often temporary: run the job again.' : error.hint,
      retryable: error.retryable,
      cause: error
    })
  }
  if (!(error instanceof ObjectMissing)) return error
  return github === undefined
    ? new LoadError(
        'TRACES_UNREADABLE',
        `${subject}: the checkout does not hold all of it, and there is no token to ask GitHub.`,
        {
          hint: 'Give `github-token` and `permissions: contents: read`, or check out with `fetch-depth: 0` and without a filter.'
        }
      )
    : new LoadError(
        'TRACES_UNREADABLE',
        `${subject}: the checkout does not hold all of it, and GitHub does not show it (HTTP 404).`,
        {
          hint: 'Check that it is a commit of this repository or of a fork of it, and give the job `permissions: contents: read`.'
        }
      )
}

function shown(source: CommitSource): string {
  if (source.kind === 'pull-request') return "the pull request's base"
  return OBJECT_ID.test(source.sha) ? `commit ${source.sha.slice(0, 12)}` : 'the commit'
}
