/** Whatever stands in the traces, the card stays a card: for YAML, for a table, for a comment, for JSON, and for the next run. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parse } from 'yaml'
import { renderCard, type CardInput } from '../../src/dataset/card.js'
import { addTrace, emptyTally, statisticsOf, type Tally, type TraceFigures } from '../../src/dataset/statistics.js'
import { addTotals, emptyBatch, qualityJson, summarise } from '../../src/quality/summary.js'
import type { QualitySummary } from '../../src/quality/types.js'
import { firstCodePoints } from '../../src/traces/text.js'
import { DATA, DATA_END, MARKS, STATS, STATS_END } from '../support/cards.js'
import { hostileCost, hostileInteger, hostileName } from './hostile-names.js'

const date = hostileName.map((name) => firstCodePoints(name, 10))
const trace: fc.Arbitrary<TraceFigures> = fc.record({
  agent: hostileName,
  model: fc.option(hostileName),
  dependencies: fc.array(hostileName, { maxLength: 3 }),
  steps: hostileInteger,
  tokens: fc.tuple(hostileInteger, hostileInteger).map(([input, output]) => input + output),
  cost: hostileCost,
  success: fc.option(fc.boolean()),
  dates: fc.option(fc.tuple(date, date), { nil: undefined })
})
const scored = fc.tuple(hostileName, fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 5, maxLength: 5 }))

function summaryOf(rows: readonly [string, number[]][]): QualitySummary {
  const batch = emptyBatch()
  for (const [id, totals] of rows) addTotals(batch, firstCodePoints(id, 8), totals)
  return summarise(batch, '2026-01-02T03:04:05.678901+00:00')
}

function tallyOf(traces: readonly TraceFigures[]): Tally {
  const tally = emptyTally()
  for (const figures of traces) addTrace(tally, figures)
  return tally
}

function inputOf(tally: Tally, quality: QualitySummary | undefined): CardInput {
  return {
    repo: 'acme/agent-traces',
    license: undefined,
    statistics: statisticsOf(tally),
    quality,
    shards: 1,
    schemaVersion: '0.9.0'
  }
}

/** The cells of a table row as GitHub's grammar cuts them: every bar that no backslash precedes, also in code. */
function cells(row: string): string[] {
  return row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim())
}

/** The table below a heading: it ends at the first line that is blank. */
function table(card: string, heading: string): string[][] {
  const lines = card.split('\n')
  const at = lines.indexOf(heading)
  if (at === -1) return []
  const start = lines.findIndex((line, i) => i > at && line.startsWith('|'))
  return lines.slice(start, lines.indexOf('', start)).map(cells)
}

interface Block {
  text: string
  value: Record<string, unknown>
}

/** The machine-readable line, found as a program finds it: what the comment holds until it is closed. */
function dataBlock(card: string): Block {
  const [, rest = ''] = card.split(`${DATA}\n`)
  const comment = rest.slice(0, rest.search(/--!?>/))
  const text = comment.split('\n')[0]!
  expect(comment).toBe(`${text}\n${DATA_END.slice(0, -'-->'.length)}`)
  return { text, value: JSON.parse(text) as Record<string, unknown> }
}

/** Everything that a card must be, read with other eyes than ours. */
function expectWhole(card: string, tally: Tally, quality: QualitySummary | undefined): void {
  for (const mark of MARKS) expect(card.split('\n').filter((line) => line === mark)).toHaveLength(1)

  const [, yaml = ''] = /^---\n([\s\S]*?\n)---\n/.exec(card) ?? []
  const front = parse(yaml, { uniqueKeys: true }) as Record<string, unknown>
  const expected = ['tags', 'task_categories', 'language', 'size_categories', 'configs']
  const scores = ['conformance', 'training', 'rl', 'analytics', 'domain'].map((persona) => `${persona}_score`)
  expect(Object.keys(front)).toEqual([...expected, ...(quality === undefined ? [] : [...scores, 'overall_quality'])])

  const { text, value } = dataBlock(card)
  expect(value.total_traces).toBe(tally.traces)
  expect(text).toContain(`"total_tokens":${String(tally.tokens)},`)
  for (const [key, counter] of [
    ['model_counts', tally.models],
    ['agent_counts', tally.agents]
  ] as const) {
    const counts = Object.entries(value[key] as Record<string, number>)
    expect(counts.sort()).toEqual([...counter].sort())
  }
  for (const key of ['avg_cost_usd', 'total_cost_usd', 'success_rate']) {
    const figure = value[key]
    expect(figure === null || Number.isFinite(figure)).toBe(true)
  }

  const metrics = table(card, '## Dataset Statistics')
  expect(metrics.map((row) => row.length)).toEqual(metrics.map(() => 2))
  expect(metrics.map(([name]) => name)).toEqual([
    'Metric',
    '--------',
    'Total traces',
    'Total steps',
    'Total tokens',
    'Date range',
    'Schema version',
    'Shards'
  ])
  expect(metrics[3]![1]!.replaceAll(',', '')).toBe(String(tally.steps))
  expect(metrics[4]![1]!.replaceAll(',', '')).toBe(String(tally.tokens))
  const personas = table(card, '### opentraces Scorecard')
  expect(personas.map((row) => row.length)).toEqual(Array(quality === undefined ? 0 : 7).fill(6))
  for (const [heading, counter] of [
    ['### Model Distribution', tally.models],
    ['### Agent Distribution', tally.agents]
  ] as const) {
    const rows = table(card, heading)
    expect(rows).toHaveLength(counter.size === 0 ? 0 : Math.min(counter.size, 51) + 2)
    const counts = rows.slice(2).map(([, count]) => Number(count))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe([...counter.values()].reduce((sum, n) => sum + n, 0))
  }

  const section = card.slice(card.indexOf(STATS), card.indexOf(STATS_END))
  // Nothing of a name acts: outside of code there is no HTML, link, image, mention or invisible character.
  const prose = section.slice(STATS.length).replace(/`[^`\n]*`/g, '')
  expect(prose).not.toMatch(/[<>[\]@`\\&]|https?:|www\./i)
  expect(section).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|[^\P{Cc}\n]/u)
}

test('property: hostile names and figures break neither YAML, tables, the comment nor the JSON in it', () => {
  fc.assert(
    fc.property(
      fc.array(trace, { maxLength: 60 }),
      fc.option(fc.array(scored, { minLength: 1, maxLength: 5 }), { nil: undefined }),
      (traces, rows) => {
        const tally = tallyOf(traces)
        const quality = rows === undefined ? undefined : summaryOf(rows)
        expectWhole(renderCard(undefined, inputOf(tally, quality)), tally, quality)
      }
    ),
    { numRuns: 300 }
  )
})

test('property: rendered ten times over it is the same, whatever was in it before', () => {
  fc.assert(
    fc.property(fc.array(fc.array(trace, { maxLength: 8 }), { minLength: 10, maxLength: 10 }), (batches) => {
      const quality = summaryOf([['id', [1000, 400, 0, 999, 551]]])
      let grown: string | undefined
      const all: TraceFigures[] = []
      for (const batch of batches) {
        all.push(...batch)
        const input = inputOf(tallyOf(all), quality)
        grown = renderCard(grown, input)
        // A dataset that was built in one push has the same card.
        expect(grown).toBe(renderCard(undefined, input))
      }
      const input = inputOf(tallyOf(all), quality)
      let again = grown!
      for (let i = 0; i < 10; i++) again = renderCard(again, input)
      expect(again).toBe(grown)
    }),
    { numRuns: 60 }
  )
})

test('10,000 hostile models and agents: a page of readable size, every one of them in the JSON', () => {
  const traces = Array.from({ length: 10_000 }, (_, i): TraceFigures => {
    const name = `${['|', '`', '-->', '\n', '\u202e'][i % 5]!}${'<b>'.repeat(i % 40)}${String(i)}`
    return {
      agent: name,
      model: `${name}\\`,
      dependencies: [name],
      steps: 2n ** 63n - 1n,
      tokens: -(2n ** 63n),
      cost: 1.7e308,
      success: null,
      dates: ['-->', '|`\n']
    }
  })
  const tally = tallyOf(traces)
  const quality = summaryOf([['id', [0, 0, 0, 0, 0]]])
  const start = performance.now()
  const card = renderCard(undefined, inputOf(tally, quality))
  expect(renderCard(card, inputOf(tally, quality))).toBe(card)
  expect(performance.now() - start).toBeLessThan(5000)
  expectWhole(card, tally, quality)
  expect(card.replace(dataBlock(card).text, '').length).toBeLessThan(100_000)
  expect(card).toContain(`| Total steps | 92,233,720,368,547,758,070,000 |`)
  expect(card).toContain(`| Total tokens | -92,233,720,368,547,758,080,000 |`)
})

describe('sums beyond any double', () => {
  const priced = (...costs: number[]): TraceFigures[] =>
    costs.map((cost) => ({
      agent: 'a',
      model: null,
      dependencies: [],
      steps: 1n,
      tokens: 1n,
      cost,
      success: null,
      dates: undefined
    }))

  test.each([
    ['too large', [1.7e308, 1.7e308]],
    ['too small', [-1.7e308, -1.7e308]]
  ])('%s: no figure, and JSON all the same', (_, costs) => {
    const { value } = dataBlock(renderCard(undefined, inputOf(tallyOf(priced(...costs)), undefined)))
    expect(value).toMatchObject({ avg_cost_usd: null, total_cost_usd: null })
  })

  test('that come back are figures again', () => {
    const { value } = dataBlock(renderCard(undefined, inputOf(tallyOf(priced(1.7e308, -1.7e308, 3)), undefined)))
    expect(value).toMatchObject({ avg_cost_usd: 1, total_cost_usd: 3 })
  })
})

test('property: quality.json is JSON and names the traces, whatever their ids are', () => {
  fc.assert(
    fc.property(fc.array(hostileName, { minLength: 1, maxLength: 5 }), (ids) => {
      const text = qualityJson(summaryOf(ids.map((id) => [id, [0, 1000, 1000, 1000, 1000]])))
      expect(text).toMatch(/^[\x20-\x7e\n]*$/)
      const { gate_failures: failures } = JSON.parse(text) as { gate_failures: string[] }
      expect(failures).toEqual([
        'conformance average 0.0% below 80.0% minimum',
        ...ids.map((id) => `Trace ${Array.from(id).slice(0, 8).join('')} conformance 0.0% below 70.0% minimum`)
      ])
    }),
    { numRuns: 200 }
  )
})
