import { createHash, randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { FileNotFoundError, readAll, StaleRevisionError } from '../../src/hub/store.js'
import { COMMITS, openStore, planOf } from '../support/hub/helpers.js'
import { startHub, type LocalHub } from '../support/hub/server.js'

let hub: LocalHub

beforeEach(async () => {
  hub = await startHub({ pageSize: 3 })
})

afterEach(async () => {
  await hub.close()
})

const CARD = '---\nlicense: mit\nconfigs:\n- config_name: default\n  data_files: data/*.jsonl\n---\n# Traces\n'

describe('a first push', () => {
  test('creates a private dataset and makes one commit on top of the first one', async () => {
    const store = openStore(hub)
    expect(await store.state()).toEqual({ revision: undefined, visibility: undefined })

    const files = { 'README.md': CARD, 'data/a.jsonl': '{"a":1}\n', 'quality.json': '{}' }
    const result = await store.commit(planOf(undefined, files))

    const [commit, first, ...others] = hub.commits('alice/traces')
    expect(others).toEqual([])
    expect(commit).toMatchObject({
      id: result.revision,
      parent: first!.id,
      askedParent: first!.id,
      title: 'Add 1 trace'
    })
    expect(commit!.message).toBe(`One shard.\n\nop:${'a'.repeat(64)}`)
    expect(result.url).toBe(`${hub.url}/datasets/alice/traces/commit/${result.revision}`)
    expect(hub.requests(COMMITS)).toHaveLength(1)
    expect(hub.requests(/^POST \/api\/repos\/create$/)).toHaveLength(1)
    expect(hub.world.repositories.get('alice/traces')!.private).toBe(true)
    expect(await store.state()).toEqual({ revision: result.revision, visibility: 'private' })
    const stored = hub.files('alice/traces')
    for (const [path, text] of Object.entries(files)) expect(stored.get(path)?.toString()).toBe(text)
  })

  test('is public only where that was asked', async () => {
    await openStore(hub, { visibility: 'public' }).commit(planOf(undefined, { a: '1' }))
    expect(hub.world.repositories.get('alice/traces')!.private).toBe(false)
  })

  test('goes on where the dataset was created meanwhile and is still empty', async () => {
    hub.world.createRepository('alice/traces', true)
    const { revision } = await openStore(hub).commit(planOf(undefined, { a: '1' }))
    expect(hub.commits('alice/traces')[0]!.id).toBe(revision)
  })

  test.each([
    ['filled', { private: true }, { 'data/b.jsonl': '{}\n' }],
    ['public', { private: false }, {}]
  ])('asks for a new plan where the dataset is there meanwhile, and %s', async (_, options, files) => {
    hub.seed('alice/traces', files, options)
    await expect(openStore(hub).commit(planOf(undefined, { a: '1' }))).rejects.toThrow(StaleRevisionError)
    expect(hub.requests(COMMITS)).toEqual([])
  })
})

describe('a later push', () => {
  test('changes, adds and deletes in one commit, and says on top of what', async () => {
    const head = hub.seed('alice/traces', { 'README.md': CARD, 'index/old': 'x', 'data/a.jsonl': '{"a":1}\n' })
    const result = await openStore(hub).commit(
      planOf(head.id, { 'README.md': `${CARD}\nMore.`, 'data/b.jsonl': '{"a":2}\n' }, { deletes: ['index/old'] })
    )
    expect(hub.commits('alice/traces')[0]).toMatchObject({ id: result.revision, askedParent: head.id })
    expect([...hub.files('alice/traces').keys()].sort()).toEqual([
      '.gitattributes',
      'README.md',
      'data/a.jsonl',
      'data/b.jsonl'
    ])
    expect(hub.requests(COMMITS)).toHaveLength(1)
    expect(hub.requests(/^POST \/api\/repos\/create$/)).toEqual([])
  })

  test('on top of an old revision is stale, and changes nothing', async () => {
    const old = hub.seed('alice/traces', { a: '1' })
    const newer = hub.seed('alice/traces', { a: '2' })
    await expect(openStore(hub).commit(planOf(old.id, { a: '3' }))).rejects.toThrow(StaleRevisionError)
    expect(hub.commits('alice/traces')[0]!.id).toBe(newer.id)
  })

  test('without a change is a defect, not an empty commit', async () => {
    const head = hub.seed('alice/traces', { a: '1' })
    await expect(openStore(hub).commit(planOf(head.id, {}))).rejects.toThrow('without changes')
    expect(hub.log).toEqual([])
  })

  test('eight runs at once on one dataset lose nothing', async () => {
    hub.seed('alice/traces', { counter: '0' })
    await Promise.all(
      Array.from({ length: 8 }, async (_, run) => {
        const store = openStore(hub)
        for (;;) {
          const { revision } = await store.state()
          const count = Number((await readAll(store, revision!, 'counter')).toString())
          const marker = createHash('sha256').update(String(run)).digest('hex')
          const files = { counter: String(count + 1), [`data/${String(run)}.jsonl`]: '{}\n' }
          try {
            return await store.commit(planOf(revision, files, { marker }))
          } catch (error) {
            if (!(error instanceof StaleRevisionError)) throw error
          }
        }
      })
    )
    expect(hub.files('alice/traces').get('counter')!.toString()).toBe('8')
    expect(hub.commits('alice/traces')).toHaveLength(8 + 2)
  })
})

describe('reading', () => {
  test('lists every file over all pages, in order, with its object id', async () => {
    const names = ['z.json', 'data/b.jsonl', 'data/a.jsonl', 'data/B.jsonl', 'index/1/x', 'index/0/x', 'a.json']
    const { id } = hub.seed('alice/traces', Object.fromEntries(names.map((name) => [name, `content of ${name}`])))
    const files = await openStore(hub).list(id)
    const blob = createHash('sha1').update('blob 17\0content of a.json').digest('hex')
    expect(files.map(({ path }) => path)).toEqual(['.gitattributes', ...names].sort())
    expect(files.find(({ path }) => path === 'a.json')).toEqual({ path: 'a.json', size: 17, oid: blob })
    expect(hub.requests(/^GET .*\/tree\//).length).toBeGreaterThan(2)
  })

  test('is at a revision, whatever has been committed since', async () => {
    const { id } = hub.seed('alice/traces', { a: 'old' })
    hub.seed('alice/traces', { a: 'new', b: '' })
    const store = openStore(hub)
    expect((await readAll(store, id, 'a')).toString()).toBe('old')
    expect((await store.list(id)).map(({ path }) => path)).toEqual(['.gitattributes', 'a'])
    await expect(readAll(store, id, 'b')).rejects.toThrow(FileNotFoundError)
  })

  test.each([
    [0, 4, '0123'],
    [3, 7, '3456'],
    [8, 99, '89'],
    [10, 12, ''],
    [5, 5, '']
  ])('bytes %i to %i', async (start, end, expected) => {
    const { id } = hub.seed('alice/traces', { digits: '0123456789' })
    expect((await readAll(openStore(hub), id, 'digits', { start, end })).toString()).toBe(expected)
  })

  test('takes the part asked for out of everything, where the server ignores ranges', async () => {
    const { id } = hub.seed('alice/traces', { digits: '0123456789' })
    hub.faults.add({ match: '/resolve/', status: 200, body: Buffer.from('0123456789') })
    expect((await readAll(openStore(hub), id, 'digits', { start: 3, end: 5 })).toString()).toBe('34')
  })

  test('goes on where a broken connection left off', async () => {
    const content = randomBytes(300_000)
    const { id } = hub.seed('alice/traces', { data: content })
    hub.faults.add({ match: '/resolve/', truncateAfter: 100_000, times: 2 })
    const read = await readAll(openStore(hub), id, 'data')
    expect(read.equals(content)).toBe(true)
    const [, second, third] = hub.requests(/\/resolve\//).map(({ headers }) => headers.range)
    expect([second, third]).toEqual([expect.stringMatching(/^bytes=\d+-$/), expect.stringMatching(/^bytes=\d+-$/)])
  })

  test('a stream that stands still is taken up again', async () => {
    const { id } = hub.seed('alice/traces', { data: 'x'.repeat(1000) })
    hub.faults.add({ match: '/resolve/', stallAfter: 500 })
    const read = await readAll(openStore(hub, { timeout: 300 }), id, 'data')
    expect(read.toString()).toBe('x'.repeat(1000))
  })

  test.each(['data/ä ö#?%41&+.jsonl', '日本語/😀.json', "a'b(c)!*~@:,;=$[x].txt"])('a file called %s', async (path) => {
    const { revision } = await openStore(hub).commit(planOf(undefined, { [path]: 'content' }))
    const store = openStore(hub)
    expect((await store.list(revision)).map((file) => file.path)).toContain(path)
    expect((await readAll(store, revision, path)).toString()).toBe('content')
  })

  test.each(['../../../api/whoami-v2', 'data/../README.md', './README.md', '', 'data//a', '..'])(
    'never climbs out of the dataset: %p',
    async (path) => {
      const { id } = hub.seed('alice/traces', { 'README.md': CARD })
      const store = openStore(hub)
      await expect(readAll(store, id, path)).rejects.toThrow(FileNotFoundError)
      await expect(readAll(store, path, 'README.md')).rejects.toThrow(StaleRevisionError)
      await expect(store.list(path)).rejects.toThrow(StaleRevisionError)
      expect(hub.log).toEqual([])
    }
  )

  test('a revision that is gone is stale', async () => {
    hub.seed('alice/traces', { a: '1' })
    const store = openStore(hub)
    await expect(store.list('f'.repeat(40))).rejects.toThrow(StaleRevisionError)
    await expect(readAll(store, 'f'.repeat(40), 'a')).rejects.toThrow(StaleRevisionError)
  })

  test('a public dataset needs no token', async () => {
    hub.seed('alice/traces', { a: '1' })
    const store = openStore(hub, { token: undefined })
    const { revision, visibility } = await store.state()
    expect(visibility).toBe('public')
    expect((await readAll(store, revision!, 'a')).toString()).toBe('1')
    expect(await store.list(revision!)).toHaveLength(2)
    expect(hub.log.every(({ headers }) => headers.authorization === undefined)).toBe(true)
  })

  test('an abandoned stream ends its request', async () => {
    const { id } = hub.seed('alice/traces', { data: 'x'.repeat(5_000_000) })
    let seen = 0
    for await (const chunk of openStore(hub).read(id, 'data')) {
      seen += chunk.length
      break
    }
    expect(seen).toBeGreaterThan(0)
    expect(seen).toBeLessThan(5_000_000)
  })
})
