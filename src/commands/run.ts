/**
 * One run of the action, whatever the command: inputs in; report, summary, outputs and exit code out. Whatever is thrown on
 * the way, things that are no errors included, ends here in a written summary and an exit code.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import type { ActionContext } from '../action/context.js'
import type { Inputs } from '../action/inputs.js'
import { maskSecrets } from '../action/mask.js'
import { setOutputs, type OutputValues } from '../action/outputs.js'
import { readInputs } from '../action/read-inputs.js'
import type { Runtime } from '../action/runtime.js'
import { appendSummary } from '../action/summary.js'
import { ActionError } from '../errors.js'
import { allowsVisibility } from '../gates/policy/floors.js'
import { cleanAll } from '../gates/redact.js'
import { annotations } from '../report/annotations.js'
import { disclosable } from '../report/disclosure.js'
import { emptyReport, type Report } from '../report/model.js'
import { renderSummary } from '../report/summary.js'
import { REPORT_BYTES } from '../report/read.js'
import { slashes } from '../traces/patterns.js'
import { comment, commentOn } from './comment.js'
import { comparisonSource } from './base-traces.js'
import { modelOf, reviewStep, secretGates, UNSCANNED } from './gate-set.js'
import { exportTraces } from './export.js'
import { openHome, repoOf } from './home.js'
import { assertFloors, githubOf, loadPolicy } from './policy.js'
import { collectTraces, nothing } from './collecting.js'
import { push } from './push.js'
import { review } from './review.js'
import { discreet, secrecyOf, type Secrecy } from './secrecy.js'

/** What a run needs of the machine that it runs on. */
export interface Machine {
  readonly cwd: string
  readonly home: string
  readonly temp: string
  readonly platform: NodeJS.Platform
  readonly arch: string
  readonly now: () => Date
  readonly randomHex: (digits: number) => string
  readonly sleep: (milliseconds: number) => Promise<void>
}

/** Runs the command that the inputs name. Never throws. @returns the exit code of the process */
export async function run(surroundings: Runtime, context: ActionContext, machine: Machine): Promise<number> {
  const secrecy = secrecyOf(surroundings)
  const runtime = discreet(surroundings, secrecy)
  const report = emptyReport('push')
  report.run = runOf(context)
  let inputs: Inputs | undefined
  let exported: string | undefined
  const places = placesOf(context, machine)
  try {
    maskSecrets(runtime.env, runtime.setSecret)
    inputs = readInputs(runtime.env)
    report.command = inputs.command
    for (const { value } of secrecy.known) secrecy.hide(value)
    exported = await runCommand(inputs, { runtime, context, machine, places, report, secrecy })
  } catch (error) {
    fail(report, error, runtime)
  }
  const shown = disclosable(cleanAll(report, secrecy.redactor.clean))
  if (inputs?.command === 'push' || inputs?.command === 'check') {
    await commentOn({ ...machine, context, inputs, report: shown, log: runtime.log })
  }
  await tell(shown, inputs, runtime, places, exported)
  return report.exit_code
}

/**
 * The end of a run that something outside of its own walk has broken: an event that nobody listened to.
 *
 * @param thrown whatever it was
 */
export async function abort(
  surroundings: Runtime,
  context: ActionContext,
  machine: Machine,
  thrown: unknown
): Promise<number> {
  const secrecy = secrecyOf(surroundings)
  const runtime = discreet(surroundings, secrecy)
  const report = emptyReport('push')
  report.run = runOf(context)
  fail(report, thrown, runtime)
  await tell(
    disclosable(cleanAll(report, secrecy.redactor.clean)),
    validInputs(runtime),
    runtime,
    placesOf(context, machine)
  )
  return report.exit_code
}

function validInputs({ env }: Runtime): Inputs | undefined {
  try {
    return readInputs(env)
  } catch {
    return undefined
  }
}

interface Places {
  readonly workspace: string
  readonly temp: string
}

function placesOf(context: ActionContext, machine: Machine): Places {
  return { workspace: context.workspace ?? machine.cwd, temp: context.runnerTemp ?? machine.temp }
}

function announce(notices: readonly string[], runtime: Runtime, report: Report): void {
  for (const notice of notices) runtime.log.info(notice)
  report.notices.push(...notices)
}

interface Run {
  readonly runtime: Runtime
  readonly context: ActionContext
  readonly machine: Machine
  readonly places: Places
  readonly report: Report
  readonly secrecy: Secrecy
}

/** @returns the path of what was exported, if anything was */
async function runCommand(inputs: Inputs, run: Run): Promise<string | undefined> {
  switch (inputs.command) {
    case 'review':
      await runReview(inputs, run)
      break
    case 'comment':
      await runComment(inputs, run)
      break
    case 'export':
      return await runExport(inputs, run)
    default:
      await runPush(inputs, run)
  }
  return undefined
}

async function runPush(inputs: Inputs, run: Run): Promise<void> {
  const { runtime, context, machine, places, report, secrecy } = run
  const { env, log } = runtime
  const { workingDirectory, workspace } = foldersOf(inputs, run)
  const home = await openHome({ inputs, env, context, workingDirectory, info: (message) => log.info(message) })
  const github = githubOf(inputs, context, machine.sleep)
  const policy = await loadPolicy({ inputs, env, context, workingDirectory, workspace, github, report })
  assertFloors(inputs, repoOf(home), policy)
  const surroundings = { runtime, machine, temp: places.temp, secrecy }
  if (!inputs.trufflehog) announce([UNSCANNED], runtime, report)
  await push(
    { ...inputs, outputDir: outputDir(inputs, places) },
    {
      ...machine,
      home,
      gates: secretGates(inputs, policy, surroundings),
      review: reviewStep(inputs, context.trust.level !== 'untrusted', surroundings),
      policy,
      base: {
        source: comparisonSource(context, inputs.head),
        name: env.GITHUB_BASE_REF === '' ? undefined : env.GITHUB_BASE_REF,
        home: dirname(cliHome(runtime, machine)),
        env,
        github
      },
      isPublicPage: context.inActions && context.isPublicRepository,
      allowsVisibility: (found) => allowsVisibility(policy, found),
      places: { workingDirectory, workspace, cliHome: cliHome(runtime, machine) },
      tempFolder: places.temp,
      log
    },
    report
  )
}

/** Before a text leaves the machine, all gates look at it as they do before a push, with the inputs that push has by default. */
async function runReview(inputs: Inputs, run: Run): Promise<void> {
  const { runtime, context, machine, places, report, secrecy } = run
  const { env, log } = runtime
  const { workingDirectory, workspace } = foldersOf(inputs, run)
  const github = githubOf(inputs, context, machine.sleep)
  const policy = await loadPolicy({ inputs, env, context, workingDirectory, workspace, github, report })
  const surroundings = { runtime, machine, temp: places.temp, secrecy }
  const ports = { places: { workingDirectory, workspace, cliHome: cliHome(runtime, machine) }, log }
  await review(
    inputs,
    {
      ...machine,
      collect: () => collectTraces(inputs, ports, report),
      nothing: () => {
        nothing(inputs, report)
      },
      gates: secretGates(inputs, policy, surroundings),
      policy,
      trust: context.trust,
      model: modelOf(inputs, surroundings),
      tempFolder: places.temp,
      log
    },
    report
  )
}

async function runComment(inputs: Inputs, { runtime, context, machine, places, report }: Run): Promise<void> {
  const reportPath = reportPathOf(inputs, places)
  await comment({ ...inputs, reportPath }, { ...machine, context, log: runtime.log }, report)
}

async function runExport(inputs: Inputs, run: Run): Promise<string | undefined> {
  const { runtime, machine, places, report } = run
  const folders = { ...foldersOf(inputs, run), cliHome: cliHome(runtime, machine) }
  const ports = { ...machine, places: folders, tempFolder: places.temp, log: runtime.log }
  return await exportTraces({ ...inputs, outputDir: outputDir(inputs, places) }, ports, report)
}

function foldersOf(inputs: Inputs, { context, places }: Run): { workingDirectory: string; workspace: string } {
  const workingDirectory = resolve(places.workspace, inputs.workingDirectory ?? '.')
  // Without a runner there is no checkout but the folder that somebody works in.
  return { workingDirectory, workspace: context.workspace ?? workingDirectory }
}

function cliHome({ env }: Runtime, machine: Machine): string {
  const own = env.OT_OPENTRACES_DIR ?? ''
  return own === '' ? join(machine.home, '.opentraces') : resolve(machine.cwd, own)
}

function outputDir(inputs: Inputs | undefined, places: Places): string {
  const given = inputs?.outputDir
  return given === undefined ? join(places.temp, 'opentraces-push') : resolve(places.workspace, given)
}

function reportPathOf(inputs: Inputs | undefined, places: Places): string {
  const given = inputs?.reportPath
  return given === undefined ? join(outputDir(inputs, places), 'report.json') : resolve(places.workspace, given)
}

function fail(report: Report, thrown: unknown, runtime: Runtime): void {
  const error = asActionError(thrown)
  report.exit_code = error.exitCode
  report.outcome = error.exitCode === 3 ? 'blocked' : 'failed'
  report.error = { code: error.code, message: error.message, hint: error.hint, retryable: error.retryable }
  runtime.log.error(`${error.message}\n${error.hint}`)
  // The stack of an unexpected error helps its author; its message may quote what must not be shown.
  if (error.code === 'INTERNAL' && thrown instanceof Error) runtime.log.debug(stackWithoutMessage(thrown))
}

/** Anything that is thrown counts as a failure, whatever it is. */
function asActionError(thrown: unknown): ActionError {
  if (thrown instanceof ActionError) return thrown
  const kind = thrown instanceof Error ? thrown.name : typeof thrown
  return new ActionError('INTERNAL', 1, `the action itself failed (${kind}); this is a defect`, {
    hint: 'Nothing is known to be published. Please report it with the log of a run with debug logging enabled.',
    cause: thrown
  })
}

function stackWithoutMessage(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')
}

/** Report file, summary and outputs. None of them turns a publication that has happened into a failure. */
async function tell(
  report: Report,
  inputs: Inputs | undefined,
  runtime: Runtime,
  places: Places,
  exported = ''
): Promise<void> {
  const output = outputDir(inputs, places)
  // For the command comment, the report is what it reads: somebody else's.
  const path = inputs?.command === 'comment' ? undefined : reportPathOf(inputs, places)
  const checksums = join(output, 'checksums.txt')
  let written = false
  try {
    if (path !== undefined) {
      await mkdir(dirname(path), { recursive: true })
      const shown = JSON.stringify(report, null, 2)
      // A large one is for programs, and the command comment takes no more than that.
      await writeFile(path, `${shown.length > REPORT_BYTES / 4 ? JSON.stringify(report) : shown}\n`)
    }
    if (report.shard !== undefined) {
      await mkdir(output, { recursive: true })
      await writeFile(checksums, `${report.shard.sha256}  ${report.shard.path}\n`)
    }
    written = true
  } catch {
    runtime.log.warning('The report could not be written. Check the input "report-path".')
  }
  for (const warning of report.warnings) runtime.log.warning(warning)
  const taken = { error: report.error === undefined ? 0 : 1, warning: report.warnings.length }
  const folder = slashes(relative(places.workspace, resolve(places.workspace, inputs?.workingDirectory ?? '.')))
  for (const { kind, message, ...place } of annotations(report, { folder, taken })) runtime.log[kind](message, place)
  await appendSummary(renderSummary(report), runtime.env, runtime.log)
  const files = {
    report: written && path !== undefined ? path : '',
    checksums: written && report.shard !== undefined ? checksums : '',
    'export-path': exported
  }
  setOutputs({ ...outputsOf(report), ...files }, runtime.setOutput, runtime.log)
}

function outputsOf(report: Report): OutputValues {
  const { counts, quality } = report
  return {
    outcome: report.outcome,
    'exit-code': String(report.exit_code),
    'error-code': report.error?.code ?? '',
    retryable: String(report.error?.retryable ?? false),
    'skip-reason': report.skip_reason ?? '',
    published: String(report.outcome === 'published'),
    repo: report.repo,
    'dataset-url': report.dataset_url,
    visibility: report.visibility ?? '',
    shard: report.shard?.path ?? '',
    commit: report.commit?.revision ?? '',
    'commit-url': report.commit?.url ?? '',
    staged: String(counts.staged),
    uploaded: String(counts.uploaded),
    duplicates: String(counts.duplicates),
    blocked: String(counts.blocked),
    held: String(counts.held),
    invalid: String(counts.invalid),
    migrated: String(counts.migrated),
    'overall-quality': quality === undefined ? '' : quality.overall_utility.toFixed(1),
    'gate-status': quality?.gate_status ?? '',
    'persona-scores': quality === undefined ? '' : JSON.stringify(quality.persona_scores)
  }
}

function runOf(context: ActionContext): Report['run'] {
  const run: Report['run'] = {}
  if (context.repository !== '') run.repository = context.repository
  if (context.eventName !== '') run.event = context.eventName
  if (context.runId !== undefined) run.run_id = String(context.runId)
  if (context.runAttempt !== undefined) run.run_attempt = String(context.runAttempt)
  if (context.runUrl !== undefined) run.run_url = context.runUrl
  if (context.pullRequest !== undefined) run.pull_request = context.pullRequest.number
  if (context.pullRequest?.headSha !== undefined) run.head_sha = context.pullRequest.headSha
  if (context.pullRequest?.baseSha !== undefined) run.base_sha = context.pullRequest.baseSha
  return run
}
