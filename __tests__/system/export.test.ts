/** What the bundle exports is read by the validators of others, and what they read out is what was staged. */
import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { parseTrace } from '../../src/traces/parse.js'
import { makeRepository, runAct } from '../support/act.js'
import { runBundle, type BundleRun } from '../support/bundle.js'
import { corpusFiles, goldenSets, goldenText, jsonLines } from '../support/golden.js'
import { rawTrace } from '../support/records.js'

const { PYTHON_HARBOR, ACT_PATH } = process.env
const hasHarbor =
  PYTHON_HARBOR !== undefined &&
  spawnSync(PYTHON_HARBOR, ['-c', 'import harbor.models.trajectories, jsonschema'], { stdio: 'ignore' }).status === 0
const suite = hasHarbor ? describe : describe.skip
const title = hasHarbor ? '' : ' (skipped: PYTHON_HARBOR names no Python with harbor; .ci/tools installs it)'

const README = join(import.meta.dirname, '..', '..', 'README.md')
const SCHEMA = join(import.meta.dirname, '..', 'fixtures', 'agent-trace', 'trace-record.schema.json')

/** A staged line, counted by `JSON.parse` alone. The parts that are counted are the same in every schema. */
interface Raw {
  trace_id: string
  session_id: string
  timestamp_start?: string | null
  timestamp_end?: string | null
  agent: { version?: string | null }
  steps?: {
    role: string
    content?: string | null
    timestamp?: string | null
    tool_calls?: unknown[]
    observations?: unknown[]
    token_usage?: Partial<Record<'input_tokens' | 'output_tokens' | 'cache_read_tokens' | 'cache_write_tokens', number>>
  }[]
  attribution?: {
    files?: { path: string; conversations?: { ranges?: { start_line: number; end_line: number }[] }[] }[]
  } | null
}

interface Read<Line> {
  lines: Line[]
  errors: string[]
}

suite(`exports of real and golden traces${title}`, () => {
  let folder: string
  const staged: Raw[] = []
  const runs = new Map<string, BundleRun>()

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'opentraces-export-'))
    const corpus = corpusFiles().flatMap((name) => jsonLines(goldenText('corpus', name)))
    const golden = goldenSets().flatMap(({ lines }) => lines)
    const lines = [...corpus, ...golden.filter(isValid).map(withOwnSession)]
    staged.push(...lines.map((line) => JSON.parse(line) as Raw))
    await writeFile(join(folder, 'staged.jsonl'), lines.map((line) => `${line}\n`).join(''))
    for (const format of ['atif', 'agent-trace']) {
      const inputs = { command: 'export', traces: 'staged.jsonl', format, 'output-dir': 'out', trufflehog: '' }
      runs.set(format, await runBundle(folder, inputs))
    }
  }, 120_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function read<Line>(format: string): Promise<Read<Line>> {
    const { outputs } = runs.get(format)!
    const args = [join(import.meta.dirname, 'read_export.py'), format, outputs['export-path']!, SCHEMA]
    const { stdout } = await promisify(execFile)(PYTHON_HARBOR!, args, { maxBuffer: 2 ** 28 })
    return JSON.parse(stdout) as Read<Line>
  }

  test('both are in their place, and the outputs say so', () => {
    for (const [format, { exitCode, outputs, report, log }] of runs) {
      expect({ exitCode, log: exitCode === 0 ? '' : log }).toEqual({ exitCode: 0, log: '' })
      expect(outputs).toMatchObject({
        outcome: 'checked',
        staged: String(staged.length),
        invalid: '0',
        published: 'false',
        'export-path': join(folder, 'out', `traces.${format}.jsonl`)
      })
      expect(report.command).toBe('export')
    }
    expect(staged.length).toBeGreaterThan(2000)
  })

  test('harbor accepts every trajectory, and reads out of it what was staged', async () => {
    const { lines, errors } = await read<Record<string, unknown>>('atif')
    expect(errors).toEqual([])
    const expected = staged.filter(({ steps }) => (steps ?? []).length > 0)
    expect(lines).toEqual(expected.map(trajectoryOf))
    const { report } = runs.get('atif')!
    expect(report.warnings).toHaveLength(1)
    expect(report.warnings[0]).toMatch(new RegExp(`^${String(staged.length - expected.length)} trace.*\\(no steps\\)`))
  }, 60_000)

  test('the schema of Agent Trace accepts every record, and the lines in it are those of the attribution', async () => {
    interface Line {
      id: string
      uuid: string
      named: string
      timestamp: string
      paths: string[]
      lines: [number, number][]
    }
    const { lines, errors } = await read<Line>('agent-trace')
    expect(errors).toEqual([])
    const expected = staged.filter(hasTime)
    expect(lines.map(({ id }) => id)).toEqual(expected.map(({ trace_id }) => trace_id))
    for (const [i, line] of lines.entries()) {
      const { trace_id, attribution } = expected[i]!
      const files = attribution?.files ?? []
      expect([trace_id, line.named]).toContain(line.uuid)
      // None of these traces says where its repository was but for a few of `/home/u/x`, which hold no path below it.
      expect(line.paths).toEqual(files.map(({ path }) => path))
      expect(line.lines).toEqual(
        files.flatMap(({ conversations }) =>
          (conversations ?? []).flatMap(({ ranges }) => (ranges ?? []).map((one) => [one.start_line, one.end_line]))
        )
      )
    }
    const { report } = runs.get('agent-trace')!
    expect(report.warnings[0]).toMatch(new RegExp(`^${String(staged.length - expected.length)} trace.*\\(no time\\)`))
    // Of the corpus: trajectories of a benchmark, which noted no time at all.
    expect(expected.filter((one) => staged.indexOf(one) < 30)).toHaveLength(24)
  }, 60_000)
})

function isValid(line: string): boolean {
  try {
    parseTrace(line)
    return true
  } catch {
    return false
  }
}

/** The sets use ids again, and what differs in its id alone is one trace. */
function withOwnSession(line: string, i: number): string {
  return line.replace(/("(?:trace|session)_id": ?"[^"]*)"/g, `$1-${String(i)}"`)
}

function trajectoryOf({ trace_id, session_id, agent, steps = [] }: Raw): Record<string, unknown> {
  const ofAgent = steps.filter(({ role }) => role === 'agent')
  const total = (...names: (keyof NonNullable<(typeof steps)[number]['token_usage']>)[]): string =>
    String(
      ofAgent.reduce((sum, { token_usage }) => names.reduce((all, name) => all + (token_usage?.[name] ?? 0), sum), 0)
    )
  return {
    id: trace_id,
    session: session_id,
    version: 'ATIF-v1.8',
    agent: agent.version ?? 'unknown',
    sources: steps.map(({ role }) => role),
    messages: steps.map(({ content }) => content ?? ''),
    calls: ofAgent.reduce((sum, { tool_calls }) => sum + (tool_calls ?? []).length, 0),
    results: steps.reduce((sum, { observations }) => sum + (observations ?? []).length, 0),
    tokens: [
      total('input_tokens', 'cache_read_tokens', 'cache_write_tokens'),
      total('output_tokens'),
      total('cache_read_tokens')
    ]
  }
}

/** By a rule of its own: whether any time of the trace is whole, with its offset. */
function hasTime({ timestamp_start, timestamp_end, steps }: Raw): boolean {
  return [timestamp_start, timestamp_end, ...(steps ?? []).map(({ timestamp }) => timestamp)].some(
    (time) => time?.includes('T') === true && /(Z|[+-]\d\d:\d\d)$/.test(time) && !Number.isNaN(Date.parse(time))
  )
}

const withAct = ACT_PATH === undefined ? describe.skip : describe

withAct(`the sub-action in a workflow${ACT_PATH === undefined ? ' (skipped: .ci/tools installs act)' : ''}`, () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'opentraces-export-'))
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  /** The step as the README shows it, and one after it. */
  const workflow = (more: string): string => {
    const step = /^- uses: opentraces\/push-action\/export@v1\n[^`]*/m.exec(readFileSync(README, 'utf8'))?.[0] ?? ''
    return `
on: [push]
permissions: {}
jobs:
  export:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
${`${step.trimEnd()}\n${more}  id: export`.replace(/^(?=.)/gm, '      ')}
      - if: always()
        env:
          FILE: \${{ steps.export.outputs.export-path }}
          OUTCOME: \${{ steps.export.outputs.outcome }}
        run: |
          echo "outcome=$OUTCOME"
          test -z "$FILE" || cp "$FILE" ${join(root, 'exported.jsonl')}
`
  }

  const runWorkflow = () =>
    runAct({ root, event: 'push', payload: { repository: { id: 1, default_branch: 'main' } }, secrets: {} })

  test('a later step finds the file', async () => {
    await makeRepository(root, {
      '.github/workflows/export.yml': workflow(''),
      'traces/a.jsonl': [rawTrace('one'), rawTrace('two')].map((one) => `${JSON.stringify(one)}\n`).join('')
    })
    const { exitCode, jobResult, log, summary } = await runWorkflow()
    expect([exitCode, jobResult]).toEqual([0, 'success'])
    expect(log).toContain('outcome=checked')
    expect(summary).toContain('2 traces exported')
    const lines = (await readFile(join(root, 'exported.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { trajectory_id: string }).trajectory_id)).toEqual(['one', 'two'])
  }, 120_000)

  test('it cannot be made to push', async () => {
    await makeRepository(root, {
      '.github/workflows/export.yml': workflow('    command: push\n    repo: file:dataset\n'),
      'traces/a.jsonl': `${JSON.stringify(rawTrace('one'))}\n`
    })
    const { jobResult, log } = await runWorkflow()
    expect(jobResult).toBe('failure')
    expect(log).toContain('outcome=failed')
    expect(log).toContain('this sub-action is there for export alone')
  }, 120_000)
})
