/** Whatever a valid record holds: the result keeps to the rules of its format, and nothing that was said is lost. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { convert } from '../../src/export/convert.js'
import { jsonText } from '../../src/export/text.js'
import { readRecord } from '../../src/traces/parse.js'
import type { JsonObject } from '../../src/traces/json.js'
import type { TraceRecord } from '../../src/traces/schema.js'

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', ' ', '\u2028', '__proto__', '/a/b', '..'))
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null })
const small = fc.integer({ min: -2, max: 5 })
const tokens = fc.oneof(fc.constant(0), fc.nat())
const time = fc.oneof(
  fc.date({ min: new Date(0), noInvalidDate: true }).map((one) => one.toISOString()),
  fc.constantFrom('2026-01-01T00:00:00+05:30', '2026-01-01T00:00:00', '2026-13-01T00:00:00Z', '', 'x'),
  text
)
const free = fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }))
const callId = fc.constantFrom('c1', 'c2', 'c3')

const step = fc.record({
  step_index: small,
  role: fc.constantFrom('system', 'user', 'agent'),
  content: maybe(text),
  reasoning_content: maybe(text),
  model: maybe(text),
  parent_step: maybe(small),
  timestamp: maybe(time),
  tool_calls: fc.array(fc.record({ tool_call_id: callId, tool_name: text, input: free, duration_ms: maybe(small) }), {
    maxLength: 3
  }),
  observations: fc.array(fc.record({ source_call_id: callId, content: maybe(text), error: maybe(text) }), {
    maxLength: 3
  }),
  token_usage: fc.record({ input_tokens: tokens, output_tokens: tokens, cache_read_tokens: tokens })
})
const contributor = fc.dictionary(
  fc.constantFrom('type', 'model_id', 'x'),
  fc.oneof(fc.constantFrom('ai', 'human'), text)
)
const range = fc.record({
  start_line: small,
  end_line: small,
  content_hash: maybe(text),
  contributor: maybe(contributor),
  original: maybe(free)
})
const file = fc.record({
  path: fc.oneof(text, fc.constantFrom('/r/a.ts', '/r/../x', 'C:\\r\\a.ts')),
  conversations: fc.array(
    fc.record({ contributor, url: maybe(fc.oneof(fc.webUrl(), text)), ranges: fc.array(range) }),
    {
      maxLength: 2
    }
  )
})
const raw = fc.record({
  schema_version: fc.constant('0.9.0'),
  trace_id: fc.oneof(fc.uuid(), text),
  session_id: text,
  timestamp_start: maybe(time),
  timestamp_end: maybe(time),
  agent: fc.record({ name: text, version: maybe(text), model: maybe(text) }),
  steps: fc.array(step, { maxLength: 4 }),
  metadata: fc.oneof(free, fc.constant({ cwd: '/r' })),
  attribution: maybe(fc.record({ files: fc.array(file, { maxLength: 3 }) }))
})

/** With the parsed result, where there is one. */
function check(format: 'atif' | 'agent-trace', rules: (record: TraceRecord, out: Members | undefined) => void): void {
  fc.assert(
    fc.property(raw, (one) => {
      const { record } = readRecord(one as JsonObject)
      if (record === undefined) throw new Error('the generator makes valid records')
      const conversion = convert(record, format)
      const line = 'value' in conversion ? jsonText(conversion.value) : undefined
      expect(line ?? '').not.toContain('\n')
      rules(record, line === undefined ? undefined : (JSON.parse(line) as Members))
    }),
    { numRuns: 300 }
  )
}

type Members = Record<string, unknown>
const list = (value: unknown): Members[] => (value ?? []) as Members[]
const AGENT_ONLY = ['model_name', 'reasoning_content', 'tool_calls', 'metrics']

describe('any valid record', () => {
  test('is a trajectory where it has a step', () => {
    check('atif', (record, out) => {
      expect(out === undefined).toBe(record.steps.length === 0)
      const steps = list(out?.steps)
      expect(steps.map(({ step_id }) => step_id)).toEqual(record.steps.map((_, i) => i + 1))
      for (const [i, one] of steps.entries()) {
        const from = record.steps[i]!
        expect([one.source, one.message]).toEqual([from.role, from.content ?? ''])
        if (one.source !== 'agent') for (const key of AGENT_ONLY) expect(one).not.toHaveProperty(key)
        const calls = list(one.tool_calls).map(({ tool_call_id }) => tool_call_id)
        const results = list((one.observation as Members | undefined)?.results)
        const referred = results.map(({ source_call_id }) => source_call_id).filter((id) => id !== undefined)
        expect(referred.filter((id) => !calls.includes(id))).toEqual([])
        // Said once, in the one place or the other.
        const extra = one.extra as Members
        expect(results).toHaveLength(from.observations.length)
        expect(list(one.tool_calls).length + list(extra.tool_calls).length).toBe(from.tool_calls.length)
        expect([one.timestamp, extra.timestamp].filter((said) => said !== undefined)).toEqual(
          from.timestamp === null ? [] : [from.timestamp]
        )
        if (typeof one.timestamp === 'string') expect(Number.isNaN(Date.parse(one.timestamp))).toBe(false)
      }
    })
  })

  test('is a record of Agent Trace where it has a time', () => {
    const LINES = ['content_hash', 'contributor', 'end_line', 'start_line']
    check('agent-trace', (record, out) => {
      if (out === undefined) return
      expect(out.id).toMatch(/^[\da-f]{8}-[\da-f]{4}-[1-8f0][\da-f]{3}-[89abf0][\da-f]{3}-[\da-f]{12}$/)
      expect(out.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
      expect(Number.isNaN(Date.parse(out.timestamp as string))).toBe(false)
      const files = list(out.files)
      expect(files).toHaveLength(record.attribution?.files.length ?? 0)
      for (const [i, { path, conversations }] of files.entries()) {
        // Nothing but the root is ever taken off.
        expect([path, `/r/${path as string}`]).toContain(record.attribution!.files[i]!.path)
        for (const one of list(conversations)) {
          if (one.url !== undefined) expect(URL.canParse(one.url as string)).toBe(true)
          for (const lines of list(one.ranges)) {
            expect(LINES).toEqual(expect.arrayContaining(Object.keys(lines)))
            expect(Math.min(lines.start_line as number, lines.end_line as number)).toBeGreaterThanOrEqual(1)
          }
        }
      }
      const { opentraces } = out.metadata as { opentraces: Members }
      expect(opentraces.attribution ?? null).toEqual(JSON.parse(jsonText(record.attribution)))
      expect(opentraces.trace_id).toBe(record.trace_id)
    })
  })
})
