import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { searchFor, SHORTEST } from '../../src/gates/search.js'

/** Texts of few letters, so that windows, prefixes and overlaps collide all the time. */
const text = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom('a', 'b', 'é'), { minLength, maxLength }).map((letters) => letters.join(''))

test('finds exactly what indexOf finds', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(text(SHORTEST, 20), { maxLength: 20 }),
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
  const wanted = 'abcd'
  expect(searchFor([wanted])(wanted)).toEqual([{ id: 0, offset: 0 }])
  expect(searchFor([wanted])('xx' + wanted)).toEqual([{ id: 0, offset: 2 }])
  expect(searchFor([wanted])(wanted.slice(1))).toEqual([])
})

test('a text that is too short to be looked for is a defect, not a miss', () => {
  expect(() => searchFor(['abc'])).toThrow(RangeError)
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

test('the first occurrence that is accepted counts', () => {
  const search = searchFor(['Falcon', 'Falcon and more'])
  const text = 'xFalcon Falcon and more'
  expect(search(text, ({ offset }) => text[offset - 1] === ' ')).toEqual([
    { id: 0, offset: 8 },
    { id: 1, offset: 8 }
  ])
  expect(search(text, () => false)).toEqual([])
})

test('a text made to look like what is looked for costs no more than its length', () => {
  const wanted = Array.from({ length: 50 }, (_, i) => `${'a'.repeat(8 + i)}b`)
  const search = searchFor(wanted)
  const time = (length: number): number => {
    const text = 'a'.repeat(length)
    const start = performance.now()
    expect(search(text)).toEqual([])
    return performance.now() - start
  }
  time(10_000)
  // Were it quadratic, ten times the text would take a hundred times as long.
  expect(time(1_000_000)).toBeLessThan(40 * Math.max(time(100_000), 1))
})
