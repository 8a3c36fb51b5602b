/** What of a verdict may leave: its values and its subject, never what the reviewer quoted or retold. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { publishableReview, stagedReview } from '../../../src/gates/review/metadata.js'
import { parseJson, type JsonValue } from '../../../src/traces/json.js'
import { cliTrace, cliVerdict } from './cli.js'

const hash = 'ab'.repeat(32)
const subject = { subject: hash, contentHash: hash, schemaVersion: '0.9.0' }
const review = {
  shareable: 'no',
  missed: 'maybe',
  evidence: [{ category: 'credential', pointer: '/steps/0/content' }],
  model: 'acme/judge-1:fast',
  reviewedAt: '2026-01-02T00:00:00.000Z',
  promptVersion: 'push-action-1'
} as const

test('of a verdict of this action, values, model, date and subject are published', () => {
  expect(publishableReview(stagedReview(review, subject))).toEqual({
    value: {
      status: 'complete',
      shareable: 'no',
      missed_sensitive_data: 'maybe',
      model: 'acme/judge-1:fast',
      reviewed_at: '2026-01-02T00:00:00.000Z',
      subject: hash,
      content_hash: hash,
      schema_version: '0.9.0'
    },
    stripped: ['evidence', 'prompt_version']
  })
})

test('of a verdict of the CLI, quotes, summary and address are left out, and that is said', () => {
  const verdict = cliVerdict(cliTrace('0.3.0'), {
    flagged_parts: [{ reason: 'r', evidence: 'a quote' }],
    denied_before_llm: true
  })
  expect(publishableReview(verdict as JsonValue)).toEqual({
    value: {
      status: 'complete',
      shareable: 'yes',
      missed_sensitive_data: 'no',
      model: 'gemma3n:e4b',
      reviewed_at: '2026-01-01T00:00:00+00:00'
    },
    stripped: [
      'api_format',
      'badge',
      'base_url',
      'denied_before_llm',
      'flagged_parts',
      'prompt_version',
      'review_key',
      'summary'
    ]
  })
})

test.each(['text', 7, null, true, ['a'], {}, { acme: 'x' }])('nothing of %j is published', (value) => {
  const { value: kept, stripped } = publishableReview(value)
  expect(kept).toBeUndefined()
  expect(stripped).toEqual(typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? [] : ['*'])
})

test('values of another form are left out, whatever their name', () => {
  const odd = {
    status: 'done',
    shareable: 'YES',
    missed_sensitive_data: ['no'],
    model: 'a model\nof many words',
    reviewed_at: 'yesterday',
    subject: 'x',
    content_hash: hash.toUpperCase(),
    schema_version: '0.9'
  }
  expect(publishableReview(odd)).toEqual({ value: undefined, stripped: Object.keys(odd).sort() })
})

test('a record of the lossless parser is read like any other', () => {
  const value = parseJson('{"status":"complete","shareable":"yes","missed_sensitive_data":"no","flagged_parts":[1.0]}')
  expect(publishableReview(value)).toEqual({
    value: { status: 'complete', shareable: 'yes', missed_sensitive_data: 'no' },
    stripped: ['flagged_parts']
  })
})

test('no free text of any value comes through', () => {
  const keys = fc.constantFrom(
    'status',
    'shareable',
    'missed_sensitive_data',
    'reviewed_at',
    'subject',
    'schema_version',
    'x'
  )
  fc.assert(
    fc.property(fc.dictionary(keys, fc.jsonValue()), (value) => {
      const { value: kept } = publishableReview(value as JsonValue)
      const allowed = /^(complete|yes|no|maybe|manual_review|[0-9a-f]{64}|[\d.]+|[\d:.TZ+-]+)$/
      for (const item of Object.values(kept ?? {})) expect(item).toMatch(allowed)
    })
  )
})
