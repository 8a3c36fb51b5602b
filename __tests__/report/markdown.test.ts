import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { code, details, fence, isFaithful, link, plain, table } from '../../src/report/markdown.js'
import { NASTY } from './hostile.js'
import { nodes, ofType, parse, readAsMore } from './gfm.js'

describe('a value as code', () => {
  test.each([
    ['traces/a.jsonl:7', '`traces/a.jsonl:7`'],
    ['a|b`c', '`a¦bˋc`'],
    ['two\nlines\r\nand\ttabs', '`two lines and tabs`'],
    ['evil\u202Egnp.exe', '`evil gnp.exe`'],
    ['zero\u200Bwidth\uFEFF', '`zero width`'],
    ['e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301', '`e\u0301\u0301\u0301\u0301`'],
    ['\ud800 alone', '`alone`'],
    ['', '(empty)'],
    ['\u200b\n', '(empty)']
  ])('%j', (text, shown) => {
    expect(code(text)).toBe(shown)
  })

  test('long ones are cut in the middle: what tells them apart stands at the end', () => {
    const shown = code(`${'folder/'.repeat(50)}last.jsonl:123`)
    expect(shown).toMatch(/^`folder\/folder.*…r\/folder\/folder\/last\.jsonl:123`$/)
    expect(Array.from(shown)).toHaveLength(82)
  })
})

describe('a sentence', () => {
  test.each([
    ['nothing was published (exit code 3).', 'nothing was published (exit code 3).'],
    ['the same trace as traces/a_b.jsonl:3', 'the same trace as `traces/a_b.jsonl:3`'],
    ['in the input "traces", nothing matches "*.jsonl".', 'in the input "traces", nothing matches "`*.jsonl`".'],
    ['Run `opentraces add --all` first', 'Run `opentraces add --all` first'],
    ['(`privacy: emails` of the policy)', '(`privacy: emails` of the policy)'],
    ['ask @octocat, see #12 or GH-12 or a/b#3', 'ask `@octocat`, see `#12` or `GH-12` or `a/b#3`'],
    ['commit deadbeef1 and https://evil.example', 'commit `deadbeef1` and `https://evil.example`'],
    ['<img src=x> [a](b)', '`<img` `src=x>` `[a](b)`'],
    ['- not a list', '`-` not a list'],
    ['1. not a list', '`1.` not a list'],
    ['@a`b`', '`@a` `b`'],
    ['a\n\n# heading', 'a `#` heading']
  ])('%j', (text, shown) => {
    expect(plain(text)).toBe(shown)
  })

  test('is one paragraph of text and code, whatever it holds', () => {
    const word = fc.oneof(
      fc.constantFrom(...NASTY),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(' ', '`', '\n')
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const shown = plain(words.join(''))
        const root = parse(shown)
        expect(
          [...nodes(root)].map(({ type }) => type).filter((type) => !['text', 'inlineCode'].includes(type))
        ).toEqual(shown === '' ? ['root'] : ['root', 'paragraph'])
        expect(readAsMore(root)).toEqual([])
        expect(shown).not.toMatch(/[^\P{C}]|[\u2028\u2029]/u)
      }),
      { numRuns: 1000 }
    )
  })
})

test('a value in a cell leaves the table as it is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary' })), (text) => {
      const root = parse(table(['A', 'B'], [[code(text), plain(text)]]))
      const [grid] = ofType(root, 'table')
      expect(root.children).toHaveLength(1)
      expect(grid!.children.map(({ children }) => children.length)).toEqual([2, 2])
    }),
    { numRuns: 300 }
  )
})

test('a block of code stays one block, whatever its lines hold', () => {
  const line = fc.string({
    unit: fc.constantFrom('`', '~', ' ', 'a', '\n', '\r', '\u2028', '</details>'),
    maxLength: 30
  })
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
      const root = parse(fence(lines, 'sh'))
      expect(root.children).toHaveLength(1)
      expect(ofType(root, 'code')[0]!.value.split('\n')).toHaveLength(lines.length)
    })
  )
})

test('only what can be shown as it is may be copied', () => {
  expect(['sed -i.bak 1d a.jsonl', "rm -- 'ä b.json'"].every(isFaithful)).toBe(true)
  expect(
    ['rm a\nrm b', 'rm \u202Ea', 'rm a\u00a0b', '::add-mask::x', 'echo ##[error]', `rm ${'a'.repeat(300)}`].some(
      isFaithful
    )
  ).toBe(false)
})

test.each([
  ['https://huggingface.co/datasets/acme/a_b-c.d', true],
  ['http://localhost:3000/x?y=1', true],
  ['javascript:alert(1)', false],
  ['https://a.example/)[x](https://b.example', false],
  ['https://user@a.example/', false],
  ['https://a.example/#fragment "title"', false],
  ['file:///home', false],
  ['', false]
])('%s may be clicked: %s', (url, may) => {
  expect(link('open', url)).toBe(may ? `[open](${url})` : undefined)
})

test('what is folded away is closed again, and Markdown inside of it counts', () => {
  const root = parse(details('More', '| a |\n|---|\n| b |'))
  expect(root.children.map(({ type }) => type)).toEqual(['html', 'table', 'html'])
})
