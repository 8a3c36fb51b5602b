import { describe, expect, test } from '@jest/globals'
import { addMarks, addScorecard, emptyFixes, marksOf, topFixes, type FixTally } from '../../src/quality/fixes.js'
import { byPersona, CHECKS, scoreTrace, type PersonaCard, type Scorecard } from '../../src/quality/score.js'
import { PERSONAS } from '../../src/quality/types.js'
import { parseTrace } from '../../src/traces/parse.js'
import { canonicalRecord } from '../../src/traces/canonical.js'
import { goldenSets } from '../support/golden.js'
import { goldenRecords, rawTrace } from '../support/records.js'

/** A scorecard in which every check passes, but those named: a score, or null for skipped. */
function cardWith(changes: Record<string, number | null>): Scorecard {
  const personas = byPersona((persona): PersonaCard => {
    const results = CHECKS[persona].map((check) => {
      const score = changes[check.id]
      if (score === null) return { check, score: 0, passed: false, skipped: true }
      return { check, score: score ?? 1, passed: score === undefined, skipped: false }
    })
    return { total: 100, passRate: 100, categories: new Map(), results }
  })
  const totals = { conformance: 100, training: 100, rl: 100, analytics: 100, domain: 100 }
  return { personas, totals, overallUtility: 100 }
}

function fixesOf(...cards: Scorecard[]): [id: string, gain: number, traces: number][] {
  const fixes = emptyFixes()
  for (const card of cards) addScorecard(fixes, card)
  return topFixes(fixes, 10).map(({ check, gain, traces }) => [check.id, Math.round(gain * 1000) / 1000, traces])
}

describe('the gain of a check', () => {
  // The weights of analytics add up to 5.7, of rl to 5.8.
  test('is its share of the active weight times what is missing to full score', () => {
    expect(fixesOf(cardWith({ A2: 0, RL1: 0.3 }))).toEqual([
      ['A2', Math.round((0.9 / 5.7) * 1e5) / 1e3, 1],
      ['RL1', Math.round(((0.7 * 1.0) / 5.8) * 1e5) / 1e3, 1]
    ])
  })

  test('counts against the weight of the checks that are not skipped, trace by trace', () => {
    expect(fixesOf(cardWith({ A2: 0, A1: null, A3: null }))).toEqual([
      ['A2', Math.round((0.9 / (5.7 - 1.8)) * 1e5) / 1e3, 1]
    ])
  })

  test('is averaged over all traces, those that pass included', () => {
    expect(fixesOf(cardWith({ A2: 0 }), cardWith({}), cardWith({}), cardWith({ A2: 0 }))).toEqual([
      ['A2', Math.round((0.9 / 5.7 / 2) * 1e5) / 1e3, 2]
    ])
  })
})

test('the best come first, equal ones as they were first seen, small ones not at all', () => {
  // D1 and T1 weigh 1.0 each, but of 5.3 and 7.5.
  expect(fixesOf(cardWith({ T1: 0, D1: 0 })).map(([id]) => id)).toEqual(['D1', 'T1'])
  // T1 and T2 weigh the same: the table settles their order within a trace, the traces otherwise.
  expect(fixesOf(cardWith({ T2: 0, T1: 0 })).map(([id]) => id)).toEqual(['T1', 'T2'])
  expect(fixesOf(cardWith({ T2: 0 }), cardWith({ T1: 0 })).map(([id]) => id)).toEqual(['T2', 'T1'])
  // Not passed, but with full score (C2 without a dash): nothing to gain.
  expect(fixesOf(cardWith({ C2: 1 }))).toEqual([])
  // 0.5 of 23.3 is 2.15 points; over five traces 0.43, over four 0.54.
  const good = cardWith({})
  expect(fixesOf(cardWith({ C28: 0 }), good, good, good, good)).toEqual([])
  expect(fixesOf(cardWith({ C28: 0 }), good, good, good)).toHaveLength(1)
})

test('three are named unless more are asked for', () => {
  const fixes = emptyFixes()
  addScorecard(fixes, cardWith({ D1: 0, D2: 0, D3: 0, D7: 0 }))
  expect(topFixes(fixes).map(({ check }) => check.id)).toEqual(['D1', 'D2', 'D3'])
  expect(topFixes(fixes, 4)).toHaveLength(4)
  expect(topFixes(emptyFixes())).toEqual([])
})

test('every check is counted: passed, partial, failed, skipped', () => {
  const fixes = emptyFixes()
  addScorecard(fixes, cardWith({ D4: 0.5 }))
  addScorecard(fixes, cardWith({ D4: 0 }))
  addScorecard(fixes, cardWith({ D4: null }))
  addScorecard(fixes, cardWith({}))
  addScorecard(fixes, cardWith({}))
  expect(fixes.traces).toBe(5)
  expect(fixes.checks.get('D4')).toMatchObject({ persona: 'domain', passed: 2, partial: 1, failed: 1, skipped: 1 })
  expect(fixes.checks.get('D5')).toMatchObject({ passed: 5, partial: 0, failed: 0, skipped: 0, lost: 0 })
  expect(fixes.checks.size).toBe(62)
})

test('the gains of a real scorecard add up to what its totals lack', () => {
  const card = scoreTrace(parseTrace(JSON.stringify(rawTrace('short'))))
  const fixes = emptyFixes()
  addScorecard(fixes, card)
  for (const persona of PERSONAS) {
    const lost = [...fixes.checks.values()].filter((tally) => tally.persona === persona)
    const sum = lost.reduce((total, tally) => total + tally.lost, 0)
    // Totals are rounded to a tenth; passed checks with less than full score are not counted as lost.
    const halfPassed = card.personas[persona].results.some(({ passed, score }) => passed && score < 1)
    if (!halfPassed) expect(Math.abs(100 - card.totals[persona] - sum)).toBeLessThan(0.051)
    else expect(sum).toBeLessThan(100 - card.totals[persona])
  }
})

describe('marks, what is kept of a scorecard', () => {
  const cards = goldenSets().flatMap((set) =>
    [...goldenRecords(set)].slice(0, 15).map((record) => scoreTrace({ record, line: canonicalRecord(record).line }))
  )
  const tally = (fixes: FixTally): unknown =>
    [...fixes.checks].map(([id, { passed, partial, failed, skipped }]) => [id, passed, partial, failed, skipped])

  test('are 124 bytes a trace', () => {
    expect(marksOf(cards[0]!).byteLength).toBe(124)
  })

  test('give the counts and, to a thousandth of a point, the gains of the scorecards themselves', () => {
    const exact = emptyFixes()
    const kept = emptyFixes()
    for (const card of cards) {
      addScorecard(exact, card)
      addMarks(kept, marksOf(card))
    }
    expect(cards.length).toBeGreaterThan(300)
    expect(tally(kept)).toEqual(tally(exact))
    expect([...kept.missed].map(({ check }) => check.id)).toEqual([...exact.missed].map(({ check }) => check.id))
    const [ours, theirs] = [topFixes(kept, 62), topFixes(exact, 62)]
    expect(ours.map(({ check, traces }) => [check.id, traces])).toEqual(
      theirs.map(({ check, traces }) => [check.id, traces])
    )
    for (const [i, { gain }] of ours.entries()) expect(Math.abs(gain - theirs[i]!.gain)).toBeLessThan(0.001)
  })

  test('tell few points from none, and full score without passing from passing', () => {
    const fixes = emptyFixes()
    addMarks(fixes, marksOf(cardWith({ D4: 1e-9, D5: 0, C2: 1, A1: null })))
    expect(fixes.checks.get('D4')).toMatchObject({ partial: 1, failed: 0 })
    expect(fixes.checks.get('D5')).toMatchObject({ partial: 0, failed: 1 })
    expect(fixes.checks.get('C2')).toMatchObject({ partial: 1, lost: 0 })
    expect(fixes.checks.get('A1')).toMatchObject({ skipped: 1 })
    expect(fixes.checks.get('T1')).toMatchObject({ passed: 1 })
  })
})
