import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { knownFinder, type KnownMatch } from '../../../src/gates/known/find.js'

const find = (value: string, text: string): KnownMatch[] => knownFinder([{ name: 'NAME', value }])(text)
const forms = (value: string, text: string) => find(value, text).map(({ form }) => form)

/** Has every character that one encoder or another treats in its own way, and random ones around them. */
const VALUE = `${randomBytes(4).toString('hex')} "q'/\\<b>&amp+é=%$!\`~*()[]{}|;:@#?,^-_.€🔥${randomBytes(4).toString('hex')}`

describe('a value with all kinds of characters is found as encoders write it', () => {
  const json = (text: string) => JSON.stringify(text).slice(1, -1)
  const ascii = (text: string) =>
    text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const web = (text: string) => text.replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)
  const percent = (text: string, keep: RegExp) =>
    [...Buffer.from(text)]
      .map((byte) => String.fromCharCode(byte))
      .map((char) => (keep.test(char) ? char : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`))
      .join('')
  const composed = VALUE.replace('é', 'e\u0301')
  test.each([
    ['as it is', VALUE, 'as it is'],
    ['decomposed', composed, 'as it is'],
    ['JSON', json(VALUE), 'JSON'],
    ['JSON in JSON', json(json(VALUE)), 'JSON'],
    ['JSON with slashes escaped', json(VALUE).replaceAll('/', '\\/'), 'JSON'],
    ['JSON in ASCII', ascii(json(VALUE)), 'JSON'],
    ['JSON in ASCII, slashes escaped', ascii(json(VALUE)).replaceAll('/', '\\/'), 'JSON'],
    ['JSON for the web', web(json(VALUE)), 'JSON'],
    ['JSON for the web in JSON', json(web(json(VALUE))), 'JSON'],
    ['encodeURIComponent', encodeURIComponent(VALUE), 'URL'],
    ['lower-case URL', encodeURIComponent(VALUE).replace(/%../g, (hex) => hex.toLowerCase()), 'URL'],
    ['encodeURI', encodeURI(VALUE).replaceAll('%5B', '%5B'), 'URL'],
    ['a form', new URLSearchParams({ a: VALUE }).toString().slice(2), 'URL'],
    ['URL twice', encodeURIComponent(encodeURIComponent(VALUE)), 'URL'],
    ['every byte', percent(VALUE, /(?!)/), 'URL'],
    ['RFC 3986', percent(VALUE, /[A-Za-z0-9\-_.~]/), 'URL'],
    [
      'HTML',
      VALUE.replace(/[&<>"]/g, (char) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[char] ?? ''};`),
      'HTML'
    ],
    ['single quotes of a shell', VALUE.replaceAll("'", "'\\''"), 'shell'],
    ['hex', Buffer.from(VALUE).toString('hex'), 'hex'],
    ['HEX', Buffer.from(VALUE).toString('hex').toUpperCase(), 'hex'],
    ['base64 of UTF-16', Buffer.from(VALUE, 'utf16le').toString('base64'), 'base64']
  ])('%s', (_, text, form) => {
    expect(forms(VALUE, `before ${text} after`)).toEqual([form])
  })

  test('by Python', () => {
    const script = [
      'import sys, json, html, urllib.parse, base64, shlex',
      'v = sys.stdin.buffer.read().decode()',
      'q = urllib.parse',
      'print(json.dumps([json.dumps(v), json.dumps(v, ensure_ascii=False), q.quote(v), q.quote(v, safe=""), q.quote_plus(v),',
      ' html.escape(v), html.escape(v, quote=False), base64.b64encode(v.encode()).decode(),',
      ' base64.urlsafe_b64encode(b"x" + v.encode()).decode(), v.encode().hex(), shlex.quote(v)]))'
    ].join('\n')
    const written = execFileSync('python3', ['-c', script], { input: VALUE, encoding: 'utf8' })
    const found = (JSON.parse(written) as string[]).map((text) => forms(VALUE, text))
    const expected = ['JSON', 'JSON', 'URL', 'URL', 'URL', 'HTML', 'HTML', 'base64', 'base64', 'hex', 'shell']
    expect(found).toEqual(expected.map((form) => [form]))
  })

  test('by bash', () => {
    const script = 'printf "%q\\n" "$V"'
    const text = execFileSync('bash', ['--norc', '-c', script], { env: { V: 'a b&c(d)e!f$g;h' }, encoding: 'utf8' })
    expect(forms('a b&c(d)e!f$g;h', text)).toEqual(['shell'])
  })
})

test('base64 is found in every alignment and both alphabets, whatever stands around the value', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 8, maxLength: 30 }),
      fc.uint8Array({ maxLength: 8 }),
      fc.uint8Array({ maxLength: 8 }),
      fc.constantFrom('base64' as const, 'base64url' as const),
      (bytes, before, after, alphabet) => {
        const value = Buffer.from(bytes).toString('latin1')
        const text = Buffer.concat([before, Buffer.from(value), after]).toString(alphabet)
        expect(forms(value, text)).toEqual(['base64'])
      }
    )
  )
})

test('a short value is found, too', () => {
  for (const value of ['T0ps', 'a1b2c', 'p4ss/w', 'Tr0ub4d']) {
    expect(find(value, `x${value}y`)).toEqual([
      { name: 'NAME', value, form: 'as it is', start: 1, length: value.length }
    ])
    expect(forms(value, encodeURIComponent(encodeURIComponent(`?${value}`)))).toHaveLength(1)
    expect(forms(value, Buffer.from(`ab${value}`).toString('hex'))).toEqual(['hex'])
  }
  expect(forms('a1b2c', Buffer.from('ab a1b2c cd').toString('base64'))).toEqual(['base64'])
  // Composed, it is too short to be looked for.
  expect(forms('e\u0301e\u0301', 'x e\u0301e\u0301 y')).toEqual(['as it is'])
})

describe('short values of letters or digits only are whole words', () => {
  test.each([
    'acme',
    'an acme.',
    '"acme"',
    'DB_acme_1',
    'x=acme&y',
    'a\\nacme',
    '\\u0022acme\\u0022',
    'a%3Dacme%26',
    '\u001b[32macme',
    'acmes acme'
  ])('found in %s', (text) => {
    expect(find('acme', text)).toMatchObject([{ start: text.lastIndexOf('acme'), length: 4 }])
  })

  test.each(['acmes', 'tacme', 'éacme', 'acme2', 'Acme', 'nacme'])('not found in %s', (text) => {
    expect(find('acme', text)).toEqual([])
  })

  test('numbers as well, but nothing else', () => {
    expect(find('4711', '14711')).toEqual([])
    expect(find('4711', 'PIN: 4711')).toHaveLength(1)
    expect(find('4711a', '14711ab')).toHaveLength(1)
    expect(find('abcdefghijklmnop', 'xabcdefghijklmnopx')).toHaveLength(1)
  })
})

describe('several values', () => {
  test('one match for each name: the longest value, in its plainest form', () => {
    const [one, two] = [randomBytes(20).toString('hex'), randomBytes(20).toString('hex')]
    const search = knownFinder([
      { name: 'KEY', value: one },
      { name: 'KEY', value: `${one}\n${two}` },
      { name: 'OTHER', value: two }
    ])
    const encoded = Buffer.from(two).toString('base64')
    expect(search(`${one} ${encoded} ${one}\n${two}`)).toEqual([
      { name: 'KEY', value: `${one}\n${two}`, form: 'as it is', start: 42 + encoded.length, length: 81 },
      { name: 'OTHER', value: two, form: 'as it is', start: 83 + encoded.length, length: 40 }
    ])
    expect(search(one)).toMatchObject([{ name: 'KEY', value: one }])
    expect(search('nothing')).toEqual([])
  })

  test('the same value under two names is found under both', () => {
    const value = randomBytes(12).toString('hex')
    const search = knownFinder([
      { name: 'A', value },
      { name: 'B', value }
    ])
    expect(search(value).map(({ name }) => name)).toEqual(['A', 'B'])
  })

  test('no values, no matches; one that is too short is a defect', () => {
    expect(knownFinder([])('text')).toEqual([])
    expect(() => knownFinder([{ name: 'A', value: 'abc' }])).toThrow(RangeError)
  })
})

test('random text holds none of the short forms by chance', () => {
  const text = randomBytes(3_000_000).toString('base64')
  const values = Array.from({ length: 20 }, (_, i) => ({
    name: String(i),
    value: `${randomBytes(4).toString('hex')}!`
  }))
  expect(knownFinder(values)(text)).toEqual([])
})

test('fifty megabytes with twenty values take a fraction of a second', () => {
  const values = Array.from({ length: 20 }, (_, i) => ({
    name: String(i),
    value: randomBytes(6 + i).toString('base64')
  }))
  const search = knownFinder(values)
  const lines = Array.from(
    { length: 1000 },
    (_, i) => `const value${String(i)} = read('/usr/lib/x/${String(i * 7919)}') // the ${String(i)}\n`
  )
  const text = lines.join('').repeat(800).slice(0, 50_000_000)
  search(text.slice(0, 1_000_000))
  const start = performance.now()
  expect(search(text)).toEqual([])
  // About 60 ms where this was written; a pass for each value and form would take many seconds.
  expect(performance.now() - start).toBeLessThan(1500)
})
