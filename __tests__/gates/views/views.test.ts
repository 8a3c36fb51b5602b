import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readingOf, viewsOf } from '../../../src/gates/views/views.js'
import { corpusFiles, goldenText } from '../../support/golden.js'
import {
  BINARY,
  CHARACTERS,
  DUMPS,
  ESCAPES,
  LINES,
  MIRRORS,
  TERMINAL,
  TOOLS,
  randomToken,
  tool,
  type Encode
} from './encoders.js'

/** The token stands in a view (or was not disguised) as a scanner wants it: with no part of a word before or behind it. */
function expectUncovered(token: string, disguised: string): void {
  const whole = new RegExp(`(?<![A-Za-z0-9])${token}(?![A-Za-z0-9])`)
  const found = whole.test(disguised) || viewsOf(disguised).some(({ text }) => whole.test(text))
  if (!found) throw new Error(`Not found in ${JSON.stringify(disguised)}`)
  expect(found).toBe(true)
}

/** What readings may take beyond eight times the text, whatever its length: short texts have many. */
const SLACK = 1 << 18

const AROUND: ((text: string) => string)[] = [
  (text) => text,
  (text) => `Some words before it.\n${text}\nand after that.`,
  (text) => `# Output\n\n${text}\n\nDone. All 3 tests passed, see \`src/a.ts\`.`
]

describe.each([
  ['terminal', TERMINAL],
  ['characters', CHARACTERS],
  ['escapes', ESCAPES],
  ['binary', BINARY],
  ['lines', LINES],
  ['dumps', DUMPS]
])('%s', (_, encoders) => {
  test.each(Object.entries(encoders))('%s', (_name, encode: Encode) => {
    for (const around of AROUND) {
      for (const length of [24, 36, 36, 57, 90]) {
        const token = randomToken(length)
        expectUncovered(token, around(encode(token)))
      }
    }
  })
})

describe('tools', () => {
  for (const [name, [command, args]] of Object.entries(TOOLS)) {
    const encode = tool(command, args)
    const asInstalled = encode === undefined ? test.skip : test
    asInstalled(name, () => {
      const token = randomToken()
      const disguised = encode?.(token) ?? ''
      for (const around of AROUND) expectUncovered(token, around(disguised))
    })
  }
})

describe('tokens of well-known kinds', () => {
  test.each(Object.entries(MIRRORS))('%s', (_, encode) => {
    for (const prefix of ['gh' + 'p_', 'h' + 'f_', 'npm' + '_']) {
      const token = prefix + randomToken().slice(3)
      for (const around of AROUND) expectUncovered(token, around(encode(token)))
    }
  })
})

/** What puts its own marks into the midst of another disguise's cannot be told from it any more; five levels thrice are too many. */
const ALONE = ['JSON five times', 'tags inside', 'tags around pieces', 'quoted-printable line ends']
const STACKABLE: readonly Encode[] = [
  ...Object.entries(ESCAPES)
    .filter(([name]) => !ALONE.includes(name))
    .map(([, encode]) => encode),
  BINARY.base64!,
  BINARY.base64url!,
  BINARY['base64 in lines']!,
  BINARY.PowerShell!,
  BINARY.gzip!,
  BINARY.zlib!,
  BINARY.hexadecimal!,
  BINARY['NN NN']!,
  BINARY['byte array']!,
  TERMINAL.colour!,
  TERMINAL['NULs between']!
]

test('stacks of three', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...STACKABLE), { minLength: 1, maxLength: 3 }), (stack) => {
      const token = randomToken()
      expectUncovered(
        token,
        stack.reduce((text, encode) => encode(text), token)
      )
    }),
    { numRuns: 500 }
  )
})

test('what was taken off is named, from the outside to the inside', () => {
  const token = randomToken()
  const hows = viewsOf(encodeURIComponent(Buffer.from(`"${token}?>"~~`).toString('base64'))).map(({ how }) => how)
  expect(hows).toContain('URL encoding, base64')
  expect(viewsOf(gzipSync(token).toString('base64')).map(({ how }) => how)).toContain('base64, compressed')
})

test('two halves of a pair keep their distance: an id and its secret, encoded line by line, stand in one view', () => {
  const [id, secret] = [randomToken(20), randomToken(40)]
  const text = `data:\n  id: ${Buffer.from(id).toString('base64')}\n  secret: ${Buffer.from(secret).toString('base64')}\n`
  expect(viewsOf(text).some((view) => view.text.includes(id) && view.text.includes(secret))).toBe(true)
})

test('the name in front of what is encoded stays in front of it', () => {
  const password = randomToken(9)
  const text = `apiVersion: v1\ndata:\n  password: ${Buffer.from(password).toString('base64')}\n`
  expect(viewsOf(text).some((view) => view.text.includes(`password: ${password}`))).toBe(true)
})

test('a key of many lines is read behind line numbers', () => {
  const body = Array.from({ length: 6 }, () => randomToken(61))
  const pem = ['-----BEGIN ' + 'PRIVATE KEY-----', ...body, '-----END ' + 'PRIVATE KEY-----']
  for (const prefix of [
    (i: number) => `${String(i + 8).padStart(6)}\u2192`,
    () => '+',
    () => '# ',
    () => 'web_1  | '
  ]) {
    const text = pem.map((line, i) => prefix(i) + line).join('\n')
    expect(viewsOf(`x\n${text}\ny`).some((view) => view.text.includes(pem.join('\n')))).toBe(true)
  }
})

describe('usual text has hardly any views', () => {
  test.each([
    [
      'prose',
      'The quick brown fox jumps over the lazy dog, 3 times out of 10.\nIt doesn\u2019t mind \u2014 at all. \u{1f916}\u2764\ufe0f'
    ],
    ['code', "export function add(a: number, b: number): number {\n  return a + b // 'sum'\n}\nconst x = [1, 2, 3]\n"],
    ['a hash', `commit ${randomBytes(20).toString('hex')}\nMerge: ${randomBytes(4).toString('hex')}`],
    ['an id', `request ${randomUUID()} took 30 ms`],
    ['a lockfile', `"integrity": "sha512-${randomBytes(64).toString('base64')}"`],
    ['a digest', `image@sha256:${randomBytes(32).toString('hex')}`],
    ['a table', '| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n'],
    ['paths', '/usr/local/lib/node_modules/npm/node_modules/semver/functions/compare.js'],
    ['times', '2026-01-01 10:11:12 INFO started\n2026-01-01 10:11:13 INFO stopped\n']
  ])('%s', (_, text) => {
    expect(viewsOf(text).map((view) => view.how)).toEqual([])
  })

  test('pictures and other binary data in base64', () => {
    for (const size of [100, 900, 30_000, 300_000]) {
      const text = `data:image/png;base64,${randomBytes(size).toString('base64')}`
      const seen = viewsOf(text).reduce((sum, view) => sum + view.text.length, 0)
      // Sixteen bytes in a row that are text by chance, with what stands around them, come up once in a megabyte.
      expect(seen).toBeLessThan(Math.max(400, text.length / 100))
    }
  })

  test('real traces', () => {
    let [size, seen] = [0, 0]
    for (const file of corpusFiles()) {
      JSON.parse(`[${goldenText('corpus', file).trim().split('\n').join(',')}]`, (_, value: unknown) => {
        if (typeof value !== 'string') return
        const { views, complete } = readingOf(value)
        expect(complete).toBe(true)
        size += value.length
        for (const view of views) seen += view.text.length
      })
    }
    expect(size).toBeGreaterThan(100_000)
    expect(seen / size).toBeLessThan(0.4)
  })
})

describe('hostile text', () => {
  const unit = fc.oneof(
    fc.constantFrom('\\', '\\u', '\ud800', '\udc00', '%', '%4', '=', '=\n', '\x1b', '\x1b[', '\x1b]', '\b', '\r', '\0', '\u200b', '&#', '&#x110000;', '<b', '"', "'", '" + "', '12 ', 'a1B2', '> ', '\n', 'H4sI', 'eJw', '0x61, ', '\\x', '\\777', '~', '\udb40\udc61', '\ud835\udc00', '\\u{ffffff}', '%uD800'),
    fc.string({ unit: 'binary', maxLength: 12 })
  ) // prettier-ignore

  test('never throws, never repeats itself', () => {
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 60 }), (units) => {
        const text = units.join('')
        const views = viewsOf(text)
        expect(views.every((view) => view.text !== text && view.how !== '')).toBe(true)
        expect(new Set(views.map((view) => view.text)).size).toBe(views.length)
      }),
      { numRuns: 2000 }
    )
  })

  test.each([
    '\\', '%25', '=', '1', '\n', '\x1b', '\x1b[', '\x1b]', 'ab\r', 'a\b', '"', '" + "a', '&#1', '<a', '12 ', '61 ', 'a\u200b',
    'a=\n', '> aB3dE5fG7hI9jK1l\n', '{"a":"b"}\n', '+%41', 'a1B2\n', '[1;', 'A', 'H4sI', '\ud835'
  ])('%j over and over takes time that grows with the length only', (piece) => {
    const measure = (length: number): number => {
      const text = piece.repeat(length / piece.length)
      const start = process.cpuUsage()
      const { views } = readingOf(text)
      const { user, system } = process.cpuUsage(start)
      const size = views.reduce((sum, view) => sum + view.text.length, 0)
      expect(size).toBeLessThanOrEqual(8 * text.length + SLACK)
      return user + system
    }
    // Sixteen times the text in far less than 16 * 16 times the time; a tenth of a second is noise.
    const short = measure(20_000)
    expect(measure(320_000)).toBeLessThan(Math.max(64 * short, 1_500_000))
  }) // prettier-ignore

  test('what unpacks to too much is left unread, and said', () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, 'a')).toString('base64')
    const { views, complete } = readingOf(`x ${bomb} y`)
    expect(complete).toBe(false)
    expect(views.reduce((sum, view) => sum + view.text.length, 0)).toBeLessThan(8 * bomb.length + SLACK)
  })

  test('many small bombs are no better than a large one', () => {
    const small = gzipSync(Buffer.alloc(100_000, 'a')).toString('base64')
    const { views, complete } = readingOf(`${small}\n`.repeat(500))
    expect(complete).toBe(false)
    expect(views.reduce((sum, view) => sum + view.text.length, 0)).toBeLessThan(8 * 501 * small.length + SLACK)
  })

  test('a secret behind a bomb is found where it is not itself too deep', () => {
    const token = randomToken()
    const bomb = gzipSync(Buffer.alloc(50_000_000, 'a')).toString('base64')
    expectUncovered(token, `${bomb}\n${Buffer.from(token).toString('base64')}`)
  })

  test('a compressed log of usual size is read whole', () => {
    const rows = Array.from({ length: 400 }, (_, i) => `GET /item/${String(i)} 200 ${String(randomInt(1000))} ms`)
    expect(readingOf(gzipSync(rows.join('\n')).toString('base64')).complete).toBe(true)
  })

  test('what is nested too deep is said', () => {
    let text = randomToken()
    for (let i = 0; i < 9; i++) text = Buffer.from(text).toString('base64')
    expect(readingOf(text).complete).toBe(false)
  })
})
