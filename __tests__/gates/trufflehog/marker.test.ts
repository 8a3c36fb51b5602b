import { expect, test } from '@jest/globals'
import { neutralise } from '../../../src/gates/trufflehog/marker.js'

const MARKER = 'trufflehog:ignore'
const spell = (each: (hex: string, i: number) => string): string =>
  Array.from(MARKER, (character, i) => each(character.charCodeAt(0).toString(16), i)).join('')

test.each([
  ['as it is', MARKER],
  ['in JSON escapes', spell((hex) => `\\u00${hex}`)],
  ['in upper-case escapes', spell((hex) => `\\U000000${hex}`)],
  ['in braces', spell((hex) => `\\u{${hex}}`)],
  ['in Perl escapes', spell((hex) => `\\x{${hex}}`)],
  ['in CSS escapes', spell((hex) => `\\${hex} `)],
  ['in HTML references', spell((hex) => `&#x${hex};`)],
  ['in percent escapes', spell((hex) => `%u00${hex}`)],
  ['in code points', spell((hex) => `U+00${hex} `)],
  ['partly escaped', spell((hex, i) => (i % 3 === 0 ? `\\u00${hex}` : MARKER.charAt(i)))],
  ['in UTF-16', Array.from(MARKER, (character) => `${character}\0`).join('')]
])('the marker %s is replaced by as much else', (_, marker) => {
  const text = `before ${marker} after`
  const result = neutralise(text)
  expect(result).toHaveLength(text.length)
  expect(result).toMatch(/^before \.{17,} ?after$/)
})

test.each([0, 1, 2, 3, 4, 5])('base64 with the marker behind %i bytes stays base64 of ASCII, without it', (before) => {
  const plain = 'k'.repeat(before) + MARKER + ' and the rest'
  const encoded = Buffer.from(plain).toString('base64')
  const result = neutralise(encoded)
  expect(result).toHaveLength(encoded.length)
  const decoded = Buffer.from(result, 'base64').toString('latin1')
  expect(decoded).toMatch(/^[\0-\x7f]*$/)
  expect(decoded).not.toContain('fflehog:ign')
  expect(decoded.endsWith('and the rest')).toBe(true)
})

test('other text stays as it is', () => {
  const text = 'trufflehog ignore, trufflehog::ignore, truffle hog:ignore, \\u0074ruffle, é→😀\0\n'
  expect(neutralise(text)).toBe(text)
})
