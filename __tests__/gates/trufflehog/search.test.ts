import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { searchFor, SHORTEST } from '../../../src/gates/trufflehog/search.js'

/** Texts of few letters, so that windows, prefixes and overlaps collide all the time. */
const text = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom('a', 'b', 'é'), { minLength, maxLength }).map((letters) => letters.join(''))

test('finds exactly what indexOf finds', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(text(SHORTEST, SHORTEST + 3), { maxLength: 20 }),
      text(0, 60),
      fc.array(fc.nat({ max: 19 }), { maxLength: 4 }),
      (wanted, filler, planted) => {
        const all = planted.map((i) => wanted[i] ?? '').reduce((left, one) => left + one + filler, filler)
        const expected = wanted
          .map((one, id) => ({ id, offset: all.indexOf(one) }))
          .filter(({ offset }) => offset !== -1)
        const matches = searchFor(wanted)(all)
        expect([...matches].sort((a, b) => a.id - b.id)).toEqual(expected)
      }
    ),
    { numRuns: 2000 }
  )
})

test('a text of exactly the shortest length is found at both ends', () => {
  const wanted = 'abcdefghijklmnop'
  expect(searchFor([wanted])(wanted)).toEqual([{ id: 0, offset: 0 }])
  expect(searchFor([wanted])('xx' + wanted)).toEqual([{ id: 0, offset: 2 }])
  expect(searchFor([wanted])(wanted.slice(1))).toEqual([])
})

test('a text that is too short to be looked for is a defect, not a miss', () => {
  expect(() => searchFor(['short'])).toThrow(RangeError)
})

test('ten thousand texts cost about as much as ten', () => {
  const wanted = Array.from({ length: 10_000 }, (_, i) => `ghp_${String(i * 7919).padStart(36, 'x')}`)
  const haystack = 'The quick brown fox jumps over the lazy dog. '.repeat(40_000) + wanted[9]!
  const time = (texts: readonly string[]): number => {
    const search = searchFor(texts)
    const start = performance.now()
    expect(search(haystack)).toEqual([{ id: 9, offset: haystack.length - 40 }])
    return performance.now() - start
  }
  const few = time(wanted.slice(0, 10))
  // One by one it would be a thousand times as much.
  expect(time(wanted)).toBeLessThan(100 * few)
})
