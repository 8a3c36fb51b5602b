/** Which carried verdicts count: exactly one combination of values, about exactly this content. */
import { describe, expect, test } from '@jest/globals'
import { judgeCarried, subjectOf } from '../../../src/gates/review/carried.js'
import { parseTrace } from '../../../src/traces/parse.js'
import { rawTrace } from '../../support/records.js'
import { fullTrace, places, valueAt, type Json, type JsonMembers, type Place } from '../../traces/full-record.js'
import { cliLine, cliTrace, cliVerdict, sha256, type CliTrace } from './cli.js'

/** The verdict of this action on a record, by the words of the issue: the subject is the line as it is published. */
function ownVerdict(record: object, changes: Record<string, unknown> = {}): Record<string, unknown> {
  const { line } = parseTrace(JSON.stringify(record))
  const { content_hash, schema_version } = JSON.parse(line) as Record<string, string>
  return {
    status: 'complete',
    shareable: 'yes',
    missed_sensitive_data: 'no',
    model: 'judge',
    reviewed_at: '2026-01-02T00:00:00.000Z',
    subject: sha256(line),
    content_hash,
    schema_version,
    ...changes
  }
}

function withVerdict(record: Record<string, unknown>, verdict: unknown): string {
  return JSON.stringify({ ...record, metadata: { ...(record.metadata as object | undefined), llm_review: verdict } })
}

const own = (changes: Record<string, unknown>): string => withVerdict(rawTrace('a'), ownVerdict(rawTrace('a'), changes))
const cli =
  (schema: '0.3.0' | '0.9.0') =>
  (changes: Record<string, unknown>): string =>
    cliLine(cliTrace(schema), cliVerdict(cliTrace(schema), changes))

const FORMATS = {
  'this action': own,
  'the CLI, schema 0.3.0': cli('0.3.0'),
  'the CLI, schema 0.9.0': cli('0.9.0')
}

const STATUS = ['complete', 'Complete', 'complete ', 'pending', 'error', '', true, null, undefined, ['complete']]
const SHAREABLE = [
  'yes',
  'no',
  'manual_review',
  'YES',
  'Yes',
  'NO',
  ' yes',
  'maybe',
  '',
  true,
  1,
  null,
  undefined,
  ['yes']
]
const MISSED = ['no', 'yes', 'maybe', 'NO', 'No', 'no ', 'manual_review', '', false, 0, null, undefined, ['no']]

/** What holds a trace, by the words of the values alone. */
function expectedReason(status: unknown, shareable: unknown, missed: unknown): string | undefined {
  if (status !== 'complete') return 'incomplete'
  const known = ['yes', 'no', 'manual_review'].includes(shareable as string) && typeof shareable === 'string'
  const knownToo = ['yes', 'no', 'maybe'].includes(missed as string) && typeof missed === 'string'
  if (!known || !knownToo) return 'unknown-value'
  if (missed === 'yes') return 'sensitive'
  if (shareable === 'no') return 'not-shareable'
  if (shareable === 'manual_review') return 'manual-review'
  return missed === 'maybe' ? 'maybe-sensitive' : undefined
}

describe.each(Object.entries(FORMATS))('a verdict in the format of %s', (_, line) => {
  test('is clean in exactly one of all combinations of values, and its reason is named in all others', () => {
    let clean = 0
    for (const status of STATUS) {
      for (const shareable of SHAREABLE) {
        for (const missed of MISSED) {
          const judged = judgeCarried(line({ status, shareable, missed_sensitive_data: missed }))
          const reason = expectedReason(status, shareable, missed)
          expect([status, shareable, missed, judged.clean ? undefined : judged.held]).toEqual([
            status,
            shareable,
            missed,
            reason
          ])
          if (judged.clean) clean++
        }
      }
    }
    expect(clean).toBe(1)
  })

  test('has what it says in it, where it is fresh', () => {
    const judged = judgeCarried(line({ shareable: 'no', missed_sensitive_data: 'maybe' }))
    expect(judged).toMatchObject({ clean: false, held: 'not-shareable', review: { shareable: 'no', missed: 'maybe' } })
  })
})

test.each([
  [undefined, 'no-verdict'],
  [null, 'malformed'],
  ['complete', 'malformed'],
  [[{ status: 'complete' }], 'malformed'],
  [{}, 'incomplete'],
  [{ status: 'complete', shareable: 'yes', missed_sensitive_data: 'no' }, 'unverifiable'],
  [{ status: 'complete', shareable: 'yes', missed_sensitive_data: 'no', subject: null }, 'stale'],
  [{ status: 'complete', shareable: 'yes', missed_sensitive_data: 'no', subject: '' }, 'stale']
])('metadata.llm_review %j: %s', (verdict, held) => {
  expect(judgeCarried(withVerdict(rawTrace('a'), verdict))).toMatchObject({ clean: false, held })
})

test('what is no record at all is held', () => {
  expect(judgeCarried('{"a":')).toMatchObject({ clean: false, held: 'unverifiable' })
})

describe('a verdict of this action', () => {
  test.each(['subject', 'content_hash', 'schema_version'])('with another %s is stale', (key) => {
    const verdict = ownVerdict(rawTrace('a'))
    expect(
      judgeCarried(own({ [key]: String(verdict[key]).replace(/.$/, (last) => (last === '0' ? '1' : '0')) }))
    ).toEqual({
      clean: false,
      held: 'stale'
    })
    expect(judgeCarried(own({ [key]: undefined })).clean).toBe(false)
  })

  test('stays fresh through migration, unknown fields and a new content hash: its subject is the published line', () => {
    const older = { ...cliTrace('0.3.0'), surprise: { a: 1.5 } }
    const line = withVerdict(older, ownVerdict(older))
    expect(judgeCarried(line).clean).toBe(true)
    expect(judgeCarried(parseTrace(line).line).clean).toBe(true)
    expect(judgeCarried(line.replace(older.content_hash, 'f'.repeat(64))).clean).toBe(true)
  })

  test('counts only while every part of the record is as it was', () => {
    const record = fullTrace()
    const verdict = ownVerdict(record)
    const judged = (changed: Json): boolean => judgeCarried(withVerdict(changed as JsonMembers, verdict)).clean
    expect(judged(record)).toBe(true)
    const untouched = places().flatMap(({ place }) =>
      edits(record, place).flatMap((edited) => (judged(edited) ? [place.join('/')] : []))
    )
    // The published line has them anew: the hash always, the version where none is given.
    expect(untouched).toEqual(['schema_version', 'content_hash', 'content_hash'])
  })

  test('shows no place that could hold words of a stranger', () => {
    const evidence = [
      { category: 'credential', pointer: '/steps/0/content' },
      { category: 'credential', pointer: '/metadata/acme_secret_project' },
      { category: 'acme', pointer: '/steps/0/content' },
      { category: 'other', pointer: '/steps/0/Acme Corp' },
      { category: 'other', pointer: 7 },
      'other'
    ]
    const judged = judgeCarried(own({ shareable: 'no', evidence }))
    expect(judged.review?.evidence).toEqual([
      { category: 'credential', pointer: '/steps/0/content' },
      { category: 'credential', pointer: '/metadata/*' }
    ])
  })
})

describe.each(['0.3.0', '0.9.0'] as const)('a verdict of the CLI on a line of schema %s', (schema) => {
  const trace = cliTrace(schema)
  const verdict = cliVerdict(trace)
  const judge = (changed: object): ReturnType<typeof judgeCarried> =>
    judgeCarried(cliLine(changed as CliTrace, verdict))

  test('counts only while every part of the record is as it was', () => {
    expect(judge(trace).clean).toBe(true)
    const untouched = leaves(trace).flatMap((place) =>
      edits(trace as unknown as Json, place).flatMap((edited) =>
        judge(edited as object).clean ? [place.join('/')] : []
      )
    )
    expect(untouched).toEqual([])
  })

  test.each([
    ['an unknown field', { surprise: 'x' }],
    ['an unknown field in a part', { agent: { ...(trace.agent as object), surprise: 'x' } }],
    ['another key in the metadata', { metadata: { project: 'app', surprise: 1 } }],
    ['an id that could hold anything', { trace_id: 'acme-secret-project' }],
    ['another hash', { content_hash: 'f'.repeat(64) }],
    ['no hash', { content_hash: undefined }],
    ['a schema that nobody released', { schema_version: '0.8.0' }],
    ['another schema', { schema_version: schema === '0.3.0' ? '0.2.0' : '0.7.0' }]
  ])('does not count with %s added after the review', (_, change) => {
    expect(judge({ ...trace, ...change })).toMatchObject({ clean: false, held: 'unverifiable' })
  })

  test.each(['model', 'prompt_version', 'api_format', 'base_url', 'review_key'])(
    'does not count with another %s',
    (key) => {
      expect(judgeCarried(cliLine(trace, { ...verdict, [key]: 'x' })).clean).toBe(false)
      expect(judgeCarried(cliLine(trace, { ...verdict, [key]: undefined })).clean).toBe(false)
    }
  )

  test('does not count with a key over another text, such as one with a context', () => {
    const key = sha256(
      [trace.content_hash, 'gemma3n:e4b', '1', 'a context', 'openai-compat', 'http://localhost:11434/v1'].join('\0')
    )
    expect(judgeCarried(cliLine(trace, { ...verdict, review_key: key }))).toMatchObject({ held: 'unverifiable' })
  })

  test('counts where settings are empty, which the CLI leaves out', () => {
    const bare = {
      status: 'complete',
      shareable: 'yes',
      missed_sensitive_data: 'no',
      review_key: sha256([trace.content_hash, '', '1', '', '', ''].join('\0')),
      prompt_version: '1'
    }
    expect(judgeCarried(cliLine(trace, bare)).clean).toBe(true)
  })
})

test('a field of a later schema, written into an older line after its review, does not pass unseen', () => {
  const trace = cliTrace('0.3.0')
  for (const change of [
    { patches: [{ patch_id: 'p', file_path: 'acme.txt' }] },
    { context_tree_summary: { client: 'Acme' } },
    { environment: { ...(trace.environment as object), platform: 'acme-host' } }
  ]) {
    expect(judgeCarried(cliLine({ ...trace, ...change }, cliVerdict(trace)))).toMatchObject({ held: 'unverifiable' })
  }
})

test('the subject covers everything but the review', () => {
  const { record } = parseTrace(own({}))
  const { subject, record: bare } = subjectOf(record)
  expect(subject).toEqual({
    subject: sha256(parseTrace(JSON.stringify(rawTrace('a'))).line),
    contentHash: parseTrace(JSON.stringify(rawTrace('a'))).contentHash,
    schemaVersion: '0.9.0'
  })
  expect(JSON.stringify(bare)).not.toContain('llm_review')
})

/** The record with another value of the same type at a place, and without the place. */
function edits(record: Json, place: Place): Json[] {
  const changed = [another(valueAt(record, place)), undefined]
  return changed.map((value) => {
    const copy = structuredClone(record)
    const parent = valueAt(copy, place.slice(0, -1)) as Record<string, Json>
    const key = place.at(-1) as string
    if (value === undefined && Array.isArray(parent)) parent.splice(Number(key), 1)
    else if (value === undefined) Reflect.deleteProperty(parent, key)
    else parent[key] = value
    return copy
  })
}

function another(value: Json): Json {
  if (typeof value === 'string') return `${value}x`
  if (typeof value === 'number') return value + (Number.isInteger(value) ? 1 : 0.25)
  if (typeof value === 'boolean') return !value
  if (Array.isArray(value)) return [...value, ...value]
  return value === null ? 'x' : { ...value, more: 'x' }
}

/** Every place of a record that holds something which is not its default. */
function leaves(record: object): Place[] {
  const found: Place[] = []
  const walk = (value: unknown, place: Place): void => {
    if (typeof value !== 'object' || value === null) {
      const usual = [null, false, 0, '0.9.0', 'deterministic', 'derived'].includes(value as null)
      if (!usual && place.at(-1) !== 'schema_version') found.push(place)
    } else
      for (const [key, item] of Object.entries(value)) walk(item, [...place, Array.isArray(value) ? Number(key) : key])
  }
  walk(record, [])
  return found
}
