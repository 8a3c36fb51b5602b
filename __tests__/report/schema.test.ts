import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { reportJsonSchema } from '../../src/report/schema.js'
import { blocked, failed, published, pullRequest } from './cases.js'

const FILE = join(import.meta.dirname, '..', '..', 'schema', 'report.v1.schema.json')
const committed = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, unknown>

test('the committed schema is that of the model (npm run schema writes it)', () => {
  expect(committed).toEqual(reportJsonSchema())
})

describe('a validator made from the committed file alone', () => {
  const validator = z.fromJSONSchema(committed)

  test.each([
    ['a pull request', pullRequest()],
    ['blocked', blocked()],
    ['published', published()],
    ['failed', failed()]
  ])('takes the report of a run: %s', (_, report) => {
    expect(validator.safeParse(JSON.parse(JSON.stringify(report))).error).toBeUndefined()
  })

  test.each([
    ['another schema', { ...failed(), schema: 'opentraces.push-action.report.v2' }],
    ['an unknown outcome', { ...failed(), outcome: 'fine' }],
    ['a negative count', { ...failed(), counts: { ...failed().counts, staged: -1 } }],
    ['a score above 100', { ...published(), quality: { ...published().quality, overall_utility: 101 } }],
    ['no traces', { ...failed(), traces: undefined }]
  ])('refuses %s', (_, report) => {
    expect(validator.safeParse(JSON.parse(JSON.stringify(report))).success).toBe(false)
  })

  test('takes fields of later versions', () => {
    expect(validator.safeParse({ ...failed(), new_field: 1 }).success).toBe(true)
  })
})
