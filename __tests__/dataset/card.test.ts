import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parse } from 'yaml'
import { renderCard, type CardInput } from '../../src/dataset/card.js'
import { SHOWN_LENGTH, shownName } from '../../src/dataset/shown-name.js'
import { addTrace, emptyTally, statisticsOf, traceFigures } from '../../src/dataset/statistics.js'
import { ActionError } from '../../src/errors.js'
import { DEFAULT_THRESHOLDS } from '../../src/quality/gate.js'
import type { QualitySummary } from '../../src/quality/types.js'
import { goldenSets } from '../support/golden.js'
import { goldenRecords } from '../support/records.js'

const MARKS = [
  '<!-- opentraces:auto-badges-start -->',
  '<!-- opentraces:auto-badges-end -->',
  '<!-- opentraces:stats',
  '<!-- opentraces:stats-end -->',
  '<!-- opentraces:auto-stats-start -->',
  '<!-- opentraces:auto-stats-end -->'
] as const
const [BADGES, BADGES_END, DATA, DATA_END, STATS, STATS_END] = MARKS

/** Figures of traces without more than their model and agent. */
function statistics(models: Iterable<readonly [string, number]>, agents: Iterable<readonly [string, number]> = []) {
  const tally = emptyTally()
  tally.models = new Map(models)
  tally.agents = new Map(agents)
  tally.traces = 1234
  tally.steps = 1_234_567n
  tally.tokens = 12n
  tally.dates = ['2026-03-01', '2026-04-30']
  return statisticsOf(tally)
}

const quality: QualitySummary = {
  scorer_version: '0.9.0',
  scoring_mode: 'deterministic',
  assessed_at: '2026-01-02T03:04:05.678901+00:00',
  trace_count: 3,
  persona_scores: {
    conformance: { average: 94.4, min: 71.7, max: 100 },
    training: { average: 56.9, min: 3, max: 80 },
    rl: { average: 39.9, min: 0, max: 50 },
    analytics: { average: 70, min: 70, max: 70 },
    domain: { average: 80, min: 80, max: 80 }
  },
  overall_utility: 68.2,
  gate_status: 'failing',
  gate_failures: ['rl average 39.9% below 40.0% minimum']
}
const input: CardInput = {
  repo: 'acme/agent-traces',
  license: 'cc-by-4.0',
  statistics: statistics(
    [['anthropic/claude-sonnet-4-5', 3]],
    [
      ['claude-code', 2],
      ['', 1]
    ]
  ),
  quality: undefined,
  shards: 2,
  schemaVersion: '0.9.0'
}
const withQuality: CardInput = { ...input, quality }

const DATA_LINE =
  '{"total_traces":1234,"total_tokens":12,"avg_steps_per_session":1000,"avg_cost_usd":null,"total_cost_usd":null,' +
  '"success_rate":null,"top_dependencies":[],"agent_counts":{"claude-code":2,"":1},' +
  '"model_counts":{"anthropic/claude-sonnet-4-5":3},"date_range":"2026-03-01 to 2026-04-30"}'
const METRICS = `## Dataset Statistics

| Metric | Value |
|--------|-------|
| Total traces | 1,234 |
| Total steps | 1,234,567 |
| Total tokens | 12 |
| Date range | 2026-03-01 to 2026-04-30 |
| Schema version | 0.9.0 |
| Shards | 2 |
`
const DISTRIBUTIONS = `### Model Distribution

| Model | Count |
|-------|-------|
| anthropic/claude-sonnet-4-5 | 3 |

### Agent Distribution

| Agent | Count |
|-------|-------|
| claude-code | 2 |
| (empty) | 1 |
`
const SECTION = `${DATA}
${DATA_LINE}
${DATA_END}

${STATS}
${METRICS}
${DISTRIBUTIONS}
${STATS_END}
`
const EMPTY_BADGES = `${BADGES}\n${BADGES_END}\n`
const FRONT =
  '---\ntags: [opentraces, agent-traces]\nsize_categories: [1K<n<10K]\nconfigs: [{config_name: default, data_files: data/*.jsonl}]\n---\n'

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

describe('an existing card', () => {
  test('without markers keeps its text: badges under the first heading, the section at the end', () => {
    const text = '\nIntro\n\n```\n# not a heading\n```\n<!--\n# nor this\n-->\n# Title #\nText\n## More\n\nEnd'
    expect(renderCard(FRONT + text, input)).toBe(
      FRONT + text.replace('# Title #\n', `# Title #\n\n${EMPTY_BADGES}\n`) + `\n\n${SECTION}`
    )
  })

  test('an underlined heading is one too; without any the badges go to the top', () => {
    expect(renderCard(`${FRONT}Title\n=====\n\nText\n`, input)).toBe(
      `${FRONT}Title\n=====\n\n${EMPTY_BADGES}\nText\n\n${SECTION}`
    )
    expect(renderCard(`${FRONT}\n## Only a second level\n`, input)).toBe(
      `${FRONT}\n${EMPTY_BADGES}\n## Only a second level\n\n${SECTION}`
    )
  })

  test('without front matter gains one, without a licence', () => {
    const card = renderCard('# Mine\n', input)
    expect(card).toMatch(/^---\ntags:\n/)
    expect(card).toContain(`\n---\n\n# Mine\n\n${EMPTY_BADGES}\n${SECTION}`)
    expect(parse(card.split('---\n')[1]!)).not.toHaveProperty('license')
  })

  test('keeps the places of its parts, whatever stands around them', () => {
    const around = (badges: string, section: string): string =>
      `${FRONT}Top\n${badges}# Title\n\n${section}Right behind\n\nEnd  `
    expect(renderCard(around(`${BADGES}\nold\n${BADGES_END}\n`.replace('old\n', ''), SECTION), input)).toBe(
      around(EMPTY_BADGES, SECTION)
    )
    const old = SECTION.replace(DATA_LINE, '{"total_traces":1}').replace(
      '| Total traces | 1,234 |',
      '| Total traces | 1 |'
    )
    expect(renderCard(around(EMPTY_BADGES, old), input)).toBe(around(EMPTY_BADGES, SECTION))
  })

  test('of the reference is taken over: two columns instead of one, blank lines do not grow', () => {
    const reference = `${FRONT}
# agent-traces

${BADGES}
[![Overall Quality](https://x)](https://opentraces.ai) [![Gate: PASSING](https://x)](https://opentraces.ai) ![Rl](https://x)
${BADGES_END}

Schema version: \`0.3.0\`

\`\`\`
Schema version: \`0.3.0\`
\`\`\`




${DATA}
{"total_traces":1}
${DATA_END}

${STATS}
## Dataset Statistics

| Metric | Value |
|--------|-------|
| Total traces | 1 |

### opentraces Scorecard

Assessed: 2026-01-01T00:00:00+00:00 | Mode: deterministic | Scorer: v0.3.0

| Persona | Score | Min | Max | Status |
|---------|-------|-----|-----|--------|
| conformance | 94.4% | 71.7% | 100.0% | PASS |

**Overall utility: 94.4%** | Gate: PASSING

### Model Distribution

| Model | Count |
|-------|-------|
| a|b | 1 |
${STATS_END}

Behind
`
    const expected = `${FRONT}
# agent-traces

${EMPTY_BADGES}
Schema version: \`0.9.0\`

\`\`\`
Schema version: \`0.3.0\`
\`\`\`




${SECTION}
Behind
`
    expect(renderCard(reference, input)).toBe(expected)
    expect(renderCard(expected, input)).toBe(expected)
  })

  test('CRLF stays, mixed line breaks become LF, a byte order mark goes', () => {
    const lf = renderCard(`${FRONT}# T\n\nText\n`, input)
    const crlf = (text: string): string => text.replaceAll('\n', '\r\n')
    expect(renderCard(crlf(`${FRONT}# T\n\nText\n`), input)).toBe(crlf(lf))
    expect(renderCard(crlf(lf), input)).toBe(crlf(lf))
    expect(renderCard(`\ufeff${FRONT}# T\r\n\nText\n`, input)).toBe(lf)
  })

  test.each(['---\na: b: c\n---\n# T\n', '---\n- a\n---\n', '---\nlicense: mit\n# no end\n'])(
    'whose front matter cannot be read is refused: %j',
    (text) => {
      expect(() => renderCard(text, input)).toThrow(ActionError)
    }
  )
})

describe('broken markers', () => {
  const body = (text: string): string => {
    const card = renderCard(FRONT + text, input)
    expect(renderCard(card, input)).toBe(card)
    expect(card.startsWith(FRONT)).toBe(true)
    return card.slice(FRONT.length)
  }

  test('a start without its end: the rows behind it go, a person’s text stays, the place is kept', () => {
    const start = SECTION.slice(0, SECTION.indexOf(STATS_END))
    expect(body(`${EMPTY_BADGES}A\n\n${start}\nMy text\n\n| Mine | Yours |\n|---|---|\n| 1 | 2 |\n`)).toBe(
      `${EMPTY_BADGES}A\n\n${SECTION}\n\nMy text\n\n| Mine | Yours |\n|---|---|\n| 1 | 2 |\n`
    )
    expect(body(`# T\n${BADGES}\nMy text\n${SECTION}`)).toBe(`# T\n${EMPTY_BADGES}My text\n${SECTION}`)
  })

  test('an end without its start goes alone', () => {
    expect(body(`${EMPTY_BADGES}A\n${STATS_END}\nB\n${DATA_END}\nC\n`)).toBe(`${EMPTY_BADGES}A\nB\nC\n\n${SECTION}`)
  })

  test('in the wrong order', () => {
    expect(body(`${BADGES_END}\nA\n${BADGES}\nB\n${STATS_END}\nC\n${STATS}\nD\n`)).toBe(
      `A\n${EMPTY_BADGES}B\nC\n${SECTION}D\n`
    )
  })

  test('nested into each other', () => {
    expect(body(`${STATS}\n${BADGES}\nmine\n${STATS_END}\nyours\n${BADGES_END}\n`)).toBe(
      `${SECTION}${EMPTY_BADGES}mine\nyours\n`
    )
  })

  test('copies: the first stays', () => {
    expect(body(`${EMPTY_BADGES}A\n\n${SECTION}B\n${EMPTY_BADGES}\n${SECTION}C\n`)).toBe(
      `${EMPTY_BADGES}A\n\n${SECTION}B\n\nC\n`
    )
  })

  test('only one half of the section', () => {
    const [data, stats] = [SECTION.slice(0, SECTION.indexOf(STATS) - 1), SECTION.slice(SECTION.indexOf(STATS))]
    expect(body(`${EMPTY_BADGES}A\n${data}B\n`)).toBe(`${EMPTY_BADGES}A\n${SECTION}B\n`)
    expect(body(`${EMPTY_BADGES}A\n${stats}B\n`)).toBe(`${EMPTY_BADGES}A\n${SECTION}B\n`)
    expect(body(`${data}\nB\n${EMPTY_BADGES}\n${stats}`)).toBe(`\nB\n${EMPTY_BADGES}\n${SECTION}`)
  })

  test('a person’s text between markers moves behind them', () => {
    const written = SECTION.replace('### Model', 'A note.\n\n| Their | Table |\n|---|---|\n| a | b |\n\n### Model')
    expect(body(`${EMPTY_BADGES}${written.replace('{"total', 'hidden\n{"total')}`)).toBe(
      `${EMPTY_BADGES}hidden\n${SECTION}A note.\n\n| Their | Table |\n|---|---|\n| a | b |\n\n`
    )
  })

  test('in a code fence or in the middle of a line they are text', () => {
    const shown = `- list\n\n  \`\`\`\`md\n${BADGES}\n\`\`\`\n${STATS}\n${BADGES_END}\n  \`\`\`\`\n\n1. ~~~\n   x\n${DATA}\n   ~~~\n`
    const inline = `The line ${STATS} begins it. ${STATS_END}\n    ${STATS}\n\`${STATS}\`\n`
    expect(body(`# T\n\n${EMPTY_BADGES}\n${shown}${inline}`)).toBe(
      `# T\n\n${EMPTY_BADGES}\n${shown}${inline}\n${SECTION}`
    )
  })

  test('a fence or comment that is never closed hides nothing', () => {
    for (const open of ['```', '~~~~ md', '<!-- draft', '- ```', '<!--']) {
      expect(body(`# T\n\n${EMPTY_BADGES}\n${open}\ntext\n\n${SECTION}more\n`)).toBe(
        `# T\n\n${EMPTY_BADGES}\n${open}\ntext\n\n${SECTION}more\n`
      )
    }
  })

  test('very many of them take no quadratic time', () => {
    const lines = [
      '```a',
      `~~~~`,
      '<!-- x',
      BADGES,
      STATS_END,
      '- - - - - - - - - - - - - - - - - - - - - - - - - x',
      STATS
    ]
    const text = Array.from({ length: 60_000 }, (_, i) => lines[i % lines.length]).join('\n')
    const start = performance.now()
    renderCard(FRONT + text, input)
    expect(performance.now() - start).toBeLessThan(5000)
  })
})

describe('names', () => {
  test.each([
    ['gpt-4.1_mini:latest', 'gpt-4.1_mini:latest'],
    ['a | b', '`a \\u007c b`'],
    ['`x`', '`\\u0060x\\u0060`'],
    ['a\nb', '`a\\u000ab`'],
    ['<b>&amp;</b>', '`\\u003cb\\u003e\\u0026amp;\\u003c/b\\u003e`'],
    ['[x](https://evil.example)', '`[x](https://evil.example)`'],
    ['![x](y)', '`![x](y)`'],
    ['@someone', '`@someone`'],
    ['a@b.c', '`a@b.c`'],
    ['https://evil.example', '`https://evil.example`'],
    ['www.evil.example', '`www.evil.example`'],
    ['_a_', '`_a_`'],
    ['a\\', '`a\\\\`'],
    ['a\u202eb', '`a\\u202eb`'],
    ['a\u200bb\u3164', '`a\\u200bb\\u3164`'],
    ['a\u2028b\u0085\u0000', '`a\\u2028b\\u0085\\u0000`'],
    ['\ud800', '`\\ud800`'],
    ['\u{e0041}', '`\\udb40\\udc41`'],
    [' x ', '`\\u0020x\\u0020`'],
    [' ', '`\\u0020`'],
    ['通义 🚀', '`通义 🚀`'],
    ['x'.repeat(80), 'x'.repeat(80)],
    ['x'.repeat(81), `\`${'x'.repeat(79)}…\``],
    ['🚀'.repeat(81), `\`${'🚀'.repeat(79)}…\``]
  ])('%j is shown as %j', (name, shown) => {
    expect(shownName(name)).toBe(shown)
  })

  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 120 }),
    fc.string({ unit: 'grapheme', maxLength: 120 }),
    fc.constantFrom(
      ...MARKS,
      ...MARKS.map((mark) => `\n${mark}\n`),
      '__proto__',
      '-->',
      '--!>',
      '<!--',
      '```\n',
      '| 1 |\n'
    ),
    fc
      .array(fc.constantFrom('|', '\\', '`', '-', '>', '<', '!', '\n', ' ', 'a'), { maxLength: 9 })
      .map((x) => x.join(''))
  )
  const counts = fc.uniqueArray(fc.tuple(hostile, fc.integer({ min: 1, max: 9 })), {
    maxLength: 70,
    selector: ([n]) => n
  })

  test('property: no name breaks a table, the comment, or the next run', () => {
    fc.assert(
      fc.property(counts, counts, (models, agents) => {
        const hostileInput = { ...input, statistics: statistics(models, agents) }
        const card = renderCard(`${FRONT}# T\n\nTheirs\n`, hostileInput)
        expect(renderCard(card, hostileInput)).toBe(card)
        expect(renderCard(card, input)).toBe(`${FRONT}# T\n\n${EMPTY_BADGES}\nTheirs\n\n${SECTION}`)

        const lines = card.split('\n')
        for (const [heading, names] of [
          ['### Model Distribution', models],
          ['### Agent Distribution', agents]
        ] as const) {
          const at = lines.indexOf(heading)
          if (names.length === 0) {
            expect(at).toBe(-1)
            continue
          }
          const rows = lines.slice(at + 4, lines.indexOf('', at + 4))
          expect(rows).toHaveLength(Math.min(names.length, 51))
          for (const row of rows) {
            expect(row).toMatch(/^\| (?:`[^`|<>]+`|[A-Za-z0-9 ._/:+,-]+|\(empty\)) \| \d+ \|$/)
            expect(row).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
            expect(row.length).toBeLessThan(SHOWN_LENGTH * 12 + 20)
          }
          const shown = rows.reduce((sum, row) => sum + Number(/\| (\d+) \|$/.exec(row)?.[1]), 0)
          expect(shown).toBe(names.reduce((sum, [, n]) => sum + n, 0))
        }

        for (const mark of MARKS) expect(card.split(mark === DATA ? `${DATA}\n` : mark)).toHaveLength(2)
        const comment = card.slice(card.indexOf(`${DATA}\n`) + 4)
        const inComment = comment.slice(0, comment.search(/--!?>/))
        const json = inComment.split('\n')[1]!
        const value = JSON.parse(json) as Record<string, Record<string, number>>
        expect(Object.entries(value.model_counts!).sort()).toEqual([...models].map(([n, c]) => [n, c]).sort())
        expect(Object.entries(value.agent_counts!).sort()).toEqual([...agents].map(([n, c]) => [n, c]).sort())
      }),
      { numRuns: 150 }
    )
  })

  test('thousands of models: fifty rows, one line for the rest, all of them in the JSON', () => {
    const models = Array.from({ length: 10_000 }, (_, i) => [`model-${String(i)}`, i < 3 ? 5 : 2] as const)
    const card = renderCard(undefined, { ...input, statistics: statistics(models) })
    expect(card.match(/^\| model-/gm)).toHaveLength(50)
    expect(card).toContain('\n| and 9,950 more | 19900 |\n')
    expect(card.match(/"model-\d+":/g)).toHaveLength(10_000)
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

/** Lines that people may have in a README, and what of ours may stand between them. */
const person = fc.oneof(
  { weight: 4, arbitrary: fc.nat(999).map((n) => `text ${String(n)}`) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '',
      '# Title',
      '## Part',
      '```',
      '```py',
      '~~~',
      '    code',
      '- ```',
      '<!-- note -->',
      '<!-- open',
      'close -->',
      '>',
      '---',
      '===',
      '| Mine | Yours |',
      '|---|---|',
      '| 1 | 2 |',
      'Schema version',
      `inline ${STATS}`,
      '<!-->',
      '***'
    )
  }
)
const ours = fc.constantFrom(
  ...MARKS,
  '{"total_traces":1}',
  '## Dataset Statistics',
  '| Metric | Value |',
  '| Total traces | 3 |'
)
const readme = fc
  .tuple(
    fc.boolean(),
    fc.boolean(),
    fc.array(fc.oneof({ weight: 3, arbitrary: person }, ours), { maxLength: 40 }),
    fc.boolean()
  )
  .map(([front, blank, lines, end]) => ({
    lines,
    text: (front ? FRONT : blank ? '\nx\n' : 'x\n') + lines.join('\n') + (end ? '\n' : '')
  }))

test('property: every line that a person wrote stays, in order; a second push changes nothing', () => {
  const isOurs = new Set<string>([
    ...MARKS,
    '{"total_traces":1}',
    '## Dataset Statistics',
    '| Metric | Value |',
    '| Total traces | 3 |'
  ])
  fc.assert(
    fc.property(readme, fc.boolean(), ({ lines, text }, scored) => {
      const use = scored ? withQuality : input
      const card = renderCard(text, use)
      expect(renderCard(card, use)).toBe(card)
      const back = renderCard(renderCard(card, scored ? input : withQuality), use)
      expect(back).toBe(card)

      const rest = card.split('\n')
      let at = 0
      // Rows right behind the head of a table of ours are ours, whoever wrote them.
      for (const line of lines.filter((one) => one !== '' && !isOurs.has(one) && !one.startsWith('|'))) {
        const found = rest.indexOf(line, at)
        expect([line, found]).not.toEqual([line, -1])
        at = found + 1
      }
      expect(parse(card.split(/^---$/m)[1]!)).toHaveProperty('configs')
    }),
    { numRuns: 1000 }
  )
})
