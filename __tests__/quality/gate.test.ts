import { describe, expect, test } from '@jest/globals'
import {
  assertGate,
  DEFAULT_THRESHOLDS,
  emptyGate,
  gateVerdict,
  judgeTrace,
  MAX_GATE_FAILURES,
  thresholdsWith,
  type ThresholdOverrides,
  type Thresholds
} from '../../src/quality/gate.js'
import { averagesOf, batchOf, minimumsOf, summarise } from '../../src/quality/summary.js'
import type { PersonaTotals } from '../../src/quality/types.js'
import { ActionError } from '../../src/errors.js'
import { NO_POLICY, parsePolicy } from '../../src/gates/policy.js'

/** Tenths of a percent: conformance, training, rl, analytics, domain. */
const MINIMUMS = [700, 400, 0, 600, 450]
const GOOD: PersonaTotals = { conformance: 80, training: 45, rl: 40, analytics: 70, domain: 55 }

describe('individual minimums', () => {
  test('what equals the minimum passes', () => {
    const gate = emptyGate()
    judgeTrace(gate, 'aaaaaaaa', MINIMUMS)
    expect(gateVerdict(gate, GOOD)).toEqual({ passed: true, count: 0, failures: [] })
  })

  test('a tenth below fails, in every persona that has a minimum', () => {
    const gate = emptyGate()
    judgeTrace(
      gate,
      'aaaaaaaa',
      MINIMUMS.map((tenths) => Math.max(tenths - 1, 0))
    )
    expect(gateVerdict(gate, GOOD)).toEqual({
      passed: false,
      count: 4,
      failures: [
        'Trace aaaaaaaa conformance 69.9% below 70.0% minimum',
        'Trace aaaaaaaa training 39.9% below 40.0% minimum',
        'Trace aaaaaaaa analytics 59.9% below 60.0% minimum',
        'Trace aaaaaaaa domain 44.9% below 45.0% minimum'
      ]
    })
  })
})

describe('average minimums', () => {
  test('a tenth below fails', () => {
    const averages = { conformance: 79.9, training: 44.9, rl: 39.9, analytics: 69.9, domain: 54.9 }
    expect(gateVerdict(emptyGate(), averages).failures).toEqual([
      'conformance average 79.9% below 80.0% minimum',
      'training average 44.9% below 45.0% minimum',
      'rl average 39.9% below 40.0% minimum',
      'analytics average 69.9% below 70.0% minimum',
      'domain average 54.9% below 55.0% minimum'
    ])
  })

  test('without traces nothing fails', () => {
    expect(gateVerdict(emptyGate(), undefined)).toEqual({ passed: true, count: 0, failures: [] })
  })
})

test('failures come persona by persona, the average first, the traces in their order', () => {
  const gate = emptyGate()
  judgeTrace(gate, 'first', [100, 900, 900, 900, 100])
  judgeTrace(gate, 'second', [200, 900, 900, 900, 900])
  expect(gateVerdict(gate, { ...GOOD, conformance: 15, domain: 50 }).failures).toEqual([
    'conformance average 15.0% below 80.0% minimum',
    'Trace first conformance 10.0% below 70.0% minimum',
    'Trace second conformance 20.0% below 70.0% minimum',
    'domain average 50.0% below 55.0% minimum',
    'Trace first domain 10.0% below 45.0% minimum'
  ])
})

test('other minimums can be given, `null` for none', () => {
  const thresholds: Thresholds = {
    ...DEFAULT_THRESHOLDS,
    conformance: { individual: null, average: null },
    rl: { individual: 12.5, average: 99.75 }
  }
  const gate = emptyGate(thresholds)
  judgeTrace(gate, 'a', [0, 900, 124, 900, 900])
  judgeTrace(gate, 'b', [0, 900, 125, 900, 900])
  expect(gateVerdict(gate, { ...GOOD, conformance: 0, rl: 99.7 }).failures).toEqual([
    'rl average 99.7% below 99.75% minimum',
    'Trace a rl 12.4% below 12.5% minimum'
  ])
})

describe('more failures than are listed', () => {
  function fill(conformance: number, domain: number): ReturnType<typeof emptyGate> {
    const gate = emptyGate()
    for (let i = 0; i < conformance; i++) judgeTrace(gate, `c${String(i)}`, [0, 900, 900, 900, 900])
    for (let i = 0; i < domain; i++) judgeTrace(gate, `d${String(i)}`, [900, 900, 900, 900, 0])
    return gate
  }

  test('10,000 are listed without a remark', () => {
    const { failures, count } = gateVerdict(fill(9_999, 1), GOOD)
    expect([failures.length, count]).toEqual([10_000, 10_000])
    expect(failures.at(-1)).toBe('Trace d0 domain 0.0% below 45.0% minimum')
  })

  test('the rest is counted in one line', () => {
    const verdict = gateVerdict(fill(25_000, 3), { ...GOOD, conformance: 0, domain: 0 })
    expect(verdict.count).toBe(25_005)
    expect(verdict.failures).toHaveLength(MAX_GATE_FAILURES + 1)
    expect(verdict.failures[0]).toBe('conformance average 0.0% below 80.0% minimum')
    expect(verdict.failures[9_999]).toBe('Trace c9998 conformance 0.0% below 70.0% minimum')
    expect(verdict.failures[10_000]).toBe('and 15005 more failures that are not listed')
  })

  test('no more than that is remembered', () => {
    const gate = fill(25_000, 0)
    expect(gate.individual.conformance.messages).toHaveLength(10_000)
  })
})

describe('the minimums of a policy', () => {
  test('without any are the reference’s', () => {
    expect(thresholdsWith({})).toEqual(DEFAULT_THRESHOLDS)
    expect(thresholdsWith(NO_POLICY.quality)).toEqual(DEFAULT_THRESHOLDS)
  })

  test('replace one figure each; null takes one away', () => {
    const overrides: ThresholdOverrides = {
      conformance: { individual: null, average: 90.5 },
      training: { average: 0 },
      rl: { individual: 12 },
      domain: undefined
    }
    expect(thresholdsWith(overrides)).toEqual({
      conformance: { individual: null, average: 90.5 },
      training: { individual: 40, average: 0 },
      rl: { individual: 12, average: 40 },
      analytics: { individual: 60, average: 70 },
      domain: { individual: 45, average: 55 }
    })
  })

  test('are read from the policy’s own form', () => {
    const policy = parsePolicy('version: 1\nquality:\n  rl:\n    average: null\n  domain:\n    individual: 10\n')
    expect(thresholdsWith(policy.quality)).toEqual({
      ...DEFAULT_THRESHOLDS,
      rl: { individual: null, average: null },
      domain: { individual: 10, average: 55 }
    })
  })
})

describe('the gate over the traces of a run', () => {
  // Averages: 75, 42, 40, 70, 55.
  const rows = [
    { idPrefix: 'secret-1', totals: [600, 390, 400, 700, 550] },
    { idPrefix: 'secret-2', totals: [900, 450, 400, 700, 550] }
  ]
  const MOMENT = '2026-01-02T03:04:05+00:00'

  test('judges and counts them, without anything published', () => {
    const batch = batchOf(rows)
    expect(summarise(batch, MOMENT)).toMatchObject({
      trace_count: 2,
      gate_status: 'failing',
      gate_failures: [
        'conformance average 75.0% below 80.0% minimum',
        'Trace secret-1 conformance 60.0% below 70.0% minimum',
        'training average 42.0% below 45.0% minimum',
        'Trace secret-1 training 39.0% below 40.0% minimum'
      ]
    })
    expect(minimumsOf(batch)).toEqual({
      conformance: { individual: 70, average: 80, tracesBelow: 1 },
      training: { individual: 40, average: 45, tracesBelow: 1 },
      rl: { individual: null, average: 40, tracesBelow: 0 },
      analytics: { individual: 60, average: 70, tracesBelow: 0 },
      domain: { individual: 45, average: 55, tracesBelow: 0 }
    })
  })

  test('by other minimums', () => {
    const lenient = batchOf(
      rows,
      thresholdsWith({ conformance: { individual: 60, average: 75 }, training: { average: 42, individual: null } })
    )
    expect(summarise(lenient, MOMENT)).toMatchObject({ gate_status: 'passing', gate_failures: [] })
    const strict = batchOf(rows, thresholdsWith({ domain: { average: 55.1, individual: 56 } }))
    expect(summarise(strict, MOMENT).gate_failures.slice(4)).toEqual([
      'domain average 55.0% below 55.1% minimum',
      'Trace secret-1 domain 55.0% below 56.0% minimum',
      'Trace secret-2 domain 55.0% below 56.0% minimum'
    ])
  })

  function enforced(batch: ReturnType<typeof batchOf>): unknown {
    try {
      assertGate(batch.gate, averagesOf(batch.sums))
    } catch (error) {
      return error
    }
    return undefined
  }

  test('enforced, a failing one stops the run with what fails, and names no trace', () => {
    const error = enforced(batchOf(rows)) as ActionError
    expect(error).toBeInstanceOf(ActionError)
    expect([error.code, error.exitCode, error.retryable]).toEqual(['QUALITY_GATE', 3, false])
    expect(error.message).toBe(
      'the quality gate fails: conformance average 75.0% below 80.0% minimum, 1 trace(s) below the conformance minimum, ' +
        'training average 42.0% below 45.0% minimum, 1 trace(s) below the training minimum'
    )
    expect(error.message + error.hint).not.toContain('secret')
  })

  test('enforced, a passing one and one without traces let it go on', () => {
    expect(enforced(batchOf([{ idPrefix: 'a', totals: [1000, 1000, 1000, 1000, 1000] }]))).toBeUndefined()
    expect(enforced(batchOf([]))).toBeUndefined()
    expect(
      enforced(
        batchOf(
          rows,
          thresholdsWith({ conformance: { individual: 0, average: null }, training: { individual: 39, average: 42 } })
        )
      )
    ).toBeUndefined()
  })
})
