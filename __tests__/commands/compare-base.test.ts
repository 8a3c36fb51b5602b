/** What changed against the base, and the dataset as a baseline: tables, the figures worked out by hand. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { BaseTrace, BaseTraces } from '../../src/commands/base-traces.js'
import { compareWithBase, scoresOf, tellComparison, tellMissing } from '../../src/commands/compare-base.js'
import { datasetBaseline } from '../../src/commands/dataset-baseline.js'
import { traceEntry, type TraceEntry } from '../../src/dataset/index/rows.js'
import { emptyTally, statisticsOf } from '../../src/dataset/statistics.js'
import { emptyReport, reportSchema, type Report, type ReportTrace } from '../../src/report/model.js'
import { parseTrace } from '../../src/traces/parse.js'
import { rawTrace } from '../support/records.js'

const COMMIT = '9f2c1ab3d4e5f60718293a4b5c6d7e8f90a1b2c3'
const SAME = [500, 500, 500, 500, 500]

interface Made {
  /** Its trace_id. */
  id: string
  /** What it is about: other content, other identity. */
  text?: string
  /** How it was handled: other content, same identity. */
  security?: string
  totals?: number[] | null
}

function entryOf({ id, text = id, security, totals = SAME }: Made): TraceEntry {
  const raw = rawTrace(id, {
    session_id: 'session',
    task: { description: text },
    ...(security === undefined ? {} : { metadata: { security: { note: security } } })
  })
  return traceEntry(parseTrace(JSON.stringify(raw)), () => totals ?? undefined)
}

const baseOf = (...made: Made[]): BaseTraces => ({
  commit: COMMIT,
  notices: [],
  traces: made.map((one): BaseTrace => ({ entry: entryOf(one), lineHash: '', place: 'a.jsonl' }))
})

function compare(staged: readonly Made[], base: readonly Made[], duplicateOf: [number, number][] = []) {
  const candidates = staged.map((one) => ({ entry: entryOf(one) }))
  return compareWithBase({ candidates, duplicateOf: new Map(duplicateOf) }, baseOf(...base))
}

const kinds = (staged: readonly Made[], base: readonly Made[], duplicateOf: [number, number][] = []) =>
  compare(staged, base, duplicateOf).changes.map(({ kind }) => kind)

describe('what became of each trace', () => {
  const CASES: [string, Made[], Made[], string[], [added: number, changed: number, removed: number]][] = [
    ['nothing at the base', [{ id: 'a' }, { id: 'b' }], [], ['new', 'new'], [2, 0, 0]],
    ['nothing staged', [], [{ id: 'a' }], [], [0, 0, 1]],
    ['the same', [{ id: 'a' }, { id: 'b' }], [{ id: 'b' }, { id: 'a' }], ['unchanged', 'unchanged'], [0, 0, 0]],
    [
      'one of each',
      [{ id: 'a' }, { id: 'b', text: 'x' }, { id: 'c' }],
      [{ id: 'a' }, { id: 'b' }, { id: 'd' }],
      ['unchanged', 'changed', 'new'],
      [1, 1, 1]
    ],
    ['another id for the same content', [{ id: 'b', text: 'x' }], [{ id: 'a', text: 'x' }], ['unchanged'], [0, 0, 0]],
    [
      'reviewed again under the same id',
      [{ id: 'a', security: 'new' }],
      [{ id: 'a', security: 'old' }],
      ['changed'],
      [0, 1, 0]
    ],
    [
      'captured again under another id',
      [{ id: 'b', text: 'x', security: 'new' }],
      [{ id: 'a', text: 'x' }],
      ['changed'],
      [0, 1, 0]
    ],
    [
      'ids that have changed places: the id counts first',
      [
        { id: 'a', text: 'y' },
        { id: 'b', text: 'x' }
      ],
      [
        { id: 'a', text: 'x' },
        { id: 'b', text: 'y' }
      ],
      ['changed', 'changed'],
      [0, 2, 0]
    ],
    [
      'one that was taken for itself is not taken twice',
      [
        { id: 'a', text: 'x' },
        { id: 'b', text: 'y' }
      ],
      [{ id: 'a', text: 'y' }],
      ['changed', 'new'],
      [1, 1, 0]
    ],
    [
      'the same id twice at the base',
      [{ id: 'a', text: 'y' }],
      [
        { id: 'a', text: 'x' },
        { id: 'a', text: 'y' }
      ],
      ['changed'],
      [0, 1, 0]
    ],
    ['staged twice at the base', [{ id: 'a' }], [{ id: 'a' }, { id: 'b', text: 'a' }], ['unchanged'], [0, 0, 0]]
  ]
  test.each(CASES)('%s', (_, staged, base, expected, [added, changed, removed]) => {
    const { changes, baseline } = compare(staged, base)
    expect(changes.map(({ kind }) => kind)).toEqual(expected)
    expect(baseline).toMatchObject({ commit: COMMIT, added, changed, removed })
  })

  test('a trace that is staged twice counts once, and each copy is told', () => {
    const staged = [
      { id: 'a' },
      { id: 'b', text: 'a' },
      { id: 'c', text: 'a', security: 'x' },
      { id: 'd' },
      { id: 'e', text: 'd' }
    ]
    const { changes, baseline } = compare(
      staged,
      [{ id: 'a' }],
      [
        [1, 0],
        [2, 1],
        [4, 3]
      ]
    )
    expect(changes.map(({ kind }) => kind)).toEqual(['unchanged', 'unchanged', 'changed', 'new', 'new'])
    expect(baseline).toMatchObject({ traces: 1, added: 1, changed: 0, removed: 0 })
  })

  test('numbers always add up', () => {
    const some = fc.uniqueArray(
      fc.record({
        id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
        text: fc.constantFrom('u', 'v', 'w', 'x', 'y', 'z')
      }),
      {
        selector: ({ id }) => id,
        maxLength: 6
      }
    )
    const distinct = (made: Made[]): Made[] =>
      made.filter(({ text }, i) => made.findIndex((one) => one.text === text) === i)
    fc.assert(
      fc.property(some.map(distinct), some.map(distinct), (staged, base) => {
        const all = kinds(staged, base)
        const { baseline } = compare(staged, base)
        const unchanged = all.filter((kind) => kind === 'unchanged').length
        expect(baseline.added + baseline.changed + unchanged).toBe(staged.length)
        expect(baseline.removed + baseline.changed + unchanged).toBe(base.length)
        // By the definition, told in another way.
        for (const [i, { id, text }] of staged.entries()) {
          const sameId = base.find((one) => one.id === id)
          if (sameId !== undefined) expect(all[i]).toBe(sameId.text === text ? 'unchanged' : 'changed')
          else if (!base.some((one) => one.text === text)) expect(all[i]).toBe('new')
        }
      })
    )
  })
})

describe('scores', () => {
  test('averages of everything then and now, better and worse of what was there both times', () => {
    const { baseline } = compare(
      [
        { id: 'same', totals: [900, 800, 700, 600, 500] },
        { id: 'changed', text: 'x', totals: [1000, 400, 700, 600, 501] },
        { id: 'fresh', totals: [801, 600, 700, 600, 500] }
      ],
      [
        { id: 'same', totals: [900, 800, 700, 600, 500] },
        { id: 'changed', totals: [800, 500, 700, 600, 500] },
        { id: 'gone', totals: [400, 200, 100, 0, 500] }
      ]
    )
    // Conformance: (90 + 80 + 40) / 3 = 70, then (90 + 100 + 80.1) / 3 = 90.033…
    expect(baseline.personas).toEqual({
      conformance: { before: 70, after: 90, better: 1, worse: 0 },
      training: { before: 50, after: 60, better: 0, worse: 1 },
      rl: { before: 50, after: 70, better: 0, worse: 0 },
      analytics: { before: 40, after: 60, better: 0, worse: 0 },
      domain: { before: 50, after: 50, better: 1, worse: 0 }
    })
    // (70 + 50 + 50 + 40 + 50) / 5 and (90 + 60 + 70 + 60 + 50) / 5; of the changed one, 62 and 64.02.
    expect(baseline.overall).toEqual({ before: 52, after: 66, better: 1, worse: 0 })
  })

  test('without traces, or scores, there is no average', () => {
    const none = { better: 0, worse: 0 }
    expect(compare([], []).baseline.overall).toEqual(none)
    expect(compare([{ id: 'a' }], []).baseline.overall).toEqual({ ...none, after: 50 })
    expect(compare([], [{ id: 'a' }]).baseline.personas.rl).toEqual({ ...none, before: 50 })
    const unscored = compare([{ id: 'a', text: 'x' }], [{ id: 'a', totals: null }])
    expect(unscored.baseline.overall).toEqual({ ...none, after: 50 })
  })
})

describe('the report', () => {
  const reportOf = (ids: readonly string[]): Report => ({
    ...emptyReport('check'),
    traces: ids.map((id, i): ReportTrace => ({
      trace_id: id,
      file: 'a.jsonl',
      line: i + 1,
      status: 'clean',
      findings: []
    }))
  })

  test('says of each trace what it was, and of changed ones how they scored', () => {
    const report = reportOf(['a', 'b', 'c'])
    report.baseline = { missing: ['why'] }
    const staged = [{ id: 'a' }, { id: 'b', text: 'x' }, { id: 'c' }]
    const before = [{ id: 'a' }, { id: 'b', totals: [1000, 900, 800, 700, 601] }]
    tellComparison(compare(staged, before), report)
    expect(report.traces.map(({ change }) => change)).toEqual(['unchanged', 'changed', 'new'])
    const scores = { conformance: 100, training: 90, rl: 80, analytics: 70, domain: 60.1, overall: 80 }
    expect(report.traces.map((trace) => trace.scores_at_base)).toEqual([undefined, scores, undefined])
    expect(report.baseline).toMatchObject({ missing: ['why'], base: { commit: COMMIT, traces: 2 } })
    expect(reportSchema.parse(report)).toEqual(report)
  })

  test('names what is gone only where an id can say nothing else', () => {
    const uuid = (i: number) => `${String(i).padStart(8, '0')}-0000-4000-8000-000000000000`
    const base = [{ id: 'the-name-of-a-client' }, ...Array.from({ length: 120 }, (_, i) => ({ id: uuid(i) }))]
    const { baseline } = compare([], base)
    expect(baseline.removed).toBe(121)
    expect(baseline.removed_ids).toEqual(Array.from({ length: 100 }, (_, i) => uuid(i)))
    expect(compare([], [{ id: 'x' }]).baseline).not.toHaveProperty('removed_ids')
  })

  test('names the base as people do, if somebody says how', () => {
    const staged = { candidates: [], duplicateOf: new Map() }
    expect(compareWithBase(staged, baseOf(), 'main').baseline.name).toBe('main')
    expect(compareWithBase(staged, baseOf()).baseline).not.toHaveProperty('name')
  })

  test('keeps every reason why something is missing', () => {
    const report = reportOf([])
    tellMissing('one', report)
    tellMissing('two', report)
    expect(report.baseline).toEqual({ missing: ['one', 'two'] })
    expect(report.notices).toEqual(['one', 'two'])
  })

  test('has no scores of a trace without', () => {
    expect(scoresOf({ totals: undefined })).toBeUndefined()
  })
})

describe('the dataset as a baseline', () => {
  const REVISION = '7d30e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192'
  const figures = { shards: 2, statistics: { ...statisticsOf(emptyTally()), totalTraces: 1639 } }
  const score = (average: number) => ({ average, min: 0, max: 100 })
  const quality = {
    scorer_version: '0.9.0',
    scoring_mode: 'deterministic' as const,
    assessed_at: '2026-11-22T16:20:11+00:00',
    trace_count: 1639,
    persona_scores: {
      conformance: score(88.4),
      training: score(89),
      rl: score(73.4),
      analytics: score(55.7),
      domain: score(84.1)
    },
    overall_utility: 78.1,
    gate_status: 'failing' as const,
    gate_failures: ['analytics average 55.7% below 70.0% minimum']
  }

  test('with its revision', () => {
    expect(datasetBaseline(REVISION, figures, quality)).toEqual({
      revision: REVISION,
      traces: 1639,
      persona_averages: { conformance: 88.4, training: 89, rl: 73.4, analytics: 55.7, domain: 84.1 },
      overall_utility: 78.1,
      gate_status: 'failing',
      gate_failures: quality.gate_failures
    })
  })

  test('is none where there is no dataset yet, and has no scores where nothing is scored', () => {
    expect(datasetBaseline(undefined, figures, quality)).toBeUndefined()
    const bare = { revision: REVISION, traces: 1639, persona_averages: {} }
    expect(datasetBaseline(REVISION, figures, undefined)).toEqual(bare)
    const empty = {
      ...quality,
      trace_count: 0,
      persona_scores: {},
      overall_utility: 0,
      gate_status: 'passing' as const
    }
    expect(datasetBaseline(REVISION, figures, empty)).toEqual(bare)
  })

  test('names the first of many failures', () => {
    const failures = Array.from({ length: 10_001 }, (_, i) => `failure ${String(i)}`)
    const { gate_failures: named = [] } =
      datasetBaseline(REVISION, figures, { ...quality, gate_failures: failures }) ?? {}
    expect(named).toHaveLength(101)
    expect(named[99]).toBe('failure 99')
    expect(named[100]).toBe('and 9901 more lines')
  })
})
