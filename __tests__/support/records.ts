/** Records for tests: the golden ones as the reference read them, and small ones made here. */
import { parseJson, type JsonObject } from '../../src/traces/json.js'
import { readRecord } from '../../src/traces/parse.js'
import type { TraceRecord } from '../../src/traces/schema.js'
import type { GoldenSet } from './golden.js'

/** A set's records, migrated, `schema_version` left as it was, fields that no schema knows left out. */
export function* goldenRecords(set: GoldenSet): Generator<TraceRecord> {
  for (const [i, line] of set.lines.entries()) {
    const { record, issues } = readRecord(parseJson(line) as JsonObject)
    if (record === undefined) throw new Error(`${set.name}:${String(i + 1)}: ${JSON.stringify(issues)}`)
    yield record
  }
}

/** The JSON of a small valid record; `changes` are set over it. */
export function rawTrace(id: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    schema_version: '0.9.0',
    trace_id: id,
    session_id: `session-of-${id}`,
    timestamp_start: '2026-01-01T00:00:00Z',
    timestamp_end: '2026-01-01T00:10:00Z',
    task: { description: `Fix the build of ${id}` },
    agent: { name: 'claude-code', version: '2.1.0', model: 'anthropic/claude-sonnet-4-5' },
    steps: [
      { step_index: 0, role: 'user', content: 'Please run the tests.' },
      { step_index: 1, role: 'agent', content: 'All tests pass.' }
    ],
    metrics: { total_steps: 2, total_input_tokens: 100, total_output_tokens: 20, estimated_cost_usd: 0.25 },
    ...changes
  }
}
