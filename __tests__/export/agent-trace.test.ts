/** What becomes of every field of a record in Agent Trace. Expectations are written out by hand from the specification. */
import { describe, expect, test } from '@jest/globals'
import { convert } from '../../src/export/convert.js'
import { jsonText } from '../../src/export/text.js'
import { parseTrace } from '../../src/traces/parse.js'
import { rawTrace } from '../support/records.js'

const ID = '3f2c9a52-0d6b-4c1e-9b39-7f7d2c9a1e55'

interface Out extends Record<string, unknown> {
  files: { path: string; conversations: Record<string, unknown>[] }[]
  metadata: { opentraces: Record<string, unknown> }
}

function conversionOf(changes: Record<string, unknown>, id = ID) {
  return convert(parseTrace(JSON.stringify(rawTrace(id, changes))).record, 'agent-trace')
}

/** As a reader gets it. */
function agentTrace(changes: Record<string, unknown> = {}, id = ID): Out {
  const conversion = conversionOf(changes, id)
  if ('leftOut' in conversion) throw new Error(conversion.leftOut)
  return JSON.parse(jsonText(conversion.value)) as Out
}

function conversation(members: Record<string, unknown>): Record<string, unknown> {
  const files = [{ path: 'a.ts', conversations: [{ ranges: [], ...members }] }]
  return agentTrace({ attribution: { files } }).files[0]!.conversations[0]!
}

describe('a record', () => {
  test('every field of its attribution has its place, and the whole of it stands in the metadata', () => {
    const attribution = {
      experimental: true,
      revision: { vcs_type: 'jj', revision: 'kkmpptxz' },
      files: [
        {
          path: 'src/a.ts',
          conversations: [
            {
              contributor: { type: 'ai', model_id: 'anthropic/claude-opus-4-6' },
              url: 'opentraces://trace/step_8',
              ids: { session: 's' },
              related: [{ type: 'session', url: 'https://example.org/s' }],
              ranges: [
                {
                  start_line: 4,
                  end_line: 5,
                  content_hash: '12b7d192',
                  confidence: 'high',
                  change_type: 'modification',
                  original: { start_line: 1 },
                  contributor: { type: 'human' }
                }
              ]
            }
          ]
        }
      ],
      unaccounted_files: ['b.ts']
    }
    const { metadata, ...rest } = agentTrace({ attribution })
    expect(rest).toEqual({
      version: '0.1.0',
      id: ID,
      timestamp: '2026-01-01T00:10:00Z',
      vcs: { type: 'jj', revision: 'kkmpptxz' },
      tool: { name: 'claude-code', version: '2.1.0' },
      files: [
        {
          path: 'src/a.ts',
          conversations: [
            {
              url: 'opentraces://trace/step_8',
              contributor: { type: 'ai', model_id: 'anthropic/claude-opus-4-6' },
              ranges: [{ start_line: 4, end_line: 5, content_hash: '12b7d192', contributor: { type: 'human' } }],
              related: [{ type: 'session', url: 'https://example.org/s' }]
            }
          ]
        }
      ]
    })
    expect(Object.keys(metadata)).toEqual(['opentraces'])
    expect(metadata.opentraces).toMatchObject({
      schema_version: '0.9.0',
      trace_id: ID,
      session_id: `session-of-${ID}`,
      agent: { name: 'claude-code', version: '2.1.0', model: 'anthropic/claude-sonnet-4-5' },
      task: { description: `Fix the build of ${ID}` },
      metrics: { total_steps: 2, total_input_tokens: 100, estimated_cost_usd: 0.25 },
      attribution
    })
    // What the conversation said is behind its URL.
    for (const absent of ['steps', 'system_prompts', 'tool_definitions', 'repository_root'])
      expect(metadata.opentraces).not.toHaveProperty(absent)
  })

  test('nothing is made up where the record says nothing', () => {
    const { metadata, ...rest } = agentTrace({ agent: { name: 'a' } })
    expect(rest).toEqual({ version: '0.1.0', id: ID, timestamp: '2026-01-01T00:10:00Z', files: [] })
    expect(metadata.opentraces.agent).toMatchObject({ name: 'a' })
  })

  test.each([
    [{ timestamp_end: '2026-03-01T01:30:00.5+02:00' }, '2026-02-28T23:30:00.5Z'],
    [{ timestamp_end: '2026-01-02' }, '2026-01-01T00:00:00Z'],
    [{ timestamp_end: '2026-01-02T00:00:00' }, '2026-01-01T00:00:00Z'],
    [
      {
        timestamp_end: null,
        steps: [
          { step_index: 0, role: 'user', timestamp: '2026-01-01T00:03:00Z' },
          { step_index: 1, role: 'agent', timestamp: '2026-01-01T00:04:00Z' },
          { step_index: 2, role: 'agent', timestamp: 'x' }
        ]
      },
      '2026-01-01T00:04:00Z'
    ]
  ])('with %j is of %s', (changes, timestamp) => {
    expect(agentTrace(changes).timestamp).toBe(timestamp)
  })

  test.each([null, 'yesterday', '2026-01-01T00:00:00'])('that has only %j for a time is left out', (time) => {
    expect(conversionOf({ timestamp_start: time, timestamp_end: time })).toEqual({ leftOut: 'no time' })
  })

  test('with an id of its own kind gets the UUID that its name stands for', () => {
    // Python: uuid.uuid5(uuid.NAMESPACE_URL, 'opentraces://trace-1')
    const { id, metadata } = agentTrace({}, 'trace-1')
    expect([id, metadata.opentraces.trace_id]).toEqual(['4833d1a0-8295-5bbf-8d47-662597de568f', 'trace-1'])
    expect(agentTrace({}, ID.toUpperCase()).id).toBe(ID.toUpperCase())
  })

  test.each([
    [{ outcome: { commit_sha: 'c0ffee' } }, { type: 'git', revision: 'c0ffee' }],
    [
      { outcome: { commit_sha: 'c0ffee' }, attribution: { revision: { vcs_type: 'cvs', revision: '1.1' } } },
      { type: 'git', revision: 'c0ffee' }
    ],
    // The commit that a session starts from is not the one that its lines are of.
    [{ environment: { vcs: { type: 'git', base_commit: 'ba5e' } } }, undefined]
  ])('with %j is of the revision %j', (changes, vcs) => {
    expect(agentTrace(changes).vcs).toEqual(vcs)
  })
})

describe('what the format does not accept stays in the metadata alone', () => {
  test.each([
    [{ type: 'robot' }, { type: 'unknown' }],
    [{ type: 'ai', model_id: 'm'.repeat(251) }, { type: 'ai' }],
    [
      { type: 'ai', model_id: '😀'.repeat(250) },
      { type: 'ai', model_id: '😀'.repeat(250) }
    ],
    [{ model_id: 'o/m' }, { type: 'unknown', model_id: 'o/m' }],
    [{ type: 'mixed', team: 'x' }, { type: 'mixed' }],
    [{}, undefined]
  ])('the contributor %j', (given, contributor) => {
    expect(conversation({ contributor: given }).contributor).toEqual(contributor)
  })

  test.each(['no uri', '/relative', 'https://[', 'https://a b', 'opentraces://trace/%zz', 'x:', 'https://exämple.org'])(
    'the URL %j',
    (url) => {
      expect(conversation({ url, related: [{ type: 't', url }, { type: 't' }] })).toEqual({ ranges: [] })
    }
  )

  test.each([
    [0, 1],
    [1, 0],
    [-3, 4]
  ])('the range from %d to %d', (start_line, end_line) => {
    const ranges = [
      { start_line, end_line },
      { start_line: 2, end_line: 2 }
    ]
    expect(conversation({ ranges }).ranges).toEqual([{ start_line: 2, end_line: 2 }])
  })
})

describe('paths', () => {
  const out = (path: string, metadata: Record<string, unknown>) => {
    const conversion = conversionOf({ metadata, attribution: { files: [{ path, conversations: [] }] } })
    if ('leftOut' in conversion) throw new Error(conversion.leftOut)
    const { files, metadata: more } = JSON.parse(jsonText(conversion.value)) as Out
    return { path: files[0]!.path, outside: conversion.outsidePaths, root: more.opentraces.repository_root }
  }
  const hook = (worktree_root: unknown) => ({ hook_pre_tool_use: { call: { trail: { worktree_root } } } })

  test.each([
    ['/repo/src/a.ts', { cwd: '/repo' }, 'src/a.ts'],
    ['/repo/src/a.ts', { cwd: '/repo/' }, 'src/a.ts'],
    ['/a.ts', { cwd: '/' }, 'a.ts'],
    // The root of the work tree is said to be one; a session may start below it.
    ['/repo/src/a.ts', { cwd: '/repo/src', ...hook('/repo') }, 'src/a.ts'],
    ['/repo/src/a.ts', { cwd: '/repo', ...hook('relative') }, 'src/a.ts'],
    ['C:\\repo\\src\\a.ts', { cwd: 'C:\\repo' }, 'src/a.ts'],
    ['src/a.ts', { cwd: '/repo' }, 'src/a.ts'],
    ['src/a.ts', {}, 'src/a.ts']
  ])('%s in %j is %s', (path, metadata, expected) => {
    expect(out(path, metadata)).toMatchObject({ path: expected, outside: 0 })
  })

  test.each([
    ['/repo/src/a.ts', {}],
    ['/repo/src/a.ts', { cwd: 7 }],
    ['/repo/src/a.ts', { cwd: 'repo' }],
    ['/repository/a.ts', { cwd: '/repo' }],
    ['/repo/../etc/passwd', { cwd: '/repo' }],
    ['/repo//a.ts', { cwd: '/repo' }],
    ['/repo', { cwd: '/repo' }],
    ['/home/u/.claude/plans/p.md', { cwd: '/repo' }],
    ['C:\\other\\a.ts', { cwd: 'C:\\repo' }]
  ])('%s in %j stays as it is, and is counted', (path, metadata) => {
    expect(out(path, metadata)).toMatchObject({ path, outside: 1 })
  })

  test('the root that was taken off is said', () => {
    expect(out('/repo/a.ts', hook('/repo')).root).toBe('/repo')
  })
})
