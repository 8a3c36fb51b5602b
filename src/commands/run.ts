/**
 * One run of the action, whatever the command: inputs in; report, summary, outputs and exit code out. Whatever is thrown on
 * the way, things that are no errors included, ends here in a written summary and an exit code.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { unavailableDefaults } from '../action/availability.js'
import type { ActionContext } from '../action/context.js'
import type { Inputs } from '../action/inputs.js'
import { maskSecrets } from '../action/mask.js'
import { setOutputs, type OutputValues } from '../action/outputs.js'
import { readInputs } from '../action/read-inputs.js'
import type { Runtime } from '../action/runtime.js'
import { appendSummary } from '../action/summary.js'
import { ActionError } from '../errors.js'
import { allowsVisibility } from '../gates/policy/floors.js'
import type { BinarySource } from '../gates/trufflehog/binary.js'
import { trufflehogGate } from '../gates/trufflehog/gate.js'
import { PINS, platformOf, RELEASES } from '../gates/trufflehog/pins.js'
import { emptyReport, type Report } from '../report/model.js'
import { renderSummary } from '../report/summary.js'
import { openHome } from './home.js'
import { assertFloors, loadPolicy } from './policy.js'
import { push } from './push.js'

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
export async function run(runtime: Runtime, context: ActionContext, machine: Machine): Promise<number> {
  const report = emptyReport('push')
  report.run = runOf(context)
  let inputs: Inputs | undefined
  const places = placesOf(context, machine)
  try {
    maskSecrets(runtime.env, runtime.setSecret)
    inputs = readInputs(runtime.env)
    report.command = inputs.command
    announce(unavailableDefaults(inputs), runtime, report)
    await runPush(inputs, { runtime, context, machine, places, report })
  } catch (error) {
    fail(report, error, runtime)
  }
  await tell(report, inputs, runtime, places)
  return report.exit_code
}

/**
 * The end of a run that something outside of its own walk has broken: an event that nobody listened to.
 *
 * @param thrown whatever it was
 */
export async function abort(
  runtime: Runtime,
  context: ActionContext,
  machine: Machine,
  thrown: unknown
): Promise<number> {
  const report = emptyReport('push')
  report.run = runOf(context)
  fail(report, thrown, runtime)
  await tell(report, validInputs(runtime), runtime, placesOf(context, machine))
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
}

async function runPush(inputs: Inputs, { runtime, context, machine, places, report }: Run): Promise<void> {
  const { env, log, setSecret } = runtime
  const workingDirectory = resolve(places.workspace, inputs.workingDirectory ?? '.')
  // Without a runner there is no checkout but the folder that somebody works in.
  const workspace = context.workspace ?? workingDirectory
  const home = await openHome({ inputs, env, context, workingDirectory, info: (message) => log.info(message) })
  const policy = await loadPolicy({ inputs, env, context, workingDirectory, workspace, sleep: machine.sleep, report })
  assertFloors(inputs, home.kind === 'publish' ? home.store.repo : home.repo, policy)
  const gates = inputs.trufflehog
    ? [
        trufflehogGate({
          binary: binarySource(inputs, runtime, machine),
          verify: inputs.trufflehogVerify,
          tempRoot: places.temp,
          mask: setSecret
        })
      ]
    : []
  if (gates.length === 0) announce([UNSCANNED], runtime, report)
  await push(
    { ...inputs, outputDir: outputDir(inputs, places) },
    {
      ...machine,
      home,
      gates,
      allowsVisibility: (found) => allowsVisibility(policy, found),
      places: { workingDirectory, workspace, cliHome: cliHome(runtime, machine) },
      tempFolder: places.temp,
      log
    },
    report
  )
}

const UNSCANNED = 'Secret scanning is switched off (trufflehog: false): the traces are not scanned.'

function binarySource({ trufflehogPath }: Inputs, { env }: Runtime, machine: Machine): BinarySource {
  const toolCache = env.RUNNER_TOOL_CACHE ?? ''
  return {
    given: trufflehogPath === undefined ? undefined : resolve(machine.cwd, trufflehogPath),
    toolCache: toolCache === '' ? undefined : toolCache,
    platform: platformOf(machine.platform, machine.arch),
    pins: PINS,
    releases: RELEASES,
    fetch
  }
}

function cliHome({ env }: Runtime, machine: Machine): string {
  const own = env.OT_OPENTRACES_DIR ?? ''
  return own === '' ? join(machine.home, '.opentraces') : resolve(machine.cwd, own)
}

function outputDir(inputs: Inputs | undefined, places: Places): string {
  const given = inputs?.outputDir
  return given === undefined ? join(places.temp, 'opentraces-push') : resolve(places.workspace, given)
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
async function tell(report: Report, inputs: Inputs | undefined, runtime: Runtime, places: Places): Promise<void> {
  const folder = outputDir(inputs, places)
  const path =
    inputs?.reportPath === undefined ? join(folder, 'report.json') : resolve(places.workspace, inputs.reportPath)
  const checksums = join(folder, 'checksums.txt')
  let written = false
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, `${JSON.stringify(report, null, 2)}\n`)
    if (report.shard !== undefined) {
      await mkdir(folder, { recursive: true })
      await writeFile(checksums, `${report.shard.sha256}  ${report.shard.path}\n`)
    }
    written = true
  } catch {
    runtime.log.warning('The report could not be written. Check the input "report-path".')
  }
  for (const warning of report.warnings) runtime.log.warning(warning)
  await appendSummary(renderSummary(report), runtime.env, runtime.log)
  setOutputs(
    outputsOf(report, written ? path : '', written && report.shard !== undefined ? checksums : ''),
    runtime.setOutput,
    runtime.log
  )
}

function outputsOf(report: Report, path: string, checksums: string): OutputValues {
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
    'persona-scores': quality === undefined ? '' : JSON.stringify(quality.persona_scores),
    report: path,
    checksums
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
