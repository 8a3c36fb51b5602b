import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parse } from 'yaml'
import { renderCard } from '../../src/dataset/card.js'
import { ActionError } from '../../src/errors.js'
import {
  MARKS,
  BADGES,
  BADGES_END,
  DATA,
  DATA_END,
  DATA_LINE,
  STATS,
  STATS_END,
  input,
  withQuality,
  SECTION,
  EMPTY_BADGES,
  FRONT
} from '../support/cards.js'

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

  test('of somebody else is not searched for a schema version', () => {
    expect(renderCard(`${FRONT}# T\nSchema version: \`0.1.0\`\n`, input)).toContain('\nSchema version: `0.1.0`\n')
  })

  test('CRLF stays, mixed line breaks become LF, a byte order mark goes', () => {
    const lf = renderCard(`${FRONT}# T\n\nText\n`, input)
    const crlf = (text: string): string => text.replaceAll('\n', '\r\n')
    expect(renderCard(crlf(`${FRONT}# T\n\nText\n`), input)).toBe(crlf(lf))
    expect(renderCard(crlf(lf), input)).toBe(crlf(lf))
    expect(renderCard(`\ufeff${FRONT}# T\r\n\nText\n`, input)).toBe(lf)
    expect(renderCard(`${FRONT}# T\r\r\n\nText\n`, input)).toBe(lf)
    expect(renderCard(crlf(FRONT) + '# T\r\r\n\r\nText\r\n', input)).toBe(crlf(lf))
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

  test('an indented fence in a fence does not close it, and "<!-->" is a whole comment', () => {
    const shown = `\`\`\`md\n    \`\`\`\n${STATS}\n\`\`\`\n`
    expect(body(`<!-->\n# T\n-->\n${shown}`)).toBe(`<!-->\n# T\n\n${EMPTY_BADGES}\n-->\n${shown}\n${SECTION}`)
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
