import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { GateError } from '../../../src/errors.js'
import { denyFinder, type DenyMatch } from '../../../src/gates/deny/find.js'
import type { DenyPattern } from '../../../src/gates/policy.js'

const literal = (pattern: string, ignoreCase = false): DenyPattern => ({
  pattern,
  regex: false,
  'ignore-case': ignoreCase
})
const expression = (pattern: string, ignoreCase = false): DenyPattern => ({
  pattern,
  regex: true,
  'ignore-case': ignoreCase
})
const find = (patterns: readonly DenyPattern[], ...texts: string[]): DenyMatch[] => denyFinder(patterns, 5000)(texts)

describe('literals', () => {
  test('are found where they stand, each at its first place in each text', () => {
    const found = find([literal('Falcon'), literal('a.c')], 'a Falcon, a Falcon', 'abc', 'a.c Falcon')
    expect(found).toEqual([
      { text: 0, index: 0, start: 2, length: 6, value: 'Falcon' },
      { text: 2, index: 0, start: 4, length: 6, value: 'Falcon' },
      { text: 2, index: 1, start: 0, length: 3, value: 'a.c' }
    ])
  })

  test('keep to their case, unless the entry says otherwise', () => {
    expect(find([literal('Falcon')], 'falcon FALCON')).toEqual([])
    expect(find([literal('Falcon', true)], 'a FALCON')).toMatchObject([{ start: 2, value: 'FALCON' }])
    expect(find([literal('ΣΑΣ', true)], 'a σας')).toMatchObject([{ start: 2, value: 'σας' }])
    expect(find([literal('Straße', true)], 'in der STRASSE 3')).toMatchObject([{ start: 7, value: 'STRASSE' }])
  })

  test.each([
    ['Müller', 'Mu\u0308ller', 'Mu\u0308ller'],
    ['Mu\u0308ller', 'Müller', 'Müller'],
    ['Falcon', 'Ｆａｌｃｏｎ', 'Ｆａｌｃｏｎ'],
    ['Acme Corp', 'Acme\u00a0Corp', 'Acme\u00a0Corp'],
    ['office', 'o\ufb03ce', 'o\ufb03ce'],
    ['한글', '한글'.normalize('NFD'), '한글'.normalize('NFD')],
    // The mark makes another letter of the last one, but the name is there all the same.
    ['Falcon', 'Falcon\u0301', 'Falcon']
  ])('%s is found in %s', (pattern, text, value) => {
    const before = 'ﬁ é 🔥 e\u0301 → '
    for (const ignoreCase of [false, true]) {
      expect(find([literal(pattern, ignoreCase)], `${before}${text}, he said`)).toEqual([
        { text: 0, index: 0, start: before.length, length: value.length, value }
      ])
    }
  })

  test('of one letter and twice the same are found, too', () => {
    expect(find([literal('Ж'), literal('Ж'), literal('ж', true)], 'aЖ').map(({ index }) => index)).toEqual([0, 1, 2])
  })

  test('are found as indexOf finds them', () => {
    const word = fc
      .array(fc.constantFrom('a', 'B', 'é', '.'), { minLength: 1, maxLength: 6 })
      .map((all) => all.join(''))
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), fc.array(word, { maxLength: 10 }), (patterns, words) => {
        const text = words.join(' ')
        const expected = patterns
          .map((pattern, index) => ({ index, start: text.indexOf(pattern) }))
          .filter(({ start }) => start !== -1)
        const found = find(
          patterns.map((pattern) => literal(pattern)),
          text
        )
        expect(found.map(({ index, start }) => ({ index, start })).sort((a, b) => a.index - b.index)).toEqual(expected)
      })
    )
  })
})

describe('regular expressions', () => {
  test('are found at their first place in each text, with the position of their entry', () => {
    const patterns = [literal('x-ray'), expression('Falcon-\\d+'), expression('acme\\b', true)]
    expect(find(patterns, 'no', 'a Falcon-12 Falcon-13', 'ACME')).toEqual([
      { text: 1, index: 1, start: 2, length: 9, value: 'Falcon-12' },
      { text: 2, index: 2, start: 0, length: 4, value: 'ACME' }
    ])
  })

  test('find composed letters where the text has decomposed ones', () => {
    expect(find([expression('M[üu]ller')], 'Mu\u0308ller')).toMatchObject([{ value: 'Müller' }])
  })

  test('give the same result in every call', () => {
    const search = denyFinder([expression('a')], 5000)
    expect(search(['ba'])).toEqual(search(['ba']))
    expect(search(['ab'])).toMatchObject([{ start: 0 }])
  })
})

/** What the search throws, since the tests look at more than its class. */
function failure(search: () => unknown): GateError {
  try {
    search()
  } catch (error) {
    expect(error).toBeInstanceOf(GateError)
    return error as GateError
  }
  throw new Error('it did not fail')
}

describe('a search that does not end', () => {
  const slow = 'z*z*z*z*z*y'
  const search = denyFinder([literal('nothing'), expression('harmless'), expression(slow), expression('after')], 300)

  test('is stopped in time, with an error that names the entry and quotes nothing', () => {
    const start = performance.now()
    const error = failure(() => search(['harmless', 'z'.repeat(50_000), 'after']))
    expect(performance.now() - start).toBeLessThan(3000)
    expect(error).toMatchObject({ code: 'SCAN_FAILED', exitCode: 3 })
    expect(error.message).toContain('deny[2]')
    const all = `${error.message} ${error.hint} ${String(error.cause)}`
    for (const quoted of [slow, 'zzz', 'harmless', 'nothing']) expect(all).not.toContain(quoted)
  })

  test('leaves the finder usable', () => {
    failure(() => search(['z'.repeat(50_000)]))
    expect(search(['after it'])).toMatchObject([{ index: 3, start: 0 }])
  })
})

test('a thousand short texts cost one call under the timer, not a thousand', () => {
  const search = denyFinder([expression('Falcon-\\d')], 5000)
  const texts = Array.from({ length: 20_000 }, (_, i) => `text ${String(i)}`)
  search(texts)
  const start = performance.now()
  expect(search(texts)).toEqual([])
  // A call under the timer costs about 0.2 ms: one a text would be four seconds.
  expect(performance.now() - start).toBeLessThan(1000)
})
