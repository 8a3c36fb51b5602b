import { describe, expect, test } from '@jest/globals'
import type { z } from 'zod'
import {
  accessRequests,
  commitId,
  count,
  duration,
  flag,
  key,
  license,
  line,
  lines,
  oneOf,
  optional,
  repo,
  secret,
  url
} from '../../src/action/input-types.js'

/** The value, or the messages. */
function read(type: z.ZodType, text: string): unknown {
  const result = type.safeParse(text)
  return result.success ? result.data : { refused: result.error.issues.map(({ message }) => message) }
}

const REFUSED = { refused: [expect.stringMatching(/^must /)] }

test('booleans are those of the YAML 1.2 core schema and no others', () => {
  for (const text of ['true', 'True', 'TRUE']) expect(read(flag(), text)).toBe(true)
  for (const text of ['false', 'False', 'FALSE']) expect(read(flag(), text)).toBe(false)
  for (const text of ['yes', 'no', 'on', '1', '0', 'tRUE', 'y', '', ' true', 'enabled']) {
    expect(read(flag(), text)).toEqual({ refused: ['must be one of true, True, TRUE, false, False, FALSE'] })
  }
})

test('choices are strict and name what is allowed', () => {
  const type = oneOf('fail', 'hold')
  expect(read(type, 'hold')).toBe('hold')
  for (const text of ['Hold', 'hold ', '', 'constructor']) {
    expect(read(type, text)).toEqual({ refused: ['must be one of fail, hold'] })
  }
})

test('access requests: true means auto', () => {
  expect(['true', 'TRUE', 'auto', 'manual', 'false', 'False'].map((text) => read(accessRequests(), text))).toEqual([
    'auto',
    'auto',
    'auto',
    'manual',
    false,
    false
  ])
  expect(read(accessRequests(), 'yes')).toEqual({ refused: ['must be one of true, auto, manual, false'] })
})

test('an optional value may be empty, and is otherwise held to its type', () => {
  expect(read(optional(count()), '')).toBeUndefined()
  expect(read(optional(count()), '7')).toBe(7)
  expect(read(optional(count()), 'x')).toEqual(REFUSED)
})

test('lists have one entry a line', () => {
  expect(read(lines(), ' a b \r\n\n\t\n*.jsonl\r!x ')).toEqual(['a b', '*.jsonl', '!x'])
  expect(read(lines(), '')).toEqual([])
  expect(read(lines(4), 'long enough\nabc')).toEqual({ refused: ['must have at least 4 characters on each line'] })
})

test('a line has no line ends or other control characters', () => {
  expect(read(line(), 'out/Überbau 1')).toBe('out/Überbau 1')
  for (const text of ['a\nb', 'a\rb', 'a\u001b[2J', 'a\u0000', '']) expect(read(line(), text)).toEqual(REFUSED)
})

test('a token is one word, because it goes into a header', () => {
  expect(read(secret(), 'hf_AbC-123./+=~')).toBe('hf_AbC-123./+=~')
  for (const text of ['a b', 'a\nb', 'tökén', '']) expect(read(secret(), text)).toEqual(REFUSED)
})

test.each([
  ['10m', 600_000],
  ['90s', 90_000],
  ['1h', 3_600_000],
  ['24h', 86_400_000],
  ['250ms', 250],
  ['0', 0],
  ['0s', 0]
])('%s is a duration of %d milliseconds', (text, milliseconds) => {
  expect(read(duration(), text)).toBe(milliseconds)
})

test.each(['', '10', '10 m', '1.5h', '-1m', '1d', '25h', '999999999h', '9999999999999s', 'm', '10m5s', '1e3s'])(
  '"%s" is no duration',
  (text) => {
    expect(read(duration(), text)).toEqual(REFUSED)
  }
)

test('counts are whole numbers from 1', () => {
  expect(read(count(), '2000000')).toBe(2_000_000)
  for (const text of ['0', '-1', '1.5', '1e6', '0x10', '1_000', '01', 'NaN', '99999999999999999']) {
    expect(read(count(), text)).toEqual(REFUSED)
  }
})

test('a commit is named in full', () => {
  expect(read(commitId(), 'A1'.repeat(20))).toBe('a1'.repeat(20))
  expect(read(commitId(), '0f'.repeat(32))).toBe('0f'.repeat(32))
  for (const text of ['main', 'a1b2c3d', 'g'.repeat(40), 'a'.repeat(41), '--upload-pack=x', `${'a'.repeat(40)}\n`]) {
    expect(read(commitId(), text)).toEqual(REFUSED)
  }
})

describe('repo', () => {
  test.each(['org/traces', 'A_1/x.y-z', '_/_', `o/${'d'.repeat(96)}`, 'o/a.gitx'])(
    '%s is a dataset on the Hub',
    (text) => {
      expect(read(repo(), text)).toEqual({ home: 'hub', name: text })
    }
  )

  test.each([
    ['file:out', 'out'],
    ['file:/abs/o ut', '/abs/o ut'],
    ['file:./a:b', './a:b'],
    ['file:C:\\data', 'C:\\data']
  ])('%s is a folder', (text, path) => {
    expect(read(repo(), text)).toEqual({ home: 'file', path })
  })

  test.each([
    'traces',
    'a/b/c',
    'datasets/a/b',
    '/a',
    'a/',
    'a--b/c',
    'a/b..c',
    '-a/b',
    'a/b-',
    '.a/b',
    'a/b.',
    'a/b.git',
    'a/ü',
    'a/b\n',
    'a b/c',
    `o/${'d'.repeat(97)}`,
    'hf://datasets/a/b',
    'file:',
    'file:///abs',
    'file://host/x',
    'file:a\nb',
    'FILE:a',
    '../..'
  ])('%j is neither', (text) => {
    expect(read(repo(), text)).toEqual(REFUSED)
  })
})

test.each([
  ['MIT', 'mit'],
  ['cc-by-4.0', 'cc-by-4.0'],
  ['CC-BY-SA-4.0', 'cc-by-sa-4.0'],
  ['Apache-2.0', 'apache-2.0'],
  ['ODbL-1.0', 'odbl'],
  ['GPL-3.0-only', 'gpl-3.0'],
  ['other', 'other']
])('licence %s is %s on the Hub', (text, id) => {
  expect(read(license(), text)).toBe(id)
})

test.each(['MIT OR Apache-2.0', 'mit: x', '"mit"', '-mit', 'mit\nx', '[mit]', 'm'.repeat(65)])(
  '%j is no licence id',
  (text) => {
    expect(read(license(), text)).toEqual(REFUSED)
  }
)

describe('url', () => {
  test.each([
    ['https://hub.example', 'https://hub.example'],
    ['https://HUB.example:8443/', 'https://hub.example:8443'],
    ['https://llm.example/v1//', 'https://llm.example/v1'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://127.0.0.1:1/v1', 'http://127.0.0.1:1/v1'],
    ['http://127.1', 'http://127.0.0.1'],
    ['http://[::1]:9', 'http://[::1]:9']
  ])('%s is read as %s', (text, address) => {
    expect(read(url(), text)).toBe(address)
  })

  test.each([
    'hub.example',
    'ftp://hub.example',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'http://hub.example',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'http://127.evil.example',
    'http://0.0.0.0',
    'http://10.0.0.1',
    'http://[::ffff:8.8.8.8]',
    'https://user@hub.example',
    'https://user:pass@hub.example',
    'https://:pass@hub.example',
    'https://hub.example?x=1',
    'https://hub.example/#x',
    'https://hub.example?',
    'https://'
  ])('%s is refused', (text) => {
    expect(read(url(), text)).toEqual(REFUSED)
  })
})

test('a comment key can stand in an HTML comment', () => {
  for (const text of ['default', 'a', 'linux-x64_1.2']) expect(read(key(), text)).toBe(text)
  for (const text of ['', '-a', 'a-', 'a-->', 'a b', 'ü', 'a'.repeat(65), 'a\n'])
    expect(read(key(), text)).toEqual(REFUSED)
})
