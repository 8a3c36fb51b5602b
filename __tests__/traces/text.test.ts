import { describe, expect, test } from '@jest/globals'
import {
  asciiString,
  compareCodePoints,
  firstCodePoints,
  fixed,
  floatLine,
  floatRepr,
  isBlank,
  roundHalfEven,
  strip,
  thousands,
  withLineFeeds
} from '../../src/traces/text.js'
import { goldenJson } from '../support/golden.js'

interface NumberVector {
  bits: string
  repr: string
  pydantic: string
  round0: string | null
  round1: string
  round2: string
  round3: string
  f0: string | null
  f1: string | null
  pct0: string | null
}

interface StringVector {
  s: string
  strip: string
  head8: string
  head10: string
  json_ascii: string
  pydantic: string
  pieces: string[]
}

/** What Python 3.11 and pydantic gave for them. */
const vectors = goldenJson('upstream', 'numbers-and-strings.json') as {
  numbers: NumberVector[]
  sums: { xs: number[]; sum: string; mean1: string; mean2: string }[]
  ints: { n: string; comma: string }[]
  strings: StringVector[]
  sorted_by_code_point: string[][]
}

function fromBits(bits: string): number {
  return Buffer.from(bits, 'hex').readDoubleBE()
}

/** The vectors for which `ours` gives something else, so that one failure shows all of them. */
function differing<T>(list: readonly T[], expected: (item: T) => unknown, ours: (item: T) => unknown): unknown[] {
  expect(list.length).toBeGreaterThan(0)
  return list
    .map((item) => ({ item, expected: expected(item), ours: ours(item) }))
    .filter((one) => JSON.stringify(one.expected) !== JSON.stringify(one.ours))
}

describe('numbers equal the reference', () => {
  test('the text of a float', () => {
    expect(
      differing(
        vectors.numbers,
        (v) => v.repr,
        (v) => floatRepr(fromBits(v.bits))
      )
    ).toEqual([])
    expect(
      differing(
        vectors.numbers,
        (v) => v.pydantic,
        (v) => floatLine(fromBits(v.bits))
      )
    ).toEqual([])
  })

  test.each([
    [1, 'round1'],
    [2, 'round2'],
    [3, 'round3']
  ] as const)('rounding to %d decimals', (digits, key) => {
    const expected = (v: NumberVector): string => v[key]
    expect(differing(vectors.numbers, expected, (v) => floatRepr(roundHalfEven(fromBits(v.bits), digits)))).toEqual([])
  })

  // Python prints all digits of a float, JavaScript those below 1e21 only: the vectors have no texts from there on.
  const printable = vectors.numbers.filter((v) => v.f1 !== null)

  test('rounding to an integer', () => {
    const ours = (v: NumberVector): string => String(BigInt(roundHalfEven(fromBits(v.bits), 0)))
    expect(differing(printable, (v) => v.round0, ours)).toEqual([])
  })

  test('a fixed number of decimals, percentages', () => {
    expect(
      differing(
        printable,
        (v) => v.f0,
        (v) => fixed(fromBits(v.bits), 0)
      )
    ).toEqual([])
    expect(
      differing(
        printable,
        (v) => v.f1,
        (v) => fixed(fromBits(v.bits), 1)
      )
    ).toEqual([])
    const percent = printable.filter((v) => Math.abs(fromBits(v.bits) * 100) < 1e21)
    expect(
      differing(
        percent,
        (v) => v.pct0,
        (v) => `${fixed(fromBits(v.bits) * 100, 0)}%`
      )
    ).toEqual([])
  })

  test('sums and means of lists, added from left to right', () => {
    const sum = (xs: number[]): number => xs.reduce((total, x) => total + x, 0)
    const mean = (xs: number[], digits: 1 | 2): string => floatRepr(roundHalfEven(sum(xs) / xs.length, digits))
    expect(
      differing(
        vectors.sums,
        (v) => v.sum,
        (v) => floatRepr(sum(v.xs))
      )
    ).toEqual([])
    expect(
      differing(
        vectors.sums,
        (v) => v.mean1,
        (v) => mean(v.xs, 1)
      )
    ).toEqual([])
    expect(
      differing(
        vectors.sums,
        (v) => v.mean2,
        (v) => mean(v.xs, 2)
      )
    ).toEqual([])
  })

  test('groups of thousands in integers of any size', () => {
    expect(
      differing(
        vectors.ints,
        (v) => v.comma,
        (v) => thousands(BigInt(v.n))
      )
    ).toEqual([])
    expect(thousands(-1234567)).toBe('-1,234,567')
  })

  test('what is not finite', () => {
    expect([NaN, Infinity, -Infinity].map(floatRepr)).toEqual(['NaN', 'Infinity', '-Infinity'])
    expect([NaN, Infinity, -Infinity].map(floatLine)).toEqual(['null', 'null', 'null'])
    expect([NaN, Infinity, -Infinity].map((x) => fixed(x, 1))).toEqual(['nan', 'inf', '-inf'])
    expect(roundHalfEven(-Infinity, 1)).toBe(-Infinity)
  })
})

describe('strings equal the reference', () => {
  test('stripping and blankness', () => {
    expect(
      differing(
        vectors.strings,
        (v) => v.strip,
        (v) => strip(v.s)
      )
    ).toEqual([])
    expect(
      differing(
        vectors.strings,
        (v) => v.strip === '',
        (v) => isBlank(v.s)
      )
    ).toEqual([])
    expect(isBlank(null)).toBe(true)
    // A long blank end takes no time of its own.
    const start = performance.now()
    expect(isBlank(`x${' '.repeat(2 ** 25)}`)).toBe(false)
    expect(isBlank(' '.repeat(2 ** 25))).toBe(true)
    expect(performance.now() - start).toBeLessThan(1000)
  })

  test('the first code points', () => {
    expect(
      differing(
        vectors.strings,
        (v) => v.head8,
        (v) => firstCodePoints(v.s, 8)
      )
    ).toEqual([])
    expect(
      differing(
        vectors.strings,
        (v) => v.head10,
        (v) => firstCodePoints(v.s, 10)
      )
    ).toEqual([])
  })

  test('JSON in ASCII and as published', () => {
    expect(
      differing(
        vectors.strings,
        (v) => v.json_ascii,
        (v) => asciiString(v.s)
      )
    ).toEqual([])
    expect(
      differing(
        vectors.strings,
        (v) => v.pydantic,
        (v) => JSON.stringify(v.s)
      )
    ).toEqual([])
  })

  test('lines', () => {
    expect(
      differing(
        vectors.strings,
        (v) => v.pieces,
        (v) => (v.s === '' ? [] : withLineFeeds(v.s).split('\n'))
      )
    ).toEqual([])
  })

  test('order by code point', () => {
    const ours = (list: string[]): string[] => [...list].reverse().sort(compareCodePoints)
    expect(differing(vectors.sorted_by_code_point, (list) => list, ours)).toEqual([])
    // U+1F600 comes after U+E000, although its first UTF-16 unit is smaller.
    expect(['\u{1f600}', '\ue000', 'a'].sort(compareCodePoints)).toEqual(['a', '\ue000', '\u{1f600}'])
  })
})
