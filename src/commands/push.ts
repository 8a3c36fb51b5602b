/** `push`: from staged traces to one commit, written out from top to bottom. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Verdict } from '../dataset/dedupe.js'
import { LoadError } from '../errors.js'
import type { Gate } from '../gates/gate.js'
import type { AllowEntry, Policy } from '../gates/policy.js'
import { byPersona, meanOfPersonas } from '../quality/score.js'
import type { Report, ReportDataset, ReportTrace } from '../report/model.js'
import { collect, shortList, type Collected, type StagedFile } from '../traces/collect.js'
import { dropLine } from './drop-line.js'
import { leavePlan } from './dry-run.js'
import { assertClean, runGates, type Gating } from './gating.js'
import type { Home } from './home.js'
import { publish, type DatasetFigures, type Publication } from './publish.js'
import { assertSomethingLeft, assertValid, stage, type Candidate, type Staging } from './staging.js'

/** What the workflow asked for. */
export interface PushInputs {
  readonly traces: readonly string[]
  readonly ifNoTraces: 'auto' | 'error' | 'warn' | 'ignore'
  readonly onBlocked: 'fail' | 'hold'
  readonly license: string | undefined
  readonly assess: boolean
  /** As asked for; undefined leaves it as it is. */
  readonly visibility: 'public' | 'private' | undefined
  readonly dryRun: boolean
  readonly createPr: boolean
  /** Milliseconds. */
  readonly maxWait: number
  readonly outputDir: string
}

/** Everything with an effect. */
export interface PushPorts {
  readonly home: Home
  readonly gates: readonly Gate[]
  /** Over what they let pass; undefined where no review is asked for. */
  readonly review: ((files: readonly StagedFile[]) => Gate) | undefined
  readonly policy: Policy
  /** What a policy says of the visibility of the dataset that is there, or would be created. */
  readonly allowsVisibility: (found: 'public' | 'private') => boolean
  readonly places: { readonly workingDirectory: string; readonly workspace: string; readonly cliHome: string }
  /** Where temporary files may be made. */
  readonly tempFolder: string
  readonly now: () => Date
  readonly randomHex: (digits: number) => string
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly log: PushLog
}

export interface PushLog {
  info(message: string): void
  /** Runs a phase as one foldable group of the log. */
  group<T>(name: string, run: () => Promise<T>): Promise<T>
}

/** Fills the report as it goes, so that a failure shows how far the run came. @throws ActionError */
export async function push(inputs: PushInputs, ports: PushPorts, report: Report): Promise<void> {
  const { log, home } = ports
  if (home.kind === 'publish') {
    report.repo = home.store.repo
    report.dataset_url = home.store.url
  } else report.repo = home.repo
  await mkdir(ports.tempFolder, { recursive: true })
  const workFolder = await mkdtemp(join(ports.tempFolder, 'opentraces-'))
  try {
    const phase = timed(ports, report)
    const collected = await phase('Collect staged traces', () => collectTraces(inputs, ports, report))
    if (collected.files.length === 0) {
      nothing(inputs, report)
      return
    }

    const staging = await phase('Validate and migrate', () => readTraces(collected, inputs, ports, report, workFolder))
    if (staging.candidates.length === 0) {
      nothing(inputs, report)
      return
    }

    const gating = await phase('Gates', () => judge(staging, collected, inputs, ports, report))
    const considered = distinctClean(staging, gating)
    if (home.kind === 'check') {
      check(report, home)
      return
    }
    const publication = await phase(inputs.dryRun ? 'Plan the commit (dry run)' : 'Drop duplicates and publish', () =>
      publish(staging, considered, {
        ...ports,
        ...inputs,
        store: home.store,
        workFolder,
        info: (message) => log.info(message)
      })
    )
    if (inputs.visibility === 'public' && publication.visibility === 'private') {
      report.notices.push('The dataset is private and stays so. Make it public in its settings on the Hub.')
    }
    if (publication.commit !== undefined && inputs.createPr) {
      report.notices.push('The commit is a pull request of the dataset: it counts once somebody has merged it there.')
    }
    if (publication.plan !== undefined && inputs.dryRun) {
      report.notices.push(`The files of the commit are in ${await leavePlan(publication.plan, inputs.outputDir)}.`)
    }
    tell(report, staging, considered, publication, inputs.dryRun)
    for (const line of resultLines(report)) log.info(line)
  } finally {
    // What has been published stays published, whatever becomes of temporary files.
    await rm(workFolder, { recursive: true, force: true }).catch(() => undefined)
  }
}

type Phase = <T>(name: string, run: () => Promise<T>) => Promise<T>

function timed(ports: PushPorts, report: Report): Phase {
  return async (name, run) => {
    const start = ports.now().getTime()
    try {
      return await ports.log.group(name, run)
    } finally {
      report.timings[name] = ports.now().getTime() - start
    }
  }
}

/** What `collectTraces` needs. */
export type CollectInputs = Pick<PushInputs, 'traces' | 'ifNoTraces'>

/** Finds the staged traces, and says so. @throws LoadError */
export async function collectTraces(
  inputs: CollectInputs,
  ports: Pick<PushPorts, 'places' | 'log'>,
  report: Report
): Promise<Collected> {
  const collected = await collect({ entries: inputs.traces, ...ports.places })
  report.sources.push(...collected.sources)
  for (const source of collected.sources) ports.log.info(source)
  ports.log.info(`${String(collected.files.length)} file(s) with staged traces.`)
  if (collected.unmatched.length > 0) {
    const message = `nothing matches ${collected.unmatched.map((entry) => `"${entry}"`).join(', ')}`
    if (['auto', 'error'].includes(inputs.ifNoTraces)) {
      throw new LoadError('TRACES_NOT_FOUND', `in the input "traces", ${message}`, {
        hint: 'Check the paths (they are relative to the working directory), or set "if-no-traces: warn".'
      })
    }
    if (inputs.ifNoTraces === 'warn') report.warnings.push(`In the input "traces", ${message}.`)
  }
  return collected
}

/** No traces at all: an error only where some were demanded. @throws LoadError */
export function nothing(inputs: CollectInputs, report: Report): void {
  const wanted = inputs.ifNoTraces === 'auto' ? (inputs.traces.length > 0 ? 'error' : 'warn') : inputs.ifNoTraces
  const hint = 'Stage traces first, with the opentraces CLI: opentraces add --all'
  if (wanted === 'error') throw new LoadError('NO_TRACES', 'no staged traces were found', { hint })
  if (wanted === 'warn') report.warnings.push(`No staged traces were found. ${hint}`)
  report.outcome = 'nothing-to-publish'
  report.exit_code = 0
}

async function readTraces(
  collected: Collected,
  inputs: PushInputs,
  ports: PushPorts,
  report: Report,
  workFolder: string
): Promise<Staging> {
  const staging = await stage(collected, join(workFolder, 'spool.jsonl'))
  const { candidates, invalid, duplicateOf } = staging
  report.counts.staged = candidates.length + invalid.length
  report.counts.valid = candidates.length
  report.counts.invalid = invalid.length
  report.counts.duplicates = duplicateOf.size
  report.counts.migrated = candidates.filter(({ migratedFrom }) => migratedFrom !== undefined).length
  report.traces = candidates.map((candidate, i) => reportTrace(candidate, duplicateOf.get(i), candidates))
  report.invalid = invalid.map(({ file, line, message, pointer }) => ({
    file,
    line,
    message,
    ...(pointer === undefined ? {} : { pointer })
  }))
  const stripped = candidates.filter((candidate) => candidate.stripped.length > 0)
  if (stripped.length > 0) {
    const names = new Set(stripped.flatMap((candidate) => candidate.stripped))
    report.notices.push(
      `${String(stripped.length)} trace(s) carry a review that quotes them: its ${[...names].sort().join(', ')} stay(s) out of what is published.`
    )
  }
  ports.log.info(
    `${String(report.counts.staged)} staged, ${String(candidates.length)} valid, ${String(invalid.length)} invalid, ` +
      `${String(report.counts.migrated)} migrated to the current schema, ${String(duplicateOf.size)} duplicate(s) in the batch.`
  )
  if (inputs.onBlocked === 'fail') assertValid(invalid)
  else {
    assertSomethingLeft(staging)
    if (invalid.length > 0) report.warnings.push(`${String(invalid.length)} invalid line(s) were held back.`)
  }
  return staging
}

function reportTrace(candidate: Candidate, duplicateOf: number | undefined, all: readonly Candidate[]): ReportTrace {
  const first = duplicateOf === undefined ? undefined : all[duplicateOf]
  return {
    trace_id: candidate.entry.traceId,
    file: candidate.file,
    line: candidate.line,
    status: first === undefined ? 'clean' : 'duplicate',
    ...(first === undefined ? {} : { message: `the same trace as ${first.file}:${String(first.line)}` }),
    ...(candidate.migratedFrom === undefined ? {} : { migrated_from: candidate.migratedFrom }),
    ...(candidate.unknownFields.length === 0 ? {} : { unknown_fields: [...candidate.unknownFields] }),
    scores: reportScores(candidate),
    findings: []
  }
}

function reportScores({ entry }: Candidate): ReportTrace['scores'] {
  const { totals } = entry.row
  if (totals === undefined) return undefined
  const percent = byPersona((_, i) => (totals[i] as number) / 10)
  return { ...percent, overall: meanOfPersonas(percent) }
}

/** Runs the gates and takes what they found into the report. @throws GateError */
async function judge(
  staging: Staging,
  collected: Collected,
  inputs: PushInputs,
  ports: PushPorts,
  report: Report
): Promise<Gating> {
  const review = ports.review?.(collected.files)
  const gating = await runGates(ports.gates, staging, ports.policy, ports.now(), review)
  report.checks_run = gating.checks.map(({ gate, tool, version, details }) => ({ gate, tool, version, ...details }))
  for (const [i, findings] of gating.findings) {
    const trace = report.traces[i] as ReportTrace
    trace.status = inputs.onBlocked === 'fail' ? 'blocked' : 'held'
    trace.findings = findings.map(({ gate, detector, pointer, length, fingerprint, message }) => {
      return { gate, detector, pointer, length, fingerprint, message }
    })
    // A gate hides an id or a file name that holds what it found.
    if (findings.some(({ traceId }) => traceId === '*')) trace.trace_id = '*'
    if (findings.some(({ file }) => file === '*')) trace.file = '*'
    const drop = dropLine(trace, collected.committed)
    if (drop !== undefined) trace.drop = drop
  }
  report.warnings.push(...gating.warnings)
  reportAllows(gating, report)
  report.counts[inputs.onBlocked === 'fail' ? 'blocked' : 'held'] = gating.findings.size
  ports.log.info(`${String(gating.findings.size)} trace(s) with findings.`)
  assertClean(gating, staging.candidates, inputs.onBlocked)
  if (gating.findings.size > 0)
    report.warnings.push(`${String(gating.findings.size)} trace(s) were held back by a gate.`)
  return gating
}

function reportAllows({ allows, allowed }: Gating, report: Report): void {
  const entry = ({ fingerprint, reason, expires }: AllowEntry) => {
    return { fingerprint, reason, ...(expires === undefined ? {} : { expires }) }
  }
  report.policy = {
    used: allows.used.map(entry),
    unused: allows.unused.map(entry),
    expired: allows.expired.map(entry),
    allowed_findings: allowed
  }
  const names = (entries: readonly AllowEntry[]): string => shortList(entries.map(({ fingerprint }) => fingerprint))
  if (allows.expired.length > 0) {
    report.warnings.push(`Entries of the allow list have expired: ${names(allows.expired)}.`)
  }
  if (allows.unused.length > 0) {
    report.notices.push(`No finding matches these entries of the allow list: ${names(allows.unused)}.`)
  }
}

/** Of each trace the first version that no gate holds back: a clean one counts also where an earlier one is held. */
function distinctClean({ candidates, duplicateOf }: Staging, { findings }: Gating): Candidate[] {
  const taken = new Set<number>()
  return candidates.filter((_, i) => {
    if (findings.has(i)) return false
    let first = i
    for (let of = duplicateOf.get(i); of !== undefined; of = duplicateOf.get(of)) first = of
    if (taken.has(first)) return false
    taken.add(first)
    return true
  })
}

/** The end of a run that may not publish. */
function check(report: Report, { cause, reason }: { readonly cause: string; readonly reason: string }): void {
  report.outcome = 'checked'
  report.exit_code = 0
  report.skip_reason = cause
  report.notices.push(`Nothing was uploaded: ${reason}`)
}

/** Takes what was published, or would be, into the report. */
function tell(
  report: Report,
  staging: Staging,
  considered: readonly Candidate[],
  publication: Publication,
  dryRun: boolean
): void {
  const { shard, commit, index, visibility } = publication
  const traceOf = new Map(staging.candidates.map((candidate, i) => [candidate, report.traces[i] as ReportTrace]))
  for (const [i, candidate] of considered.entries()) {
    applyVerdict(traceOf.get(candidate) as ReportTrace, publication.verdicts[i] as Verdict, dryRun)
  }
  report.counts.duplicates = report.traces.filter(({ status }) => status === 'duplicate').length
  report.counts.held = report.traces.filter(({ status }) => status === 'held').length
  report.counts.uploaded = shard?.traces ?? 0
  report.outcome = shard === undefined ? 'nothing-to-publish' : dryRun ? 'dry-run' : 'published'
  report.exit_code = 0
  if (shard !== undefined) {
    report.shard = { path: shard.path, size: shard.built.size, sha256: shard.built.sha256, traces: shard.traces }
  }
  if (publication.quality !== undefined) report.quality = publication.quality
  if (commit !== undefined) report.commit = { ...commit }
  if (visibility !== undefined) report.visibility = visibility
  report.dataset = { before: reportDataset(publication.before), after: reportDataset(publication.after) }
  report.index = {
    shards_read: [...index.shardsRead],
    shards_gone: [...index.shardsGone],
    ...(index.rebuilt === undefined ? {} : { rebuilt: index.rebuilt }),
    bytes_read: index.bytesRead
  }
  if (index.shardsGone.length > 0) {
    report.warnings.push(`Shards that are gone from the dataset since the last push: ${index.shardsGone.join(', ')}.`)
  }
}

function applyVerdict(trace: ReportTrace, verdict: Verdict, dryRun: boolean): void {
  switch (verdict.kind) {
    case 'new':
      trace.status = dryRun ? 'clean' : 'uploaded'
      delete trace.message
      if (verdict.changedFrom !== undefined) trace.changed_from = verdict.changedFrom
      if (verdict.succeeds) trace.successor = true
      break
    case 'duplicate':
      trace.status = 'duplicate'
      trace.message = `already published in ${verdict.of}`
      break
    case 'taken-down':
      trace.status = 'held'
      trace.message = `taken down on ${verdict.tombstone.date}: ${verdict.tombstone.reason}`
      break
  }
}

function reportDataset({ shards, statistics }: DatasetFigures): ReportDataset {
  return {
    shards,
    traces: statistics.totalTraces,
    steps: String(statistics.totalSteps),
    tokens: String(statistics.totalTokens),
    total_cost_usd: statistics.totalCost,
    success_rate: statistics.successRate,
    date_range: statistics.dateRange
  }
}

function resultLines(report: Report): string[] {
  const { counts, shard, dataset } = report
  const lines = [
    `${String(counts.duplicates)} duplicate(s), ${String(counts.held)} held, ${String(counts.uploaded)} new.`
  ]
  if (shard !== undefined) lines.push(`Shard ${shard.path}, ${String(shard.size)} bytes, SHA-256 ${shard.sha256}`)
  if (dataset !== undefined) {
    lines.push(
      `Dataset: ${String(dataset.before.traces)} → ${String(dataset.after.traces)} traces in ${String(dataset.after.shards)} shard(s).`
    )
  }
  return lines
}
