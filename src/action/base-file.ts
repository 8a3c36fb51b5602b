/**
 * Files that decide what a run may do, read where the author of a pull request cannot change them: from the base
 * (interface: input `policy`). Where nothing but trusted content is checked out, the working tree is that place.
 */
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { GateError, InputError, type ErrorCode } from '../errors.js'
import { baseOf, baseSourceOf, type BaseSource } from './base-file/base.js'
import { githubObjects } from './base-file/github.js'
import type { GitHubAccess } from './octokit.js'
import { fileAt, firstOf, ObjectMissing, Unreadable } from './base-file/objects.js'
import { findRepository } from './base-file/repository.js'
import { workingTree } from './base-file/working-tree.js'
import type { Environment } from './environment.js'
import { quoted } from './plain-text.js'

export { baseSourceOf, type BaseSource }

export interface BaseFileOptions {
  readonly source: BaseSource
  /** Absolute. */
  readonly workspace: string
  /** Absolute. */
  readonly workingDirectory: string
  /** As the workflow names it, relative to the working directory. */
  readonly path: string
  readonly maxBytes: number
  /** Of the error that says that the file cannot be read. */
  readonly errorCode: ErrorCode
  /** `PATH` is where `git` is looked for. */
  readonly env: Environment
  /** Undefined: GitHub cannot be asked. */
  readonly github: GitHubAccess | undefined
}

export interface BaseFile {
  readonly text: string
  /** The commit that it is from; undefined for the working tree. */
  readonly commit: string | undefined
}

/**
 * Reads a file of the base: from git objects of the checkout, and what these lack (a shallow clone has no base) from
 * GitHub. `absent` is only said of a file that is known not to be there.
 *
 * @throws InputError where the path leaves the workspace
 * @throws GateError `errorCode` where the file cannot be read, is no regular file of UTF-8 text, or is too large
 */
export async function readBaseFile(options: BaseFileOptions): Promise<BaseFile | 'absent'> {
  const names = namesOf(options)
  try {
    const found =
      options.source.kind === 'working-tree'
        ? { bytes: await fileAt(workingTree, options.workspace, names, options.maxBytes), commit: undefined }
        : await readObjects(options, options.source, names)
    return found.bytes === 'absent' ? 'absent' : { text: decode(found.bytes), commit: found.commit }
  } catch (error) {
    throw explain(error, options)
  }
}

/** The way from the workspace to the file. It is taken as written: a link on it may be the pull request's. */
function namesOf({ workspace, workingDirectory, path }: BaseFileOptions): string[] {
  const way = relative(workspace, resolve(workingDirectory, path))
  const names = way.split(sep)
  if (way !== '' && !isAbsolute(way) && names[0] !== '..') return names
  throw new InputError(`The path ${quoted(path)} does not lead to a file in the workspace.`, {
    hint: 'Give a path inside the checkout, relative to the working directory.'
  })
}

async function readObjects(
  options: BaseFileOptions,
  source: Exclude<BaseSource, { kind: 'working-tree' }>,
  names: readonly string[]
): Promise<{ bytes: Buffer | 'absent'; commit: string }> {
  const anchor = source.kind === 'commit' ? source.sha : source.mergeSha
  const { depth, checkout } = await findRepository(options, names, anchor)
  const github = options.github === undefined ? [] : [await githubObjects(options.github)]
  const objects = firstOf([...(checkout === undefined ? [] : [checkout.objects]), ...github])
  const commit = source.kind === 'commit' ? source.sha : await baseOf(source, objects)
  const { tree } = await objects.commit(commit)
  return { bytes: await fileAt(objects, tree, names.slice(depth), options.maxBytes), commit }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Unreadable('it is not UTF-8 text', 'Save it as UTF-8.')
  }
}

function explain(error: unknown, { source, path, github, errorCode }: BaseFileOptions): unknown {
  const subject = `${source.kind === 'working-tree' ? '' : "The base's version of "}${quoted(path)} could not be read`
  if (error instanceof Unreadable) {
    return new GateError(errorCode, `${subject}: ${error.message}.`, {
      hint: error.hint,
      retryable: error.retryable,
      cause: error
    })
  }
  if (!(error instanceof ObjectMissing)) return error
  return github === undefined
    ? new GateError(errorCode, `${subject}: the checkout does not hold it, and there is no token to ask GitHub.`, {
        hint: 'Check out with `fetch-depth: 2`, or give `github-token` and `permissions: contents: read`.'
      })
    : new GateError(errorCode, `${subject}: the checkout does not hold it, and GitHub does not show it (HTTP 404).`, {
        hint: 'Give the job `permissions: contents: read`, or check out with `fetch-depth: 2`.'
      })
}
