/** Texts and numbers that whoever writes a trace may choose, and that want out of the place where a card shows them. */
import fc from 'fast-check'
import { MARKS } from '../support/cards.js'

/** Fixed ones, for tests that cannot draw any. */
export const HOSTILE_NAMES: readonly string[] = [
  ...MARKS,
  ...MARKS.map((mark) => `\n${mark}\n`),
  '',
  ' ',
  '-->',
  '--!>',
  '<!-- x',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '![x](https://evil.example/pixel.png)',
  '[x](javascript:alert(1))',
  'https://evil.example',
  'www.evil.example',
  'someone@evil.example',
  '@everyone',
  '&lt;b&gt;&#124;',
  'a|b|c',
  'a\\|b',
  'a\\',
  '`',
  '``` | ```',
  '``\n```\n# Heading',
  '\n\n| 1 | 2 |\n',
  '\r\n---\nlicense: mit\n---\r\n',
  '$(id)',
  '\u202e\u2066gpt\u2069',
  'x\u200b\u00ad\ufeff',
  '\u0000\u0007\u001b[31m',
  '\u0085\u2028\u2029',
  '__proto__',
  'constructor',
  '007',
  '7',
  '**bold** _it_ ~~gone~~',
  ':tada: #1 GH-1',
  '\u{1f9ea}'.repeat(100),
  '𝕘𝕡𝕥 通义'
]

export const hostileName = fc.oneof(
  fc.constantFrom(...HOSTILE_NAMES),
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc
    .array(fc.constantFrom('|', '\\', '`', '-', '>', '<', '!', '[', ']', '(', '\n', '\r', ' ', 'a', '&', ';'), {
      maxLength: 12
    })
    .map((parts) => parts.join(''))
)

/** Integers of 64 bits, the only ones that a record can hold. */
export const hostileInteger = fc.oneof(
  fc.constantFrom(0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, 1n),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
)

/** Doubles that sums overflow with. */
export const hostileCost = fc.oneof(
  fc.constantFrom(null, 0, -0, 1.7e308, -1.7e308, 5e-324, 1e16, -1e-7, 0.005),
  fc.double({ noNaN: true, noDefaultInfinity: true })
)
