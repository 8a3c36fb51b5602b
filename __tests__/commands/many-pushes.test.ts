/** The index over the life of a dataset: it saves reading, and it can always be made again. */
import { spawn } from 'node:child_process'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parseHead } from '../../src/dataset/index/head.js'
import { decodeSegment } from '../../src/dataset/index/segment.js'
import { Workspace } from '../support/action.js'
import { goldenText, jsonLines } from '../support/golden.js'
import { rawTrace } from '../support/records.js'

/** What the index says, whatever the names of shards and segments: totals and the entry of every trace, in order. */
async function indexContent(dataset: string): Promise<{ totals: unknown; traces: string[]; segments: number }> {
  const head = parseHead(await readFile(`${dataset}/opentraces-index.json`, 'utf8'))!
  const rows = new Map<string, string[]>()
  for (const { path } of head.segments) {
    for (const shard of decodeSegment(await readFile(`${dataset}/${path}`))) {
      const live = head.shards.find((known) => known.path === shard.shard)?.segment === path
      if (!live) continue
      const entries = shard.rows.map((row) => {
        const keys = Buffer.from(row.keys).toString('hex')
        return [keys, row.generation, row.idPrefix, row.totals, row.cost].map(String).join(' ')
      })
      rows.set(shard.shard, entries)
    }
  }
  const totals = JSON.parse(
    JSON.stringify(head.totals, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v instanceof Map ? [...v] : v))
  ) as unknown
  return { totals, traces: head.shards.flatMap(({ path }) => rows.get(path) ?? []), segments: head.segments.length }
}

describe('200 pushes', () => {
  let workspace: Workspace
  let dataset: string
  const pushes = 200

  beforeAll(async () => {
    workspace = await Workspace.create()
    dataset = workspace.path('dataset')
    for (let i = 0; i < pushes; i++) {
      await workspace.stage('a.jsonl', [rawTrace(`trace-${String(i)}`)])
      const { exitCode, report } = await workspace.run({ traces: 'a.jsonl' })
      if (exitCode !== 0 || report.index?.shards_read.length !== 0) throw new Error(JSON.stringify(report))
    }
  }, 240_000)
  afterAll(() => workspace.dispose())

  test('leave 200 shards in few segments, and a further push reads no shard', async () => {
    const { segments, traces } = await indexContent(dataset)
    expect(traces).toHaveLength(pushes)
    // Three of each size class at most; 4^4 traces are more than 200.
    expect(segments).toBeLessThanOrEqual(12)
    await workspace.stage('a.jsonl', [rawTrace('trace-7'), rawTrace('new')])
    const { report } = await workspace.run({ traces: 'a.jsonl' })
    expect(report.counts).toMatchObject({ duplicates: 1, uploaded: 1 })
    expect(report.index).toMatchObject({ shards_read: [], shards_gone: [] })
    expect(await readdir(`${dataset}/data`)).toHaveLength(pushes + 1)
  })

  test('a foreign shard of an old schema is read, exactly that one, and only once', async () => {
    const foreign = 'data/traces_20250101T000000Z_0f0f0f0f.jsonl'
    const lines = jsonLines(goldenText('corpus', 'hermes_0.3.3_schema0.3.0.jsonl'))
    await writeFile(`${dataset}/${foreign}`, lines.map((line) => `${line}\n`).join(''))
    await workspace.stage('a.jsonl', [rawTrace('after-foreign'), lines[0]!])
    const first = await workspace.run({ traces: 'a.jsonl' })
    expect(first.report.index?.shards_read).toEqual([foreign])
    expect(first.report.counts).toMatchObject({ duplicates: 1, uploaded: 1 })
    expect(first.report.dataset!.after.traces).toBe(pushes + 1 + lines.length + 1)
    await workspace.stage('a.jsonl', [rawTrace('after-that')])
    const second = await workspace.run({ traces: 'a.jsonl' })
    expect(second.report.index?.shards_read).toEqual([])
  })

  test('without its files the index is rebuilt to the same totals and entries', async () => {
    const before = await indexContent(dataset)
    await rm(`${dataset}/opentraces-index.json`)
    await rm(`${dataset}/index`, { recursive: true })
    await workspace.stage('a.jsonl', [rawTrace('after-rebuild')])
    const { report } = await workspace.run({ traces: 'a.jsonl' })
    expect(report.index?.rebuilt).toBe('absent')
    expect(report.index?.shards_read).toHaveLength((await readdir(`${dataset}/data`)).length - 1)
    const rebuilt = await indexContent(dataset)
    expect(rebuilt.traces.slice(0, -1)).toEqual(before.traces)

    // The same once more, now with nothing new behind it: rebuilt and running totals are equal bit for bit.
    await rm(`${dataset}/opentraces-index.json`)
    await workspace.stage('a.jsonl', [rawTrace('last')])
    await workspace.run({ traces: 'a.jsonl' })
    const again = await indexContent(dataset)
    const replayed = await replay(workspace, dataset)
    expect(again.totals).toEqual(replayed.totals)
    expect(again.traces).toEqual(replayed.traces)
  })

  test('a shard that is gone is dropped and reported', async () => {
    const [gone] = (await readdir(`${dataset}/data`)).filter((name) => !name.includes('0f0f0f0f')).sort()
    await rm(`${dataset}/data/${gone!}`)
    await workspace.stage('a.jsonl', [rawTrace('trace-0')])
    const { report } = await workspace.run({ traces: 'a.jsonl' })
    expect(report.index?.shards_gone).toEqual([`data/${gone!}`])
    // It was the only one with that trace, which is new again.
    expect(report.counts.uploaded).toBe(1)
  })
})

/** The same shards under the same names in a new dataset, indexed by one push that publishes one more trace. */
async function replay(workspace: Workspace, dataset: string): Promise<Awaited<ReturnType<typeof indexContent>>> {
  const copy = workspace.path('copy')
  await mkdir(`${copy}/data`, { recursive: true })
  const names = (await readdir(`${dataset}/data`)).sort()
  const last = names.pop()!
  for (const name of names) await writeFile(`${copy}/data/${name}`, await readFile(`${dataset}/data/${name}`))
  await writeFile(workspace.path('last.jsonl'), await readFile(`${dataset}/data/${last}`))
  const { exitCode } = await workspace.run({ traces: 'last.jsonl', repo: 'file:copy' })
  expect(exitCode).toBe(0)
  return indexContent(copy)
}

test('eight pushes at once end with eight shards, nothing doubled or lost, card and index counting all', async () => {
  const workspace = await Workspace.create()
  try {
    const bundle = new URL('../../dist/index.js', import.meta.url).pathname
    const codes = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        const own = [rawTrace(`own-${String(i)}-a`), rawTrace(`own-${String(i)}-b`), rawTrace('shared')]
        await workspace.stage(`${String(i)}.jsonl`, own)
        const child = spawn(process.execPath, [bundle], {
          stdio: 'ignore',
          env: {
            PATH: process.env.PATH,
            GITHUB_WORKSPACE: workspace.root,
            RUNNER_TEMP: workspace.path(`temp-${String(i)}`),
            INPUT_TRACES: `${String(i)}.jsonl`,
            INPUT_REPO: 'file:dataset',
            INPUT_TRUFFLEHOG: 'false'
          }
        })
        return new Promise<number | null>((resolve) => child.on('exit', resolve))
      })
    )
    expect(codes).toEqual(Array.from({ length: 8 }, () => 0))
    const dataset = workspace.path('dataset')
    const shards = await readdir(`${dataset}/data`)
    expect(shards).toHaveLength(8)
    const ids = (await Promise.all(shards.map((name) => readFile(`${dataset}/data/${name}`, 'utf8'))))
      .flatMap(jsonLines)
      .map((line) => (JSON.parse(line) as { trace_id: string }).trace_id)
    const expected = [...Array(8).keys()].flatMap((i) => [`own-${String(i)}-a`, `own-${String(i)}-b`])
    expect(ids.sort()).toEqual([...expected, 'shared'].sort())
    expect(await readFile(`${dataset}/README.md`, 'utf8')).toContain('"total_traces":17')
    expect((await indexContent(dataset)).traces).toHaveLength(17)
    const quality = JSON.parse(await readFile(`${dataset}/quality.json`, 'utf8')) as { trace_count: number }
    expect(quality.trace_count).toBe(17)
  } finally {
    await workspace.dispose()
  }
}, 120_000)
