import { randomInt } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { findSecrets } from '../../../src/gates/rules/find.js'
import { isGuessable } from '../../../src/gates/rules/guessable.js'
import { selfCheck } from '../../../src/gates/rules/selfcheck.js'
import { fake, FORMATS, random } from './formats.js'

describe('guessable', () => {
  // About one of a million looks like words, as chance has it: two of ten thousand would be a fault.
  test.each([
    ['an', 16],
    ['url', 16],
    ['x', 16],
    ['up', 16],
    ['low', 16],
    ['hex', 32]
  ] as const)('hardly any random text: %s, %i characters and more', (alphabet, least) => {
    const guessable = Array.from({ length: 10_000 }, (_, i) => random(least + (i % 48), alphabet)).filter(isGuessable)
    expect(guessable.length).toBeLessThan(2)
  })

  test('no token of any kind', () => {
    const tokens = FORMATS.flatMap(([, format]) => Array.from({ length: 100 }, () => fake(format)))
    expect(tokens.filter(isGuessable)).toEqual([])
  })

  test.each([
    ...[
      '',
      'hunter2',
      'Tr0ub4dor&3',
      'someone@acme.io',
      '4111111111111111',
      '+49 170 1234567',
      'aB3$xY9!kQ',
      '192.168.100.200'
    ],
    ...[
      'correct-horse-battery-staple',
      'my_production_database',
      '/srv/projects/customer/settings',
      'password12345678',
      'aaaaaaaaaaaaaaaaaaaaaaaa'
    ],
    ...[
      'postgres://app:tiger@db-8f3kQ9zXv2Lm7RtY4wPb.acme.io/x',
      'https://me:secret9@acme.io',
      'app:s3cret@db-8f3kQ9zXv2Lm7RtY4wPb.acme.io'
    ],
    '12345678901234567890'
  ])('%p', (value) => {
    expect(isGuessable(value)).toBe(true)
  })

  test('of a URL only the password counts', () => {
    expect(isGuessable(`postgres://app:${random(18, 'an')}@db/x`)).toBe(false)
    expect(isGuessable(`redis://:${random(24, 'an')}@cache`)).toBe(false)
  })

  test('a long text of one character takes no time', () => {
    const start = performance.now()
    expect(isGuessable('a'.repeat(1_000_000))).toBe(true)
    expect(isGuessable('a:'.repeat(500_000))).toBe(true)
    expect(performance.now() - start).toBeLessThan(3_000)
  })
})

describe('self check', () => {
  test('passes with the rules, every time', () => {
    for (let i = 0; i < 500; i++) expect(selfCheck(randomInt, findSecrets)).toBe(true)
  })

  test('passes where one of the planted happens to look like a word', () => {
    let unlucky = 1
    const find = (text: string): ReturnType<typeof findSecrets> =>
      text.includes('AKIA') && unlucky-- > 0 ? [] : findSecrets(text, '')
    expect(selfCheck(randomInt, find)).toBe(true)
    expect(unlucky).toBeLessThan(1)
  })

  test.each([
    ['finds nothing', () => []],
    ['fails on one rule', (text: string) => findSecrets(text, '').filter(({ rule }) => rule !== 'private-key')],
    ['fails on another', (text: string) => findSecrets(text, '').filter(({ rule }) => rule !== 'url-password')],
    [
      'finds something everywhere',
      (text: string) => [...findSecrets(text, ''), { rule: 'x', start: 0, end: 1, value: 'x', guessable: true }]
    ],
    ['tells another value', (text: string) => findSecrets(text, '').map((match) => ({ ...match, value: 'x' }))]
  ])('does not where a search %s', (_, find) => {
    expect(selfCheck(randomInt, find)).toBe(false)
  })
})
