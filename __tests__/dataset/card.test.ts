import { describe, expect, test } from '@jest/globals'
import { renderCard } from '../../src/dataset/card.js'
import { addTrace, emptyTally, statisticsOf, traceFigures } from '../../src/dataset/statistics.js'
import { DEFAULT_THRESHOLDS } from '../../src/quality/gate.js'
import {
  BADGES,
  BADGES_END,
  DATA,
  DATA_END,
  STATS,
  quality,
  input,
  withQuality,
  METRICS,
  DISTRIBUTIONS,
  SECTION,
  EMPTY_BADGES
} from '../support/cards.js'
import { goldenSets } from '../support/golden.js'
import { goldenRecords } from '../support/records.js'

describe('a new card', () => {
  const card = renderCard(undefined, input)

  test('has front matter, title, place for badges, schema version, a loading example and the section', () => {
    expect(card).toMatch(/^---\nlicense: cc-by-4\.0\ntags:\n {2}- opentraces\n/)
    expect(card).toContain(`\n---\n\n# agent-traces\n\n${EMPTY_BADGES}\n`)
    expect(card).toContain('\nSchema version: `0.9.0`\n')
    expect(card).toContain('\n```python\nfrom datasets import load_dataset\n')
    expect(card).toContain('load_dataset("acme/agent-traces", split="train")')
    expect(card.endsWith(`\n\n${SECTION}`)).toBe(true)
  })

  test('an absent, an empty and a blank card are the same', () => {
    for (const blank of ['', '\n \n', '\ufeff']) expect(renderCard(blank, input)).toBe(card)
  })

  test('a card that holds only front matter keeps it and gains the text', () => {
    const made = renderCard('---\nlicense: mit\n---\n', input)
    expect(made).toMatch(/^---\nlicense: mit\ntags:/)
    expect(made).not.toContain('task_categories')
    expect(made.slice(made.indexOf('\n---\n'))).toBe(card.slice(card.indexOf('\n---\n')))
  })

  test('of a folder shows the folder’s name and not where it lies', () => {
    for (const repo of ['file:/home/someone/out/my traces', 'file:C:\\Users\\someone\\my traces\\', 'file:my traces']) {
      const local = renderCard(undefined, { ...input, repo })
      expect(local).toContain('load_dataset("./my traces", split="train")')
      expect(local).toContain('\n# my traces\n')
      expect(local).not.toContain('someone')
    }
  })

  test('rendered again it stays the same; with scores and without them again too', () => {
    expect(renderCard(card, input)).toBe(card)
    const scored = renderCard(card, withQuality)
    expect(renderCard(scored, withQuality)).toBe(scored)
    expect(renderCard(scored, input)).toBe(card)
  })
})

describe('the scorecard', () => {
  const card = renderCard(undefined, withQuality)

  test('has a badge row', () => {
    const url = 'https://img.shields.io/badge/'
    expect(card).toContain(
      `# agent-traces\n\n${BADGES}\n` +
        `[![Overall Quality](${url}Overall_Quality-68.2%25-ffc107)](https://opentraces.ai) ` +
        `[![Gate: FAILING](${url}Gate-FAILING-dc3545)](https://opentraces.ai) ` +
        `![Conformance](${url}Conformance-94.4%25-28a745) ![Training](${url}Training-56.9%25-fd7e14) ` +
        `![Rl](${url}Rl-39.9%25-dc3545) ![Analytics](${url}Analytics-70.0%25-ffc107) ` +
        `![Domain](${url}Domain-80.0%25-28a745)\n${BADGES_END}\n`
    )
  })

  test('tells the grade, on one scale, from the gate, by each persona’s own minimum', () => {
    expect(card).toContain(`${METRICS}
### opentraces Scorecard

Assessed: 2026-01-02T03:04:05.678901+00:00 | Mode: deterministic | Scorer: v0.9.0

| Persona | Score | Min | Max | Grade | Gate |
|---------|-------|-----|-----|-------|------|
| conformance | 94.4% | 71.7% | 100.0% | PASS | PASSING (min 80.0%) |
| training | 56.9% | 3.0% | 80.0% | FAIL | PASSING (min 45.0%) |
| rl | 39.9% | 0.0% | 50.0% | FAIL | FAILING (min 40.0%) |
| analytics | 70.0% | 70.0% | 70.0% | WARN | PASSING (min 70.0%) |
| domain | 80.0% | 80.0% | 80.0% | PASS | PASSING (min 55.0%) |

**Overall utility: 68.2%** | Gate: FAILING

${DISTRIBUTIONS}`)
  })

  test('judges by the thresholds that the gate had', () => {
    const thresholds = {
      ...DEFAULT_THRESHOLDS,
      training: { individual: null, average: 57 },
      rl: { individual: null, average: null }
    }
    const strict = renderCard(undefined, { ...withQuality, thresholds })
    expect(strict).toContain('| FAIL | FAILING (min 57.0%) |\n| rl | 39.9% | 0.0% | 50.0% | FAIL | no minimum |\n')
  })

  test('without traces has no rows', () => {
    const none = renderCard(undefined, { ...input, quality: { ...quality, persona_scores: {}, overall_utility: 0 } })
    expect(none).toContain('|-------|------|\n\n**Overall utility: 0.0%**')
    expect(none).not.toContain('![Domain]')
  })
})

test.each(goldenSets().map((set) => [set.name, set] as const))(
  'the machine-readable line of %s is the reference’s',
  (_, set) => {
    const tally = emptyTally()
    for (const record of goldenRecords(set)) addTrace(tally, traceFigures(record))
    const card = renderCard(undefined, { ...input, statistics: statisticsOf(tally) })
    expect(card).toContain(`\n${DATA}\n${set.expected.card_block_text}\n${DATA_END}\n\n${STATS}\n`)
  }
)
