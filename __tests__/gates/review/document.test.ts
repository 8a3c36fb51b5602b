/** What a model gets to see of a record: all of it, in parts that overlap. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { placeOf, reviewDocument, spansOf, spanText } from '../../../src/gates/review/document.js'
import { parseJson, type JsonObject } from '../../../src/traces/json.js'
import { parseTrace } from '../../../src/traces/parse.js'
import { corpusFiles, goldenText, jsonLines } from '../../support/golden.js'
import { rawTrace } from '../../support/records.js'
import { fullTrace } from '../../traces/full-record.js'

function documentOf(record: object): ReturnType<typeof reviewDocument> {
  return reviewDocument(parseJson(parseTrace(JSON.stringify(record)).line) as JsonObject)
}

/** Every string of a JSON value, and every key of it that is data. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(strings)
}

describe('the document of a record', () => {
  test.each(corpusFiles())('holds every string of every real trace of %s', (file) => {
    for (const line of jsonLines(goldenText('corpus', file))) {
      const published = parseTrace(line).line
      const { text } = reviewDocument(parseJson(published) as JsonObject)
      const absent = strings(JSON.parse(published)).filter((one) => !text.includes(one))
      expect(absent).toEqual([])
    }
  })

  test('holds every string of a record with every field, under its place', () => {
    const document = documentOf(fullTrace())
    for (const one of strings(fullTrace())) if (one !== 'x') expect(document.text).toContain(one)
    expect(document.text).toContain('[/steps/0/tool_calls/0/input/')
    expect(document.text).toContain('[/steps/0/observations/0/content]\n')
    expect(document.text).toContain('[/system_prompts/hash]\nprompt\n')
  })

  test('holds keys and values of any kind in free-form parts', () => {
    const { text } = documentOf(
      rawTrace('a', {
        metadata: { 'client acme/1': true, account: 4711, rate: 1.5, list: [null, 10n.toString(), {}], none: {} }
      })
    )
    expect(text).toContain('[/metadata/client acme~11]\ntrue\n')
    expect(text).toContain('[/metadata/account]\n4711\n')
    expect(text).toContain('[/metadata/rate]\n1.5\n')
    expect(text).toContain('[/metadata/list/0]\nnull\n')
    expect(text).toContain('[/metadata/list/2]\n')
    expect(text).toContain('[/metadata/none]\n')
  })

  test('leaves out the review that the record carries, and nothing like it', () => {
    const { text } = documentOf(
      rawTrace('a', { metadata: { llm_review: { summary: 'all is well' }, other: { llm_review: 'kept' } } })
    )
    expect(text).not.toContain('all is well')
    expect(text).toContain('[/metadata/other/llm_review]\nkept\n')
  })
})

describe('the parts of a document', () => {
  const text = fc.string({ unit: 'binary', minLength: 0, maxLength: 400 })

  test('cover it, each of at most the size, each overlapping the one before', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 20, max: 100 }), fc.integer({ min: 3, max: 10 }), (whole, size, overlap) => {
        const spans = spansOf(whole, size, overlap)
        expect(spans[0]!.start).toBe(0)
        expect(spans.at(-1)!.end).toBe(whole.length)
        for (const [i, { start, end }] of spans.entries()) {
          expect(end - start).toBeLessThanOrEqual(size)
          const before = spans[i - 1]
          if (before !== undefined) {
            expect(start).toBeGreaterThan(before.start)
            expect(before.end - start).toBeGreaterThanOrEqual(overlap)
          }
          // No character is cut in half: what is well formed stays so.
          expect(whole.slice(start, end).isWellFormed()).toBe(whole.isWellFormed())
        }
      })
    )
  })

  test('say which place they go on in', () => {
    const document = documentOf(rawTrace('a', { steps: [{ step_index: 0, role: 'user', content: 'x'.repeat(5000) }] }))
    const parts = spansOf(document.text, 2000, 100).map((span) => spanText(document, span))
    expect(parts.length).toBeGreaterThan(2)
    expect(parts[1]).toMatch(/^\[\/steps\/0\/content, continued\]\nxxx/)
    expect(parts[0]).not.toContain('continued')
  })
})

describe('the place of a quote', () => {
  const record = rawTrace('a', { metadata: { acme: 'the secret plan' }, task: { description: 'the plan' } })
  const document = documentOf(record)
  const whole = { start: 0, end: document.text.length }

  test('is that of the value which holds it, without keys that are data', () => {
    expect(placeOf(document, whole, 'the secret plan')).toBe('/metadata/*')
    expect(placeOf(document, whole, 'the plan')).toBe('/task/description')
    expect(placeOf(document, whole, 'run the tests')).toBe('/steps/0/content')
  })

  test('is none for what is not there, not there verbatim, or not in this part', () => {
    for (const quote of ['The Plan', 'the  plan', '', 'nowhere'])
      expect(placeOf(document, whole, quote)).toBeUndefined()
    expect(placeOf(document, { start: 0, end: 20 }, 'the secret plan')).toBeUndefined()
  })
})
