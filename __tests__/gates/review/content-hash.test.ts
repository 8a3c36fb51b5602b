/** The hashes that the CLI wrote into real lines, recomputed under the schema of each. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { writtenContentHash } from '../../../src/gates/review/content-hash.js'
import { parseJson, type JsonObject } from '../../../src/traces/json.js'
import { corpusFiles, goldenJson, goldenText, jsonLines } from '../../support/golden.js'
import { rawTrace } from '../../support/records.js'

interface Written {
  file: string
  line: number
  content_hash_in_file: string
  'hash_migrated_0.9.0': string
}

const written = goldenJson('upstream', 'content-hashes.json') as Written[]

describe('the hash of a line under the schema that it was written in', () => {
  test.each(corpusFiles())('is the one that the CLI wrote into every line of %s', (file) => {
    const lines = jsonLines(goldenText('corpus', file))
    const hashes = lines.map((line) => writtenContentHash(parseJson(line) as JsonObject))
    expect(hashes.length).toBeGreaterThan(0)
    expect(hashes).toEqual(written.filter((one) => one.file === file).map((one) => one.content_hash_in_file))
  })

  test('of a line of schema 0.9.0 is that of the reference', () => {
    const lines = jsonLines(goldenText('upstream', 'migrated-0.9.0__hermes_0.3.3_schema0.3.0.jsonl'))
    const expected = written.filter(({ file }) => file.startsWith('hermes')).map((one) => one['hash_migrated_0.9.0'])
    expect(lines.map((line) => writtenContentHash(parseJson(line) as JsonObject))).toEqual(expected)
  })

  test('does not cover the review, the id and the hash itself', () => {
    const bare = writtenContentHash(parseJson(JSON.stringify(rawTrace('a'))) as JsonObject)
    const session = { session_id: 'session-of-a' }
    const same = { ...rawTrace('b', session), task: { description: 'Fix the build of a' }, content_hash: 'x' }
    const reviewed = { ...same, metadata: { llm_review: { status: 'complete' } } }
    expect(bare).toMatch(/^[0-9a-f]{64}$/)
    expect(writtenContentHash(parseJson(JSON.stringify(reviewed)) as JsonObject)).toBe(bare)
  })

  test('sorts keys and writes numbers as Python does', () => {
    const input = '{"b":1.0,"a":1e16,"é":[-0.0,12345678901234567890,null,true],"a\\u0000":1e-7}'
    const text = JSON.stringify(rawTrace('a', { context_tree_summary: 'HERE' }))
    const one = writtenContentHash(parseJson(text.replace('"HERE"', input)) as JsonObject)
    // The text that Python's json.dumps(…, sort_keys=True) gives for that object, written by hand.
    const sorted = '{"a": 1e+16, "a\\u0000": 1e-07, "b": 1.0, "\\u00e9": [-0.0, 12345678901234567890, null, true]}'
    const empty = writtenContentHash(parseJson(text.replace('"HERE"', '{}')) as JsonObject)
    expect(one).not.toBe(empty)
    expect(one).toBe(createHash('sha256').update(hashedText(sorted)).digest('hex'))
  })

  test.each(['0.4.0', '0.5.0', '0.8.0', '0.9.1', '1.0.0', '', 9])('is unknown for the schema %p', (version) => {
    const text = JSON.stringify(rawTrace('a', { schema_version: version }))
    expect(writtenContentHash(parseJson(text) as JsonObject)).toBeUndefined()
  })
})

/** The hashed text of `rawTrace('a')` in schema 0.9.0, from the reference's model, with one part put in. */
function hashedText(summary: string): string {
  const usage =
    '{"cache_read_tokens": 0, "cache_write_tokens": 0, "input_tokens": 0, "output_tokens": 0, "prefix_reuse_tokens": 0}'
  const step = (index: number, role: string, content: string): string =>
    `{"agent_role": null, "call_type": null, "content": "${content}", "context_node_id": null, "model": null, ` +
    `"observations": [], "parent_step": null, "reasoning_content": null, "role": "${role}", "snippets": [], ` +
    `"step_index": ${String(index)}, "subagent_trajectory_ref": null, "system_prompt_hash": null, "timestamp": null, ` +
    `"token_usage": ${usage}, "tool_calls": [], "tools_available": []}`
  return (
    '{"agent": {"model": "anthropic/claude-sonnet-4-5", "name": "claude-code", "version": "2.1.0"}, ' +
    `"attribution": null, "context_tree_summary": ${summary}, "dependencies": [], ` +
    '"environment": {"abi_tag": null, "arch": null, "interpreter": null, "language_ecosystem": [], "os": null, ' +
    '"platform": null, "resolved_dependencies": null, "shell": null, ' +
    '"vcs": {"base_commit": null, "branch": null, "diff": null, "type": "none"}}, "execution_context": null, ' +
    '"generation_index": 0, "git_links": [], "lifecycle": "provisional", "metadata": {}, ' +
    '"metrics": {"cache_hit_rate": null, "estimated_cost_usd": 0.25, "total_cache_creation_tokens": 0, ' +
    '"total_cache_read_tokens": 0, "total_duration_s": null, "total_input_tokens": 100, "total_output_tokens": 20, ' +
    '"total_steps": 2}, "outcome": {"commit_sha": null, "committed": false, "description": null, "reward": null, ' +
    '"reward_source": null, "signal_confidence": "derived", "signal_source": "deterministic", "success": null, ' +
    '"terminal_state": null}, "patches": [], "schema_version": "0.9.0", "security": {"classifier_version": null, ' +
    '"flags_reviewed": 0, "redactions_applied": 0, "scanned": false}, "session_id": "session-of-a", ' +
    `"steps": [${step(0, 'user', 'Please run the tests.')}, ${step(1, 'agent', 'All tests pass.')}], ` +
    '"system_prompts": {}, "task": {"base_commit": null, "description": "Fix the build of a", "repository": null, ' +
    '"repository_url": null, "source": null}, "timestamp_end": "2026-01-01T00:10:00Z", ' +
    '"timestamp_start": "2026-01-01T00:00:00Z", "tool_definitions": []}'
  )
}
