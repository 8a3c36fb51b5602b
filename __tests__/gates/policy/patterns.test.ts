import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { denyExpression, patternProblem } from '../../../src/gates/policy/patterns.js'

describe('patternProblem', () => {
  test.each([
    'Falcon',
    'acme-\\w+',
    'Project\\s+Falcon',
    '(?:foo|bar)-\\d{1,4}',
    '(?:foo|bar)?baz',
    '(?:ab)+',
    '(?:ab\\d{3})+c',
    '[(a+)+]{2,}',
    '\\(a+\\)+',
    '(?<name>x)y',
    '(?=Falcon)F',
    'x(?!y+)',
    '(?<=a|b)c',
    '\\bFalcon\\b',
    '^Falcon$',
    '\\p{Lu}{2}\\u{1F600}\\u0041\\x41\\cA\\0',
    'a{2}',
    'a+?',
    '.',
    '[^]',
    '[\\]]x',
    '\\[a|b\\]'
  ])('accepts %s', (pattern) => {
    expect(patternProblem(pattern)).toBeUndefined()
  })

  test.each([
    ['(a+)+', 'must not repeat'],
    ['(a*)*b', 'must not repeat'],
    ['(?:a|a)*b', 'must not repeat'],
    ['(?:a|ab){3,}', 'must not repeat'],
    ['(a?){40}a{40}', 'must not repeat'],
    ['(?:x(?:y+)z)*', 'must not repeat'],
    ['(?:(?:a+))+?', 'must not repeat'],
    ['(?<n>a+)+', 'must not repeat'],
    ['(?=(a+)+b)a', 'must not repeat'],
    ['(?:(?=a+)b)*c', 'must not repeat'],
    ['([\\])]+)+', 'must not repeat'],
    ['(\\)+)+', 'must not repeat'],
    ['(a{2,3}){2}', 'must not repeat'],
    ['(a+)b\\1', 'must not refer back'],
    ['(?<q>["\'])x\\k<q>', 'must not refer back'],
    ['a*', 'empty text'],
    ['', 'empty text'],
    ['a|', 'empty text'],
    ['(?:a|b?)', 'empty text'],
    ['\\b', 'empty text'],
    ['^$', 'empty text'],
    ['(?=a)', 'empty text'],
    ['(?:abc)?', 'empty text'],
    ['(?:){5}', 'empty text'],
    ['a{0}', 'empty text'],
    ['(', 'must be a regular expression'],
    ['a**', 'must be a regular expression'],
    ['\\q', 'must be a regular expression'],
    ['[b-a]', 'must be a regular expression'],
    ['{', 'must be a regular expression'],
    ['\\1', 'must be a regular expression']
  ])('refuses %s', (pattern, message) => {
    expect(patternProblem(pattern)).toContain(message)
  })

  /** Patterns from a grammar, so that most of them are valid and many of them nest. */
  const { pattern } = fc.letrec<{ pattern: string; atom: string }>((tie) => ({
    pattern: fc
      .array(fc.tuple(tie('atom'), fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '{0,}', '+?')), {
        minLength: 1,
        maxLength: 4
      })
      .chain((pieces) =>
        fc.constantFrom('', '|').map((glue) => pieces.map(([atom, quantifier]) => atom + quantifier).join(glue))
      ),
    atom: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('a', 'b', '.', '\\d', '\\(', '[ab]', '[)(*]', '\\u{61}'),
      tie('pattern').map((inner) => `(?:${inner})`),
      tie('pattern').map((inner) => `(${inner})`)
    )
  }))

  test('no accepted pattern matches the empty text, whatever stands around it', () => {
    fc.assert(
      fc.property(pattern, fc.stringMatching(/^[ab1()*]{0,8}$/), (source, text) => {
        if (patternProblem(source) !== undefined) return
        for (const [match] of text.matchAll(new RegExp(source, 'gu'))) expect(match).not.toBe('')
      }),
      { numRuns: 2000 }
    )
  })

  test('no accepted pattern of this grammar explodes', () => {
    fc.assert(
      fc.property(pattern, fc.constantFrom('a', 'b', 'ab', '('), (source, piece) => {
        if (patternProblem(source) !== undefined) return
        // Twenty-eight letters keep an exponential pattern busy for seconds, and any other for less than a millisecond.
        const start = performance.now()
        new RegExp(source, 'u').test(`${piece.repeat(28 / piece.length)}!`)
        expect(performance.now() - start).toBeLessThan(1000)
      }),
      { numRuns: 2000 }
    )
  })
})

describe('denyExpression', () => {
  const literal = (pattern: string, ignoreCase = false) =>
    denyExpression({ pattern, regex: false, 'ignore-case': ignoreCase })

  test('of a literal finds exactly that literal, whatever its characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' }), (pattern, around) => {
        expect(literal(pattern).test(around + pattern + around)).toBe(true)
        expect(literal(pattern).test(around)).toBe(around.includes(pattern))
      })
    )
    const syntax = '^$\\.*+?()[]{}|/-,&~#!<>=:'
    expect(`x${syntax}x`.match(literal(syntax))).toEqual([syntax])
    expect(literal('a.c').test('abc')).toBe(false)
  })

  test('minds case unless told otherwise', () => {
    expect(literal('Falcon').test('project FALCON')).toBe(false)
    expect(literal('Falcon', true).test('project FALCON')).toBe(true)
    expect(literal('GRÖSSE', true).test('größse grösse')).toBe(true)
    const expression = denyExpression({ pattern: 'acme-\\d+', regex: true, 'ignore-case': true })
    expect('ACME-1, acme-22, acme-'.match(expression)).toEqual(['ACME-1', 'acme-22'])
  })

  test('counts code points, not halves of them', () => {
    const expression = denyExpression({ pattern: 'x.y', regex: true, 'ignore-case': false })
    expect(expression.test('x😀y')).toBe(true)
  })
})
