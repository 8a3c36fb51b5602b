/** The command export: what is written, what is said of it, and that a batch with something wrong writes nothing. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { Workspace } from '../support/action.js'
import { rawTrace } from '../support/records.js'

const ID = '3f2c9a52-0d6b-4c1e-9b39-7f7d2c9a1e55'

describe('export', () => {
  let workspace: Workspace
  beforeEach(async () => {
    workspace = await Workspace.create()
  })
  afterEach(async () => {
    await workspace.dispose()
  })

  const run = (inputs: Record<string, string> = {}) =>
    workspace.run({ command: 'export', repo: '', trufflehog: '', traces: '*.jsonl', 'output-dir': 'out', ...inputs })
  const lines = (format: string) =>
    readFileSync(workspace.path('out', `traces.${format}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  const left = () => (existsSync(workspace.path('out')) ? readdirSync(workspace.path('out')) : [])

  test('writes one object a line in the order of the sources, and says where', async () => {
    await workspace.stage('a.jsonl', [rawTrace('one'), rawTrace('two')])
    await workspace.stage('b.jsonl', [rawTrace('three', { schema_version: '0.3.0' })])
    const { exitCode, report, summary, log } = await run({ format: 'atif' })
    expect([exitCode, report.outcome]).toEqual([0, 'checked'])
    expect(report.notices[0]).toContain(workspace.path('out', 'traces.atif.jsonl'))
    expect(lines('atif').map(({ trajectory_id }) => trajectory_id)).toEqual(['one', 'two', 'three'])
    expect(left()).toEqual(['traces.atif.jsonl'])
    expect(report.counts).toMatchObject({ staged: 3, valid: 3, invalid: 0, migrated: 1, uploaded: 0 })
    expect(report.command).toBe('export')
    expect(report.notices.join('\n')).toContain('No gate has looked at them')
    expect(summary).toContain('3 traces exported')
    expect(summary).toContain('| Staged | Exported | Invalid | Staged twice | Migrated |')
    expect(summary).toContain('| 3 | **3** | 0 | 0 | 1 |')
    expect(summary).toContain('| `one` | `a.jsonl:1` | exported |')
    expect(summary).not.toMatch(/\bclean\b|[Uu]pload/)
    expect(log).toContain('No gate has looked at them')
  })

  test('the format is Agent Trace unless the input says otherwise', async () => {
    await workspace.stage('a.jsonl', [rawTrace(ID)])
    expect((await run()).exitCode).toBe(0)
    expect(left()).toEqual(['traces.agent-trace.jsonl'])
    expect(lines('agent-trace')).toMatchObject([{ version: '0.1.0', id: ID }])
  })

  test('an export of an earlier run is replaced, a link in its place not followed', async () => {
    await workspace.stage('a.jsonl', [rawTrace('one')])
    await mkdir(workspace.path('out'))
    writeFileSync(workspace.path('precious'), 'x')
    symlinkSync(workspace.path('precious'), workspace.path('out', 'traces.atif.jsonl'))
    expect((await run({ format: 'atif' })).exitCode).toBe(0)
    expect(lines('atif')).toHaveLength(1)
    expect(readFileSync(workspace.path('precious'), 'utf8')).toBe('x')
    expect(statSync(workspace.path('out', 'traces.atif.jsonl')).mode & 0o077).toBe(0)
  })

  test('an invalid line stops it: listed, exit code 4, nothing written', async () => {
    await workspace.stage('a.jsonl', [rawTrace('one'), '{"m4rk3r', { ...rawTrace('two'), agent: 7 }])
    const { exitCode, report, log, summary } = await run()
    expect([exitCode, report.error?.code, report.outcome]).toEqual([4, 'TRACES_INVALID', 'failed'])
    expect(summary).toContain('nothing was exported')
    expect(summary).toContain('| **0** |')
    expect(report.invalid.map(({ file, line, pointer }) => [file, line, pointer])).toEqual([
      ['a.jsonl', 2, undefined],
      ['a.jsonl', 3, '/agent']
    ])
    expect(report.error?.hint).toContain('Nothing was exported')
    expect(report.error?.hint).not.toContain('on-blocked')
    expect(left()).toEqual([])
    expect(log + summary).not.toContain('m4rk3r')
  })

  test('a newer schema asks for a newer version', async () => {
    await workspace.stage('a.jsonl', [rawTrace('one', { schema_version: '0.10.0' })])
    const { exitCode, report } = await run()
    expect([exitCode, report.error?.code]).toEqual([4, 'TRACES_INVALID'])
    expect(report.error?.hint).toContain('newer version of this action')
  })

  test('one id for two contents stops it, and the same trace twice is written once', async () => {
    await workspace.stage('a.jsonl', [rawTrace('one'), rawTrace('one')])
    const { exitCode, report } = await run({ format: 'atif' })
    expect([exitCode, report.counts.duplicates, lines('atif').length]).toEqual([0, 1, 1])
    await workspace.stage('a.jsonl', [rawTrace('one'), rawTrace('one', { session_id: 'other' })])
    const conflict = await run({ format: 'atif' })
    expect([conflict.exitCode, conflict.report.error?.code]).toEqual([4, 'TRACE_ID_CONFLICT'])
  })

  test('what the format has no form for is left out, counted and named', async () => {
    const timeless = { timestamp_start: null, timestamp_end: null }
    await workspace.stage('a.jsonl', [rawTrace('stepless', { steps: [] }), rawTrace('timeless', timeless)])
    const atif = await run({ format: 'atif' })
    expect([atif.exitCode, lines('atif').map(({ trajectory_id }) => trajectory_id)]).toEqual([0, ['timeless']])
    expect(atif.summary).toContain('| 2 | **1** | 0 | 0 |')
    expect(atif.summary).toContain('| `stepless` | `a.jsonl:1` | left out |')
    expect(atif.report.warnings).toEqual([
      '1 trace(s) are not in the export, because atif has no form for them: stepless (no steps).'
    ])
    expect(atif.summary).toContain('1 trace exported')
    const agentTrace = await run()
    expect(lines('agent-trace')).toHaveLength(1)
    expect(agentTrace.report.warnings.join()).toContain('timeless (no time)')
  })

  test('where nothing is left there is no file', async () => {
    await workspace.stage('a.jsonl', [rawTrace('stepless', { steps: [] })])
    const { exitCode, report } = await run({ format: 'atif' })
    expect([exitCode, report.outcome, left()]).toEqual([0, 'nothing-to-publish', []])
    expect(report.warnings).toHaveLength(1)
  })

  test('nothing staged is an error where traces were named, else as "if-no-traces" says', async () => {
    const named = await run()
    expect([named.exitCode, named.report.error?.code]).toEqual([4, 'TRACES_NOT_FOUND'])
    const quiet = await run({ traces: '' })
    expect([quiet.exitCode, quiet.report.outcome]).toEqual([0, 'nothing-to-publish'])
    expect((await run({ traces: '', 'if-no-traces': 'error' })).report.error?.code).toBe('NO_TRACES')
    expect(left()).toEqual([])
  })

  test('paths that stay absolute are counted in a notice', async () => {
    const files = ['/repo/a.ts', '/elsewhere/b.ts'].map((path) => ({ path, conversations: [] }))
    await workspace.stage('a.jsonl', [rawTrace(ID, { metadata: { cwd: '/repo' }, attribution: { files } })])
    const { report } = await run()
    expect(lines('agent-trace')[0]!.files).toMatchObject([{ path: 'a.ts' }, { path: '/elsewhere/b.ts' }])
    expect(report.notices.join('\n')).toContain('1 path(s) of files stay absolute')
  })

  test('a folder that is none is an error of the inputs', async () => {
    await workspace.stage('a.jsonl', [rawTrace('one')])
    writeFileSync(workspace.path('taken'), '')
    const { exitCode, report } = await run({ 'output-dir': 'taken' })
    expect([exitCode, report.error?.code]).toEqual([2, 'INPUT_INVALID'])
    expect(report.error?.hint).toContain('"output-dir"')
  })
})
