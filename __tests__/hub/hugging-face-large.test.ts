/** Files that do not travel inside the commit request, and what their object ids will be. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile as writeFileAsync } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readAll } from '../../src/hub/store.js'
import { COMMITS, openStore, planOf, rejection, spawnHub } from '../support/hub/helpers.js'
import { startHub, type LocalHub } from '../support/hub/server.js'

let hub: LocalHub

beforeEach(async () => {
  hub = await startHub()
})

afterEach(async () => {
  await hub.close()
})

/** What nobody holds any more must not count, whenever the engine would have cleared it away. */
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

describe('large files', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hub-'))
  })

  afterEach(() => {
    rmSync(folder, { recursive: true })
  })

  const RULE = 'data/*.jsonl filter=lfs diff=lfs merge=lfs -text\n'

  function* repeated(block: Buffer, times: number): Generator<Buffer> {
    for (let i = 0; i < times; i++) yield block
  }

  function shard(size: number): { content: Buffer; write: { file: string; size: number; sha256: string } } {
    const content = Buffer.alloc(size, '{"text":"a line that repeats"}\n')
    const file = join(folder, `${String(size)}.jsonl`)
    writeFileSync(file, content)
    return { content, write: { file, size, sha256: createHash('sha256').update(content).digest('hex') } }
  }

  test('a shard of 12 MiB goes to the storage and comes back equal, with a rule for the whole folder', async () => {
    const { content, write } = shard(12 * 1024 * 1024)
    const head = hub.seed('alice/traces', { '.gitattributes': '*.bin filter=lfs -text' })
    const plan = planOf(head.id, { 'quality.json': '{}' })
    const store = openStore(hub)
    const { revision } = await store.commit({
      ...plan,
      writes: [{ path: 'data/big.jsonl', content: write }, ...plan.writes]
    })

    expect(hub.commits('alice/traces')).toHaveLength(3)
    const listed = await store.list(revision)
    expect(listed.find(({ path }) => path === 'data/big.jsonl')).toEqual({
      path: 'data/big.jsonl',
      size: write.size,
      oid: write.sha256
    })
    // The line that had no end has got one, and the Hub found nothing to add.
    expect(hub.files('alice/traces').get('.gitattributes')!.toString()).toBe(`*.bin filter=lfs -text\n${RULE}`)
    expect((await readAll(store, revision, 'data/big.jsonl')).equals(content)).toBe(true)
    const part = await readAll(store, revision, 'data/big.jsonl', { start: 5_000_000, end: 5_000_100 })
    expect(part.equals(content.subarray(5_000_000, 5_000_100))).toBe(true)
  })

  test('a file is not held in memory on its way', async () => {
    // A Hub of its own process: the local one does hold it.
    const { child, url, token } = await spawnHub()
    try {
      const MIB = 1024 * 1024
      const file = join(folder, 'huge.jsonl')
      await writeFileAsync(file, repeated(Buffer.alloc(MIB, 'x'), 160))
      const write = { path: 'data/huge.jsonl', content: { file, size: 160 * MIB, sha256: '' } }
      let most = 0
      const held = (): number => {
        collectGarbage()
        return process.memoryUsage().arrayBuffers
      }
      const before = held()
      const watch = setInterval(() => (most = Math.max(most, held() - before)), 200)
      const store = openStore(hub, { hubUrl: url, token })
      const { revision } = await store.commit(planOf(undefined, {}, { writes: [write] }))
      let read = 0
      for await (const chunk of store.read(revision, write.path)) read += chunk.length
      clearInterval(watch)
      expect(read).toBe(160 * MIB)
      expect(most).toBeLessThan(112 * MIB)
    } finally {
      child.kill()
    }
  }, 120_000)

  test('the rule is written once', async () => {
    const head = hub.seed('alice/traces', { '.gitattributes': `# ours\r\n/data/*.jsonl filter=lfs -text\r\n` })
    const { write } = shard(11 * 1024 * 1024)
    await openStore(hub).commit(planOf(head.id, {}, { writes: [{ path: 'data/big.jsonl', content: write }] }))
    expect(hub.files('alice/traces').get('.gitattributes')!.toString()).toBe(
      `# ours\r\n/data/*.jsonl filter=lfs -text\r\n`
    )
  })

  test('small files leave .gitattributes alone', async () => {
    const head = hub.seed('alice/traces', { a: '1' })
    await openStore(hub).commit(planOf(head.id, { 'data/a.jsonl': '{}\n' }))
    expect(hub.requests(/\.gitattributes/)).toEqual([])
    expect(hub.commits('alice/traces')[0]!.tree.get('.gitattributes')).toBe(head.tree.get('.gitattributes'))
  })

  test('a file that changed on disk is not uploaded', async () => {
    const { write } = shard(1000)
    const head = hub.seed('alice/traces', { a: '1' })
    writeFileSync(write.file, 'shorter')
    const error = await rejection(
      openStore(hub).commit(planOf(head.id, {}, { writes: [{ path: 'data/a.jsonl', content: write }] }))
    )
    expect(error).toMatchObject({ code: 'UPLOAD_FAILED', exitCode: 4 })
    expect(hub.requests(COMMITS)).toEqual([])
  })

  test.each([
    ['small text', 'data/a.jsonl', 100, 'text', ''],
    ['small text under a rule', 'data/a.jsonl', 100, 'text', RULE],
    ['small binary', 'index/a', 100, 'bin\0ary', ''],
    ['large text', 'data/a.jsonl', 11 * 1024 * 1024, 'text', ''],
    ['an empty file under a rule', 'data/a.jsonl', 0, '', RULE]
  ])('the object id of %s is known before it is committed', async (_, path, size, start, attributes) => {
    const head = hub.seed('alice/traces', { '.gitattributes': attributes })
    const content = Buffer.alloc(size, 'x')
    content.write(start.slice(0, size))
    const store = openStore(hub)
    const foretold = await store.objectId({
      path,
      size,
      gitOid: createHash('sha1')
        .update(`blob ${String(size)}\0`)
        .update(content)
        .digest('hex'),
      sha256: createHash('sha256').update(content).digest('hex'),
      sample: content.subarray(0, 512)
    })
    const { revision } = await store.commit(planOf(head.id, {}, { writes: [{ path, content }] }))
    expect((await store.list(revision)).find((file) => file.path === path)?.oid).toBe(foretold)
  })

  test.each([
    ['before the dataset exists', {}],
    ['without a token', { token: undefined }]
  ])('the object id follows the general rule %s', async (_, options) => {
    const file = { path: 'data/a.jsonl', size: 10, gitOid: 'git', sha256: 'sha', sample: Buffer.from('0123456789') }
    const store = openStore(hub, options)
    expect(await store.objectId(file)).toBe('git')
    expect(await store.objectId({ ...file, size: 20_000_000 })).toBe('sha')
  })
})
