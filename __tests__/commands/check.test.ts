/** `check`: the walk of a push without its last step, red for whatever would stop or hold a trace. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Workspace, type ActionRun } from '../support/action.js'
import { rawTrace } from '../support/records.js'
import { randomText } from '../gates/trufflehog/real.js'

let workspace: Workspace

beforeEach(async () => {
  workspace = await Workspace.create()
})
afterEach(() => workspace.dispose())

const check = (inputs: Record<string, string> = {}): Promise<ActionRun> =>
  workspace.run({ command: 'check', traces: '*.jsonl', ...inputs })

const push = (inputs: Record<string, string> = {}): Promise<ActionRun> =>
  workspace.run({ traces: '*.jsonl', ...inputs })

const leaky = (id: string): Record<string, unknown> => rawTrace(id, { metadata: { note: `npm_${randomText(36)}` } })

async function policy(text: string): Promise<void> {
  await mkdir(workspace.path('.opentraces'), { recursive: true })
  await writeFile(workspace.path('.opentraces', 'policy.yml'), text)
}

test('nothing is written, and what a push would do is told', async () => {
  await workspace.stage('a.jsonl', [rawTrace('a')])
  expect((await push()).report.outcome).toBe('published')
  const before = await readdir(workspace.path('dataset', 'data'))
  await workspace.stage('b.jsonl', [rawTrace('b'), rawTrace('c')])
  const { exitCode, report } = await check()
  expect([exitCode, report.outcome, report.skip_reason]).toEqual([0, 'checked', 'command'])
  expect(report.counts).toMatchObject({ staged: 3, duplicates: 1, uploaded: 2 })
  expect([report.dataset?.before.traces, report.dataset?.after.traces]).toEqual([1, 3])
  expect(report.shard).toBeUndefined()
  expect(await readdir(workspace.path('dataset', 'data'))).toEqual(before)
})

test('a dataset that is not there yet is no failure', async () => {
  await workspace.stage('a.jsonl', [rawTrace('a')])
  const { exitCode, report } = await check()
  expect([exitCode, report.dataset?.before.traces, report.dataset?.after.traces]).toEqual([0, 0, 1])
  await expect(readdir(workspace.path('dataset', 'data'))).rejects.toThrow()
})

describe('is red', () => {
  test('for a finding, whatever on-blocked says, and compares all the same', async () => {
    await workspace.stage('a.jsonl', [rawTrace('a'), leaky('b')])
    for (const onBlocked of ['fail', 'hold']) {
      const { exitCode, report } = await check({ 'on-blocked': onBlocked })
      expect([exitCode, report.error?.code]).toEqual([3, 'SECRETS_FOUND'])
      expect(report.traces.map(({ status }) => status)).toEqual(['clean', 'blocked'])
      expect(report.dataset?.after.traces).toBe(1)
    }
  })

  test('for an invalid line, after the gates have told what they found', async () => {
    await workspace.stage('a.jsonl', [rawTrace('a'), '{"broken'])
    const { exitCode, report } = await check()
    expect([exitCode, report.error?.code, report.counts.invalid]).toEqual([4, 'TRACES_INVALID', 1])
    expect(report.checks_run.map(({ gate }) => gate)).toContain('rules')
    await workspace.stage('a.jsonl', [leaky('a'), '{"broken'])
    expect((await check()).report.error?.code).toBe('SECRETS_FOUND')
  })

  test('for a quality gate that is enforced', async () => {
    await workspace.stage('a.jsonl', [rawTrace('a')])
    const shown = await check()
    expect([shown.exitCode, shown.report.batch?.gate, shown.report.batch?.quality.gate_status]).toEqual([
      0,
      'report',
      'failing'
    ])
    const { exitCode, report } = await check({ 'quality-gate': 'enforce' })
    expect([exitCode, report.error?.code]).toEqual([3, 'QUALITY_GATE'])
    expect(report.fixes?.length).toBeGreaterThan(0)
  })
})

describe('the quality gate of a push', () => {
  test('stops it where it is enforced, with and without an assessment, before anything is written', async () => {
    await workspace.stage('a.jsonl', [rawTrace('a')])
    for (const assess of ['true', 'false']) {
      const { exitCode, report } = await push({ 'quality-gate': 'enforce', assess })
      expect([exitCode, report.error?.code]).toEqual([3, 'QUALITY_GATE'])
    }
    await expect(readdir(workspace.path('dataset', 'data'))).rejects.toThrow()
  })

  test('passes with the minimums of the policy, which the dataset is judged by as well', async () => {
    await policy(
      'version: 1\nquality:\n' +
        ['conformance', 'training', 'rl', 'analytics', 'domain']
          .map((persona) => `  ${persona}: { individual: null, average: null }\n`)
          .join('')
    )
    await workspace.stage('a.jsonl', [rawTrace('a')])
    const { exitCode, report } = await push({ 'quality-gate': 'enforce' })
    expect([exitCode, report.quality?.gate_status, report.batch?.minimums.training?.average]).toEqual([
      0,
      'passing',
      null
    ])
  })

  test('a floor of the policy cannot be gone below', async () => {
    await policy('version: 1\nrequire: { quality-gate: enforce }\n')
    await workspace.stage('a.jsonl', [rawTrace('a')])
    expect((await push()).report.error?.code).toBe('POLICY_INVALID')
    expect((await push({ 'quality-gate': 'enforce', assess: 'false' })).report.error?.code).toBe('QUALITY_GATE')
  })
})

test('a published trace that a gate blocks today has leaked', async () => {
  await workspace.stage('a.jsonl', [rawTrace('a'), rawTrace('b', { task: { description: 'for Globex' } })])
  expect((await push()).exitCode).toBe(0)
  await policy('version: 1\ndeny: [{ pattern: Globex }]\n')
  const { exitCode, report } = await check()
  expect([exitCode, report.counts.leaked]).toEqual([3, 1])
  expect(report.traces.map(({ status }) => status)).toEqual(['duplicate', 'leaked'])
  const held = await push({ 'on-blocked': 'hold' })
  expect(held.report.traces.map(({ status }) => status)).toEqual(['duplicate', 'leaked'])
})
