/** Many writers and readers of one folder, in this process and in others. */
import { afterAll, expect, test } from '@jest/globals'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openFolder } from '../../src/hub/folder.js'
import { FileNotFoundError, readAll, StaleRevisionError } from '../../src/hub/store.js'
import {
  bookkeeping,
  contents,
  gitId,
  planOf,
  put,
  removeTemporary,
  runWorker,
  runWorkerMeanwhile,
  startWorker,
  temporaryFolder
} from '../support/folder.js'

afterAll(removeTemporary)

test('eight processes and eight stores of one process: no update is lost', async () => {
  const folder = join(temporaryFolder(), 'not', 'there', 'yet')
  const rounds = 4
  const inProcess = async (name: string) => {
    const store = openFolder(folder)
    for (let round = 0; round < rounds;) {
      try {
        const { revision } = await store.state()
        const count = revision === undefined ? 0 : Number((await readAll(store, revision, 'counter.txt')).toString())
        const own = { [`data/${name}-${String(round)}.jsonl`]: `${name} ${String(round)}\n` }
        await store.commit(planOf(revision, { 'counter.txt': String(count + 1), ...own }))
        round++
      } catch (error) {
        if (!(error instanceof StaleRevisionError)) throw error
      }
    }
  }
  const names = Array.from({ length: 8 }, (_, i) => String(i))
  const [workers] = await Promise.all([
    Promise.all(names.map((name) => runWorker({ folder, count: { name: `process${name}`, rounds } }))),
    Promise.all(names.map((name) => inProcess(`store${name}`)))
  ])
  expect(workers.map(({ answer }) => answer?.error)).toEqual(names.map(() => undefined))

  const expected: Record<string, string> = { 'counter.txt': String(16 * rounds) }
  for (const kind of ['process', 'store']) {
    for (const name of names) {
      for (let round = 0; round < rounds; round++) {
        expected[`data/${kind}${name}-${String(round)}.jsonl`] = `${kind}${name} ${String(round)}\n`
      }
    }
  }
  expect(await contents(openFolder(folder))).toEqual(expected)
  expect(await bookkeeping(folder)).toEqual(['head', 'objects.json'])
}, 120_000)

test('a reader sees whole files of one commit, while another process writes', async () => {
  const folder = join(temporaryFolder(), 'dataset')
  const paths = ['README.md', 'data/a.jsonl', 'data/b.jsonl', 'data/deep/c.jsonl', 'index.json']
  const worker = startWorker({ folder, forever: paths })
  await worker.said('ready')

  const seen = new Set<string>()
  let stale = 0
  const store = openFolder(folder)
  // Another program knows no revision, but no file may ever be half there.
  const foreign = async () => {
    for (const path of paths) {
      const text = await readFile(join(folder, path), 'utf8').catch(() => undefined)
      if (text !== undefined) expect(text).toMatch(/^(generation \d+ )\1{199}$/)
    }
  }
  const until = Date.now() + 5000
  while (Date.now() < until) {
    await foreign()
    try {
      const { revision } = await store.state()
      if (revision === undefined) continue
      const files = await store.list(revision)
      expect(files.map(({ path }) => path)).toEqual(paths)
      // One content in all files: one object id.
      expect(new Set(files.map(({ oid }) => oid)).size).toBe(1)
      for (const { path, oid, size } of files) {
        const bytes = await readAll(store, revision, path)
        expect({ path, size: bytes.length, oid: gitId(bytes) }).toEqual({ path, size, oid })
      }
      seen.add(revision)
    } catch (error) {
      if (!(error instanceof StaleRevisionError)) throw error
      stale++
    }
  }
  worker.kill('SIGKILL')
  await worker.result
  expect(seen.size).toBeGreaterThan(2)
  expect(stale).toBeGreaterThan(0)
}, 60_000)

test('a reader that lists while files come and go never finds a listed file missing', async () => {
  const folder = temporaryFolder()
  const writer = openFolder(folder)
  const reader = openFolder(folder)
  await put(writer, { 'data/0.jsonl': '0' })
  let done = false
  const writing = (async () => {
    for (let n = 1; n <= 40; n++) {
      await put(writer, { [`data/${String(n)}.jsonl`]: String(n) }, [`data/${String(n - 1)}.jsonl`])
    }
    done = true
  })()
  let whole = 0
  // Set by the writer between two awaits.
  const finished = () => done
  while (!finished()) {
    try {
      const { revision } = await reader.state()
      const files = await reader.list(revision!)
      expect(files).toHaveLength(1)
      expect((await readAll(reader, revision!, files[0]!.path)).toString()).toBe(/\d+/.exec(files[0]!.path)?.[0])
      whole++
    } catch (error) {
      expect(error).not.toBeInstanceOf(FileNotFoundError)
      if (!(error instanceof StaleRevisionError)) throw error
    }
  }
  await writing
  expect(whole).toBeGreaterThan(0)
}, 60_000)

test('a commit that begins and ends while files are being listed is noticed', async () => {
  const folder = temporaryFolder()
  await writeFile(join(folder, 'a.jsonl'), 'old')
  await writeFile(join(folder, 'b.jsonl'), 'old')
  let calls = 0
  // The clock is read once for the time to wait, and then before every file is hashed: here before the second file.
  const clock = () => {
    if (++calls === 3) runWorkerMeanwhile({ folder, writes: { 'a.jsonl': 'new', 'b.jsonl': 'new' } })
    return Date.now()
  }
  const store = openFolder(folder, { clock })
  const { revision } = await store.state()
  expect(calls).toBeGreaterThanOrEqual(3)
  expect((await openFolder(folder).list(revision!)).map(({ oid }) => oid)).toEqual([gitId('new'), gitId('new')])
})

test('a commit that is half done is shown to nobody', async () => {
  const folder = temporaryFolder()
  await put(openFolder(folder), { 'a.jsonl': 'old', 'b.jsonl': 'old' })
  const worker = startWorker({ folder, writes: { 'a.jsonl': 'new', 'b.jsonl': 'new' }, stopAt: 'write 1' })
  await worker.said('stopped')
  expect(await readFile(join(folder, 'a.jsonl'), 'utf8')).toBe('new')
  expect(await readFile(join(folder, 'b.jsonl'), 'utf8')).toBe('old')
  await expect(openFolder(folder, { waitMs: 100 }).state()).rejects.toMatchObject({ code: 'CONFLICT', retryable: true })
  const waiting = contents(openFolder(folder))
  worker.kill('SIGCONT')
  expect(await waiting).toEqual({ 'a.jsonl': 'new', 'b.jsonl': 'new' })
  expect((await worker.result).answer?.error).toBeUndefined()
})
