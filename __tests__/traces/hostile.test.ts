/** Files as anybody may stage them: read as they are meant, or refused with file, line and a reason that quotes nothing. */
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { LoadError } from '../../src/errors.js'
import { MAX_LINE_BYTES } from '../../src/traces/json.js'
import { splitChunks } from '../../src/traces/lines.js'
import { parseTrace } from '../../src/traces/parse.js'
import { readStaged, type StagedItem } from '../../src/traces/read.js'
import { rawTrace } from '../support/records.js'

/** Stands next to every defect, and must not turn up in what is said about it. */
const MARKER = 'mArKeR4711'
const MIB = 1024 * 1024

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const good = (id: string, changes: Record<string, unknown> = {}): string => JSON.stringify(rawTrace(id, changes))
/** A record with a JSON text as its metadata. */
const withMetadata = (text: string): string => good('bad', { metadata: '@' }).replace('"@"', () => text)

async function read(path: string, format: 'jsonl' | 'json' = 'jsonl'): Promise<StagedItem[]> {
  const items: StagedItem[] = []
  for await (const item of readStaged([{ path, shown: 'staged/x.jsonl', format }])) items.push(item)
  return items
}

function readBytes(bytes: string | Buffer, format: 'jsonl' | 'json' = 'jsonl'): Promise<StagedItem[]> {
  const path = join(folder, 'x.jsonl')
  writeFileSync(path, bytes)
  return read(path, format)
}

const idsOf = (items: readonly StagedItem[]): (string | number)[] =>
  items.map((item) => ('staged' in item ? item.staged.trace.record.trace_id : -item.invalid.line))

describe('accepted', () => {
  test.each([
    ['LF', `${good('a')}\n${good('b')}\n`],
    ['no line feed at the end', `${good('a')}\n${good('b')}`],
    ['CRLF', `${good('a')}\r\n${good('b')}\r\n`],
    ['one byte order mark', `\ufeff${good('a')}\n${good('b')}\n`],
    ['a byte order mark and CRLF', `\ufeff${good('a')}\r\n\r\n${good('b')}\r\n`],
    ['blank lines', `\n \t\n${good('a')}\n\r\n\n${good('b')}\n \n`],
    ['white space around a record', ` \t${good('a')}\t \n  ${good('b')}`],
    ['a carriage return between tokens', `${good('a').replace('{', '{\r')}\n${good('b')}`],
    [
      'lines that others split',
      `${good('a', { metadata: { note: 'x\u2028y\u2029z\u0085\u000b\u001c' } })}\n${good('b')}`
    ],
    ['an escaped NUL', `${good('a', { metadata: { 'k\0': 'v\0' } })}\n${good('b')}`],
    ['a byte order mark inside a string', `${good('a', { metadata: { note: '\ufeff' } })}\n${good('b')}`]
  ])('%s', async (_, text) => {
    const items = await readBytes(text)
    expect(idsOf(items)).toEqual(['a', 'b'])
    const lines = text.split('\n')
    for (const [i, item] of items.entries()) {
      expect(lines[(item as { staged: { line: number } }).staged.line - 1]).toContain(`"trace_id":"${'ab'[i]!}"`)
    }
  })

  test.each([
    ['an empty file', ''],
    ['only a byte order mark', '\ufeff'],
    ['only blank lines', '\n\r\n \n']
  ])('%s holds nothing', async (_, text) => {
    expect(await readBytes(text)).toEqual([])
    expect(await readBytes(text, 'json')).toEqual([])
  })

  test('an escaped NUL stays escaped', () => {
    expect(parseTrace(withMetadata('{"a\\u0000":"\\u0000b"}')).line).toContain('"metadata":{"a\\u0000":"\\u0000b"}')
  })

  test('a line of 8 MiB', async () => {
    const items = await readBytes(`${good('a', { metadata: { log: 'é'.repeat(4 * MIB) } })}\n${good('b')}\n`)
    expect(idsOf(items)).toEqual(['a', 'b'])
  })

  test('a file that is one record over many lines', async () => {
    const text = JSON.stringify(rawTrace('a', { metadata: { note: '\u2028' } }), null, 2)
    expect(idsOf(await readBytes(`\ufeff${text.replaceAll('\n', '\r\n')}\r\n`, 'json'))).toEqual(['a'])
  })
})

describe('refused, the lines around it read', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
  const invalidUtf8 = (bytes: number[]): Buffer =>
    Buffer.concat([Buffer.from(`{"trace_id":"${MARKER}`), Buffer.from(bytes), Buffer.from('"}')])
  const cases: [name: string, line: string | Buffer, reason: 'broken' | 'invalid' | 'schema-ahead', message: RegExp][] =
    [
      ['a line cut short', good('bad', { metadata: { note: MARKER } }).slice(0, -5), 'broken', /^broken JSON/],
      ['no JSON at all', `${MARKER} ${MARKER}`, 'broken', /^broken JSON \(.*\) at character 1$/],
      ['a bare secret', MARKER, 'broken', /^broken JSON/],
      ['two records in one line', good('bad') + good(MARKER), 'broken', /^broken JSON/],
      ['a trailing comma', withMetadata(`{"a":"${MARKER}",}`), 'broken', /^broken JSON/],
      ['a comment', withMetadata(`{"a":1 /* ${MARKER} */}`), 'broken', /^broken JSON/],
      ['single quotes', withMetadata(`{'${MARKER}':1}`), 'broken', /^broken JSON/],
      ['an unquoted key', withMetadata(`{${MARKER}:1}`), 'broken', /^broken JSON/],
      ['a leading zero', withMetadata(`{"${MARKER}":01}`), 'broken', /^broken JSON/],
      ['a plus sign', withMetadata(`{"${MARKER}":+1}`), 'broken', /^broken JSON/],
      ['a number that ends in a point', withMetadata(`{"${MARKER}":1.}`), 'broken', /^broken JSON/],
      ['a raw tab in a string', withMetadata(`{"a":"\t${MARKER}"}`), 'broken', /^broken JSON/],
      ['an unknown escape', withMetadata(`{"a":"\\x${MARKER}"}`), 'broken', /^broken JSON/],
      ['NaN', withMetadata(`{"${MARKER}":NaN}`), 'broken', /^NaN and Infinity are not JSON at character \d+$/],
      ['-Infinity', withMetadata(`{"${MARKER}":-Infinity}`), 'broken', /^NaN and Infinity are not JSON/],
      ['a number beyond all doubles', withMetadata(`{"${MARKER}":1e999}`), 'broken', /^a number is too large/],
      ['a lone surrogate', withMetadata(`{"a":"${MARKER}\\ud83d"}`), 'broken', /lone surrogate/],
      ['a lone low surrogate', withMetadata(`{"a":["${MARKER}\\uDE00\\ud83d"]}`), 'broken', /lone surrogate/],
      ['a lone surrogate in capitals', withMetadata(`{"a":"${MARKER}\\uD83D"}`), 'broken', /lone surrogate/],
      ['a pair the wrong way round', withMetadata(`{"a":"\\uDE00\\uD83D${MARKER}"}`), 'broken', /lone surrogate/],
      ['a lone surrogate in a key', withMetadata(`{"${MARKER}\\ud83d":1}`), 'broken', /lone surrogate/],
      ['a lone surrogate beside a special key', withMetadata(`{"1":"${MARKER}\\udbff"}`), 'broken', /lone surrogate/],
      ['a lone surrogate in a typed field', good(MARKER).replace('"Please', '"\\udead'), 'broken', /lone surrogate/],
      ['nesting over 200', withMetadata(`{"${MARKER}":${nested(199)}}`), 'broken', /^nested deeper than 200 levels/],
      ['nesting without end', `{"${MARKER}":${'['.repeat(100_000)}`, 'broken', /^nested deeper than 200 levels/],
      [
        'an endless integer',
        withMetadata(`{"${MARKER}":${'9'.repeat(MIB)}}`),
        'broken',
        /^an integer of more than 4300/
      ],
      [
        'a million lists',
        withMetadata(`{"${MARKER}":[${'[],'.repeat(MIB)}[]]}`),
        'broken',
        /^more than 1000000 objects/
      ],
      ['a raw NUL', Buffer.from(good(`${MARKER}@`).replace('@', '\0')), 'broken', /^the line holds a raw NUL byte$/],
      ['a byte that is no UTF-8', invalidUtf8([0xff]), 'broken', /^the line is not valid UTF-8$/],
      ['UTF-8 cut short', invalidUtf8([0xe2, 0x82]), 'broken', /^the line is not valid UTF-8$/],
      ['an overlong form', invalidUtf8([0xc0, 0x80]), 'broken', /^the line is not valid UTF-8$/],
      ['a surrogate in UTF-8', invalidUtf8([0xed, 0xa0, 0xbd]), 'broken', /^the line is not valid UTF-8$/],
      ['Latin-1', Buffer.from(good(`${MARKER}é`), 'latin1'), 'broken', /^the line is not valid UTF-8$/],
      ['UTF-16 without a mark', Buffer.from(good(MARKER), 'utf16le'), 'broken', /NUL/],
      ['a byte order mark in the middle', `\ufeff${good(MARKER)}`, 'broken', /^broken JSON/],
      ['a list', JSON.stringify([rawTrace(MARKER)]), 'invalid', /^expected a JSON object$/],
      ['a string', `"${MARKER}"`, 'invalid', /^expected a JSON object$/],
      ['a wrong type', good('bad', { task: MARKER }), 'invalid', /^\/task: expected an object, found a string$/],
      [
        'a wrong role',
        good('bad', { steps: [{ step_index: 0, role: MARKER }] }),
        'invalid',
        /^\/steps\/0\/role: expected/
      ],
      ['a missing field', good('bad', { agent: { model: MARKER } }), 'invalid', /^\/agent\/name: a required field is/],
      [
        'a newer schema',
        good(MARKER, { schema_version: '0.10.0' }),
        'schema-ahead',
        /^schema_version is newer than 0\.9\.0/
      ],
      ['a much newer schema', good(MARKER, { schema_version: '1.0.0', steps: MARKER }), 'schema-ahead', /newer/],
      ['no version', good('bad', { schema_version: MARKER }), 'invalid', /^schema_version is not a version number/],
      ['a version with a suffix', good(MARKER, { schema_version: '0.9.0-rc1' }), 'invalid', /not a version number/],
      ['half a version', good(MARKER, { schema_version: '0.9' }), 'invalid', /not a version number/],
      ['a version in other digits', good(MARKER, { schema_version: '٠.٩.٠' }), 'invalid', /not a version number/],
      ['a version that is a number', good(MARKER, { schema_version: 0.9 }), 'invalid', /not a version number/],
      ['a version that is null', good(MARKER, { schema_version: null }), 'invalid', /not a version number/]
    ]

  test.each(cases)('%s', async (_, line, reason, message) => {
    const lines = [good('a'), line, good('b')].flatMap((part) => [Buffer.from(part), Buffer.from('\n')])
    const items = await readBytes(Buffer.concat(lines))
    expect(idsOf(items)).toEqual(['a', -2, 'b'])
    const { invalid } = items[1] as Extract<StagedItem, { invalid: unknown }>
    expect(invalid).toMatchObject({ file: 'staged/x.jsonl', line: 2, reason })
    expect(invalid.message).toMatch(message)
    expect(JSON.stringify(invalid)).not.toContain(MARKER)
    expect(JSON.stringify(invalid)).not.toMatch(/mArKeR/i)
  })

  test.each([
    ['little-endian', [0xff, 0xfe], (text: string) => Buffer.from(text, 'utf16le')],
    ['big-endian', [0xfe, 0xff], (text: string) => Buffer.from(text, 'utf16le').swap16()]
  ])('UTF-16 with a mark, %s', async (_, mark, encode) => {
    const items = await readBytes(Buffer.concat([Buffer.from(mark), encode(`${good(MARKER)}\n${good(MARKER)}\n`)]))
    expect(items.length).toBeGreaterThanOrEqual(2)
    expect(items.every((item) => 'invalid' in item)).toBe(true)
    expect((items[0] as Extract<StagedItem, { invalid: unknown }>).invalid).toMatchObject({
      line: 1,
      message: 'the file is UTF-16; TraceRecords are UTF-8'
    })
  })

  test('two byte order marks', async () => {
    const items = await readBytes(`\ufeff\ufeff${good(MARKER)}\n${good('b')}\n`)
    expect(idsOf(items)).toEqual([-1, 'b'])
  })

  test('a line over 64 MiB, of which the rest of the file does not suffer', async () => {
    const path = join(folder, 'huge.jsonl')
    const file = openSync(path, 'w')
    writeSync(file, `${good('a')}\n{"trace_id":"`)
    const block = Buffer.alloc(MIB, 'x')
    for (let i = 0; i < 65; i++) writeSync(file, block)
    writeSync(file, `"}\n${good('b')}\n`)
    closeSync(file)
    const items = await read(path)
    expect(idsOf(items)).toEqual(['a', -2, 'b'])
    expect(items[1]).toMatchObject({ invalid: { message: 'the line is longer than 64 MiB', reason: 'broken' } })
    expect(await read(path, 'json')).toMatchObject([
      { invalid: { line: 1, message: 'the file is longer than 64 MiB' } }
    ])
    rmSync(path)
  })

  test('a line of few bytes that defaults would make longer than 64 MiB', () => {
    const steps = Array.from({ length: 250_000 }, () => '{"step_index":0,"role":"user"}')
    const text = good('bad', { steps: '@' }).replace('"@"', () => `[${steps.join(',')}]`)
    expect(text.length).toBeLessThan(8 * MIB)
    expect(() => parseTrace(text)).toThrow(/^the record: the line that would be published is longer than 64 MiB$/)
  })
})

describe('lines', () => {
  async function* chunked(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
    let at = 0
    for (let i = 0; at < bytes.length; i++) {
      const end = at + sizes[i % sizes.length]!
      yield await Promise.resolve(bytes.subarray(at, end))
      at = end
    }
  }

  test('are the same however the stream is cut', async () => {
    const text = fc.array(fc.constantFrom('a', '\n', '\r\n', 'é', '😀', '\u2028', '\ufeff', ' '), { maxLength: 30 })
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(text, sizes, async (parts, cuts) => {
        const content = parts.join('')
        const found: string[] = []
        for await (const { number, bytes } of splitChunks(chunked(Buffer.from(content), cuts))) {
          expect(number).toBe(found.length + 1)
          found.push(bytes!.toString('utf8'))
        }
        const expected = content.split('\n')
        if (expected.at(-1) === '') expected.pop()
        expect(found).toEqual(expected)
      }),
      { seed: 3 }
    )
  })

  test('may have 64 MiB and no byte more', async () => {
    const block = Buffer.alloc(MIB, 'x')
    const sized = async function* (total: number): AsyncGenerator<Uint8Array> {
      for (let left = total; left > 0; left -= MIB) yield await Promise.resolve(block.subarray(0, Math.min(left, MIB)))
      yield Buffer.from('\nend')
    }
    const lengths = async (total: number): Promise<(number | undefined)[]> => {
      const found: (number | undefined)[] = []
      for await (const { bytes } of splitChunks(sized(total))) found.push(bytes?.length)
      return found
    }
    expect(await lengths(MAX_LINE_BYTES)).toEqual([MAX_LINE_BYTES, 3])
    expect(await lengths(MAX_LINE_BYTES + 1)).toEqual([undefined, 3])
    const inOne = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.concat([Buffer.alloc(MAX_LINE_BYTES + 1, 'x'), Buffer.from('\nend')]))
    }
    const numbers: unknown[] = []
    for await (const { number, bytes } of splitChunks(inOne())) numbers.push([number, bytes?.length])
    expect(numbers).toEqual([
      [1, undefined],
      [2, 3]
    ])
  })
})

describe('files that cannot be read', () => {
  test.each([
    ['absent', () => join(folder, 'absent.jsonl'), 'ENOENT'],
    [
      'a folder',
      () => {
        const path = join(folder, 'folder.jsonl')
        mkdirSync(path, { recursive: true })
        return path
      },
      'EISDIR'
    ]
  ])('%s', async (_, make, code) => {
    const error = await read(make()).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(LoadError)
    expect(error).toMatchObject({ exitCode: 4, code: 'TRACES_UNREADABLE' })
    expect((error as LoadError).message).toBe(`"staged/x.jsonl" cannot be read (${code})`)
  })
})
