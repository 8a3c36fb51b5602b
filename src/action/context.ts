/** What GitHub says about the run: the variables of the runner and the payload of the event, read once and without network. */
import { z } from 'zod'
import { runsInActions, type Environment } from './environment.js'
import { trustOf, type Trust } from './trust.js'

/** A pull request as the event names it. Branch names and ids of a fork's commits are its author's choice. */
export interface PullRequestContext {
  readonly number: number
  readonly headSha: string | undefined
  readonly baseSha: string | undefined
  /** The branch that it would be merged into. */
  readonly baseBranch: string | undefined
  /** Undefined where the fork is gone, or not named. */
  readonly headRepositoryId: number | undefined
}

/** The run that a `workflow_run` follows, in GitHub's word. Branch and owner are names that the author of a fork chose. */
export interface WorkflowRunContext {
  readonly id: number
  /** From 1. */
  readonly attempt: number
  /** Page of that attempt. */
  readonly url: string | undefined
  readonly headSha: string
  readonly headBranch: string | undefined
  /** Undefined where the fork is gone, as its owner. */
  readonly headRepositoryId: number | undefined
  readonly headOwner: string | undefined
}

export interface ActionContext {
  readonly inActions: boolean
  /** Empty outside Actions, as every text below. */
  readonly eventName: string
  readonly ref: string
  readonly sha: string
  /** `owner/name` */
  readonly repository: string
  /** Undefined where the event does not say. */
  readonly repositoryId: number | undefined
  readonly defaultBranch: string | undefined
  /** Whether anybody can read the repository's summaries and comments. True where the event does not say. */
  readonly isPublicRepository: boolean
  readonly actor: string
  readonly runId: number | undefined
  readonly runAttempt: number | undefined
  readonly runNumber: number | undefined
  /** Page of this attempt; undefined outside Actions. */
  readonly runUrl: string | undefined
  readonly serverUrl: string
  readonly apiUrl: string
  /** Undefined outside Actions. */
  readonly workspace: string | undefined
  readonly runnerTemp: string | undefined
  readonly pullRequest: PullRequestContext | undefined
  /** Undefined on other events, and where the payload does not name the run and its commit. */
  readonly workflowRun: WorkflowRunContext | undefined
  /** Of a merge group: the commit that it would follow. Undefined on other events, and where the payload does not say. */
  readonly mergeGroupBase: string | undefined
  /** The content comes from another repository: a pull request's head, or the run that a `workflow_run` follows. */
  readonly isFork: boolean
  /** Runs of Dependabot get neither secrets nor a token that writes. */
  readonly isDependabot: boolean
  readonly trust: Trust
}

const repositorySchema = z.object({ id: z.number() })
const commitSchema = z.object({
  sha: z.string().optional(),
  ref: z.string().optional(),
  repo: repositorySchema.nullish()
})
const payloadSchema = z.object({
  repository: z
    .object({
      id: z.number().optional(),
      default_branch: z.string().min(1).optional(),
      private: z.boolean().optional()
    })
    .optional(),
  pull_request: z
    .object({ number: z.int().positive(), head: commitSchema.optional(), base: commitSchema.optional() })
    .optional(),
  merge_group: z.object({ base_sha: z.string().optional() }).optional(),
  workflow_run: z
    .object({
      id: z.int().positive().optional(),
      run_attempt: z.int().positive().optional(),
      head_sha: z.string().optional(),
      head_branch: z.string().nullish(),
      head_repository: repositorySchema.extend({ owner: z.object({ login: z.string() }).nullish() }).nullish()
    })
    .optional()
})

type Payload = z.output<typeof payloadSchema>

/**
 * Reads the context of the run.
 *
 * @param readText the text of a file; throws where there is none
 */
export function readContext(env: Environment, readText: (path: string) => string): ActionContext {
  const inActions = runsInActions(env)
  const payload = readPayload(env.GITHUB_EVENT_PATH ?? '', readText)
  const eventName = env.GITHUB_EVENT_NAME ?? ''
  const ref = env.GITHUB_REF ?? ''
  const actor = env.GITHUB_ACTOR ?? ''
  const repository = env.GITHUB_REPOSITORY ?? ''
  const serverUrl = env.GITHUB_SERVER_URL ?? ''
  const runId = wholeNumber(env.GITHUB_RUN_ID)
  const runAttempt = wholeNumber(env.GITHUB_RUN_ATTEMPT)
  const defaultBranch = payload?.repository?.default_branch
  const isFork = comesFromFork(payload)
  const isDependabot = actor === 'dependabot[bot]'
  return {
    inActions,
    eventName,
    ref,
    sha: env.GITHUB_SHA ?? '',
    repository,
    repositoryId: payload?.repository?.id,
    defaultBranch,
    isPublicRepository: payload?.repository?.private !== true,
    actor,
    runId,
    runAttempt,
    runNumber: wholeNumber(env.GITHUB_RUN_NUMBER),
    runUrl: runUrl(serverUrl, repository, runId, runAttempt),
    serverUrl,
    apiUrl: env.GITHUB_API_URL ?? '',
    workspace: nonEmpty(env.GITHUB_WORKSPACE),
    runnerTemp: nonEmpty(env.RUNNER_TEMP),
    pullRequest: pullRequestOf(payload),
    workflowRun: workflowRunOf(payload, (id, attempt) => runUrl(serverUrl, repository, id, attempt)),
    mergeGroupBase: payload?.merge_group?.base_sha,
    isFork,
    isDependabot,
    trust: trustOf({
      inActions,
      eventName,
      ref,
      payloadReadable: payload !== undefined,
      defaultBranch,
      isPullRequest: payload?.pull_request !== undefined || eventName.startsWith('pull_request'),
      isFork,
      isDependabot
    })
  }
}

function readPayload(path: string, readText: (path: string) => string): Payload | undefined {
  if (path === '') return undefined
  try {
    return payloadSchema.parse(JSON.parse(readText(path)))
  } catch {
    return undefined
  }
}

/** By repository ids, since names can be taken over. A deleted fork has no repository left, and stays one. */
function comesFromFork(payload: Payload | undefined): boolean {
  const own = payload?.repository?.id
  const heads = [
    ...(payload?.pull_request === undefined ? [] : [payload.pull_request.head?.repo?.id]),
    ...(payload?.workflow_run === undefined ? [] : [payload.workflow_run.head_repository?.id])
  ]
  return heads.some((head) => head === undefined || head !== own)
}

function pullRequestOf(payload: Payload | undefined): PullRequestContext | undefined {
  const pull = payload?.pull_request
  if (pull === undefined) return undefined
  return {
    number: pull.number,
    headSha: pull.head?.sha,
    baseSha: pull.base?.sha,
    baseBranch: pull.base?.ref,
    headRepositoryId: pull.head?.repo?.id
  }
}

function workflowRunOf(
  payload: Payload | undefined,
  urlOf: (id: number, attempt: number) => string | undefined
): WorkflowRunContext | undefined {
  const { id, run_attempt: attempt = 1, head_sha: headSha, ...head } = payload?.workflow_run ?? {}
  if (id === undefined || headSha === undefined) return undefined
  return {
    id,
    attempt,
    // Not the payload's own: a page of this server and this repository, whatever stands there.
    url: urlOf(id, attempt),
    headSha,
    headBranch: head.head_branch ?? undefined,
    headRepositoryId: head.head_repository?.id,
    headOwner: head.head_repository?.owner?.login
  }
}

function runUrl(
  serverUrl: string,
  repository: string,
  runId: number | undefined,
  attempt: number | undefined
): string | undefined {
  if (serverUrl === '' || repository === '' || runId === undefined) return undefined
  const page = `${serverUrl}/${repository}/actions/runs/${String(runId)}`
  return attempt === undefined ? page : `${page}/attempts/${String(attempt)}`
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
