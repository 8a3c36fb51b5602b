/** Verdicts in staged files: one value changes, and not a byte beside it. */
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { judgeCarried, subjectOf } from '../../../src/gates/review/carried.js'
import { withReview, writeReviews, type LineReview } from '../../../src/gates/review/staged-file.js'
import { stagedTexts } from '../../../src/gates/review/staged-text.js'
import type { StagedFile } from '../../../src/traces/collect.js'
import { parseTrace } from '../../../src/traces/parse.js'
import { corpusFiles, goldenText, jsonLines } from '../../support/golden.js'
import { rawTrace } from '../../support/records.js'
import { tempFolder } from '../batch.js'
import { randomHex } from './model.js'

const verdict = {
  shareable: 'yes',
  missed: 'no',
  evidence: [],
  model: 'acme/größe',
  reviewedAt: '2026-01-02T00:00:00.000Z',
  promptVersion: 'p'
} as const

/** The verdict for a staged text. */
function reviewOf(text: string): LineReview {
  return { review: verdict, subject: subjectOf(parseTrace(text).record).subject }
}

function staged(content: string | Buffer, format: StagedFile['format'] = 'jsonl'): StagedFile {
  const path = join(tempFolder(), format === 'json' ? 'trace.json' : 'traces.jsonl')
  writeFileSync(path, content)
  return { path, shown: basename(path), format }
}

const read = (file: StagedFile): string => readFileSync(file.path, 'utf8')
const line = (id: string, more: Record<string, unknown> = {}): string => JSON.stringify(rawTrace(id, more))
/** The verdict that was written, cut out by hand. */
const written = (text: string): string => /"llm_review":(\{[^{}]*\})/.exec(text)![1]!

describe('a file of lines', () => {
  test('keeps everything but the value: other lines, CRLF, blank lines, spacing, order and the missing end', async () => {
    const lines = [
      `\ufeff${line('a')}\r`,
      '',
      '{ "not": "a trace" ',
      `${line('b', { metadata: { note: 'é', n: 1 } })}  `,
      '\t',
      line('c', { metadata: { llm_review: { old: [1, { x: '}' }] }, after: '"llm_review"' } })
    ]
    const file = staged(lines.join('\n'))
    const reviews = new Map([
      [1, reviewOf(line('a'))],
      [4, reviewOf(lines[3]!)],
      [6, reviewOf(lines[5]!)]
    ])
    expect(await writeReviews(file, reviews, randomHex)).toEqual([])
    const after = read(file).split('\n')
    expect(after).toHaveLength(6)
    for (const i of [1, 2, 4]) expect(after[i]).toBe(lines[i])
    expect(after[0]).toBe(`${lines[0]!.slice(0, -2)},"metadata":{"llm_review":${written(after[0]!)}}}\r`)
    expect(after[3]).toBe(lines[3]!.replace('"n":1}', () => `"n":1,"llm_review":${written(after[3]!)}}`))
    expect(after[5]).toBe(lines[5]!.replace('{"old":[1,{"x":"}"}]}', () => written(after[5]!)))
    expect(JSON.parse(written(after[0]!))).toMatchObject({ status: 'complete', shareable: 'yes', model: 'acme/größe' })
  })

  test.each(['\n', ''])('ends as it did: %j', async (end) => {
    const file = staged(`${line('a')}\n${line('b')}${end}`)
    await writeReviews(file, new Map([[2, reviewOf(line('b'))]]), randomHex)
    expect(read(file).startsWith(`${line('a')}\n{`)).toBe(true)
    expect(read(file).endsWith(`}}}${end}`)).toBe(true)
  })

  test.each(corpusFiles())('takes verdicts on all real traces of %s, each clean and fresh then', async (name) => {
    const text = goldenText('corpus', name)
    const lines = jsonLines(text)
    const file = staged(text)
    const reviews = new Map(lines.map((one, i) => [i + 1, reviewOf(one)]))
    expect(await writeReviews(file, reviews, randomHex)).toEqual([])
    const after = read(file)
    for (const one of jsonLines(after))
      expect(judgeCarried(one)).toMatchObject({ clean: true, by: 'action', review: verdict })
    // Written again, the file stays as it is; and without the verdicts it is what it was.
    await writeReviews(file, reviews, randomHex)
    expect(read(file)).toBe(after)
    expect(after.replace(/(?:,|(?<=\{))"llm_review":\{[^{}]*\}/g, '')).toBe(text)
  })

  test('a verdict for another content is not written, and the file is not touched', async () => {
    const file = staged(`${line('a')}\n${line('b')}\n`)
    const before = statSync(file.path)
    expect(
      await writeReviews(
        file,
        new Map([
          [1, reviewOf(line('b'))],
          [9, reviewOf(line('a'))]
        ]),
        randomHex
      )
    ).toEqual([1, 9])
    expect(statSync(file.path)).toMatchObject({ mtimeMs: before.mtimeMs, ino: before.ino })
    expect(readdirSync(dirname(file.path))).toEqual(['traces.jsonl'])
  })

  test('a link stays a link, a mode stays a mode, and nothing is left behind', async () => {
    const file = staged(`${line('a')}\n`)
    chmodSync(file.path, 0o640)
    const link = join(tempFolder(), 'link.jsonl')
    symlinkSync(file.path, link)
    expect(await writeReviews({ ...file, path: link }, new Map([[1, reviewOf(line('a'))]]), randomHex)).toEqual([])
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(statSync(file.path).mode & 0o777).toBe(0o640)
    expect(read(file)).toContain('llm_review')
    expect(readdirSync(dirname(file.path))).toEqual(['traces.jsonl'])
  })

  test('that is gone is an error which names it and no more', async () => {
    const file = { path: join(tempFolder(), 'gone.jsonl'), shown: 'staging/gone.jsonl', format: 'jsonl' } as const
    await expect(writeReviews(file, new Map([[1, reviewOf(line('a'))]]), randomHex)).rejects.toMatchObject({
      code: 'TRACES_UNREADABLE',
      message: '"staging/gone.jsonl" cannot be read (ENOENT)'
    })
  })
})

test('a file that is one record keeps its layout', async () => {
  const text = `${JSON.stringify(rawTrace('a', { metadata: { note: 1 } }), null, 2)}\n`
  const file = staged(text, 'json')
  expect(await writeReviews(file, new Map([[1, reviewOf(text)]]), randomHex)).toEqual([])
  expect(read(file)).toBe(text.replace('"note": 1\n', () => `"note": 1,"llm_review":${written(read(file))}\n`))
  expect(judgeCarried(read(file)).clean).toBe(true)
})

describe('the text of a record with another review', () => {
  const whiteSpace = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 2 })

  test('is the same JSON with that one value, whatever the record and its spacing', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.option(fc.jsonValue()),
        whiteSpace,
        (metadata, old, space) => {
          const record = {
            a: [{ metadata: { llm_review: 1 } }],
            metadata: old === null ? metadata : { ...metadata, llm_review: old }
          }
          const text = JSON.stringify(record).replace(/^\{|\}$/g, (brace) => space + brace + space)
          const expected = { ...record, metadata: { ...record.metadata, llm_review: { v: [1] } } }
          expect(JSON.parse(withReview(text, '{"v":[1]}')!)).toEqual(JSON.parse(JSON.stringify(expected)))
        }
      )
    )
  })

  test.each([
    ['{}', '{"metadata":{"llm_review":7}}'],
    ['{ "metadata" : { } }', '{ "metadata" : {"llm_review":7 } }'],
    ['{"metad\\u0061ta":{"a":{"llm_review":1}}}', '{"metad\\u0061ta":{"a":{"llm_review":1},"llm_review":7}}'],
    [
      '{"metadata":{"llm_review":1},"metadata":{"llm_review":2}}',
      '{"metadata":{"llm_review":1},"metadata":{"llm_review":7}}'
    ],
    [
      '{"metadata":{"llm_review":1},"metadata":{"a":2}}',
      '{"metadata":{"llm_review":1},"metadata":{"a":2,"llm_review":7}}'
    ],
    ['{"metadata":{"llm_review":[{"x":"]"}] , "b":1}}', '{"metadata":{"llm_review":7 , "b":1}}']
  ])('%s', (text, expected) => {
    expect(withReview(text, '7')).toBe(expected)
  })
})

test('staged texts are found by file and line, forwards and backwards', async () => {
  const lines = staged(`\ufeff${line('a')}\r\n\n${line('b')}`)
  const whole = staged(`${line('c')}\n`, 'json')
  const text = stagedTexts([lines, whole])
  expect(await text('traces.jsonl', 1)).toBe(line('a'))
  expect(await text('traces.jsonl', 3)).toBe(line('b'))
  expect(await text('trace.json', 1)).toBe(`${line('c')}\n`)
  expect(await text('traces.jsonl', 1)).toBe(line('a'))
  expect(await text('traces.jsonl', 1)).toBe(line('a'))
  expect(await text('traces.jsonl', 2)).toBeUndefined()
  expect(await text('traces.jsonl', 4)).toBeUndefined()
  expect(await text('other.jsonl', 1)).toBeUndefined()
})
