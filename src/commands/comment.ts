/**
 * The comment on a pull request: at the end of a run for one, and by the command `comment`, which posts the report of an
 * earlier run that had no right to write.
 */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { findPullRequest } from '../action/comments/find-pull-request.js'
import type { Stamp } from '../action/comments/stamp.js'
import { Trouble, type Complaint, type TroubleKind } from '../action/comments/trouble.js'
import { upsertComment, type CommentOutcome, type CommentWhen } from '../action/comments/upsert.js'
import type { ActionContext, WorkflowRunContext } from '../action/context.js'
import { InputError, LoadError, systemErrorCode } from '../errors.js'
import { renderComment } from '../report/comment.js'
import type { Report } from '../report/model.js'
import { readReport, REPORT_BYTES } from '../report/read.js'

export interface CommentInputs {
  readonly prComment: CommentWhen
  readonly commentKey: string
  readonly githubToken: string | undefined
}

/** Everything with an effect, and the event. */
export interface CommentPorts {
  readonly context: Pick<
    ActionContext,
    | 'inActions'
    | 'repository'
    | 'repositoryId'
    | 'apiUrl'
    | 'isPublicRepository'
    | 'isFork'
    | 'isDependabot'
    | 'runId'
    | 'runAttempt'
    | 'runUrl'
    | 'pullRequest'
    | 'workflowRun'
  >
  readonly now: () => Date
  readonly randomHex: (digits: number) => string
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly log: { info(message: string): void }
}

export interface CommentOnOptions extends CommentPorts {
  readonly inputs: CommentInputs
  /** As it will be shown. Gets a warning where the comment could not be posted. */
  readonly report: Report
}

/**
 * Comments on the pull request of the event, where there is one and `pr-comment` has a reason to. What the run has found and
 * how it ends stay as they are, whatever becomes of the comment. Never throws.
 */
export async function commentOn({ inputs, report, ...ports }: CommentOnOptions): Promise<void> {
  const { pullRequest, repository, runId, runAttempt, runUrl } = ports.context
  if (pullRequest === undefined || repository === '') return
  const stamp = { runId: runId ?? 0, attempt: runAttempt ?? 1, headSha: pullRequest.headSha }
  try {
    const body = renderComment(report, { key: inputs.commentKey, ...(runUrl === undefined ? {} : { runUrl }) })
    const outcome = await post(report, { pullRequest: pullRequest.number, body, stamp }, inputs, ports)
    if (outcome.kind !== 'not-posted') tellLog(pullRequest.number, outcome, ports)
    else report.warnings.push(warningOf(outcome.trouble, ports.context))
  } catch (error) {
    // A defect of ours, which must not cost anybody the result of the run.
    const kind = error instanceof Error ? error.name : typeof error
    report.warnings.push(`The comment on the pull request could not be written (${kind}). This is a defect.`)
  }
}

export interface CommentCommandInputs extends CommentInputs {
  /** Absolute path of the report of the other run. */
  readonly reportPath: string
  /** Show a private dataset's figures where anybody can read them. */
  readonly disclose: boolean
}

/**
 * Posts the report of the run that a `workflow_run` follows on the pull requests that the run was for.
 *
 * That report is what an untrusted run says, and perhaps not even a report. Which pull requests, commit, run and repository
 * it is about is GitHub's word alone. Nothing of it gets into the log, the summary or the outputs of this run, and it is not
 * searched for secrets of this run: what would be hidden in it, and what not, would tell its author which guesses were right.
 *
 * @param report of this run
 * @throws InputError (exit code 2) on other events and for a file that is no report, LoadError (4) where GitHub fails.
 * A lack of rights is a warning
 */
export async function comment(inputs: CommentCommandInputs, ports: CommentPorts, report: Report): Promise<void> {
  const { context, now } = ports
  const run = context.workflowRun
  if (run === undefined || context.repository === '') throw elsewhere()
  const theirs = await readReportFile(inputs.reportPath)
  const isPublicPage = context.inActions && context.isPublicRepository
  if (theirs.visibility === 'private' && isPublicPage && !inputs.disclose) theirs.disclosed = false

  report.exit_code = 0
  const search = await findPullRequest({
    ...run,
    github: access(inputs, ports),
    repositoryId: context.repositoryId,
    now: () => now().getTime()
  })
  if (search.kind === 'none') {
    skip(report, 'no-pull-request')
    report.notices.push('No open pull request has the commit of the run as its head: there is nothing to comment on.')
    return
  }
  if (search.kind === 'failed') {
    skip(report, 'not-posted')
    refused([search.trouble], report)
    return
  }
  const stamp = { runId: run.id, attempt: run.attempt, headSha: run.headSha }
  const troubles: Complaint[] = []
  const outcomes: CommentOutcome['kind'][] = []
  for (const pullRequest of search.numbers) {
    const placed = placedBy(theirs, context.repository, run, pullRequest)
    const runUrl = run.url === undefined ? {} : { runUrl: run.url }
    const body = renderComment(placed, { key: inputs.commentKey, reportedBy: 'pull request', ...runUrl })
    const outcome = await post(placed, { pullRequest, body, stamp }, inputs, ports)
    outcomes.push(outcome.kind)
    if (outcome.kind === 'not-posted') {
      troubles.push(outcome.trouble)
      continue
    }
    tellLog(pullRequest, outcome, ports)
    report.notices.push(sentence(pullRequest, outcome))
  }
  if (outcomes.some((kind) => POSTED.includes(kind))) report.outcome = 'checked'
  else skip(report, reasonOf(outcomes))
  refused(troubles, report)
}

const POSTED: readonly CommentOutcome['kind'][] = ['created', 'updated', 'unchanged']

function skip(report: Report, reason: string): void {
  report.outcome = 'skipped'
  report.skip_reason = reason
}

/** Stable words for the output `skip-reason`. */
function reasonOf(outcomes: readonly CommentOutcome['kind'][]): string {
  if (outcomes.includes('not-posted')) return 'not-posted'
  return outcomes.includes('superseded') ? 'superseded' : 'nothing-to-say'
}

interface Place {
  readonly pullRequest: number
  readonly body: string
  readonly stamp: Stamp
}

async function post(report: Report, place: Place, inputs: CommentInputs, ports: CommentPorts): Promise<CommentOutcome> {
  const { now, randomHex } = ports
  return await upsertComment({
    ...place,
    github: access(inputs, ports),
    when: inputs.prComment,
    hasNews: hasNews(report),
    hasFailed: report.exit_code !== 0,
    now: () => now().getTime(),
    random: () => Number.parseInt(randomHex(8), 16) / 2 ** 32
  })
}

function access({ githubToken }: CommentInputs, { context: { repository, apiUrl }, sleep }: CommentPorts) {
  return { token: githubToken ?? '', repository, apiUrl, sleep }
}

/** Whether there is something that a reviewer should know who has not asked for a comment on every pull request. */
function hasNews({ counts, baseline, exit_code: exitCode }: Report): boolean {
  const base = baseline?.base
  const differs = base === undefined ? counts.staged > 0 : base.added + base.changed + base.removed > 0
  return differs || exitCode !== 0 || counts.blocked + counts.held + counts.invalid + (counts.leaked ?? 0) > 0
}

/** The report with the place that GitHub names instead of the one that it claims. */
function placedBy(theirs: Report, repository: string, run: WorkflowRunContext, pullRequest: number): Report {
  return {
    ...theirs,
    run: {
      repository,
      event: 'workflow_run',
      run_id: String(run.id),
      run_attempt: String(run.attempt),
      head_sha: run.headSha,
      pull_request: pullRequest
    }
  }
}

type Settled = Exclude<CommentOutcome, { kind: 'not-posted' }>

function tellLog(pullRequest: number, outcome: Settled, { log }: CommentPorts): void {
  log.info(sentence(pullRequest, outcome))
  if ('url' in outcome && outcome.url !== undefined) log.info(outcome.url)
}

function sentence(pullRequest: number, { kind }: Settled): string {
  const subject = `The comment on pull request ${String(pullRequest)}`
  switch (kind) {
    case 'created':
    case 'updated':
      return `${subject} was ${kind}.`
    case 'unchanged':
      return `${subject} says the same already.`
    case 'superseded':
      return `${subject} is left to a newer run.`
    case 'silent':
      return `There is no reason for a comment on pull request ${String(pullRequest)} (see the input "pr-comment").`
  }
}

/** What no token of this job would change. */
const LACK_OF_RIGHTS: readonly TroubleKind[] = ['no-token', 'token', 'rights', 'missing']

const RECIPE =
  'Runs for pull requests of forks and of Dependabot get no token that may write. Let a workflow on `workflow_run` post the ' +
  'report with `command: comment`, and set `pr-comment: never` here: see "Pull requests" in the README of the action.'

function warningOf({ kind, warning, hint }: Complaint, { isFork, isDependabot }: CommentPorts['context']): string {
  return `${warning} ${(isFork || isDependabot) && LACK_OF_RIGHTS.includes(kind) ? RECIPE : hint}`
}

/** @throws LoadError where it was more than a lack of rights */
function refused(troubles: readonly Complaint[], report: Report): void {
  const failure = troubles.find(({ kind }) => !LACK_OF_RIGHTS.includes(kind))
  if (failure !== undefined) {
    throw new LoadError('UPLOAD_FAILED', failure.warning.replace(/\.$/, ''), {
      hint: failure.hint,
      retryable: failure.kind === 'contention' || new Trouble(failure.kind).isTemporary
    })
  }
  report.warnings.push(...new Set(troubles.map(({ warning, hint }) => `${warning} ${hint}`)))
}

function elsewhere(): InputError {
  return new InputError('the event does not name a run whose report could be posted', {
    hint: 'The command comment belongs into a workflow on "workflow_run". On pull requests, push and check comment by themselves: see the input "pr-comment".'
  })
}

/** @throws InputError where there is no file, or one that is no report */
async function readReportFile(path: string): Promise<Report> {
  return readReport(await reportText(path))
}

/** No more of the file than a report may have, and one byte. A link in an unpacked artifact could lead anywhere. */
async function reportText(path: string): Promise<string> {
  try {
    // Windows has none of the last two, and no bits are set then.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      if (!(await file.stat()).isFile()) throw unreadable('is not a file')
      return await text(file.createReadStream({ start: 0, end: REPORT_BYTES, autoClose: false }))
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof InputError) throw error
    throw unreadable(systemErrorCode(error) === 'ENOENT' ? 'does not exist' : 'cannot be read')
  }
}

function unreadable(why: string): InputError {
  return new InputError(`the file that "report-path" names ${why}`, {
    hint: 'Download the artifact with the report.json of the run first, and name the file in "report-path". Links are not followed.'
  })
}
