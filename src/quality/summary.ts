/** The scorecard of a sequence of traces, in the form of `quality.json` (facts: reference, quality.json). */
import { SCHEMA_VERSION } from '../traces/schema.js'
import { asciiString, floatRepr, roundHalfEven } from '../traces/text.js'
import { DEFAULT_THRESHOLDS, emptyGate, gateVerdict, judgeTrace, type Gate, type Thresholds } from './gate.js'
import { byPersona, meanOfPersonas } from './score.js'
import {
  PERSONAS,
  type Persona,
  type PersonaScore,
  type PersonaTotals,
  type QualitySummary,
  type ScoredRow,
  type ScoreSums
} from './types.js'

/** A sequence of scored traces, reduced to what gate and summary need. */
export interface Batch {
  readonly sums: ScoreSums
  readonly gate: Gate
}

export function emptyBatch(thresholds?: Thresholds): Batch {
  const five = (value: number): number[] => PERSONAS.map(() => value)
  return { sums: { scored: 0, sums: five(0), min: five(Infinity), max: five(-Infinity) }, gate: emptyGate(thresholds) }
}

/**
 * A batch that goes on from sums that were kept. The rows behind the sums are judged by the gate, which names them, but
 * not added again; the sums are not changed.
 */
export function resumeBatch(sums: ScoreSums, rows: Iterable<ScoredRow>, thresholds?: Thresholds): Batch {
  const gate = emptyGate(thresholds)
  for (const row of rows) judgeTrace(gate, row.idPrefix, row.totals)
  return { sums: { scored: sums.scored, sums: [...sums.sums], min: [...sums.min], max: [...sums.max] }, gate }
}

/**
 * Adds the next trace: the order is the dataset's, shards by name and lines in order.
 *
 * @param idPrefix the first eight code points of its trace_id
 * @param totals in tenths of a percent, in the order of `PERSONAS`
 */
export function addTotals({ sums, gate }: Batch, idPrefix: string, totals: readonly number[]): void {
  addToSums(sums, totals)
  judgeTrace(gate, idPrefix, totals)
}

/**
 * The traces of one run on their own, whatever of them is published, and whether or not a scorecard is: what the input
 * `quality-gate` judges. Hand the result to `summarise`, `minimumsOf` and `assertGate`.
 *
 * @param rows of the traces in scope, in the order of the batch
 */
export function batchOf(rows: Iterable<ScoredRow>, thresholds: Thresholds = DEFAULT_THRESHOLDS): Batch {
  const batch = emptyBatch(thresholds)
  for (const { idPrefix, totals } of rows) addTotals(batch, idPrefix, totals)
  return batch
}

/** What the gate asked of one persona, and how many traces did not reach it. */
export interface Minimums {
  /** Percent; null: no minimum. */
  readonly average: number | null
  readonly individual: number | null
  /** Traces below `individual`. */
  readonly tracesBelow: number
}

export function minimumsOf({ gate }: Batch): Readonly<Record<Persona, Minimums>> {
  return byPersona((persona) => ({ ...gate.thresholds[persona], tracesBelow: gate.individual[persona].count }))
}

/** Adds the totals of the next trace to running sums. */
export function addToSums(sums: ScoreSums, totals: readonly number[]): void {
  sums.scored++
  for (const [i, tenths] of totals.entries()) {
    sums.sums[i] = (sums.sums[i] as number) + tenths / 10
    sums.min[i] = Math.min(sums.min[i] as number, tenths)
    sums.max[i] = Math.max(sums.max[i] as number, tenths)
  }
}

/** Averages in percent, one decimal; undefined without traces. */
export function averagesOf({ scored, sums }: ScoreSums): PersonaTotals | undefined {
  if (scored === 0) return undefined
  return byPersona((_, i) => roundHalfEven((sums[i] as number) / scored, 1))
}

/**
 * The summary of a batch.
 *
 * @param assessedAt as `assessedAt` writes it
 */
export function summarise({ sums, gate }: Batch, assessedAt: string, scorerVersion = SCHEMA_VERSION): QualitySummary {
  const averages = averagesOf(sums)
  const verdict = gateVerdict(gate, averages)
  return {
    scorer_version: scorerVersion,
    scoring_mode: 'deterministic',
    assessed_at: assessedAt,
    trace_count: sums.scored,
    persona_scores:
      averages === undefined
        ? {}
        : byPersona((persona, i) => ({
            average: averages[persona],
            min: (sums.min[i] as number) / 10,
            max: (sums.max[i] as number) / 10
          })),
    overall_utility: averages === undefined ? 0 : meanOfPersonas(averages),
    gate_status: verdict.passed ? 'passing' : 'failing',
    gate_failures: verdict.failures
  }
}

/** A moment in UTC as the reference writes it: microseconds, left out where they are exactly zero. */
export function assessedAt(moment: Date): string {
  const [seconds, milliseconds] = moment.toISOString().slice(0, -1).split('.') as [string, string]
  return `${seconds}${milliseconds === '000' ? '' : `.${milliseconds}000`}+00:00`
}

/** The text of `quality.json`, byte for byte the reference's: indented by two, ASCII, no line feed at the end. */
export function qualityJson(summary: QualitySummary): string {
  const personas = PERSONAS.flatMap((persona): [Persona, PersonaScore][] => {
    const score = summary.persona_scores[persona]
    return score === undefined ? [] : [[persona, score]]
  }).map(([persona, score]) => {
    const members = (['average', 'min', 'max'] as const).map((key) => `      "${key}": ${floatRepr(score[key])}`)
    return `    "${persona}": ${block('{', members, '    }')}`
  })
  const failures = summary.gate_failures.map((failure) => `    ${asciiString(failure)}`)
  const members: [string, string][] = [
    ['scorer_version', asciiString(summary.scorer_version)],
    ['scoring_mode', asciiString(summary.scoring_mode)],
    ['assessed_at', asciiString(summary.assessed_at)],
    ['trace_count', String(summary.trace_count)],
    ['persona_scores', block('{', personas, '  }')],
    ['overall_utility', floatRepr(summary.overall_utility)],
    ['gate_status', asciiString(summary.gate_status)],
    ['gate_failures', block('[', failures, '  ]')]
  ]
  return block(
    '{',
    members.map(([key, text]) => `  "${key}": ${text}`),
    '}'
  )
}

/** Members on lines of their own; nothing between the brackets where there are none. */
function block(open: '{' | '[', members: readonly string[], close: string): string {
  return members.length === 0 ? open + close.trim() : `${open}\n${members.join(',\n')}\n${close}`
}
