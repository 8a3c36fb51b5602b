/**
 * What a check is, and the few shapes that most rules have.
 *
 * A check is one entry of a persona's table (`conformance.ts`, `training.ts`, …). To add one, add an entry: the engine,
 * the gate and the fixes take it from there.
 */
import type { TraceRecord } from '../traces/schema.js'
import { roundHalfEven } from '../traces/text.js'

/** What a rule may look at beside the record. */
export interface CheckContext {
  /** The user whose home folder must not appear in a record; null: none is looked for. */
  readonly userName: string | null
  /** The schema version that the scorer was built for. */
  readonly schemaVersion: string
  /** The record as it is published, one line of JSON. */
  readonly line: string
}

/** Judged: a score from 0 to 1. Passing is a question of its own: some checks pass with less than 1. */
export interface Judged {
  readonly score: number
  readonly passed: boolean
}

/** A skipped check says nothing about the trace and is left out of every weight. */
export type Verdict = Judged | 'skipped'

export interface Check {
  /** `C1`, `RL3`: unique over all personas. */
  readonly id: string
  /** The reference's name, as reports print it. */
  readonly name: string
  readonly category: string
  readonly weight: number
  readonly rule: (record: TraceRecord, context: CheckContext) => Verdict
  /** What a maintainer who stages traces can do where the check fails: one line, a full sentence. */
  readonly fix: string
}

export const PASS: Judged = { score: 1, passed: true }
export const FAIL: Judged = { score: 0, passed: false }

/** All or nothing. */
export function passIf(condition: boolean): Judged {
  return condition ? PASS : FAIL
}

/** Half the score for each of two things. */
export function halves(first: boolean, second: boolean): Judged {
  return { score: (first ? 0.5 : 0) + (second ? 0.5 : 0), passed: first && second }
}

/** Full score without items; else the share that has it, three decimals, judged before it is rounded. */
export function requireShare<T>(items: readonly T[], has: (item: T) => boolean, minimum: number): Judged {
  return items.length === 0 ? PASS : judgeRatio(countOf(items, has) / items.length, minimum)
}

/** A ratio with three decimals as score, judged before it is rounded. */
export function judgeRatio(ratio: number, minimum: number): Judged {
  return { score: roundHalfEven(ratio, 3), passed: ratio >= minimum }
}

/** The share that has it, not rounded; 0 without items. */
export function plainShare<T>(items: readonly T[], has: (item: T) => boolean): number {
  return countOf(items, has) / Math.max(items.length, 1)
}

export function countOf<T>(items: readonly T[], has: (item: T) => boolean): number {
  let count = 0
  for (const item of items) if (has(item)) count++
  return count
}
