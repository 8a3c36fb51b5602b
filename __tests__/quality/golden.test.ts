/** Every result of the reference in the golden sets, check by check. */
import { describe, expect, test } from '@jest/globals'
import { gateVerdict } from '../../src/quality/gate.js'
import { CHECKS, scoreTrace, tenthsOf, type Scorecard } from '../../src/quality/score.js'
import { addTotals, averagesOf, emptyBatch, qualityJson, summarise, type Batch } from '../../src/quality/summary.js'
import { PERSONAS } from '../../src/quality/types.js'
import { canonicalRecord } from '../../src/traces/canonical.js'
import { firstCodePoints } from '../../src/traces/text.js'
import { goldenJson, goldenSets, type GoldenSet, type GoldenTrace } from '../support/golden.js'
import { goldenRecords } from '../support/records.js'

const sets = goldenSets()

function scoreSet(set: GoldenSet): { cards: Scorecard[]; batch: Batch } {
  const cards: Scorecard[] = []
  const batch = emptyBatch()
  for (const record of goldenRecords(set)) {
    const { line } = canonicalRecord(record)
    const card = scoreTrace({ record, line }, { userName: set.expected.settings.USER })
    cards.push(card)
    addTotals(batch, firstCodePoints(record.trace_id, 8), tenthsOf(card.totals))
  }
  return { cards, batch }
}

/** A scorecard in the form of the golden files; of what did not pass, only the ids are compared. */
function asGolden(card: Scorecard): unknown {
  return {
    overall_utility: card.overallUtility,
    personas: Object.fromEntries(
      PERSONAS.map((persona) => {
        const { total, passRate, categories, results } = card.personas[persona]
        const ids = (chosen: typeof results): string[] => chosen.map(({ check }) => check.id)
        return [
          persona,
          {
            total_score: total,
            pass_rate: passRate,
            category_scores: Object.fromEntries(categories),
            scores: results.map(({ score }) => score),
            skipped: ids(results.filter(({ skipped }) => skipped)),
            not_passed: ids(results.filter(({ passed }) => !passed)).sort()
          }
        ]
      })
    )
  }
}

function expectedOf({ overall_utility, personas }: GoldenTrace): unknown {
  return {
    overall_utility,
    personas: Object.fromEntries(
      Object.entries(personas).map(([persona, card]) => [
        persona,
        { ...card, not_passed: Object.keys(card.not_passed).sort() }
      ])
    )
  }
}

test('the tables are the catalogue of the reference', () => {
  const catalogue = Object.fromEntries(
    PERSONAS.map((persona) => [
      persona,
      CHECKS[persona].map(({ id, name, category, weight }) => [id, name, category, weight])
    ])
  )
  expect(catalogue).toEqual(goldenJson('quality', '00_catalogue.json'))
})

test('all sets are there', () => {
  const full = sets.filter(({ expected }) => expected.traces !== undefined)
  expect([sets.length, full.length]).toEqual([38, 35])
  expect(full.reduce((sum, { expected }) => sum + expected.traces!.length, 0)).toBe(953)
})

describe.each(sets.map((set) => [set.name, set] as const))('%s', (_, set) => {
  const { expected } = set
  const { cards, batch } = scoreSet(set)

  test('the 62 checks of every trace', () => {
    for (const [i, trace] of (expected.traces ?? []).entries()) {
      expect({ line: trace.line, card: asGolden(cards[i]!) }).toEqual({ line: trace.line, card: expectedOf(trace) })
    }
    expect(cards).toHaveLength(expected.traces?.length ?? set.lines.length)
  })

  test('averages, gate and summary', () => {
    const averages = averagesOf(batch.sums)
    if (expected.batch !== undefined) expect(averages).toEqual(expected.batch.persona_averages)
    const { passed, count, failures } = gateVerdict(batch.gate, averages)
    expect(passed).toBe(expected.gate.passed)
    if (expected.gate.failures !== undefined) expect(failures).toEqual(expected.gate.failures)
    else {
      expect(count).toBe(expected.gate.failure_count)
      expect(failures.slice(0, expected.gate.first!.length)).toEqual(expected.gate.first)
    }
    expect(summarise(batch, expected.settings.assessed_at)).toMatchObject(expected.summary)
  })

  test('quality.json, byte for byte', () => {
    const text = qualityJson(summarise(batch, expected.settings.assessed_at))
    if (expected.quality_json_text !== undefined) expect(text).toBe(expected.quality_json_text)
    expect(JSON.parse(text)).toMatchObject(expected.summary)
  })
})
