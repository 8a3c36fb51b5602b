/** What a push does about secrets: found wherever they stand, told by their place, never shown; and the policy's life. */
import { randomInt } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { Workspace, type ActionRun } from '../support/action.js'
import { jsonLines } from '../support/golden.js'
import { rawTrace } from '../support/records.js'

let workspace: Workspace

beforeEach(async () => {
  workspace = await Workspace.create()
})
afterEach(() => workspace.dispose())

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const letters = (n: number): string => Array.from({ length: n }, () => ALPHABET[randomInt(ALPHABET.length)]!).join('')
const fake = (): string => `npm_${letters(36)}`

const says = (id: string, content: string): Record<string, unknown> =>
  rawTrace(id, { steps: [{ step_index: 0, role: 'user', content }] })

const PUSH = { traces: 'staged/*.jsonl' }

async function stage(name: string, records: readonly (Record<string, unknown> | string)[]): Promise<void> {
  await mkdir(workspace.path('staged'), { recursive: true })
  await workspace.stage(`staged/${name}`, records)
}

async function policy(text: string): Promise<void> {
  const file = workspace.path('.opentraces', 'policy.yml')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

/** No six characters in a row of any secret are in anything that people see. */
function expectHidden({ log, summary, report }: ActionRun, ...secrets: string[]): void {
  const shown = `${log}\n${summary}\n${JSON.stringify(report)}`
  for (const secret of secrets) {
    for (let i = 4; i + 6 <= secret.length; i++) expect(shown).not.toContain(secret.slice(i, i + 6))
  }
}

async function publishedIds(): Promise<string[]> {
  const folder = workspace.path('dataset', 'data')
  const ids: string[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    const text = await readFile(`${folder}/${name}`, 'utf8')
    ids.push(...jsonLines(text).map((line) => (JSON.parse(line) as { trace_id: string }).trace_id))
  }
  return ids.sort()
}

describe('without TruffleHog', () => {
  test('a secret in a value stops the push, and only its place is told', async () => {
    const secret = fake()
    await stage('a.jsonl', [rawTrace('clean'), says('leaky', `x\n${secret}\ny`)])
    const run = await workspace.run(PUSH)
    expect([run.exitCode, run.report.error?.code, run.report.outcome]).toEqual([3, 'SECRETS_FOUND', 'blocked'])
    expect(run.report.traces.map(({ trace_id, status }) => [trace_id, status])).toEqual([
      ['clean', 'clean'],
      ['leaky', 'blocked']
    ])
    expect(run.report.traces[1]!.findings).toMatchObject([{ gate: 'rules', pointer: '/steps/0/content', length: 40 }])
    expectHidden(run, secret)
    expect(await publishedIds()).toEqual([])
  })

  test('in keys, ids, file names, session ids, broken and invalid lines it is never shown', async () => {
    const [key, id, file, session, broken, typed, unknown, repeated] = Array.from({ length: 8 }, fake)
    await stage('a.jsonl', [
      rawTrace('in-key', { metadata: { [key!]: { [`x${key!}`]: 1 } } }),
      rawTrace(id!),
      rawTrace('in-session', { session_id: session }),
      `{"trace_id": "${broken!}", "steps": [`,
      JSON.stringify({ ...rawTrace(typed!), steps: typed }),
      rawTrace('unknown', { [unknown!]: { [unknown!]: unknown } }),
      rawTrace(repeated!),
      rawTrace(repeated!)
    ])
    await stage(`${file!}.jsonl`, [rawTrace('in-file'), `{"${broken!}`])
    const run = await workspace.run({ ...PUSH, 'on-blocked': 'hold' })
    expectHidden(run, key!, id!, file!, session!, broken!, typed!, unknown!, repeated!)
    expect(run.report.counts).toMatchObject({ invalid: 3, uploaded: 0 })
    expect([run.exitCode, run.report.error?.code]).toEqual([3, 'NOTHING_LEFT'])
  })

  test('two contents of one id that is a secret', async () => {
    const id = fake()
    await stage('a.jsonl', [rawTrace(id), says(id, 'another content')])
    const run = await workspace.run(PUSH)
    expect([run.exitCode, run.report.error?.code]).toEqual([4, 'TRACE_ID_CONFLICT'])
    expectHidden(run, id)
  })

  test('a known secret is found in every encoding, and a variable of the environment as well', async () => {
    const [given, held] = [`correct ${letters(6)}/horse`, letters(24)]
    const forms = [
      given,
      JSON.stringify({ a: given }),
      encodeURIComponent(given),
      Buffer.from(`x${given}`).toString('base64'),
      Buffer.from(`xy${given}`).toString('base64'),
      Buffer.from(given).toString('hex')
    ]
    await stage('a.jsonl', [
      rawTrace('clean'),
      ...forms.map((form, i) => says(`t${String(i)}`, `so: ${form}.`)),
      says('env', `is ${held}`)
    ])
    const run = await workspace.run(
      { ...PUSH, 'on-blocked': 'hold', 'known-secrets': given },
      {},
      { DEPLOY_PASSWORD: held }
    )
    expect(run.report.traces.filter(({ status }) => status === 'held').map(({ trace_id: id }) => id)).toEqual([
      't0',
      't1',
      't2',
      't3',
      't4',
      't5',
      'env'
    ])
    expect(await publishedIds()).toEqual(['clean'])
    expectHidden(run, given, held)
    for (const form of forms) expect(JSON.stringify(run.report)).not.toContain(form)
  })

  test('a deny pattern of the policy holds a trace, and neither pattern nor value is shown', async () => {
    await policy('version: 1\ndeny:\n  - { pattern: Globex, ignore-case: true, reason: a client }\n')
    await stage('a.jsonl', [rawTrace('clean'), says('client', 'as GLOBEX asked')])
    const run = await workspace.run({ ...PUSH, 'on-blocked': 'hold' })
    expect(await publishedIds()).toEqual(['clean'])
    expect(run.report.traces[1]!.findings).toMatchObject([
      { gate: 'deny', detector: 'deny[0]', pointer: '/steps/0/content' }
    ])
    expect(run.report.traces[1]!.findings[0]!.message).toContain('a client')
    expect(`${run.log}${run.summary}${JSON.stringify(run.report)}`).not.toMatch(/globex/i)
  })

  test('privacy is told in sum, or holds a trace where the policy says so', async () => {
    const records = [
      says('path', 'cd /home/jdoe/app'),
      says('mail', 'write to jane.roe@acme-corp.com'),
      rawTrace('clean')
    ]
    await stage('a.jsonl', records)
    const warned = await workspace.run(PUSH)
    expect([warned.exitCode, warned.report.counts.uploaded]).toEqual([0, 3])
    expect(warned.report.warnings.filter((text) => text.startsWith('1 of 3'))).toHaveLength(2)
    expect(`${warned.log}${warned.summary}${JSON.stringify(warned.report)}`).not.toMatch(/jdoe|jane/)

    await policy('version: 1\nprivacy: { home-paths: block, emails: off }\n')
    const blocked = await workspace.run(PUSH)
    expect(blocked.report.traces.filter(({ status }) => status === 'blocked').map(({ trace_id: id }) => id)).toEqual([
      'path'
    ])
    expect(`${blocked.log}${blocked.summary}${JSON.stringify(blocked.report)}`).not.toMatch(/jdoe|jane/)
  })
})

describe('the life of a policy', () => {
  /** The entries that the summary prints, ready to be copied. */
  const printedEntries = (summary: string): string => /```yaml\n(allow:\n[\s\S]*?)\n```/.exec(summary)![1]!

  test('a finding, its printed entry in the policy, a pass; expiry; an entry that nothing needs', async () => {
    const secret = fake()
    await stage('a.jsonl', [says('example', `the documentation says ${secret}`)])
    const first = await workspace.run(PUSH)
    expect(first.exitCode).toBe(3)
    const printed = printedEntries(first.summary)
    const { allow } = parse(printed) as { allow: { fingerprint: string; reason: string }[] }
    expect(allow.map(({ fingerprint }) => fingerprint)).toEqual([first.report.traces[0]!.findings[0]!.fingerprint])

    await policy(`version: 1\n${printed}\n    expires: 2027-01-31\n`)
    const allowed = await workspace.run(PUSH, { now: () => new Date('2027-01-31T23:59:59Z') })
    expect([allowed.exitCode, allowed.report.counts.uploaded]).toEqual([0, 1])
    expect(allowed.report.policy).toMatchObject({
      used: [{ expires: '2027-01-31' }],
      unused: [],
      expired: [],
      allowed_findings: 1
    })
    expectHidden(allowed, secret)

    await stage('b.jsonl', [says('again', secret)])
    const late = await workspace.run(PUSH, { now: () => new Date('2027-02-01T00:00:00Z') })
    expect([late.exitCode, late.report.policy?.expired.length]).toEqual([3, 1])
    expect(late.report.warnings.join()).toContain('expired')

    await stage('a.jsonl', [rawTrace('clean')])
    await stage('b.jsonl', [rawTrace('clean too')])
    const unused = await workspace.run(PUSH, { now: () => new Date('2027-01-01T00:00:00Z') })
    expect([unused.exitCode, unused.report.policy?.unused.length]).toEqual([0, 1])
    expect(unused.summary).toContain('unused')
  })

  test('the printed line drops the trace from its file, and nothing else', async () => {
    const secret = fake()
    await stage("it's a.jsonl", [rawTrace('one'), says('leaky', secret), rawTrace('two'), says('leaky too', secret)])
    const run = await workspace.run(PUSH)
    const [, commands] = /```sh\n([\s\S]*?)\n```/.exec(run.summary)!
    execFileSync('sh', ['-e', '-c', commands!], { cwd: workspace.root })
    const after = await workspace.run(PUSH)
    expect(after.exitCode).toBe(0)
    expect(await publishedIds()).toEqual(['one', 'two'])
  })
})
