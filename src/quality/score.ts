/**
 * The engine: from one trace to its scorecard (facts: reference, aggregation). Every sum is a plain left-to-right sum of
 * doubles in the order of the tables, because the reference's are and its last digit depends on it.
 */
import type { ParsedTrace } from '../traces/parse.js'
import { SCHEMA_VERSION } from '../traces/schema.js'
import { roundHalfEven } from '../traces/text.js'
import { ANALYTICS } from './analytics.js'
import type { Check, CheckContext } from './check.js'
import { CONFORMANCE } from './conformance.js'
import { DOMAIN } from './domain.js'
import { RL } from './rl.js'
import { TRAINING } from './training.js'
import { PERSONAS, type Persona, type PersonaTotals } from './types.js'

/** The 62 checks. */
export const CHECKS: Readonly<Record<Persona, readonly Check[]>> = {
  conformance: CONFORMANCE,
  training: TRAINING,
  rl: RL,
  analytics: ANALYTICS,
  domain: DOMAIN
}

/** A record with the line in which it is published: what `parseTrace` gives. */
export type ScorableTrace = Pick<ParsedTrace, 'record' | 'line'>

export interface ScoreSettings {
  /** The user whose home folder must not appear (check C25). Default: none, so that scores do not depend on the runner. */
  readonly userName?: string | null
  /** The schema version that records should have (check C1). Default: this version's own. */
  readonly schemaVersion?: string
}

export interface CheckResult {
  readonly check: Check
  /** From 0 to 1; 0 where the check was skipped. */
  readonly score: number
  /** False where the check was skipped. */
  readonly passed: boolean
  readonly skipped: boolean
}

/** What one persona says of a trace. Percentages with one decimal. */
export interface PersonaCard {
  readonly total: number
  /** Share of the checks that passed, of those that were not skipped. */
  readonly passRate: number
  /** Per category, in the order of the table. */
  readonly categories: ReadonlyMap<string, number>
  /** In the order of the table. */
  readonly results: readonly CheckResult[]
}

/** Everything that the five personas say of one trace. */
export interface Scorecard {
  readonly personas: Readonly<Record<Persona, PersonaCard>>
  readonly totals: PersonaTotals
  /** Mean of the five totals, percent, one decimal. */
  readonly overallUtility: number
}

/** Scores one trace. A pure function of the record, its line and the settings. */
export function scoreTrace(trace: ScorableTrace, settings: ScoreSettings = {}): Scorecard {
  const context: CheckContext = {
    userName: settings.userName ?? null,
    schemaVersion: settings.schemaVersion ?? SCHEMA_VERSION,
    line: trace.line
  }
  const personas = byPersona((persona) => personaCard(CHECKS[persona], trace, context))
  const totals = byPersona((persona) => personas[persona].total)
  return { personas, totals, overallUtility: meanOfPersonas(totals) }
}

function personaCard(checks: readonly Check[], trace: ScorableTrace, context: CheckContext): PersonaCard {
  const results = checks.map((check): CheckResult => {
    const verdict = check.rule(trace.record, context)
    if (verdict === 'skipped') return { check, score: 0, passed: false, skipped: true }
    return { check, score: verdict.score, passed: verdict.passed, skipped: false }
  })
  const active = results.filter((result) => !result.skipped)
  const passed = active.filter((result) => result.passed).length
  const categories = [...new Set(checks.map((check) => check.category))]
  return {
    total: weightedPercent(active),
    passRate: roundHalfEven((passed / active.length) * 100, 1),
    categories: new Map(
      categories.map((category) => [category, weightedPercent(active.filter((r) => r.check.category === category))])
    ),
    results
  }
}

/** The weight of the checks that were not skipped: what a score counts against. */
export function activeWeight(results: readonly CheckResult[]): number {
  let weight = 0
  for (const { check, skipped } of results) if (!skipped) weight += check.weight
  return weight
}

function weightedPercent(active: readonly CheckResult[]): number {
  let points = 0
  for (const { check, score } of active) points += score * check.weight
  // Where all of a category is skipped the weight is 0, and so are the points: the reference then gives 0 %.
  return roundHalfEven((points / Math.max(activeWeight(active), 0.001)) * 100, 1)
}

/** Mean of five percentages, one decimal: of a trace's totals, or of a dataset's averages. */
export function meanOfPersonas(percentages: PersonaTotals): number {
  let sum = 0
  for (const persona of PERSONAS) sum += percentages[persona]
  return roundHalfEven(sum / PERSONAS.length, 1)
}

/** A value per persona, made in their fixed order. */
export function byPersona<T>(make: (persona: Persona, position: number) => T): Record<Persona, T> {
  return Object.fromEntries(PERSONAS.map((persona, i) => [persona, make(persona, i)])) as Record<Persona, T>
}

/** Totals as they are stored: tenths of a percent, in the order of `PERSONAS`. */
export function tenthsOf(totals: PersonaTotals): number[] {
  return PERSONAS.map((persona) => Math.round(totals[persona] * 10))
}
