/** Python `datasets` loads what the action writes: every row, in full and streaming, old and new shards side by side. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { runBundle } from '../support/bundle.js'
import { corpusFiles, goldenJson, goldenText, jsonLines } from '../support/golden.js'
import { rawTrace } from '../support/records.js'

interface Loaded {
  version: string
  error?: string
  rows?: { trace_id: string; content_hash: string; steps: number; patches: number; metadata: unknown }[]
}

const run = promisify(execFile)
const script = join(import.meta.dirname, 'read_dataset.py')
const pythons = { '5.2.0': process.env.PYTHON_DATASETS_5, '3.6.0': process.env.PYTHON_DATASETS_3 }
const hasPython = pythons['5.2.0'] !== undefined && pythons['3.6.0'] !== undefined

let folder: string

async function load(version: keyof typeof pythons, dataset: string, way: 'full' | 'streaming'): Promise<Loaded> {
  const home = await mkdtemp(join(folder, 'hf-'))
  const { stdout } = await run(pythons[version]!, [script, dataset, way], {
    env: { PATH: process.env.PATH, HOME: home, HF_HOME: home, HF_HUB_OFFLINE: '1' },
    maxBuffer: 2 ** 28
  })
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Loaded
}

const title = hasPython
  ? ''
  : ' (skipped: PYTHON_DATASETS_5 and PYTHON_DATASETS_3 are not set; .ci/tools installs them)'
const suite = hasPython ? describe : describe.skip

suite(`datasets reads the dataset folder${title}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'opentraces-readers-'))
    for (const name of corpusFiles()) await writeFile(join(folder, name), goldenText('corpus', name))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** The published hash of every corpus record that is in these files. */
  function hashesOf(files: string[]): string[] {
    const all = goldenJson('upstream', 'content-hashes.json') as { file: string; 'hash_migrated_0.9.0': string }[]
    return all.filter(({ file }) => files.includes(file)).map((entry) => entry['hash_migrated_0.9.0'])
  }

  const first = ['claude-code_0.1.1_schema0.1.1.jsonl', 'hermes_0.3.3_schema0.3.0.jsonl']
  const foreign = 'claude-code_0.2.1_schema0.2.0.jsonl'
  const foreign3 = 'claude-code_0.3.3_schema0.3.0.jsonl'

  test('after the first push', async () => {
    const { exitCode } = await runBundle(folder, { traces: first.join('\n'), repo: 'file:dataset' })
    expect(exitCode).toBe(0)
    for (const way of ['full', 'streaming'] as const) {
      const { rows, error } = await load('5.2.0', join(folder, 'dataset'), way)
      expect(error).toBeUndefined()
      expect(rows!.map((row) => row.content_hash).sort()).toEqual(hashesOf(first).sort())
    }
  }, 120_000)

  test('after a second push, with shards of schema 0.2.0 and 0.3.0 by an older client beside ours', async () => {
    const data = join(folder, 'dataset', 'data')
    await mkdir(data, { recursive: true })
    // Exactly as the older client wrote them: with outcome.patch, without patches, of its own schema.
    await writeFile(join(data, 'traces_20250101T000000Z_00000002.jsonl'), await readFile(join(folder, foreign)))
    const old = jsonLines(await readFile(join(folder, foreign3), 'utf8'))
    await writeFile(join(data, 'traces_20250101T000000Z_00000003.jsonl'), old.map((line) => `${line}\n`).join(''))
    const odd = rawTrace('odd', { metadata: { '1': [1, 1.5, 'x', null, { a: [] }], big: 2 ** 53 }, zzz: { new: true } })
    await writeFile(join(folder, 'second.jsonl'), `${JSON.stringify(odd)}\n`)
    const { exitCode, report } = await runBundle(folder, { traces: 'second.jsonl', repo: 'file:dataset' })
    expect([exitCode, report.dataset?.after.traces]).toEqual([0, 9 + 3 + old.length + 1])
    for (const way of ['full', 'streaming'] as const) {
      const { rows, error } = await load('5.2.0', join(folder, 'dataset'), way)
      expect(error).toBeUndefined()
      const written = [foreign, foreign3].map((name) => jsonLines(goldenText('corpus', name))).flat()
      const ids = written.map((line) => (JSON.parse(line) as { trace_id: string }).trace_id)
      expect(rows).toHaveLength(9 + ids.length + 1)
      for (const id of ids) expect(rows!.some((row) => row.trace_id === id && row.steps > 0)).toBe(true)
      expect(rows!.filter((row) => row.patches > 0).length).toBeGreaterThan(0)
      expect(rows!.find((row) => row.trace_id === 'odd')!.metadata).toEqual({
        '1': [1, 1.5, 'x', null, { a: [] }],
        big: 2 ** 53,
        unknown_fields: { '/zzz': { new: true } }
      })
    }
  }, 120_000)

  test('datasets 3.6 knows no Json feature: it says so, full and streaming (README, "Reading the dataset")', async () => {
    for (const way of ['full', 'streaming'] as const) {
      const { version, error } = await load('3.6.0', join(folder, 'dataset'), way)
      expect(version).toBe('3.6.0')
      expect(error).toContain("Feature type 'Json' not found")
    }
  }, 120_000)
})
