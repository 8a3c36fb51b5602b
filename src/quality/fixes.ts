/** Which checks cost a set of traces most points, and how to get them back (facts: reference, "Top fixes"). */
import type { Check } from './check.js'
import { activeWeight, CHECKS, type CheckResult, type Scorecard } from './score.js'
import { PERSONAS, type Persona } from './types.js'

/** How the traces fared in one check. */
export interface CheckTally {
  readonly persona: Persona
  readonly check: Check
  passed: number
  /** Not passed, but with some points. */
  partial: number
  /** Not passed, without points. */
  failed: number
  skipped: number
  /** Points of the persona's total that the traces that did not pass lost here, summed over them. */
  lost: number
}

/** How a sequence of traces fared in every check. */
export interface FixTally {
  traces: number
  /** By the checks' ids, in the order of the tables. */
  readonly checks: ReadonlyMap<string, CheckTally>
  /** Checks that some trace did not pass, in the order in which that was first seen: it settles ties. */
  readonly missed: Set<CheckTally>
}

/** A check that is worth fixing. */
export interface TopFix {
  readonly persona: Persona
  readonly check: Check
  /** Points that the persona's average would gain if every trace passed with full score. */
  readonly gain: number
  /** Traces that did not pass. */
  readonly traces: number
}

/** Gains below this many points are not worth a line. */
const MIN_GAIN = 0.5

export function emptyFixes(): FixTally {
  const all = PERSONAS.flatMap((persona) =>
    CHECKS[persona].map((check): CheckTally => {
      return { persona, check, passed: 0, partial: 0, failed: 0, skipped: 0, lost: 0 }
    })
  )
  return { traces: 0, checks: new Map(all.map((tally) => [tally.check.id, tally])), missed: new Set() }
}

/** Adds the next trace of the sequence. */
export function addScorecard(fixes: FixTally, card: Scorecard): void {
  fixes.traces++
  for (const persona of PERSONAS) {
    const { results } = card.personas[persona]
    const weight = activeWeight(results)
    for (const result of results) addResult(fixes, result, weight)
  }
}

function addResult(fixes: FixTally, { check, score, passed, skipped }: CheckResult, active: number): void {
  const tally = fixes.checks.get(check.id) as CheckTally
  if (skipped) tally.skipped++
  else if (passed) tally.passed++
  else {
    if (score > 0) tally.partial++
    else tally.failed++
    tally.lost += (((1 - score) * check.weight) / active) * 100
    fixes.missed.add(tally)
  }
}

/**
 * How one trace fared in the 62 checks, in 124 bytes: what is kept of a scorecard until it is known whether its trace
 * counts. Positions are those of the tables; scores of checks that did not pass are kept to a 65,000th.
 */
export type CheckMarks = Uint16Array

const ALL_CHECKS = PERSONAS.map((persona) => CHECKS[persona])
const PASSED = 0xffff
const SKIPPED = 0xfffe
const FULL_SCORE = 0xfffd

export function marksOf(card: Scorecard): CheckMarks {
  const results = PERSONAS.flatMap((persona) => card.personas[persona].results)
  return Uint16Array.from(results, ({ score, passed, skipped }) => {
    if (skipped) return SKIPPED
    if (passed) return PASSED
    // Some points are some points, however few.
    return score > 0 ? Math.max(1, Math.round(score * FULL_SCORE)) : 0
  })
}

/** Adds the next trace of the sequence by its marks. */
export function addMarks(fixes: FixTally, marks: CheckMarks): void {
  fixes.traces++
  let position = 0
  for (const checks of ALL_CHECKS) {
    const results = checks.map((check): CheckResult => {
      const mark = marks[position++] as number
      const passed = mark === PASSED
      const skipped = mark === SKIPPED
      return { check, passed, skipped, score: passed || skipped ? Number(passed) : mark / FULL_SCORE }
    })
    const weight = activeWeight(results)
    for (const result of results) addResult(fixes, result, weight)
  }
}

/** The checks whose repair gains most, the best first, at most `count` of them. */
export function topFixes(fixes: FixTally, count = 3): TopFix[] {
  return [...fixes.missed]
    .map(({ persona, check, lost, partial, failed }): TopFix => ({
      persona,
      check,
      gain: lost / fixes.traces,
      traces: partial + failed
    }))
    .filter(({ gain }) => gain >= MIN_GAIN)
    .sort((a, b) => b.gain - a.gain)
    .slice(0, count)
}
