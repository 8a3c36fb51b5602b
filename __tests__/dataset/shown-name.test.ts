import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { renderCard } from '../../src/dataset/card.js'
import { SHOWN_LENGTH, shownName } from '../../src/dataset/shown-name.js'
import { MARKS, DATA, statistics, input, SECTION, EMPTY_BADGES, FRONT } from '../support/cards.js'

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
