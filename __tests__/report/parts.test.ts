/** The small parts that pages are made of. */
import { describe, expect, test } from '@jest/globals'
import { disclosable } from '../../src/report/disclosure.js'
import { bytes, decimal, delta, duration, grade, money, moneyDelta, percent, signed } from '../../src/report/figures.js'
import { fit, sized } from '../../src/report/fit.js'
import { moodOf, nothingNew } from '../../src/report/verdict.js'
import { blocked, failed, failingGate, leaked, published, pullRequest, unchanged, undisclosed } from './cases.js'

test('numbers as people read them', () => {
  expect(percent(71.84)).toBe('71.8\u00a0%')
  expect([delta(78, 71.8), delta(71.8, 72.2), delta(70, 70.04), delta(70, 69.1), delta(undefined, 3)]).toEqual([
    '**−6.2**',
    '+0.4',
    '±0',
    '−0.9',
    ''
  ])
  expect([grade(80), grade(79.9), grade(60), grade(59.9)]).toEqual(['good', 'fair', 'fair', 'low'])
  expect([signed(5n), signed(0n), signed(-1234n)]).toEqual(['+5', '±0', '−1,234'])
  expect([money(1234.5), money(null), moneyDelta(1, 3.25), moneyDelta(3, 1), moneyDelta(null, 1)]).toEqual([
    '$1,234.50',
    'n/a',
    '+$2.25',
    '−$2.00',
    'changed'
  ])
  expect([bytes(999), bytes(1_904_112), bytes(2_500_000_000)]).toEqual(['999 B', '1.9 MB', '2.50 GB'])
  expect([duration(182), duration(4210)]).toEqual(['182 ms', '4.2 s'])
  expect(decimal(-12345678.06, 1)).toBe('−12,345,678.1')
})

describe('a budget', () => {
  const sections = [
    { name: 'heading', versions: ['HEAD'] },
    sized('rows', [4, 2, 0], (rows) => 'r'.repeat(rows * 10)),
    sized('details', [3, 0], (rows) => 'd'.repeat(rows * 10)),
    { name: 'end', versions: ['END'] }
  ]
  const page = (bytes: number, shedding = ['details', 'rows']): string =>
    fit(sections, { bytes, shedding, elsewhere: 'See there.' })

  const head = 'HEAD\n\n'
  const note = (names: string): string => `\n\n_Shortened to fit: ${names}. See there._\n`
  const whole = `${head}${'r'.repeat(40)}\n\n${'d'.repeat(30)}\n\nEND\n`

  test('that is kept changes nothing', () => {
    expect(page(whole.length)).toBe(whole)
  })

  test('makes the first of the list give way, then the next step by step, and says so', () => {
    expect(page(whole.length - 1, ['details'])).toBe(`${head}${'r'.repeat(40)}\n\nEND${note('details')}`)
    const half = `${head}${'r'.repeat(20)}\n\nEND${note('details, rows')}`
    expect(page(half.length)).toBe(half)
    expect(page(half.length - 1)).toBe(`${head}END${note('details, rows')}`)
  })

  test('counts bytes, not characters', () => {
    const wide = fit([{ name: 'a', versions: ['€'.repeat(10), ''] }], { bytes: 30, shedding: ['a'], elsewhere: '' })
    expect(wide).not.toContain('€')
  })
})

test('what a report comes down to', () => {
  expect(
    [pullRequest(), blocked(), leaked(), failingGate(), published(), failed(), unchanged()].map((report) =>
      moodOf(report)
    )
  ).toEqual(['good', 'bad', 'bad', 'bad', 'careful', 'broken', 'good'])
  const shown = failingGate()
  shown.outcome = 'checked'
  shown.counts.held = 0
  shown.batch!.gate = 'report'
  expect(moodOf(shown)).toBe('careful')
  shown.batch!.gate = 'off'
  expect(moodOf(shown)).toBe('good')
})

test('nothing is new only where the base says so and nothing else is to be told', () => {
  expect([unchanged(), pullRequest(), blocked(), published()].map(nothingNew)).toEqual([true, false, false, false])
  expect(nothingNew({ ...unchanged(), warnings: ['x'] })).toBe(false)
})

describe('a private dataset on a public page', () => {
  const shown = disclosable(undisclosed())

  test('keeps its statistics, scorecards and task texts to itself', () => {
    const text = JSON.stringify(shown)
    // Traces, steps, average and date of the dataset; a task; a reason of its gate; its revision.
    for (const secret of ['1639', '68838', '78.1', '2026-11-15', 'parser test', '55.8%', '7d30e1f']) {
      expect(JSON.stringify(published())).toContain(secret)
      expect(text).not.toContain(secret)
    }
  })

  test('still tells of what is staged', () => {
    expect(shown.counts).toEqual(published().counts)
    expect(shown.batch).toEqual(published().batch)
    expect(shown.traces.map(({ scores }) => scores)).toEqual(published().traces.map(({ scores }) => scores))
  })

  test('leaves the given report as it is, and a disclosed one whole', () => {
    const report = undisclosed()
    disclosable(report)
    expect(report.dataset).toEqual(published().dataset)
    expect(disclosable(published())).toEqual(published())
  })
})
