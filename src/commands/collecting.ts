/** The first steps of a walk, with what the report says of them: what is staged, and which of it are traces. */
import { join } from 'node:path'
import { LoadError } from '../errors.js'
import { byPersona, meanOfPersonas } from '../quality/score.js'
import type { Report, ReportTrace } from '../report/model.js'
import { collect, type Collected } from '../traces/collect.js'
import { readHead, type CommitTracesOptions } from './commit-traces.js'
import type { PushInputs, PushPorts } from './push.js'
import { assertSomethingLeft, stage, type Candidate, type Staging } from './staging.js'

/** What `collectTraces` needs. */
export type CollectInputs = Pick<PushInputs, 'traces' | 'ifNoTraces'>

/** Finds the staged traces, and says so. @param head a commit to read in place of the checkout. @throws LoadError, InputError */
export async function collectTraces(
  inputs: CollectInputs,
  ports: Pick<PushPorts, 'places' | 'log'>,
  report: Report,
  head?: { readonly sha: string; readonly options: CommitTracesOptions }
): Promise<Collected> {
  let collected: Collected
  if (head === undefined) collected = await collect({ entries: inputs.traces, ...ports.places })
  else {
    const read = await readHead(head.sha, head.options)
    report.warnings.push(...read.warnings)
    collected = read.collected
  }
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

/**
 * Reads what was collected.
 *
 * @throws LoadError where less can be read than is staged; GateError where nothing valid would be left
 */
export async function readTraces(
  collected: Collected,
  onBlocked: 'fail' | 'hold',
  ports: PushPorts,
  report: Report,
  workFolder: string
): Promise<Staging> {
  const staging = await stage(collected, join(workFolder, 'spool.jsonl'))
  const { candidates, invalid, duplicateOf } = staging
  tellStaged(staging, report, (candidate, i) => reportTrace(candidate, duplicateOf.get(i), candidates))
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
  if (onBlocked === 'hold') assertSomethingLeft(staging)
  return staging
}

/** Puts into the report what is staged: how many lines of which kind, and each of them. */
export function tellStaged(
  { candidates, invalid, duplicateOf }: Staging,
  report: Report,
  traceOf: (candidate: Candidate, position: number) => ReportTrace
): void {
  report.counts.staged = candidates.length + invalid.length
  report.counts.valid = candidates.length
  report.counts.invalid = invalid.length
  report.counts.duplicates = duplicateOf.size
  report.counts.migrated = candidates.filter(({ migratedFrom }) => migratedFrom !== undefined).length
  report.traces = candidates.map(traceOf)
  report.invalid = invalid.map(({ file, line, message, pointer }) => ({
    file,
    line,
    message,
    ...(pointer === undefined ? {} : { pointer })
  }))
}

/** A trace of which nothing is said but where it stands. */
export function plainTrace({ entry, file, line, migratedFrom }: Candidate, status: ReportTrace['status']): ReportTrace {
  return {
    trace_id: entry.traceId,
    file,
    line,
    status,
    ...(migratedFrom === undefined ? {} : { migrated_from: migratedFrom }),
    findings: []
  }
}

function reportTrace(candidate: Candidate, duplicateOf: number | undefined, all: readonly Candidate[]): ReportTrace {
  const first = duplicateOf === undefined ? undefined : all[duplicateOf]
  return {
    ...plainTrace(candidate, first === undefined ? 'clean' : 'duplicate'),
    ...(first === undefined ? {} : { message: `the same trace as ${first.file}:${String(first.line)}` }),
    ...(candidate.unknownFields.length === 0 ? {} : { unknown_fields: [...candidate.unknownFields] }),
    ...pictureOf(candidate),
    scores: reportScores(candidate)
  }
}

function pictureOf({ portrait }: Candidate): Pick<ReportTrace, 'task' | 'agent' | 'model' | 'steps' | 'cost_usd'> {
  const { task, agent, model, steps, costUsd } = portrait
  return { task, agent, ...(model === '' ? {} : { model }), steps, cost_usd: costUsd }
}

function reportScores({ entry }: Candidate): ReportTrace['scores'] {
  const { totals } = entry.row
  if (totals === undefined) return undefined
  const percent = byPersona((_, i) => (totals[i] as number) / 10)
  return { ...percent, overall: meanOfPersonas(percent) }
}
