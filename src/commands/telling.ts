/** What the report says of a publication, done or planned. */
import type { Verdict } from '../dataset/dedupe.js'
import type { Report, ReportDataset, ReportTrace } from '../report/model.js'
import { datasetBaseline } from './dataset-baseline.js'
import type { DatasetFigures, Publication } from './publish.js'
import type { Candidate, Staging } from './staging.js'

/** Takes what was published, or would be, into the report. */
export function tell(
  report: Report,
  staging: Staging,
  considered: readonly Candidate[],
  publication: Publication,
  kind: 'done' | 'planned'
): void {
  const { shard, commit, index, visibility } = publication
  const traceOf = new Map(staging.candidates.map((candidate, i) => [candidate, report.traces[i] as ReportTrace]))
  for (const [i, candidate] of considered.entries()) {
    applyVerdict(traceOf.get(candidate) as ReportTrace, publication.verdicts[i] as Verdict, kind === 'planned')
  }
  let leaked = 0
  for (const [candidate, verdict] of publication.held) {
    if (verdict.kind !== 'duplicate') continue
    const trace = traceOf.get(candidate) as ReportTrace
    trace.status = 'leaked'
    trace.message = `already published in ${verdict.of}`
    leaked++
  }
  if (leaked > 0) report.counts.leaked = leaked
  report.counts.duplicates = report.traces.filter(({ status }) => status === 'duplicate').length
  report.counts.held = report.traces.filter(({ status }) => status === 'held').length
  report.counts.uploaded = shard?.traces ?? 0
  if (shard !== undefined) {
    report.shard = { path: shard.path, size: shard.built.size, sha256: shard.built.sha256, traces: shard.traces }
  }
  const dataset = datasetBaseline(publication.revision, publication.before, publication.qualityBefore)
  if (dataset !== undefined) report.baseline = { ...report.baseline, dataset }
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

/** What was published, for the log. */
export function resultLines(report: Report): string[] {
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
