/** The reference itself, Python `opentraces` 0.4.13, reads our scorecard and gives the same numbers for our shards. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Report } from '../../src/report/model.js'
import { HOSTILE_NAMES } from '../dataset/hostile-names.js'
import { runBundle } from '../support/bundle.js'
import { corpusFiles, goldenSets, goldenText, jsonLines } from '../support/golden.js'
import { rawTrace } from '../support/records.js'

interface Read {
  loaded: Record<string, unknown>
  scored: Record<string, unknown>
  hashes: [string, string][]
  totals: Record<string, string | number>[]
  tables: string[][][]
  html: string[]
  links: string[]
  headings: string[]
}

const run = promisify(execFile)
const python = process.env.PYTHON_DATASETS_5
const hasReference =
  python !== undefined &&
  spawnSync(python, ['-c', 'import opentraces.quality.engine, markdown_it'], { stdio: 'ignore' }).status === 0
const title = hasReference ? '' : ' (skipped: PYTHON_DATASETS_5 names no Python with opentraces; .ci/tools installs it)'
const suite = hasReference ? describe : describe.skip

/** Which golden records are taken; a failure names it, so that it can be had again. */
const SEED = Number(process.env.QUALITY_SEED ?? Math.floor(Math.random() * 1e6))

suite(`the reference reads what we publish${title}`, () => {
  let folder: string
  let read: Read
  const reports: Report[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'opentraces-quality-'))
    const golden = withOwnIds(pick(goldenSets().flatMap(({ lines }) => lines)))
    const hostile = HOSTILE_NAMES.map((name, i) =>
      JSON.stringify(rawTrace(`hostile-${String(i)}`, { agent: { name, model: name }, dependencies: [name] }))
    )
    const pushes = [corpusFiles().flatMap((name) => jsonLines(goldenText('corpus', name))), golden, hostile]
    for (const [i, lines] of pushes.entries()) {
      await writeFile(join(folder, 'staged.jsonl'), lines.map((line) => `${line}\n`).join(''))
      // Some golden records are there to be refused.
      const inputs = { traces: 'staged.jsonl', repo: 'file:dataset', 'on-blocked': 'hold' }
      const { exitCode, report, log } = await runBundle(folder, inputs)
      if (exitCode !== 0) throw new Error(`push ${String(i)} of seed ${String(SEED)}: ${log}`)
      reports.push(report)
    }
    const { stdout } = await run(
      python as string,
      [join(import.meta.dirname, 'read_quality.py'), join(folder, 'dataset')],
      {
        // No USER: the reference would look for that user's home folder.
        env: { PATH: process.env.PATH, HOME: folder },
        maxBuffer: 2 ** 28
      }
    )
    read = JSON.parse(stdout.trim().split('\n').at(-1)!) as Read
  }, 300_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** The traces of the shards, in their order: pushes one after the other, candidates as they were staged. */
  function uploaded(): Report['traces'] {
    return reports.flatMap(({ traces }) => traces.filter(({ status }) => status === 'uploaded'))
  }

  test('there is enough to compare', () => {
    expect(uploaded().length).toBeGreaterThan(150)
    expect(read.totals).toHaveLength(uploaded().length)
    for (const [stated, computed] of read.hashes) expect(stated).toBe(computed)
  })

  test('its summary class loads our quality.json and writes the same', async () => {
    const text = await readFile(join(folder, 'dataset', 'quality.json'), 'utf8')
    expect(read.loaded).toEqual(JSON.parse(text))
  })

  test('its scorer gives our totals for every trace', () => {
    const ours = uploaded().map(({ trace_id, scores }) => ({ trace_id, ...scores }))
    expect({ seed: SEED, totals: read.totals }).toEqual({ seed: SEED, totals: ours })
  })

  test('its batch, gate and summary give our quality.json', () => {
    const { assessed_at: now, ...theirs } = read.scored
    expect(now).not.toBe(read.loaded.assessed_at)
    expect(theirs).toMatchObject({ scoring_mode: 'deterministic', trace_count: uploaded().length })
    expect(read.loaded).toMatchObject(theirs)
  })

  test('a Markdown parser finds our tables, whole, and nothing else that acts', () => {
    const [metrics, personas, models, agents] = read.tables as [string[][], string[][], string[][], string[][]]
    expect(read.tables).toHaveLength(4)
    expect(metrics.map((row) => row.length)).toEqual(Array(7).fill(2))
    expect(personas.map((row) => row.length)).toEqual(Array(6).fill(6))
    for (const [table, column] of [
      [models, 'Model'],
      [agents, 'Agent']
    ] as const) {
      expect(table[0]).toEqual([column, 'Count'])
      expect(table.every((row) => row.length === 2)).toBe(true)
      // The names that do not fit are one more row.
      expect(table.length).toBeLessThanOrEqual(52)
      const counts = table.slice(1).map(([, count]) => Number(count))
      // Every trace names its agent, but not always a model.
      const total = counts.reduce((sum, count) => sum + count, 0)
      if (column === 'Agent') expect(total).toBe(uploaded().length)
      else expect(total).toBeGreaterThan(HOSTILE_NAMES.length - 2)
    }
    for (const link of read.links) expect(link).toMatch(/^https:\/\/(?:img\.shields\.io\/badge\/|opentraces\.ai$)/)
    for (const block of read.html) expect(block).toMatch(/^<!--[\s\S]*-->\n?$/)
    expect(read.headings).toEqual([
      'dataset',
      'Loading',
      'Dataset Statistics',
      'opentraces Scorecard',
      'Model Distribution',
      'Agent Distribution'
    ])
  })
})

/** A third of the lines or so, by the seed. */
function pick(lines: readonly string[]): string[] {
  let state = SEED
  return lines.filter(() => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 16) % 6 === 0
  })
}

/** The sets use ids again. */
function withOwnIds(lines: readonly string[]): string[] {
  return lines.map((line, i) => line.replace(/("(?:trace|session)_id": ?"[^"]*)"/g, `$1-${String(i)}"`))
}
