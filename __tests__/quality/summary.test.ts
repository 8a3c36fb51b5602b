import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { DEFAULT_THRESHOLDS } from '../../src/quality/gate.js'
import {
  addTotals,
  assessedAt,
  averagesOf,
  batchOf,
  emptyBatch,
  qualityJson,
  resumeBatch,
  summarise
} from '../../src/quality/summary.js'
import type { ScoredRow } from '../../src/quality/types.js'

const MOMENT = '2026-01-02T03:04:05.678901+00:00'

const tenths = fc.integer({ min: 0, max: 1000 })
const row: fc.Arbitrary<ScoredRow> = fc.record({
  idPrefix: fc.string({ maxLength: 8, unit: 'binary' }).filter((text) => text.isWellFormed()),
  totals: fc.tuple(tenths, tenths, tenths, tenths, tenths)
})

test('no traces: empty scores, nothing fails', () => {
  expect(qualityJson(summarise(emptyBatch(), MOMENT))).toBe(
    `{
  "scorer_version": "0.9.0",
  "scoring_mode": "deterministic",
  "assessed_at": "2026-01-02T03:04:05.678901+00:00",
  "trace_count": 0,
  "persona_scores": {},
  "overall_utility": 0.0,
  "gate_status": "passing",
  "gate_failures": []
}`
  )
})

test('averages round ties to even, the overall utility is the mean of the averages', () => {
  // (50.0 + 50.5) / 2 = 50.25 -> 50.2, (50.5 + 51.0) / 2 = 50.75 -> 50.8; both means are exact in binary.
  const batch = batchOf([
    { idPrefix: 'a', totals: [500, 505, 1000, 1000, 1000] },
    { idPrefix: 'b', totals: [505, 510, 1000, 1000, 0] }
  ])
  const summary = summarise(batch, MOMENT, '0.10.0')
  expect(summary.scorer_version).toBe('0.10.0')
  expect(summary.persona_scores).toEqual({
    conformance: { average: 50.2, min: 50, max: 50.5 },
    training: { average: 50.8, min: 50.5, max: 51 },
    rl: { average: 100, min: 100, max: 100 },
    analytics: { average: 100, min: 100, max: 100 },
    domain: { average: 50, min: 0, max: 100 }
  })
  // (50.2 + 50.8 + 100 + 100 + 50) / 5
  expect(summary.overall_utility).toBe(70.2)
  expect(summary.trace_count).toBe(2)
})

test('sums are added from left to right, so that the order of the dataset can decide the last digit', () => {
  const sum = (values: number[]): number =>
    batchOf(values.map((value) => ({ idPrefix: '', totals: [value, 0, 0, 0, 0] }))).sums.sums[0]!
  expect(sum([1, 2, 3])).toBe(0.1 + 0.2 + 0.3)
  expect(sum([3, 2, 1])).toBe(0.3 + 0.2 + 0.1)
  expect(sum([1, 2, 3])).not.toBe(sum([3, 2, 1]))
})

describe('a batch that goes on from stored sums', () => {
  test('gives the same summary as one made in one go', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), fc.nat(30), (rows, split) => {
        const stored = batchOf(rows.slice(0, split)).sums
        const kept = structuredClone(stored)
        const resumed = resumeBatch(stored, rows.slice(0, split))
        for (const { idPrefix, totals } of rows.slice(split)) addTotals(resumed, idPrefix, totals)
        expect(summarise(resumed, MOMENT)).toEqual(summarise(batchOf(rows), MOMENT))
        expect(stored).toEqual(kept)
      })
    )
  })

  test('judges stored rows by the thresholds of today', () => {
    const rows = [{ idPrefix: 'old', totals: [800, 800, 800, 800, 800] }]
    const strict = { ...DEFAULT_THRESHOLDS, training: { individual: 90, average: null } }
    const summary = summarise(resumeBatch(batchOf(rows).sums, rows, strict), MOMENT)
    expect(summary.gate_failures).toEqual(['Trace old training 80.0% below 90.0% minimum'])
    expect(summary.gate_status).toBe('failing')
  })
})

test('the text is ASCII and says what the summary says, whatever the ids hold', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 10 }), (rows) => {
      const summary = summarise(batchOf(rows), MOMENT)
      const text = qualityJson(summary)
      expect(text).toMatch(/^[\n\x20-\x7e]*$/)
      expect(JSON.parse(text)).toEqual(summary)
      // Every float of the reference's text has a point.
      expect(text).not.toMatch(/"(?:average|min|max|overall_utility)": -?\d+[,\n]/)
    })
  )
})

test('averages of nothing are undefined', () => {
  expect(averagesOf(emptyBatch().sums)).toBeUndefined()
})

test('the moment is written like the reference writes it', () => {
  expect(assessedAt(new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678)))).toBe('2026-01-02T03:04:05.678000+00:00')
  expect(assessedAt(new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 7)))).toBe('2026-01-02T03:04:05.007000+00:00')
  expect(assessedAt(new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 0)))).toBe('2026-01-02T03:04:05+00:00')
})
