import { describe, expect, test } from '@jest/globals'
import {
  DEFAULT_THRESHOLDS,
  emptyGate,
  gateVerdict,
  judgeTrace,
  MAX_GATE_FAILURES,
  type Thresholds
} from '../../src/quality/gate.js'
import type { PersonaTotals } from '../../src/quality/types.js'

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
