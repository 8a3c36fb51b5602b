/** The pull request that a run of another workflow was for. */
import { z } from 'zod'
import type { GitHubAccess } from '../octokit.js'
import { OBJECT_ID } from '../base-file/objects.js'
import { openClient } from './client.js'
import { Patience } from './patience.js'
import { complaint, Trouble, type Complaint } from './trouble.js'

/**
 * What the payload of a `workflow_run` says of the run that it follows. All of it is GitHub's word. The report of that run
 * is not asked: whoever wrote it could name anybody's pull request.
 */
export interface PullRequestQuery {
  readonly github: GitHubAccess
  /** Of `repository`; undefined where the payload lacks it. */
  readonly repositoryId: number | undefined
  /** `head_sha` */
  readonly headSha: string
  /** Of `head_repository`; undefined where the fork is gone. */
  readonly headRepositoryId: number | undefined
  /** `head_repository.owner.login`; undefined where the fork is gone. */
  readonly headOwner: string | undefined
  /** `head_branch` */
  readonly headBranch: string | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export type PullRequestSearch =
  /** Newest first. Several where a branch is proposed to more than one base: the run was for all of them alike. */
  | { readonly kind: 'found'; readonly numbers: readonly [number, ...number[]] }
  /** Closed, moved on to another commit, or none: then there is nobody to tell. */
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly trouble: Complaint }

const commitSchema = z.object({
  sha: z.string(),
  ref: z.string().optional(),
  repo: z.object({ id: z.number(), full_name: z.string().optional() }).nullish()
})
const pullSchema = z.object({
  number: z.int().positive(),
  state: z.string(),
  head: commitSchema,
  base: commitSchema
})

type Pull = z.output<typeof pullSchema>

/** A branch can be proposed to as many bases as there are; nobody is to cause more comments than this. */
const MOST = 10

/**
 * The open pull requests of this repository whose head is the commit, repository and branch of the run. By listing them:
 * GitHub's look-up by commit leaves out the commits of forks.
 */
export async function findPullRequest(query: PullRequestQuery): Promise<PullRequestSearch> {
  // Without a repository, a pull request of any fork that has the commit would do.
  if (query.headRepositoryId === undefined || !OBJECT_ID.test(query.headSha)) return { kind: 'none' }
  try {
    const [first, ...others] = (await listPulls(query))
      .filter((pull) => isMatch(pull, query))
      .map(({ number }) => number)
      .sort((a, b) => b - a)
      .slice(0, MOST)
    return first === undefined ? { kind: 'none' } : { kind: 'found', numbers: [first, ...others] }
  } catch (error) {
    if (!(error instanceof Trouble)) throw error
    return { kind: 'failed', trouble: complaint('The pull request of the run could not be looked up', error) }
  }
}

async function listPulls({ github, headOwner, headBranch, now }: PullRequestQuery): Promise<Pull[]> {
  const client = await openClient(github, now)
  const patience = new Patience(github.sleep)
  const isNamed = headOwner !== undefined && headBranch !== undefined
  for (;;) {
    try {
      return await client.list(
        '/pulls',
        { state: 'open', ...(isNamed ? { head: `${headOwner}:${headBranch}` } : {}) },
        pullSchema
      )
    } catch (error) {
      if (!(error instanceof Trouble)) throw error
      await patience.bear(error)
    }
  }
}

/** Everything is looked at again: a server may not know the filter. */
function isMatch({ state, head, base }: Pull, query: PullRequestQuery): boolean {
  const { github, repositoryId, headSha, headRepositoryId, headBranch } = query
  const isHere =
    repositoryId === undefined
      ? base.repo?.full_name?.toLowerCase() === github.repository.toLowerCase()
      : base.repo?.id === repositoryId
  const isBranch = headBranch === undefined || head.ref === undefined || head.ref === headBranch
  return state === 'open' && isHere && isBranch && head.sha === headSha && head.repo?.id === headRepositoryId
}
