/** What a report comes down to, before anything is written about it. */
import type { Report, ReportTrace } from './model.js'

export type Mood = 'bad' | 'careful' | 'good' | 'idle' | 'broken'

export interface Standing {
  readonly blocked: number
  readonly held: number
  readonly leaked: number
  readonly invalid: number
  /** Undefined where no quality gate judged. */
  readonly gate: 'passing' | 'failing' | undefined
  /** Whether a failing quality gate stops the run. */
  readonly gateStops: boolean
}

export function standingOf({ counts, batch }: Report): Standing {
  const judged = batch !== undefined && batch.gate !== 'off' && batch.quality.trace_count > 0
  return {
    blocked: counts.blocked,
    held: counts.held,
    leaked: counts.leaked ?? 0,
    invalid: counts.invalid,
    gate: judged ? batch.quality.gate_status : undefined,
    gateStops: judged && batch.gate === 'enforce'
  }
}

export function moodOf(report: Report): Mood {
  const { blocked, held, leaked, invalid, gate, gateStops } = standingOf(report)
  if (report.outcome === 'failed' && invalid === 0) return 'broken'
  if (report.outcome === 'blocked' || report.outcome === 'failed') return 'bad'
  if (blocked > 0 || leaked > 0 || (gate === 'failing' && gateStops)) return 'bad'
  if (held > 0 || invalid > 0 || gate === 'failing') return 'careful'
  return report.counts.staged === 0 || report.outcome === 'skipped' ? 'idle' : 'good'
}

/** Traces that something is to be done about. */
export function stopped({ traces }: Report): ReportTrace[] {
  return traces.filter(({ status, findings }) => status === 'leaked' || findings.length > 0 || isStopped(status))
}

function isStopped(status: ReportTrace['status']): boolean {
  return status === 'blocked' || status === 'held'
}

/** Whether there is nothing to tell: no finding, no warning, nothing that differs from the base. */
export function nothingNew(report: Report): boolean {
  const base = report.baseline?.base
  if (base === undefined || moodOf(report) !== 'good' || report.warnings.length > 0) return false
  return base.added + base.changed + base.removed === 0
}
