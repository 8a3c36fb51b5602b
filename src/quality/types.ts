/** What the scorecard hands to the rooms behind it. */
import { SCHEMA_VERSION } from '../traces/schema.js'

/** In the reference's fixed order, which is also the order of every sum over them. */
export const PERSONAS = ['conformance', 'training', 'rl', 'analytics', 'domain'] as const
export type Persona = (typeof PERSONAS)[number]

/**
 * The scorer behind stored totals: the schema version that it was built for and a number that goes up with every change
 * that can change a score. Datasets that another one scored are scored anew.
 */
export const SCORER_VERSION = `${SCHEMA_VERSION}+1`

/** The five totals of one trace in percent, one decimal. */
export type PersonaTotals = Readonly<Record<Persona, number>>

export interface PersonaScore {
  readonly average: number
  readonly min: number
  readonly max: number
}

/** The content of `quality.json`: the scorecard of a dataset, or of any list of traces. Percentages with one decimal. */
export interface QualitySummary {
  /** Schema version that the scorer was built for. */
  readonly scorer_version: string
  readonly scoring_mode: 'deterministic'
  /** `YYYY-MM-DDTHH:MM:SS.ffffff+00:00` */
  readonly assessed_at: string
  readonly trace_count: number
  /** Empty where there are no traces. */
  readonly persona_scores: Readonly<Partial<Record<Persona, PersonaScore>>>
  readonly overall_utility: number
  readonly gate_status: 'passing' | 'failing'
  /** At most 10,000 messages, then one that says how many are left out. */
  readonly gate_failures: readonly string[]
}

/** What is kept of a scored trace once its record is gone. */
export interface ScoredRow {
  /** The first eight code points of the trace_id, for messages. */
  readonly idPrefix: string
  /** The five totals in tenths of a percent, in the order of `PERSONAS`. */
  readonly totals: readonly number[]
}

/** Persona totals over a sequence of traces; every list is in the order of `PERSONAS`. */
export interface ScoreSums {
  /** Traces in the sums. */
  scored: number
  /** Left-to-right double sums of the totals in percent, as the reference adds them. */
  sums: number[]
  /** In tenths of a percent; `Infinity` and `-Infinity` without traces. */
  min: number[]
  max: number[]
}
