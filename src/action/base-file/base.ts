/** The commit that holds the trusted version of what a pull request changes. */
import type { ActionContext } from '../context.js'
import { OBJECT_ID, ObjectMissing, Unreadable, type GitObjects } from './objects.js'

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
  const { eventName, ref, sha, pullRequest, mergeGroupBase, trust } = context
  if (trust.level !== 'untrusted' || eventName === 'push') return { kind: 'working-tree' }
  // The commit of a merge group holds what its pull requests change, a policy as well.
  if (eventName === 'merge_group') {
    return { kind: 'pull-request', mergeSha: undefined, headSha: undefined, baseSha: mergeGroupBase }
  }
  if (!eventName.startsWith('pull_request') || eventName === 'pull_request_target') return { kind: 'commit', sha }
  const isMerge = pullRequest !== undefined && ref === `refs/pull/${String(pullRequest.number)}/merge`
  return {
    kind: 'pull-request',
    mergeSha: isMerge ? sha : undefined,
    headSha: pullRequest?.headSha,
    baseSha: pullRequest?.baseSha
  }
}

/**
 * The base of a pull request. The merge counts only if its second parent is the head that the event names. Then GitHub
 * made it, and its first parent is the base: nothing that the author made can follow from the newest that the author made.
 */
export async function baseOf(
  { mergeSha, headSha, baseSha }: Extract<BaseSource, { kind: 'pull-request' }>,
  objects: Pick<GitObjects, 'commit'>
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
