/**
 * Files that decide what a run may do, read where the author of a pull request cannot change them: from the base
 * (interface: input `policy`). Where nothing but trusted content is checked out, the working tree is that place.
 */
import { lstat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { GateError, InputError, type ErrorCode } from '../errors.js'
import { checkoutObjects } from './base-file/checkout.js'
import { githubObjects, type GitHubAccess } from './base-file/github.js'
import { fileAt, firstOf, OBJECT_ID, ObjectMissing, Unreadable, type GitObjects } from './base-file/objects.js'
import { workingTree } from './base-file/working-tree.js'
import type { ActionContext } from './context.js'
import type { Environment } from './environment.js'
import { quoted } from './plain-text.js'

/** Where the trusted version of a file is. */
export type BaseSource =
  | { readonly kind: 'working-tree' }
  /** The commit that the workflow itself is from. */
  | { readonly kind: 'commit'; readonly sha: string }
  | {
      readonly kind: 'pull-request'
      /** GitHub's merge of head into base, whose first parent is the base; undefined where the run is not on it. */
      readonly mergeSha: string | undefined
      readonly headSha: string | undefined
      /** The base as the event names it, which may be some commits old. */
      readonly baseSha: string | undefined
    }

/**
 * Where an event's trusted files are.
 *
 * A pull request's working tree, and its own commits, are its author's. `pull_request_target`, `workflow_run`,
 * `issue_comment` and all other events run on a commit of the base repository, but a workflow may have checked out
 * something else: there it is that commit that counts. A push is somebody's with write access.
 */
export function baseSourceOf(context: ActionContext): BaseSource {
  const { eventName, ref, sha, pullRequest, trust } = context
  if (trust.level !== 'untrusted' || eventName === 'push') return { kind: 'working-tree' }
  if (!eventName.startsWith('pull_request') || eventName === 'pull_request_target') return { kind: 'commit', sha }
  const isMerge = pullRequest !== undefined && ref === `refs/pull/${String(pullRequest.number)}/merge`
  return {
    kind: 'pull-request',
    mergeSha: isMerge ? sha : undefined,
    headSha: pullRequest?.headSha,
    baseSha: pullRequest?.baseSha
  }
}

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
  const checkout = await findCheckout(options, names, anchor)
  const github = options.github === undefined ? [] : [await githubObjects(options.github)]
  const objects = firstOf([...(checkout.objects === undefined ? [] : [checkout.objects]), ...github])
  const commit = source.kind === 'commit' ? source.sha : await baseOf(source, objects)
  const { tree } = await objects.commit(commit)
  return { bytes: await fileAt(objects, tree, names.slice(checkout.depth), options.maxBytes), commit }
}

/**
 * The base of a pull request. The merge counts only if its second parent is the head that the event names. Then GitHub
 * made it, and its first parent is the base: nothing that the author made can follow from the newest that the author made.
 */
async function baseOf(
  { mergeSha, headSha, baseSha }: Extract<BaseSource, { kind: 'pull-request' }>,
  objects: GitObjects
): Promise<string> {
  if (mergeSha !== undefined && headSha !== undefined) {
    const parents = await objects.commit(mergeSha).then(
      (commit) => commit.parents,
      (error: unknown) => {
        // Of an event from long ago, or of a pull request that is merged.
        if (error instanceof ObjectMissing) return []
        throw error
      }
    )
    const [first, second] = parents
    if (first !== undefined && second === headSha) return first
  }
  if (baseSha !== undefined && OBJECT_ID.test(baseSha)) return baseSha
  throw new Unreadable('the event does not say what the base is', 'Run this step on the event `pull_request`.')
}

interface Checkout {
  /** How many names of the way lead to the root of the repository. */
  readonly depth: number
  /** Undefined where there is no repository, as after a checkout without git. */
  readonly objects: GitObjects | undefined
}

/**
 * The repository that the file belongs to: of those on the way that have the event's commit, the outermost, else the
 * outermost of all, else the workspace. Nothing in a repository, a submodule or a link, can so pass for its root.
 */
async function findCheckout(
  { workspace, env }: BaseFileOptions,
  names: readonly string[],
  anchor: string | undefined
): Promise<Checkout> {
  const candidates: Checkout[] = []
  for (const depth of names.keys()) {
    const folder = join(workspace, ...names.slice(0, depth))
    if (depth > 0 && (await kindOf(folder)) !== 'folder') break
    const gitDir = join(folder, '.git')
    if ((await kindOf(gitDir)) === undefined) continue
    const objects = checkoutObjects(gitDir, env)
    const candidate = { depth, objects }
    if (anchor !== undefined && (await has(objects, anchor))) return candidate
    candidates.push(candidate)
  }
  return candidates[0] ?? { depth: 0, objects: undefined }
}

async function kindOf(path: string): Promise<'folder' | 'other' | undefined> {
  try {
    return (await lstat(path)).isDirectory() ? 'folder' : 'other'
  } catch {
    return undefined
  }
}

async function has(objects: GitObjects, commit: string): Promise<boolean> {
  try {
    await objects.commit(commit)
    return true
  } catch {
    return false
  }
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
