/**
 * `review`: has a model look at the staged traces and writes the verdicts into their files, so that a later step or commit
 * carries them. What the gates hold back is not sent anywhere.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { GateError, LoadError } from '../errors.js'
import type { Finding, Gate, ScanBatch } from '../gates/gate.js'
import type { Policy } from '../gates/policy.js'
import { findingOf, REVIEW_GATE } from '../gates/review/gate.js'
import { clauseOf, isTransient } from '../gates/review/reasons.js'
import { reviewBatch, type Model, type TraceReview } from '../gates/review/run.js'
import { writeReviews, type LineReview } from '../gates/review/staged-file.js'
import { stagedTexts } from '../gates/review/staged-text.js'
import type { Report, ReportTrace } from '../report/model.js'
import { shortList, type Collected } from '../traces/collect.js'
import { plainTrace, tellStaged } from './collecting.js'
import { runGates } from './gating.js'
import { stage, type Staging } from './staging.js'

export interface ReviewInputs {
  /** `always` reviews also what carries a verdict of the same model on the same question. */
  readonly llmReview: 'off' | 'require' | 'run' | 'always'
}

/** Everything with an effect. */
export interface ReviewPorts {
  /** Finds the staged traces and says so in the report. */
  readonly collect: () => Promise<Collected>
  /** Says that nothing is staged. @throws LoadError where that is an error */
  readonly nothing: () => void
  /** Those that must find nothing before a text leaves the machine. */
  readonly gates: readonly Gate[]
  readonly policy: Policy
  readonly trust: { readonly level: 'trusted' | 'untrusted' | 'local'; readonly cause: string; readonly reason: string }
  readonly model: Model
  /** Where temporary files may be made. */
  readonly tempFolder: string
  readonly now: () => Date
  readonly randomHex: (digits: number) => string
  readonly log: {
    info(message: string): void
    group<T>(name: string, run: () => Promise<T>): Promise<T>
  }
}

/**
 * Fills the report as it goes.
 *
 * @throws GateError (exit code 3) where a trace could not be reviewed; the verdicts on the others are written first
 */
export async function review(inputs: ReviewInputs, ports: ReviewPorts, report: Report): Promise<void> {
  const { log, trust } = ports
  if (trust.level === 'untrusted') {
    report.outcome = 'skipped'
    report.exit_code = 0
    report.skip_reason = trust.cause
    report.notices.push(`Nothing was reviewed, because no text is sent to a model then: ${trust.reason}`)
    return
  }
  await mkdir(ports.tempFolder, { recursive: true })
  const workFolder = await mkdtemp(join(ports.tempFolder, 'opentraces-'))
  try {
    const collected = await log.group('Collect staged traces', ports.collect)
    const staging = await log.group('Validate and migrate', () => stage(collected, join(workFolder, 'spool.jsonl')))
    tellStaged(staging, report, (candidate) => plainTrace(candidate, 'clean'))
    const invalid = staging.invalid.length
    if (invalid > 0) report.warnings.push(`${String(invalid)} invalid line(s) were not reviewed.`)
    if (staging.candidates.length === 0) {
      ports.nothing()
      return
    }
    const held = await log.group('Gates', () => runGates(ports.gates, staging, ports.policy, ports.now()))
    report.checks_run = held.checks.map(({ gate, tool, version, details }) => ({ gate, tool, version, ...details }))
    report.warnings.push(...held.warnings)
    for (const [i, findings] of held.findings) hold(report.traces[i] as ReportTrace, findings)
    const reviews = await log.group('Review', () =>
      reviewRest(inputs, ports, collected, staging, new Set(held.findings.keys()))
    )
    const missed = await log.group('Write the verdicts', () => write(collected, reviews, ports))
    tell(reviews, report)
    assertReviewed(report, held.findings, reviews, missed)
    report.outcome = 'checked'
    report.exit_code = 0
  } finally {
    await rm(workFolder, { recursive: true, force: true }).catch(() => undefined)
  }
}

function hold(trace: ReportTrace, findings: readonly Finding[]): void {
  trace.status = 'held'
  trace.findings = findings.map(({ gate, detector, pointer, length, fingerprint, message }) => {
    return { gate, detector, pointer, length, fingerprint, message }
  })
  // A gate hides an id or a file name that holds what it found.
  if (findings.some(({ traceId }) => traceId === '*')) trace.trace_id = '*'
  if (findings.some(({ file }) => file === '*')) trace.file = '*'
}

/** Reviews what no gate holds. @returns by position of the candidate */
async function reviewRest(
  { llmReview }: ReviewInputs,
  { model }: ReviewPorts,
  collected: Collected,
  { spool, candidates }: Staging,
  held: ReadonlySet<number>
): Promise<Map<number, TraceReview>> {
  const positions = [...candidates.keys()].filter((i) => !held.has(i))
  const batch: ScanBatch = {
    shardFile: spool,
    lines: candidates
      .filter((_, i) => !held.has(i))
      .map(({ entry, spooled, file, line }) => ({ ...spooled, traceId: entry.traceId, file, line }))
  }
  const { traces } = await reviewBatch(batch, {
    reuse: llmReview === 'always' ? 'none' : 'same-question',
    model,
    staged: stagedTexts(collected.files)
  })
  return new Map(traces.map((one, i) => [positions[i] as number, { ...one, traceIndex: positions[i] as number }]))
}

/** Writes what is new into the files. @returns positions whose line was changed in between */
async function write(
  collected: Collected,
  reviews: ReadonlyMap<number, TraceReview>,
  ports: ReviewPorts
): Promise<number[]> {
  const missed: number[] = []
  let written = 0
  for (const file of collected.files) {
    const lines = new Map<number, LineReview & { readonly position: number }>()
    for (const [position, { from, file: name, line, review: verdict, subject }] of reviews) {
      if (name !== file.shown || from === 'carried' || verdict === undefined) continue
      lines.set(line, { review: verdict, subject, position })
    }
    if (lines.size === 0) continue
    const changed = await writeReviews(file, lines, ports.randomHex)
    written += lines.size - changed.length
    missed.push(...changed.flatMap((line) => lines.get(line)?.position ?? []))
  }
  ports.log.info(`${String(written)} verdict(s) written.`)
  return missed
}

function tell(reviews: ReadonlyMap<number, TraceReview>, report: Report): void {
  const all = [...reviews.values()]
  for (const one of all) {
    const findings = findingOf(one)
    if (findings.length > 0) hold(report.traces[one.traceIndex] as ReportTrace, findings)
  }
  report.counts.held = report.traces.filter(({ status }) => status === 'held').length
  const count = (from: TraceReview['from']): string => String(all.filter((one) => one.from === from).length)
  report.notices.push(
    `${count('reviewed')} trace(s) were reviewed; ${count('carried')} carried a verdict already, ${count('cached')} had one in the cache.`
  )
  const unclean = all.filter(({ held, review: verdict }) => held !== undefined && verdict !== undefined)
  if (unclean.length === 0) return
  const ids = shortList(unclean.map(({ traceId, held }) => `${traceId} (${held ?? ''})`))
  report.warnings.push(
    `${String(unclean.length)} trace(s) have a verdict that is not clean, and "llm-review: require" will hold them: ${ids}.`
  )
}

/** Never green with less than what is staged. @throws GateError, LoadError */
function assertReviewed(
  report: Report,
  held: ReadonlyMap<number, readonly Finding[]>,
  reviews: ReadonlyMap<number, TraceReview>,
  missed: readonly number[]
): void {
  if (missed.length > 0) {
    const places = shortList(missed.map((i) => placeOf(report.traces[i] as ReportTrace)))
    throw new LoadError(
      'TRACES_UNREADABLE',
      `verdicts could not be written into lines that are not what was reviewed: ${places}`,
      {
        hint: 'Run the review again once nothing else writes to the files.',
        retryable: true
      }
    )
  }
  const failed = [...reviews.values()].filter(({ review: verdict }) => verdict === undefined)
  if (failed.length + held.size === 0) return
  const reasons = [
    ...Array.from(
      held,
      ([i, [first]]) => `${(report.traces[i] as ReportTrace).trace_id}: held by ${first?.gate ?? ''}`
    ),
    ...failed.map(({ traceId, held: reason }) => `${traceId}: ${reason === undefined ? REVIEW_GATE : clauseOf(reason)}`)
  ]
  throw new GateError(
    'NOT_REVIEWED',
    `${String(reasons.length)} of ${String(report.traces.length)} staged trace(s) could not be reviewed: ${shortList(reasons)}`,
    {
      hint: 'The verdicts on the others are written. Run again: what has a verdict is not asked for again. The budget is "llm-max-tokens".',
      retryable: held.size === 0 && failed.every(({ held: reason }) => reason !== undefined && isTransient(reason))
    }
  )
}

function placeOf({ file, line }: ReportTrace): string {
  return `${file}:${String(line)}`
}
