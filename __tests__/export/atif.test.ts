/** What becomes of every field of a record in ATIF. Expectations are written out by hand from harbor's models. */
import { describe, expect, test } from '@jest/globals'
import { convert } from '../../src/export/convert.js'
import { jsonText } from '../../src/export/text.js'
import { parseTrace } from '../../src/traces/parse.js'
import { rawTrace } from '../support/records.js'
import { fullTrace } from '../traces/full-record.js'

/** As a reader gets it. */
function atif(raw: Record<string, unknown> | string): Record<string, unknown> {
  const { record } = parseTrace(typeof raw === 'string' ? raw : JSON.stringify(raw))
  const conversion = convert(record, 'atif')
  if ('leftOut' in conversion) throw new Error(conversion.leftOut)
  return JSON.parse(jsonText(conversion.value)) as Record<string, unknown>
}

function step(changes: Record<string, unknown>): Record<string, unknown> {
  const { steps } = atif(rawTrace('t', { steps: [{ step_index: 7, role: 'agent', ...changes }] }))
  return (steps as Record<string, unknown>[])[0]!
}

describe('a record as a trajectory', () => {
  test('every field has its place', () => {
    const full = fullTrace()
    const [{ snippets }] = full.steps as [Record<string, unknown>]
    expect(atif(full)).toMatchObject({
      schema_version: 'ATIF-v1.8',
      session_id: 'session',
      trajectory_id: 'trace',
      agent: { name: 'claude-code', version: '2', model_name: 'm', tool_definitions: [{ name: 'Bash' }] },
      steps: [
        {
          step_id: 1,
          timestamp: '2026-01-01T00:00:01Z',
          source: 'agent',
          message: 'c',
          model_name: 'm',
          reasoning_content: 'r',
          tool_calls: [
            { tool_call_id: 'call', function_name: 'Bash', arguments: { command: 'ls' }, extra: { duration_ms: 3 } }
          ],
          observation: {
            results: [{ source_call_id: 'call', content: 'c', extra: { output_summary: 'o', error: 'e' } }]
          },
          // 1 that came new, 3 from the cache and 4 into it.
          metrics: {
            prompt_tokens: 8,
            completion_tokens: 2,
            cached_tokens: 3,
            extra: { input_tokens: 1, cache_write_tokens: 4, prefix_reuse_tokens: 5 }
          },
          extra: {
            step_index: 1,
            system_prompt_hash: 'hash',
            agent_role: 'main',
            parent_step: 2,
            call_type: 'main',
            subagent_trajectory_ref: 'ref',
            tools_available: ['Bash'],
            snippets,
            context_node_id: 'node'
          }
        }
      ]
    })
  })

  test('what the format has no field for is whole in "extra"', () => {
    const full = fullTrace()
    const mapped = ['trace_id', 'session_id', 'agent', 'tool_definitions', 'steps', 'metrics', 'content_hash']
    const rest = Object.fromEntries(Object.entries(full).filter(([key]) => !mapped.includes(key)))
    expect(atif(full).extra).toMatchObject(rest)
  })

  test('totals of the record are totals of the trajectory, its own count of steps beside', () => {
    const metrics = {
      total_steps: 9,
      total_input_tokens: 100,
      total_output_tokens: 20,
      total_cache_read_tokens: 1000,
      total_cache_creation_tokens: 50,
      total_duration_s: 61.5,
      cache_hit_rate: 1,
      estimated_cost_usd: 0.25
    }
    expect(atif(rawTrace('t', { metrics })).final_metrics).toEqual({
      total_prompt_tokens: 1150,
      total_completion_tokens: 20,
      total_cached_tokens: 1000,
      total_cost_usd: 0.25,
      total_steps: 2,
      extra: {
        total_input_tokens: 100,
        total_cache_creation_tokens: 50,
        total_steps: 9,
        total_duration_s: 61.5,
        cache_hit_rate: 1
      }
    })
  })

  test('nothing is made up where the record says nothing', () => {
    const bare = { schema_version: '0.9.0', trace_id: 't', session_id: 's', agent: { name: 'a' } }
    const trajectory = atif({ ...bare, metrics: { total_steps: 1 }, steps: [{ step_index: 0, role: 'agent' }] })
    expect(trajectory).toEqual({
      schema_version: 'ATIF-v1.8',
      session_id: 's',
      trajectory_id: 't',
      agent: { name: 'a', version: 'unknown' },
      steps: [{ step_id: 1, source: 'agent', message: '', extra: { step_index: 0, content: null } }],
      final_metrics: { total_steps: 1 },
      extra: expect.objectContaining({ schema_version: '0.9.0', lifecycle: 'provisional', generation_index: 0 })
    })
    expect(Object.keys(trajectory.extra as object)).not.toContain('timestamp_start')
  })

  test('a record without steps is left out', () => {
    const { record } = parseTrace(JSON.stringify(rawTrace('t', { steps: [] })))
    expect(convert(record, 'atif')).toEqual({ leftOut: 'no steps' })
  })

  test('steps are numbered from 1, whatever the record calls them', () => {
    const steps = [4, 9, 2].map((step_index) => ({ step_index, role: 'user', content: 'x' }))
    expect((atif(rawTrace('t', { steps })).steps as { step_id: number }[]).map(({ step_id }) => step_id)).toEqual([
      1, 2, 3
    ])
  })
})

describe('a step of the user or the system', () => {
  test.each(['user', 'system'])('%s: what only agents may have stays in "extra"', (role) => {
    const tool_calls = [{ tool_call_id: 'c', tool_name: 'Bash', input: {}, duration_ms: null }]
    const token_usage = {
      input_tokens: 1,
      output_tokens: 0,
      cache_read_tokens: 0,
      cache_write_tokens: 0,
      prefix_reuse_tokens: 0
    }
    const observations = [{ source_call_id: 'c', content: 'out' }]
    const own = { role, content: 'hi', model: 'm', reasoning_content: 'r', tool_calls, token_usage, observations }
    expect(step(own)).toEqual({
      step_id: 1,
      source: role,
      message: 'hi',
      observation: { results: [{ content: 'out', extra: { source_call_id: 'c' } }] },
      extra: { step_index: 7, model: 'm', reasoning_content: 'r', tool_calls, token_usage }
    })
  })
})

describe('an observation', () => {
  const tool_calls = [{ tool_call_id: 'c', tool_name: 'Bash', input: {} }]
  const results = (observation: Record<string, unknown>) =>
    (step({ tool_calls, observations: [observation] }).observation as { results: unknown[] }).results

  test('of a call that the step does not have refers to none', () => {
    expect(results({ source_call_id: 'other', content: 'x' })).toEqual([
      { content: 'x', extra: { source_call_id: 'other' } }
    ])
  })

  test('without output shows the error', () => {
    expect(results({ source_call_id: 'c', error: 'no such file' })).toEqual([
      { source_call_id: 'c', content: 'no such file', extra: { error: 'no such file' } }
    ])
  })

  test('without anything has no content, and one with an empty output has it', () => {
    expect(results({ source_call_id: 'c' })).toEqual([{ source_call_id: 'c' }])
    expect(results({ source_call_id: 'c', content: '' })).toEqual([{ source_call_id: 'c', content: '' }])
  })
})

test.each(['t', '2026-01-01', '2026-02-30T00:00:00Z', '2026-01-01T24:00:00Z', ' '])(
  'the time %j is none, and stays as a text in "extra"',
  (timestamp) => {
    const { extra, ...rest } = step({ content: 'x', timestamp })
    expect([rest, extra]).toEqual([
      { step_id: 1, source: 'agent', message: 'x' },
      { step_index: 7, timestamp }
    ])
  }
)

test('numbers of any size and whole floats are written as they are', () => {
  const raw = JSON.stringify(rawTrace('t', { steps: [{ step_index: 0, role: 'agent', content: 'SPOT' }] })).replace(
    '"content":"SPOT"',
    '"content":"x","tool_calls":[{"tool_call_id":"c","tool_name":"n","input":{"10":1.0,"2":12345678901234567890}}],' +
      '"token_usage":{"input_tokens":9007199254740993,"cache_read_tokens":2,"output_tokens":1}'
  )
  const { record } = parseTrace(raw)
  const conversion = convert(record, 'atif')
  const text = 'value' in conversion ? jsonText(conversion.value) : ''
  expect(text).toContain('"arguments":{"10":1.0,"2":12345678901234567890}')
  expect(text).toContain('"prompt_tokens":9007199254740995,"completion_tokens":1,"cached_tokens":2')
})
