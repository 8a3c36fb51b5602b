import { randomInt } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { cleanAll, redactor } from '../../src/gates/redact.js'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const letters = (n: number): string => Array.from({ length: n }, () => ALPHABET[randomInt(52)]!).join('')

describe('what is cleaned', () => {
  const known = `pass ${letters(10)}`
  const { clean } = redactor([{ name: 'known-secrets line 1', value: known }])

  test('a known value, whatever stands around it', () => {
    expect(clean(`the file ${known}.jsonl`)).toBe('the file ***.jsonl')
  })

  test('a token that a rule knows', () => {
    expect(clean(`id npm_${letters(36)} of the trace`)).toBe('id *** of the trace')
  })

  test.each([
    ['base64', (text: string) => Buffer.from(text).toString('base64')],
    ['URL encoding', (text: string) => encodeURIComponent(text).replaceAll('_', '%5F')],
    ['hex', (text: string) => Buffer.from(text).toString('hex')]
  ])('the whole text where it is disguised (%s)', (_, disguise) => {
    for (const secret of [known, `npm_${letters(36)}`]) {
      const text = `file ${disguise(`x ${secret} y`)}.jsonl`
      expect(clean(text)).not.toContain(disguise(`x ${secret} y`).slice(4, 12))
    }
  })

  test('what is harmless stays as it is', () => {
    for (const text of ['', '3 trace(s) staged.', 'data/traces_20260101T000000Z_0123abcd.jsonl', 'a'.repeat(64)]) {
      expect(clean(text)).toBe(text)
    }
  })
})

test('what a gate has found is hidden from then on, line by line', () => {
  const { clean, learn } = redactor([])
  const [one, other] = [letters(20), letters(20)]
  expect(clean(`${one} and ${other}`)).toBe(`${one} and ${other}`)
  learn(`${one}\n${other}\nshort`)
  expect(clean(`${one} and ${other} and short`)).toBe('*** and *** and short')
})

test('of two values of which one holds the other, nothing is left', () => {
  const inner = letters(12)
  const { clean } = redactor([
    { name: 'a', value: inner },
    { name: 'b', value: `${inner}-and-more` }
  ])
  expect(clean(`x${inner}-and-morey ${inner}`)).toBe('x***y ***')
})

test('cleanAll reaches every string and every name of a field', () => {
  const clean = (text: string): string => text.replaceAll('bad', '***')
  expect(cleanAll({ bad: ['bad', { x: 'a bad b', n: 1, ok: true, none: null }] }, clean)).toEqual({
    '***': ['***', { x: 'a *** b', n: 1, ok: true, none: null }]
  })
})
