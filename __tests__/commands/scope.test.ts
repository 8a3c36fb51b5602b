/** Which traces the gates judge: nothing that a pull request brings goes past them, whatever it looks like. */
import { randomInt } from 'node:crypto'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compareWithBase, tellComparison } from '../../src/commands/compare-base.js'
import { runGates } from '../../src/commands/gating.js'
import { changedPositions, narrow, scopeOf, tellUnjudged, widen } from '../../src/commands/scope.js'
import { stage, type Candidate, type Staging } from '../../src/commands/staging.js'
import { NO_POLICY } from '../../src/gates/policy.js'
import { rulesGate } from '../../src/gates/rules/gate.js'
import { emptyReport, reportSchema, type ReportTrace } from '../../src/report/model.js'
import { collect } from '../../src/traces/collect.js'
import { MERGE_REF } from '../action/base-file/bench.js'
import type { Changes } from '../action/base-file/repository.js'
import { rawTrace } from '../support/records.js'
import { CommitBench, line } from './commit-bench.js'

describe('changed or all', () => {
  const base = { commit: '9'.repeat(40), traces: [], notices: [] }
  const missing = { missing: 'Not compared with the base.' }
  test.each([
    ['auto', false, base, 'changed', undefined],
    ['changed', false, base, 'changed', undefined],
    ['all', false, base, 'all', undefined],
    ['auto', false, missing, 'all', 'those of the base could not be read'],
    ['changed', false, missing, 'all', 'those of the base could not be read'],
    ['all', false, missing, 'all', undefined],
    ['auto', false, undefined, 'all', undefined],
    ['changed', false, undefined, 'all', 'no base to compare with'],
    ['auto', true, base, 'all', undefined],
    ['changed', true, base, 'all', 'may publish'],
    ['changed', true, undefined, 'all', 'may publish']
  ] as const)('%s, publishing: %s, base: %j', (asked, publishes, read, scope, notice) => {
    const answer = scopeOf({ asked, publishes, base: read })
    expect(answer.scope).toBe(scope)
    if (notice === undefined) expect(answer.notice).toBeUndefined()
    else expect(answer.notice).toContain(notice)
  })
})

let bench: CommitBench

beforeEach(async () => {
  bench = await CommitBench.create()
})

afterEach(async () => {
  await bench.dispose()
})

interface Judged {
  staging: Staging
  positions: number[]
  /** Ids of the candidates that gates would look at. */
  ids: string[]
  comparison: ReturnType<typeof compareWithBase>
}

/** Stages what the workspace has after a pull request, and compares. */
async function judged(before: Changes, after: Changes, entries = ['t'], folder = ''): Promise<Judged> {
  const { source } = bench.base.pullRequest(before, after)
  const { workspace } = bench.base
  bench.base.origin.checkOut(workspace, MERGE_REF)
  return inScope(source, entries, folder)
}

async function inScope(
  source: Parameters<CommitBench['readBase']>[0],
  entries: string[],
  folder = ''
): Promise<Judged> {
  const { workspace } = bench.base
  const home = bench.base.folder
  const places = { workspace, workingDirectory: join(workspace, folder) }
  const base = await bench.readBase(source, { entries, places })
  const collected = await collect({ entries, ...places, cliHome: join(home, '.opentraces') })
  const staging = await stage(collected, join(mkdtempSync(join(bench.temp, 'spool-')), 'spool'))
  const comparison = compareWithBase(staging, base)
  const positions = await changedPositions(staging, comparison, base.traces, places, home)
  const ids = positions.map((i) => (staging.candidates[i] as Candidate).entry.traceId)
  return { staging, positions, ids, comparison }
}

test('what is new or changed is judged, the rest is not', async () => {
  const before = { 't/a.jsonl': line('one') + line('two'), 't/b.jsonl': line('three') + line('four') }
  const after = { 't/a.jsonl': line('two', { steps: [] }) + line('one') + line('five') }
  expect((await judged(before, after)).ids).toEqual(['two', 'five'])
})

test('a base with nothing in it: all are judged', async () => {
  expect((await judged({}, { 't/a.jsonl': line('one') + line('two') })).ids).toEqual(['one', 'two'])
})

test('in a folder of the checkout, with traces beside it, which reports name in another way', async () => {
  const before = { 'app/t/a.jsonl': line('one'), 'beside/b.jsonl': line('two'), 'beside/c.jsonl': line('three') }
  const after = { 'beside/c.jsonl': line('three', { steps: [] }) }
  const { ids, staging } = await judged(before, after, ['t', '../beside'], 'app')
  expect(staging.candidates.map(({ file }) => file)).toEqual([
    't/a.jsonl',
    '~/workspace/beside/b.jsonl',
    '~/workspace/beside/c.jsonl'
  ])
  expect(ids).toEqual(['three'])
})

describe('a pull request cannot make what it brings pass for unchanged', () => {
  const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  const fake = (): string => `npm_${Array.from({ length: 36 }, () => LETTERS[randomInt(LETTERS.length)]).join('')}`

  test('by a secret in the id, which no content hash covers', async () => {
    const secret = fake()
    const task = { description: 'the same' }
    const session = { session_id: 's', task }
    const { ids, comparison } = await judged(
      { 't/a.jsonl': line('one', session) },
      { 't/a.jsonl': line(secret, session) }
    )
    expect(comparison.changes[0]?.kind).toBe('unchanged')
    expect(ids).toEqual([secret])
  })

  test('by a secret in the name of its file', async () => {
    const { ids } = await judged(
      { 't/a.jsonl': line('one') },
      { 't/a.jsonl': null, [`t/${fake()}.jsonl`]: line('one') }
    )
    expect(ids).toEqual(['one'])
  })

  test('by the hash that it claims to have', async () => {
    const before = rawTrace('one')
    const hashes = { content_hash: 'a'.repeat(64) }
    const { ids } = await judged(
      { 't/a.jsonl': `${JSON.stringify({ ...before, ...hashes })}\n` },
      { 't/a.jsonl': line('one', { ...hashes, task: { description: fake() } }) }
    )
    expect(ids).toEqual(['one'])
  })

  test.each([
    ['a field that no schema knows', (secret: string) => ({ unheard_of: secret })],
    ['marks of a scan', (secret: string) => ({ metadata: { security: { note: secret } } })],
    ['fields that an earlier run kept', (secret: string) => ({ metadata: { unknown_fields: { '/x': secret } } })]
  ])('by a secret where the identity does not look: %s', async (_, changes) => {
    const after = { 't/a.jsonl': line('one', changes(fake())) }
    const { ids, comparison } = await judged({ 't/a.jsonl': line('one') }, after)
    expect(comparison.changes[0]?.kind).toBe('changed')
    expect(ids).toEqual(['one'])
  })

  test('by staging what the base has, but does not stage', async () => {
    const state = (status: string) => JSON.stringify({ traces: { one: { status: 'committed' }, two: { status } } })
    const before = {
      't/state.json': state('rejected'),
      't/traces/one.jsonl': line('one'),
      't/traces/two.jsonl': line('two'),
      'private/x.jsonl': line('x')
    }
    const moved = { 't/state.json': state('committed') }
    expect((await judged(before, moved, ['t/traces'])).ids).toEqual(['two'])
  })

  test('by moving in what an exclusion kept out', async () => {
    const before = { 't/a.jsonl': line('one'), 't/private/x.jsonl': line('x') }
    const after = { 't/a.jsonl': line('one') + line('x') }
    expect((await judged(before, after, ['t', '!t/private'])).ids).toEqual(['x'])
  })

  test('by a copy that stands before the trace of the base', async () => {
    const before = { 't/b.jsonl': line('one') }
    const after = { 't/a.jsonl': line('one', { metadata: { security: { note: fake() } } }) }
    const { ids, staging } = await judged(before, after)
    expect(staging.duplicateOf.size).toBe(1)
    expect(ids).toEqual(['one'])
    expect(staging.candidates[0]?.file).toBe('t/a.jsonl')
  })

  test('by any change of a value at all', async () => {
    const original = rawTrace('one')
    const { source } = bench.base.pullRequest({ 't/a.jsonl': line('one') }, {})
    bench.base.origin.checkOut(bench.base.workspace, MERGE_REF)
    const change = fc.record({
      key: fc.constantFrom('session_id', 'execution_context', 'extra', 'task', 'metadata', 'trace_id', 'tags'),
      text: fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
    })
    let valid = 0
    await fc.assert(
      fc.asyncProperty(change, async ({ key, text }) => {
        const value = key === 'task' ? { description: text } : key === 'metadata' ? { [text]: text } : text
        writeTo(bench.base.workspace, 't/a.jsonl', `${JSON.stringify({ ...original, [key]: value })}\n`)
        const { ids, staging } = await inScope(source, ['t'])
        expect(ids).toHaveLength(staging.candidates.length)
        valid += staging.candidates.length
      }),
      { numRuns: 25 }
    )
    expect(valid).toBeGreaterThan(0)
  })
})

function writeTo(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

describe('the gates in scope', () => {
  const leaky = (id: string): string => {
    const secret = `npm_${Array.from({ length: 36 }, () => 'abcdefghijklmnop0123456789XYZ'[randomInt(29)]).join('')}`
    return line(id, { steps: [{ step_index: 0, role: 'user', content: secret }] })
  }
  const gates = [rulesGate({ mask: () => undefined, randomInt: (n) => randomInt(n) })]

  test('find what the pull request brings, told by its position among all', async () => {
    const old = leaky('old')
    const before = { 't/a.jsonl': line('one') + old, 't/c.jsonl': line('four') }
    const after = { 't/b.jsonl': line('two') + leaky('new') }
    const { staging, positions } = await judged(before, after)
    const gating = widen(
      await runGates(gates, { ...staging, ...narrow(staging, positions) }, NO_POLICY, new Date()),
      positions
    )
    const found = [...gating.findings]
    expect(found.map(([i]) => staging.candidates[i]?.entry.traceId)).toEqual(['new'])
    for (const [i, findings] of found) {
      for (const { traceIndex, traceId, file, line: at } of findings) {
        expect([traceIndex, traceId, file, at]).toEqual([i, 'new', 't/b.jsonl', 2])
      }
    }
    const everything = await runGates(gates, staging, NO_POLICY, new Date())
    expect([...everything.findings.keys()].map((i) => staging.candidates[i]?.entry.traceId)).toEqual(['old', 'new'])
  })

  test('have nothing to do where nothing has changed', async () => {
    const { staging, positions } = await judged({ 't/a.jsonl': leaky('old') }, { 'other.md': 'text' })
    expect(positions).toEqual([])
    const gating = widen(
      await runGates(gates, { ...staging, ...narrow(staging, positions) }, NO_POLICY, new Date()),
      positions
    )
    expect(gating.findings.size).toBe(0)
  })

  test('and the report says what they have not judged', async () => {
    const { staging, positions, comparison } = await judged(
      { 't/a.jsonl': line('one') + line('two') },
      { 't/b.jsonl': line('three') }
    )
    const report = emptyReport('check')
    report.traces = staging.candidates.map(({ entry, file, line: at, portrait }): ReportTrace => {
      return { trace_id: entry.traceId, file, line: at, status: 'clean', task: portrait.task, findings: [] }
    })
    const published = report.traces[1] as ReportTrace
    published.message = 'already published in x'
    tellComparison(comparison, report)
    tellUnjudged(positions, comparison.baseline.commit, report)
    expect(report.traces.map(({ message }) => message)).toEqual([
      'unchanged since the base, not judged in this run',
      'already published in x; unchanged since the base, not judged in this run',
      undefined
    ])
    expect(report.traces.map(({ task }) => task)).toEqual([undefined, undefined, 'Fix the build of three'])
    expect(report.notices).toEqual([expect.stringContaining('judged 1 of 3 staged traces')])
    expect(report.notices[0]).toContain(comparison.baseline.commit)
    expect(reportSchema.parse(report)).toEqual(report)
    const all = emptyReport('check')
    tellUnjudged([], 'x', all)
    expect(all.notices).toEqual([])
  })
})
