/** What a pull request does to the staged traces: new, changed, removed, better and worse, against those of its base. */
import { compareWithin } from '../dataset/dedupe.js'
import { rowKey, type TraceEntry } from '../dataset/index/rows.js'
import type { IndexRow } from '../dataset/index/segment.js'
import { byPersona, meanOfPersonas } from '../quality/score.js'
import { addTotals, averagesOf, emptyBatch } from '../quality/summary.js'
import { PERSONAS, type PersonaTotals } from '../quality/types.js'
import type { Report, ReportBaseline, ReportScores, ReportTrace } from '../report/model.js'
import type { BaseTrace, BaseTraces } from './base-traces.js'

/** What became of one staged trace. `before` is what it was at the base. */
export type Change =
  | { readonly kind: 'new'; readonly before: undefined }
  | { readonly kind: 'changed' | 'unchanged'; readonly before: BaseTrace }

export interface Comparison {
  /** By position of the candidate. */
  readonly changes: readonly Change[]
  /** Traces of the base that are gone, in the order of the base. */
  readonly removed: readonly BaseTrace[]
  /** For the report: figures over traces, each counted once however often it is staged. */
  readonly baseline: NonNullable<ReportBaseline['base']>
}

/** Staged traces, as `stage` gives them. */
export interface Compared {
  readonly candidates: readonly { readonly entry: TraceEntry }[]
  readonly duplicateOf: ReadonlyMap<number, number>
}

/** A page names the first ones; the report need not hold a whole dataset of them. */
const MAX_REMOVED_IDS = 100

/** No gate has looked at what is gone. An id of any other form can say anything. */
const PLAIN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Compares all valid staged traces with all of the base: the same trace has the same trace_id, else the same content, else
 * the same identity (interface: "Identity"). Its content is all but its id.
 *
 * @param name what people call the base; empty where nobody says
 */
export function compareWithBase(staged: Compared, base: BaseTraces, name = ''): Comparison {
  const distinctBase = distinctOf(base.traces)
  const positions = [...staged.candidates.keys()].filter((i) => !staged.duplicateOf.has(i))
  const rowAt = (i: number): IndexRow => (staged.candidates[i] as { entry: TraceEntry }).entry.row
  const matches = matchesOf(positions, rowAt, distinctBase)
  const changes = staged.candidates.map((_, i): Change => {
    let first = i
    for (let of = staged.duplicateOf.get(i); of !== undefined; of = staged.duplicateOf.get(of)) first = of
    const before = matches.get(first)
    if (before === undefined) return { kind: 'new', before }
    const isSame = rowKey(before.entry.row, 'content') === rowKey(rowAt(i), 'content')
    return { kind: isSame ? 'unchanged' : 'changed', before }
  })
  const stayed = new Set(matches.values())
  const removed = distinctBase.filter((trace) => !stayed.has(trace))
  const kinds = positions.map((i) => changes[i]?.kind)
  const ids = removed.map(({ entry }) => entry.traceId).filter((id) => PLAIN_ID.test(id))
  const pairs = [...matches].map(([i, { entry }]) => ({ before: entry.row, after: rowAt(i) }))
  return {
    changes,
    removed,
    baseline: {
      commit: base.commit,
      ...(name === '' ? {} : { name }),
      traces: distinctBase.length,
      added: kinds.filter((kind) => kind === 'new').length,
      changed: kinds.filter((kind) => kind === 'changed').length,
      removed: removed.length,
      ...(ids.length === 0 ? {} : { removed_ids: ids.slice(0, MAX_REMOVED_IDS) }),
      ...movements(
        averages(distinctBase.map(({ entry }) => entry.row)),
        averages(positions.map(rowAt)),
        pairs.flatMap(({ before, after }) => {
          const [then, now] = [scoresOf(before), scoresOf(after)]
          return then === undefined || now === undefined ? [] : [{ then, now }]
        })
      )
    }
  }
}

/** Each trace once: the first of those with the same id, content or identity. */
function distinctOf(traces: readonly BaseTrace[]): BaseTrace[] {
  const { duplicates, conflicts } = compareWithin(traces.map(({ entry }) => entry))
  const again = new Set([...duplicates, ...conflicts].map(({ second }) => second))
  return traces.filter((_, i) => !again.has(i))
}

/** Position of a staged trace → the trace of the base that it was; each of them at most once. */
function matchesOf(
  positions: readonly number[],
  rowAt: (i: number) => IndexRow,
  base: readonly BaseTrace[]
): Map<number, BaseTrace> {
  const matches = new Map<number, BaseTrace>()
  const free = new Set(base)
  for (const kind of ['trace', 'content', 'identity'] as const) {
    const byKey = new Map([...free].map((trace) => [rowKey(trace.entry.row, kind), trace]))
    for (const i of positions) {
      if (matches.has(i)) continue
      const found = byKey.get(rowKey(rowAt(i), kind))
      if (found === undefined || !free.delete(found)) continue
      matches.set(i, found)
    }
  }
  return matches
}

/** Of all traces in their order, as a dataset's are; undefined where none is scored. */
function averages(rows: readonly IndexRow[]): ReportScores | undefined {
  const batch = emptyBatch()
  for (const { idPrefix, totals } of rows) if (totals !== undefined) addTotals(batch, idPrefix, totals)
  const percent = averagesOf(batch.sums)
  return percent && withOverall(percent)
}

function withOverall(percent: PersonaTotals): ReportScores {
  return { ...percent, overall: meanOfPersonas(percent) }
}

/** The scores of a trace from its row: percent, one decimal; undefined where it is not scored. */
export function scoresOf({ totals }: Pick<IndexRow, 'totals'>): ReportScores | undefined {
  return totals && withOverall(byPersona((_, i) => (totals[i] as number) / 10))
}

function movements(
  before: ReportScores | undefined,
  after: ReportScores | undefined,
  pairs: readonly { readonly then: ReportScores; readonly now: ReportScores }[]
): Pick<NonNullable<ReportBaseline['base']>, 'personas' | 'overall'> {
  const movement = (key: keyof ReportScores) => ({
    ...(before === undefined ? {} : { before: before[key] }),
    ...(after === undefined ? {} : { after: after[key] }),
    better: pairs.filter(({ then, now }) => now[key] > then[key]).length,
    worse: pairs.filter(({ then, now }) => now[key] < then[key]).length
  })
  return {
    personas: Object.fromEntries(PERSONAS.map((persona) => [persona, movement(persona)])),
    overall: movement('overall')
  }
}

/** Takes a comparison into the report. @param report its `traces` are the candidates, in their order */
export function tellComparison({ changes, baseline }: Comparison, report: Report): void {
  report.baseline = { ...report.baseline, base: baseline }
  for (const [i, { kind, before }] of changes.entries()) {
    const trace = report.traces[i] as ReportTrace
    trace.change = kind
    // An unchanged trace scores what it scored.
    const scores = kind === 'changed' ? scoresOf(before.entry.row) : undefined
    if (scores !== undefined) trace.scores_at_base = scores
  }
}

/** Says why there is nothing to compare with. */
export function tellMissing(missing: string, report: Report): void {
  report.baseline = { ...report.baseline, missing: [...(report.baseline?.missing ?? []), missing] }
  report.notices.push(missing)
}
