/** What the scorecard hands to the rooms behind it. */

/** In the reference's fixed order, which is also the order of every sum over them. */
export const PERSONAS = ['conformance', 'training', 'rl', 'analytics', 'domain'] as const
export type Persona = (typeof PERSONAS)[number]

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
  readonly gate_failures: readonly string[]
}
