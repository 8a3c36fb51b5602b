/**
 * The quality gate: minimums for every trace and for the averages (facts: reference, gate). It judges totals with one
 * decimal, so that rows stored long ago are judged like new scorecards.
 */
import { GateError } from '../errors.js'
import { fixed, floatRepr } from '../traces/text.js'
import { byPersona } from './score.js'
import { PERSONAS, type Persona, type PersonaTotals } from './types.js'

/** Minimums of one persona in percent; null: none. What equals the minimum passes. */
export interface Threshold {
  readonly individual: number | null
  readonly average: number | null
}
export type Thresholds = Readonly<Record<Persona, Threshold>>

/** The reference's minimums. */
export const DEFAULT_THRESHOLDS: Thresholds = {
  conformance: { individual: 70, average: 80 },
  training: { individual: 40, average: 45 },
  rl: { individual: null, average: 40 },
  analytics: { individual: 60, average: 70 },
  domain: { individual: 45, average: 55 }
}

/** What a policy sets in place of the reference's minimums; what is left out stays as it is, null takes a minimum away. */
export type ThresholdOverrides = Readonly<
  Partial<
    Record<
      Persona,
      { readonly individual?: number | null | undefined; readonly average?: number | null | undefined } | undefined
    >
  >
>

/** The minimums that a gate judges by. @param overrides as `quality` of a policy has them */
export function thresholdsWith(overrides: ThresholdOverrides): Thresholds {
  return byPersona((persona) => {
    const { individual, average } = overrides[persona] ?? {}
    const usual = DEFAULT_THRESHOLDS[persona]
    return {
      individual: individual === undefined ? usual.individual : individual,
      average: average === undefined ? usual.average : average
    }
  })
}

/** At most this many failures are named. */
export const MAX_GATE_FAILURES = 10_000

/** Traces below a persona's individual minimum: all are counted, the first are named. */
interface Shortfalls {
  count: number
  readonly messages: string[]
}

/** The gate over a sequence of traces. Its memory does not grow with the dataset. */
export interface Gate {
  readonly thresholds: Thresholds
  readonly individual: Readonly<Record<Persona, Shortfalls>>
}

export interface GateVerdict {
  readonly passed: boolean
  /** How many failures there are. */
  readonly count: number
  /** Per persona first the average, then the traces in their order; a last line says how many are left out. */
  readonly failures: readonly string[]
}

export function emptyGate(thresholds: Thresholds = DEFAULT_THRESHOLDS): Gate {
  return { thresholds, individual: byPersona(() => ({ count: 0, messages: [] })) }
}

/**
 * Judges the next trace of the sequence by the individual minimums.
 *
 * @param idPrefix the first eight code points of its trace_id
 * @param totals in tenths of a percent, in the order of `PERSONAS`
 */
export function judgeTrace(gate: Gate, idPrefix: string, totals: readonly number[]): void {
  for (const [i, persona] of PERSONAS.entries()) {
    const total = (totals[i] as number) / 10
    const minimum = gate.thresholds[persona].individual
    if (minimum === null || total >= minimum) continue
    const shortfalls = gate.individual[persona]
    shortfalls.count++
    // Failures are listed persona by persona: no persona can contribute more than the list holds.
    if (shortfalls.messages.length < MAX_GATE_FAILURES) {
      shortfalls.messages.push(`Trace ${idPrefix} ${persona} ${below(total, minimum)}`)
    }
  }
}

/** The verdict over the traces judged so far; `averages` is undefined where there are none. */
export function gateVerdict(gate: Gate, averages: PersonaTotals | undefined): GateVerdict {
  const failures: string[] = []
  let count = 0
  for (const persona of PERSONAS) {
    const average = averages?.[persona]
    const minimum = gate.thresholds[persona].average
    if (average !== undefined && minimum !== null && average < minimum) {
      failures.push(`${persona} average ${below(average, minimum)}`)
      count++
    }
    const { count: traces, messages } = gate.individual[persona]
    failures.push(...messages)
    count += traces
  }
  const named = failures.slice(0, MAX_GATE_FAILURES)
  if (count > named.length) named.push(`and ${String(count - named.length)} more failures that are not listed`)
  return { passed: count === 0, count, failures: named }
}

/**
 * Stops a run whose `quality-gate` is `enforce` and whose gate fails. Which traces fail is for the report to say: an id
 * may be what another gate hides.
 *
 * @throws GateError `QUALITY_GATE`
 */
export function assertGate(gate: Gate, averages: PersonaTotals | undefined): void {
  const { passed } = gateVerdict(gate, averages)
  if (passed) return
  const parts = PERSONAS.flatMap((persona) => {
    const { average } = gate.thresholds[persona]
    const { count } = gate.individual[persona]
    const mean = averages?.[persona]
    return [
      ...(mean !== undefined && average !== null && mean < average
        ? [`${persona} average ${below(mean, average)}`]
        : []),
      ...(count === 0 ? [] : [`${String(count)} trace(s) below the ${persona} minimum`])
    ]
  })
  throw new GateError('QUALITY_GATE', `the quality gate fails: ${parts.join(', ')}`, {
    hint: 'Nothing was published. The report names the checks that cost most points and how to fix them. The minimums can be changed in the policy, or set "quality-gate: report".'
  })
}

function below(percent: number, minimum: number): string {
  return `${fixed(percent, 1)}% below ${floatRepr(minimum)}% minimum`
}
