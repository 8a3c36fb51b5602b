/**
 * What the card counts, over any sequence of traces (facts: reference, dataset statistics).
 *
 * A tally is built trace by trace in dataset order: counters remember the order in which names were first seen, and sums
 * of floats are plain left-to-right double sums, because the reference's are and its last digit depends on it.
 */
import type { TraceRecord } from '../traces/schema.js'
import { asciiString, compareCodePoints, firstCodePoints, floatRepr, roundHalfEven } from '../traces/text.js'

/** Everything about one trace that a tally or the index needs; the record itself can be dropped. */
export interface TraceFigures {
  readonly agent: string
  readonly model: string | null
  readonly dependencies: readonly string[]
  readonly steps: bigint
  /** Input and output tokens. */
  readonly tokens: bigint
  /** In US dollars. */
  readonly cost: number | null
  readonly success: boolean | null
  /** The lowest and highest of the non-empty timestamps, first ten code points; undefined without any. */
  readonly dates: readonly [low: string, high: string] | undefined
}

export function traceFigures(record: TraceRecord): TraceFigures {
  const stated = BigInt(record.metrics.total_steps)
  const dates = [record.timestamp_start, record.timestamp_end]
    .filter((date) => date !== null && date !== '')
    .map((date) => firstCodePoints(date as string, 10))
    .sort(compareCodePoints)
  return {
    agent: record.agent.name,
    model: record.agent.model,
    dependencies: record.dependencies,
    steps: stated === 0n ? BigInt(record.steps.length) : stated,
    tokens: BigInt(record.metrics.total_input_tokens) + BigInt(record.metrics.total_output_tokens),
    cost: record.metrics.estimated_cost_usd,
    success: record.outcome.success,
    dates: dates.length === 0 ? undefined : [dates[0] as string, dates.at(-1) as string]
  }
}

/** Counts per name, in the order in which the names were first seen. */
export type Counter = Map<string, number>

/** Running counts over a sequence of traces. Everything but `costSum` can be merged in any grouping. */
export interface Tally {
  traces: number
  steps: bigint
  tokens: bigint
  costs: number
  costSum: number
  /** Traces whose success is known, and those among them that succeeded. */
  judged: number
  succeeded: number
  models: Counter
  agents: Counter
  dependencies: Counter
  dates: readonly [low: string, high: string] | undefined
}

export function emptyTally(): Tally {
  return {
    traces: 0,
    steps: 0n,
    tokens: 0n,
    costs: 0,
    costSum: 0,
    judged: 0,
    succeeded: 0,
    models: new Map(),
    agents: new Map(),
    dependencies: new Map(),
    dates: undefined
  }
}

function count(counter: Counter, name: string, by = 1): void {
  counter.set(name, (counter.get(name) ?? 0) + by)
}

/** Adds the next trace of the sequence. */
export function addTrace(tally: Tally, figures: TraceFigures): void {
  tally.traces++
  tally.steps += figures.steps
  tally.tokens += figures.tokens
  if (figures.cost !== null) {
    tally.costs++
    tally.costSum += figures.cost
  }
  if (figures.success !== null) {
    tally.judged++
    if (figures.success) tally.succeeded++
  }
  if (figures.model !== null && figures.model !== '') count(tally.models, figures.model)
  count(tally.agents, figures.agent)
  for (const dependency of figures.dependencies) count(tally.dependencies, dependency)
  tally.dates = widest(tally.dates, figures.dates)
}

/**
 * Adds a tally of the traces that follow. The costs are given one by one, in order: a sum of sums would not be the
 * left-to-right sum.
 */
export function addTally(tally: Tally, next: Tally, nextCosts: Iterable<number>): void {
  tally.traces += next.traces
  tally.steps += next.steps
  tally.tokens += next.tokens
  tally.costs += next.costs
  for (const cost of nextCosts) tally.costSum += cost
  tally.judged += next.judged
  tally.succeeded += next.succeeded
  for (const key of ['models', 'agents', 'dependencies'] as const) {
    for (const [name, times] of next[key]) count(tally[key], name, times)
  }
  tally.dates = widest(tally.dates, next.dates)
}

function widest(a: Tally['dates'], b: Tally['dates']): Tally['dates'] {
  if (a === undefined || b === undefined) return a ?? b
  return [compareCodePoints(b[0], a[0]) < 0 ? b[0] : a[0], compareCodePoints(b[1], a[1]) > 0 ? b[1] : a[1]]
}

/** The figures that the card shows. Counts of steps and tokens are exact at any size. */
export interface DatasetStatistics {
  readonly totalTraces: number
  readonly totalSteps: bigint
  readonly totalTokens: bigint
  readonly averageSteps: bigint
  /** US dollars, two decimals; null where no trace states its cost, or where the sum is beyond any double. */
  readonly averageCost: number | null
  readonly totalCost: number | null
  /** Percent, one decimal; null where no trace states its success. */
  readonly successRate: number | null
  /** The ten most frequent, ties in first-seen order. */
  readonly topDependencies: readonly (readonly [string, number])[]
  readonly modelCounts: ReadonlyMap<string, number>
  readonly agentCounts: ReadonlyMap<string, number>
  /** `2026-03-01 to 2026-04-30`, or `N/A`. */
  readonly dateRange: string
}

export function statisticsOf(tally: Tally): DatasetStatistics {
  // A sum can overflow, and JSON has no text for what is not finite.
  const round = (sum: number): number | null => (Number.isFinite(sum) ? roundHalfEven(sum, 2) : null)
  return {
    totalTraces: tally.traces,
    totalSteps: tally.steps,
    totalTokens: tally.tokens,
    averageSteps: averageHalfEven(tally.steps, tally.traces),
    averageCost: round(tally.costSum / tally.costs),
    totalCost: tally.costs === 0 ? null : round(tally.costSum),
    successRate: tally.judged === 0 ? null : roundHalfEven((100 * tally.succeeded) / tally.judged, 1),
    topDependencies: byCount(tally.dependencies).slice(0, 10),
    modelCounts: tally.models,
    agentCounts: tally.agents,
    dateRange: tally.dates === undefined ? 'N/A' : `${tally.dates[0]} to ${tally.dates[1]}`
  }
}

/** Names with their counts, the most frequent first, ties in first-seen order. */
export function byCount(counter: ReadonlyMap<string, number>): [string, number][] {
  return [...counter].sort(([, a], [, b]) => b - a)
}

/** The reference rounds the double next to the quotient, half to even; up to 2^53 that is the exact quotient's rounding. */
function averageHalfEven(total: bigint, traces: number): bigint {
  if (traces === 0) return 0n
  const n = BigInt(traces)
  const quotient = nearestDouble(total, n)
  return BigInt(roundHalfEven(quotient, 0))
}

/** The double nearest to a/b for integers of any size (b > 0), ties to even: what Python's `/` gives. */
function nearestDouble(a: bigint, b: bigint): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER)
  if (a <= limit && a >= -limit && b <= limit) return Number(a) / Number(b)
  // 64 significant bits of the quotient and a sticky bit for the rest: enough for one correct rounding.
  const magnitude = a < 0n ? -a : a
  const shift = Math.max(0, 66 - (magnitude.toString(2).length - b.toString(2).length))
  const scaled = (magnitude << BigInt(shift)) / b
  const sticky = scaled * b === magnitude << BigInt(shift) ? 0n : 1n
  const value = Number(scaled | sticky) / 2 ** shift
  return a < 0n ? -value : value
}

/** The card's machine-readable line: compact ASCII JSON in the reference's order and number texts. */
export function statisticsJson(s: DatasetStatistics): string {
  const float = (x: number | null): string => (x === null ? 'null' : floatRepr(x))
  const counts = (c: ReadonlyMap<string, number>): string =>
    `{${[...c].map(([name, n]) => `${asciiString(name)}:${String(n)}`).join(',')}}`
  const dependencies = s.topDependencies.map(([name, n]) => `[${asciiString(name)},${String(n)}]`)
  const members: [string, string][] = [
    ['total_traces', String(s.totalTraces)],
    ['total_tokens', String(s.totalTokens)],
    ['avg_steps_per_session', String(s.averageSteps)],
    ['avg_cost_usd', float(s.averageCost)],
    ['total_cost_usd', float(s.totalCost)],
    ['success_rate', float(s.successRate)],
    ['top_dependencies', `[${dependencies.join(',')}]`],
    ['agent_counts', counts(s.agentCounts)],
    ['model_counts', counts(s.modelCounts)],
    ['date_range', asciiString(s.dateRange)]
  ]
  return `{${members.map(([key, text]) => `"${key}":${text}`).join(',')}}`
}
