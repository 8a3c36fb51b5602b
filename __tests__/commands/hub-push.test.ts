/** Pushes to the Hub: one commit each, also at once, also where the Hub fails or somebody else commits in between. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Workspace, type ActionRun } from '../support/action.js'
import { COMMITS, openStore } from '../support/hub/helpers.js'
import { startHub, type LocalHub } from '../support/hub/server.js'
import { readAll } from '../../src/hub/store.js'
import { jsonLines } from '../support/golden.js'
import { rawTrace } from '../support/records.js'

let hub: LocalHub
let workspace: Workspace
let inputs: Record<string, string>

beforeEach(async () => {
  hub = await startHub()
  workspace = await Workspace.create()
  inputs = { repo: 'alice/traces', 'hub-url': hub.url, 'hf-token': hub.tokens.alice }
})
afterEach(async () => {
  await hub.close()
  await workspace.dispose()
})

async function pushTraces(ids: string[], more: Record<string, string> = {}): Promise<ActionRun> {
  const name = `${ids[0]!}.jsonl`
  await workspace.stage(
    name,
    ids.map((id) => rawTrace(id))
  )
  return workspace.run({ ...inputs, traces: name, ...more })
}

interface Published {
  shards: string[]
  ids: string[]
  card: string
  traceCount: number
}

async function published(): Promise<Published> {
  const store = openStore(hub)
  const { revision } = await store.state()
  const files = (await store.list(revision!)).map(({ path }) => path)
  const shards = files.filter((path) => path.startsWith('data/'))
  const text = async (path: string): Promise<string> => (await readAll(store, revision!, path)).toString('utf8')
  const lines = (await Promise.all(shards.map(text))).flatMap(jsonLines)
  return {
    shards,
    ids: lines.map((line) => (JSON.parse(line) as { trace_id: string }).trace_id).sort(),
    card: await text('README.md'),
    traceCount: (JSON.parse(await text('quality.json')) as { trace_count: number }).trace_count
  }
}

const commits = (): LocalHub['log'] => hub.requests(COMMITS)

test('a first push creates a private dataset and fills it in one commit', async () => {
  const { exitCode, report, summary } = await pushTraces(['a', 'b'])
  expect([exitCode, report.outcome]).toEqual([0, 'published'])
  expect(report).toMatchObject({ repo: 'alice/traces', counts: { uploaded: 2 } })
  expect(commits()).toHaveLength(1)
  expect((await openStore(hub).state()).visibility).toBe('private')
  expect(await published()).toMatchObject({ ids: ['a', 'b'], traceCount: 2 })
  expect(summary).toContain(report.commit!.revision)
})

test('every push is one commit on top of the head that it read', async () => {
  await pushTraces(['a'])
  const before = commits().length
  const { report } = await pushTraces(['b'])
  expect(commits()).toHaveLength(before + 1)
  const [, earlier] = hub.commits('alice/traces')
  expect(commits().at(-1)!.body.toString('utf8')).toContain(`"parentCommit":"${earlier!.id}"`)
  expect(report.index?.shards_read).toEqual([])
  expect(await published()).toMatchObject({ ids: ['a', 'b'], traceCount: 2 })
})

test('with the index, a push into many shards reads none of them', async () => {
  for (let i = 0; i < 200; i++) await pushTraces([`t${String(i)}`])
  hub.log.length = 0
  const { report } = await pushTraces(['new', 't7'])
  expect(report.counts).toMatchObject({ duplicates: 1, uploaded: 1 })
  expect(hub.log.filter(({ method, path }) => method === 'GET' && path.includes('/data/'))).toEqual([])
}, 120_000)

async function expectEightAtOnce(): Promise<void> {
  const runs = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      pushTraces([`own-${String(i)}`, `more-${String(i)}`, 'shared'], { 'max-wait': '2m' })
    )
  )
  expect(runs.map(({ exitCode, report }) => [exitCode, report.error])).toEqual(runs.map(() => [0, undefined]))
  const { shards, ids, card, traceCount } = await published()
  const own = Array.from({ length: 8 }, (_, i) => [`own-${String(i)}`, `more-${String(i)}`]).flat()
  expect(shards).toHaveLength(8)
  expect(ids).toEqual([...own, 'shared'].sort())
  expect(traceCount).toBe(17)
  expect(card).toContain('"total_traces":17')
}

describe('eight pushes at once', () => {
  test('end with eight shards, nothing twice, card and index counting all', async () => {
    await expectEightAtOnce()
  }, 240_000)

  test('also where the Hub fails in every way it can', async () => {
    const match = '/commit/main'
    hub.faults.add({ match, status: 500, afterEffect: true, times: 2 })
    hub.faults.add({ match, status: 429, headers: { 'retry-after': '1' }, times: 2 })
    hub.faults.add({ match, status: 503, times: 2 })
    hub.faults.add({ match, dropSocket: true })
    hub.faults.add({ match, dropSocket: true, afterEffect: true })
    await expectEightAtOnce()
  }, 240_000)
})

test('a commit of another client in between is respected', async () => {
  await pushTraces(['a'])
  const foreign = 'data/traces_20250101T000000Z_00000000.jsonl'
  // The other client is faster: our push has read the head and is about to commit.
  hub.faults.add({ match: '/commit/main', delay: 1500 })
  const push = pushTraces(['b', 'theirs'])
  while (hub.requests(/^POST .*validate-yaml/).length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
  hub.seed('alice/traces', { [foreign]: `${JSON.stringify(rawTrace('theirs'))}\n` })
  const { exitCode, report } = await push
  expect([exitCode, report.counts.uploaded, report.counts.duplicates]).toEqual([0, 1, 1])
  expect(report.index?.shards_read).toEqual([foreign])
  expect(await published()).toMatchObject({ ids: ['a', 'b', 'theirs'], traceCount: 3 })
  expect(hub.requests(COMMITS).filter(({ status }) => status === 412)).toHaveLength(1)
})

describe('what a push to the Hub refuses', () => {
  test('private asked and public found: before anything is sent', async () => {
    await pushTraces(['a'], { visibility: 'public', license: 'mit' })
    const before = commits().length
    const { exitCode, report } = await pushTraces(['b'], { visibility: 'private' })
    expect([exitCode, report.error?.code]).toEqual([3, 'VISIBILITY_DIFFERS'])
    expect(commits()).toHaveLength(before)
  })

  test('but public asked and private found uploads, and says how to publish', async () => {
    await pushTraces(['a'])
    const { exitCode, report } = await pushTraces(['b'], { visibility: 'public', license: 'mit' })
    expect([exitCode, report.outcome, report.visibility]).toEqual([0, 'published', 'private'])
    expect(report.notices.join(' ')).toContain('Make it public in its settings')
    expect((await openStore(hub).state()).visibility).toBe('private')
  })

  test('no token', async () => {
    const { exitCode, report } = await pushTraces(['a'], { 'hf-token': '' })
    expect([exitCode, report.error?.code]).toEqual([3, 'NOT_AUTHENTICATED'])
  })

  test('a token that the Hub does not know, which is in no output', async () => {
    const token = `hf_${'wrong'.repeat(7)}`
    const run = await pushTraces(['a'], { 'hf-token': token })
    expect([run.exitCode, run.report.error?.code]).toEqual([3, 'NOT_AUTHENTICATED'])
    expect(JSON.stringify(run)).not.toContain(token)
  })
})

test('an empty repo means the opentraces dataset of the token’s user', async () => {
  const { report } = await pushTraces(['a'], { repo: '' })
  expect([report.outcome, report.repo]).toEqual(['published', 'alice/opentraces'])
})

test('create-pr proposes the commit and leaves the dataset as it is', async () => {
  await pushTraces(['a'])
  const [head] = hub.commits('alice/traces')
  const { exitCode, report } = await pushTraces(['b'], { 'create-pr': 'true' })
  expect([exitCode, report.outcome]).toEqual([0, 'published'])
  expect(report.commit!.url).toContain('/discussions/1')
  expect(report.notices.join(' ')).toContain('pull request of the dataset')
  expect(hub.commits('alice/traces')[0]).toEqual(head)
  expect(await published()).toMatchObject({ ids: ['a'], traceCount: 1 })
})

test('a dry run commits nothing', async () => {
  const { exitCode, report } = await pushTraces(['a'], { 'dry-run': 'true', 'output-dir': 'out' })
  expect([exitCode, report.outcome]).toEqual([0, 'dry-run'])
  expect(commits()).toEqual([])
})
