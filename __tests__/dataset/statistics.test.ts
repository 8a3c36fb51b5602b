import { describe, expect, test } from '@jest/globals'
import {
  addTally,
  addTrace,
  emptyTally,
  statisticsJson,
  statisticsOf,
  traceFigures
} from '../../src/dataset/statistics.js'
import { goldenSets } from '../support/golden.js'
import { goldenRecords } from '../support/records.js'

describe('statistics equal the reference on every golden set', () => {
  test.each(goldenSets().map((set) => [set.name, set] as const))('%s', (_, set) => {
    const tally = emptyTally()
    for (const record of goldenRecords(set)) addTrace(tally, traceFigures(record))
    const statistics = statisticsOf(tally)
    const { stats } = set.expected
    expect({
      total_traces: statistics.totalTraces,
      total_steps: Number(statistics.totalSteps),
      total_tokens: Number(statistics.totalTokens),
      avg_steps_per_session: Number(statistics.averageSteps),
      avg_cost_usd: statistics.averageCost,
      total_cost_usd: statistics.totalCost,
      success_rate: statistics.successRate,
      top_dependencies: statistics.topDependencies,
      model_counts: [...statistics.modelCounts].sort(),
      agent_counts: [...statistics.agentCounts].sort(),
      date_range: statistics.dateRange
    }).toEqual({
      ...stats,
      model_counts: Object.entries(stats.model_counts).sort(),
      agent_counts: Object.entries(stats.agent_counts).sort()
    })
    // The order of the names is in this text; the objects above have lost it.
    expect(statisticsJson(statistics)).toBe(set.expected.card_block_text)
  })
})

test('a dataset tallied in parts, the costs one by one, gives the same figures as in one go', () => {
  const set = goldenSets().find(({ name }) => name === '43_float_order')!
  const figures = [...goldenRecords(set)].map(traceFigures)
  const total = emptyTally()
  for (let start = 0; start < figures.length; start += 5) {
    const part = emptyTally()
    const slice = figures.slice(start, start + 5)
    for (const one of slice) addTrace(part, one)
    addTally(
      total,
      part,
      slice.map(({ cost }) => cost).filter((cost) => cost !== null)
    )
  }
  expect(statisticsJson(statisticsOf(total))).toBe(set.expected.card_block_text)
})

test('integers beyond 2^53 are counted exactly and averaged like the reference', () => {
  const tally = emptyTally()
  tally.traces = 3
  tally.steps = 3n * 2n ** 60n + 1n
  // Python: round((3 * 2**60 + 1) / 3) == 2**60
  expect(statisticsOf(tally).averageSteps).toBe(2n ** 60n)
  tally.steps = -7n
  tally.traces = 2
  // Python: round(-3.5) == -4
  expect(statisticsOf(tally).averageSteps).toBe(-4n)
})
