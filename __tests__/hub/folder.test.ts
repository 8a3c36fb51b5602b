import { afterAll, describe, expect, test } from '@jest/globals'
import { mkdir, readFile, rename, rm, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { join, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { openFolder } from '../../src/hub/folder.js'
import { pathProblem } from '../../src/hub/folder/layout.js'
import { FileNotFoundError, readAll, StaleRevisionError, type DatasetStore } from '../../src/hub/store.js'
import {
  bookkeeping,
  contents,
  everything,
  gitId,
  planOf,
  put,
  removeTemporary,
  temporaryFolder
} from '../support/folder.js'

afterAll(removeTemporary)

const LONG_AGO = new Date('2020-01-01T00:00:00Z')

async function revision(store: DatasetStore): Promise<string> {
  const state = await store.state()
  expect(state.revision).toBeDefined()
  return state.revision!
}

async function ids(store: DatasetStore): Promise<Record<string, string>> {
  return Object.fromEntries((await store.list(await revision(store))).map(({ path, oid }) => [path, oid]))
}

describe('a new dataset', () => {
  test('does not exist until the first commit, which creates every folder', async () => {
    const folder = join(temporaryFolder(), 'a', 'b')
    const store = openFolder(folder)
    expect(await store.state()).toEqual({ revision: undefined, visibility: undefined })
    const result = await store.commit(planOf(undefined, { 'README.md': 'card', 'data/one.jsonl': '{}\n' }))
    expect(await store.state()).toEqual({ revision: result.revision, visibility: undefined })
    expect(await readFile(join(folder, 'data', 'one.jsonl'), 'utf8')).toBe('{}\n')
    expect(await bookkeeping(folder)).toEqual(['head', 'objects.json'])
  })

  test('is named as it was opened', () => {
    const folder = temporaryFolder()
    const store = openFolder(folder)
    expect(store.repo).toBe(`file:${folder}`)
    expect(store.url).toBe(pathToFileURL(folder).href)
  })

  test('an empty folder is none, and so is one with nothing but hidden folders', async () => {
    const folder = temporaryFolder()
    expect((await openFolder(folder).state()).revision).toBeUndefined()
    await mkdir(join(folder, '.git'))
    await writeFile(join(folder, '.git', 'HEAD'), 'ref')
    expect((await openFolder(folder).state()).revision).toBeUndefined()
  })

  test('a dataset whose last file was deleted still exists', async () => {
    const store = openFolder(temporaryFolder())
    await put(store, { 'data/a.jsonl': 'x' })
    const after = await put(store, {}, ['data/a.jsonl'])
    expect(await store.list(after)).toEqual([])
    await expect(store.commit(planOf(undefined, { a: 'b' }))).rejects.toThrow(StaleRevisionError)
  })

  test('reading writes nothing', async () => {
    const folder = temporaryFolder()
    await mkdir(join(folder, 'data'))
    await writeFile(join(folder, 'data', 'foreign.jsonl'), 'x')
    const before = await everything(folder)
    expect(await contents(openFolder(folder))).toEqual({ 'data/foreign.jsonl': 'x' })
    expect(await everything(folder)).toEqual(before)
  })
})

describe('list', () => {
  test('sorts by code unit, with sizes and git object ids', async () => {
    const store = openFolder(temporaryFolder())
    const files = {
      'b.txt': '',
      'data/z.jsonl': 'hello\n',
      'data/Z.jsonl': 'é',
      'data-2/x': 'y',
      'ä.md': '1',
      '.gitattributes': '* -text\n'
    }
    const at = await put(store, files)
    expect(await store.list(at)).toEqual([
      { path: '.gitattributes', size: 8, oid: gitId('* -text\n') },
      // The ids of an empty file and of "hello\n" are the ones that git shows everywhere.
      { path: 'b.txt', size: 0, oid: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391' },
      { path: 'data-2/x', size: 1, oid: gitId('y') },
      { path: 'data/Z.jsonl', size: 2, oid: gitId('é') },
      { path: 'data/z.jsonl', size: 6, oid: 'ce013625030ba8dba906f756967f9e9ca394464a' },
      { path: 'ä.md', size: 1, oid: gitId('1') }
    ])
    const sample = Buffer.from('hello\n')
    expect(
      await store.objectId({ path: 'data/z.jsonl', size: 6, gitOid: gitId(sample), sha256: 'ab'.repeat(32), sample })
    ).toBe('ce013625030ba8dba906f756967f9e9ca394464a')
  })

  test('hides bookkeeping, git and hidden folders, and ignores links', async () => {
    const folder = temporaryFolder()
    const elsewhere = temporaryFolder()
    await writeFile(join(elsewhere, 'secret'), 'not yours')
    const store = openFolder(folder)
    await put(store, { 'data/a.jsonl': 'a' })
    for (const hidden of ['.git', '.cache/deep']) {
      await mkdir(join(folder, hidden), { recursive: true })
      await writeFile(join(folder, hidden, 'x'), 'x')
    }
    await symlink(join(elsewhere, 'secret'), join(folder, 'data', 'link.jsonl'))
    await symlink(elsewhere, join(folder, 'outside'))
    await symlink(folder, join(folder, 'loop'))
    await symlink('a.jsonl', join(folder, 'data', 'inside.jsonl'))
    expect(await contents(store)).toEqual({ 'data/a.jsonl': 'a' })
  })

  test('the revision names the content: the same files in another folder have the same', async () => {
    const files = { 'README.md': 'x', 'data/a.jsonl': 'y' }
    const first = openFolder(temporaryFolder())
    const one = await put(first, files)
    const second = openFolder(temporaryFolder())
    await put(second, { 'README.md': 'other' })
    expect(await put(second, files)).toBe(one)
    expect(await put(second, { 'README.md': 'xx' })).not.toBe(one)
  })

  test('a path that is a file is an error that says so', async () => {
    const file = join(temporaryFolder(), 'file')
    await writeFile(file, '')
    await expect(openFolder(file).state()).rejects.toMatchObject({ code: 'DATASET_UNREADABLE', exitCode: 4 })
    await expect(openFolder(file).commit(planOf(undefined, { a: 'b' }))).rejects.toMatchObject({
      code: 'UPLOAD_FAILED',
      exitCode: 4
    })
    expect(await readFile(file, 'utf8')).toBe('')
  })
})

describe('read', () => {
  test('ranges are half-open and end with the file', async () => {
    const store = openFolder(temporaryFolder())
    const bytes = Buffer.from(Array.from({ length: 700_000 }, (_, i) => i % 251))
    const at = await put(store, { 'data/a.bin': bytes, empty: '' })
    expect((await readAll(store, at, 'data/a.bin')).equals(bytes)).toBe(true)
    for (const [start, end] of [
      [0, 1],
      [1, 4],
      [262_143, 262_145],
      [699_999, 700_000],
      [5, 5],
      [10, 9]
    ] as const) {
      expect(await readAll(store, at, 'data/a.bin', { start, end })).toEqual(
        bytes.subarray(start, Math.max(start, end))
      )
    }
    expect(await readAll(store, at, 'data/a.bin', { start: 699_990, end: 800_000 })).toEqual(bytes.subarray(699_990))
    expect(await readAll(store, at, 'data/a.bin', { start: 900_000, end: 900_001 })).toHaveLength(0)
    expect(await readAll(store, at, 'empty')).toHaveLength(0)
  })

  test('what is not at the revision is not found; what was and is no more is stale', async () => {
    const folder = temporaryFolder()
    const store = openFolder(folder)
    const at = await put(store, { 'data/a.jsonl': 'a', 'data/b.jsonl': 'b' })
    await expect(readAll(store, at, 'data/none.jsonl')).rejects.toThrow(FileNotFoundError)
    for (const path of ['../x', '.opentraces-store/head', '/etc/hostname', 'data']) {
      await expect(readAll(store, at, path)).rejects.toThrow(FileNotFoundError)
    }
    await unlink(join(folder, 'data', 'a.jsonl'))
    await expect(readAll(store, at, 'data/a.jsonl')).rejects.toThrow(StaleRevisionError)
    await expect(readAll(openFolder(folder), at, 'data/b.jsonl')).rejects.toThrow(StaleRevisionError)
  })

  test('a file put in the place of another is stale even if it looks the same', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'a.jsonl')
    const store = openFolder(folder)
    const at = await put(store, { 'a.jsonl': 'one' })
    const { atime, mtime } = await stat(file)
    await writeFile(`${file}.new`, 'two')
    await utimes(`${file}.new`, atime, mtime)
    await rename(`${file}.new`, file)
    await expect(readAll(store, at, 'a.jsonl')).rejects.toThrow(StaleRevisionError)
  })

  test('after a commit of anybody every older revision is stale, for list and read', async () => {
    const folder = temporaryFolder()
    const store = openFolder(folder)
    const old = await put(store, { 'data/a.jsonl': 'a' })
    await put(openFolder(folder), { 'data/b.jsonl': 'b' })
    await expect(store.list(old)).rejects.toThrow(StaleRevisionError)
    await expect(readAll(store, old, 'data/a.jsonl')).rejects.toThrow(StaleRevisionError)
    await expect(store.commit(planOf(old, { x: 'y' }))).rejects.toThrow(StaleRevisionError)
    await expect(openFolder(join(folder, 'none')).list(old)).rejects.toThrow(StaleRevisionError)
  })

  test('a read that has begun ends with the content of its revision', async () => {
    const folder = temporaryFolder()
    const store = openFolder(folder)
    const before = Buffer.alloc(1_000_000, 'a')
    const at = await put(store, { 'a.bin': before })
    const chunks: Uint8Array[] = []
    for await (const chunk of store.read(at, 'a.bin')) {
      if (chunks.length === 0) await put(openFolder(folder), { 'a.bin': Buffer.alloc(1_000_000, 'b') })
      chunks.push(chunk)
    }
    expect(Buffer.concat(chunks).equals(before)).toBe(true)
  })

  test('a program that writes into a file while it is read is noticed', async () => {
    const folder = temporaryFolder()
    const store = openFolder(folder)
    const at = await put(store, { 'a.bin': Buffer.alloc(1_000_000, 'a') })
    const torn = async () => {
      for await (const chunk of store.read(at, 'a.bin')) {
        await writeFile(join(folder, 'a.bin'), Buffer.alloc(1_000_000, chunk[0] === 97 ? 'b' : 'c'))
      }
    }
    await expect(torn()).rejects.toThrow(StaleRevisionError)
  })
})

describe('commit', () => {
  test('replaces, adds and deletes as one; folders without files go', async () => {
    const folder = temporaryFolder()
    const store = openFolder(folder)
    await put(store, { 'README.md': '1', 'data/a.jsonl': 'a', 'index/0/s': 's', 'index/t': 't' })
    await put(store, { 'README.md': '2', 'data/b.jsonl': 'b' }, ['data/a.jsonl', 'index/0/s', 'never/was'])
    expect(await contents(store)).toEqual({ 'README.md': '2', 'data/b.jsonl': 'b', 'index/t': 't' })
    expect(Object.keys((await everything(folder))!)).toEqual([
      '.opentraces-store',
      '.opentraces-store/head',
      '.opentraces-store/objects.json',
      'README.md',
      'data',
      'data/b.jsonl',
      'index',
      'index/t'
    ])
  })

  test('a foreign dataset is one: its files are the parent, and a file that appears makes the parent stale', async () => {
    const folder = temporaryFolder()
    await mkdir(join(folder, 'data'))
    await writeFile(join(folder, 'data', 'a.jsonl'), 'a')
    const store = openFolder(folder)
    const at = await revision(store)
    await expect(store.commit(planOf(undefined, { x: 'y' }))).rejects.toThrow(StaleRevisionError)
    await writeFile(join(folder, 'data', 'b.jsonl'), 'b')
    await expect(store.list(at)).rejects.toThrow(StaleRevisionError)
    const before = await everything(folder)
    await expect(store.commit(planOf(at, { 'data/c.jsonl': 'c' }))).rejects.toThrow(StaleRevisionError)
    expect(await everything(folder)).toEqual(before)
    await put(store, { 'data/c.jsonl': 'c' })
    expect(await contents(store)).toEqual({ 'data/a.jsonl': 'a', 'data/b.jsonl': 'b', 'data/c.jsonl': 'c' })
  })

  test('a foreign file that appears while contents are stored makes the parent stale', async () => {
    const folder = temporaryFolder()
    await put(openFolder(folder), { 'a.jsonl': 'a' })
    let foreign: Promise<void> | undefined
    const store = openFolder(folder, {
      onStep: (step) => {
        if (step === 'store 0') foreign = writeFile(join(folder, 'b.jsonl'), 'b')
      }
    })
    await expect(put(store, { 'c.jsonl': 'c' })).rejects.toThrow(StaleRevisionError)
    await foreign
    expect(await contents(store)).toEqual({ 'a.jsonl': 'a', 'b.jsonl': 'b' })
    expect(await bookkeeping(folder)).toEqual(['head', 'objects.json'])
  })

  test('a parent for a dataset that does not exist leaves no folder behind', async () => {
    const above = temporaryFolder()
    await expect(openFolder(join(above, 'x', 'y')).commit(planOf('ab', { a: 'b' }))).rejects.toThrow(StaleRevisionError)
    expect(await everything(above)).toEqual({})
  })

  test('large content comes from a file, and must be what the gates saw', async () => {
    const folder = temporaryFolder()
    const store = openFolder(folder)
    const file = join(temporaryFolder(), 'shard')
    const bytes = Buffer.alloc(3_000_001, 'line\n')
    await writeFile(file, bytes, { mode: 0o600 })
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const at = await put(store, { 'data/a.jsonl': { file, size: bytes.length, sha256 } })
    expect(await store.list(at)).toEqual([{ path: 'data/a.jsonl', size: 3_000_001, oid: gitId(bytes) }])
    expect((await readAll(store, at, 'data/a.jsonl')).equals(bytes)).toBe(true)
    // The shard is for everybody that files are for, however private the temporary file was.
    const ordinary = join(temporaryFolder(), 'ordinary')
    await writeFile(ordinary, '')
    expect((await stat(join(folder, 'data', 'a.jsonl'))).mode).toBe((await stat(ordinary)).mode)

    const before = await everything(folder)
    for (const content of [
      { file, size: bytes.length - 1, sha256 },
      { file, size: bytes.length + 1, sha256 },
      { file, size: bytes.length, sha256: 'ab'.repeat(32) },
      { file: `${file}-gone`, size: 1, sha256 }
    ]) {
      await expect(put(store, { 'README.md': 'x', 'data/b.jsonl': content })).rejects.toMatchObject({
        code: 'UPLOAD_FAILED'
      })
    }
    expect(await everything(folder)).toEqual(before)
  })

  test.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    './a',
    'a/./b',
    '../a',
    'a/../../b',
    'a\\b',
    'C:/a',
    'a\0b',
    '\ud800',
    '.opentraces-store/head',
    '.Opentraces-Store/x',
    '.git/config',
    '.git',
    'a/.git',
    '.opentraces-store',
    'a/.hidden/b'
  ])('refuses the path %j, and changes nothing', async (path) => {
    const folder = join(temporaryFolder(), 'new')
    const store = openFolder(folder)
    for (const plan of [planOf(undefined, { [path]: 'x' }), planOf(undefined, { 'ok.txt': 'x' }, [path])]) {
      await expect(store.commit(plan)).rejects.toMatchObject({ code: 'UPLOAD_FAILED', exitCode: 4 })
    }
    expect(await everything(folder)).toBeUndefined()
  })

  test('a path that passes lies in the folder, whatever it is made of', () => {
    const part = fc.oneof(
      fc.constantFrom('', '.', '..', '.git', '/', '\\', 'a', 'C:', '.opentraces-store'),
      fc.string()
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.constantFrom('', '/'), (parts, glue) => {
        const path = parts.join(glue)
        if (pathProblem(path) !== undefined) return
        const root = join(sep, 'root', 'dataset')
        const inside = relative(root, join(root, path))
        expect(inside.split(sep)).toEqual(path.split('/'))
        expect(
          inside
            .split(sep)
            .slice(0, -1)
            .some((name) => name.startsWith('.'))
        ).toBe(false)
      })
    )
  })

  test('refuses a path that occurs twice', async () => {
    const store = openFolder(temporaryFolder())
    await expect(store.commit(planOf(undefined, { a: 'x' }, ['a']))).rejects.toMatchObject({ code: 'UPLOAD_FAILED' })
  })

  test('writes through no link, and over nothing but files', async () => {
    const folder = temporaryFolder()
    const elsewhere = temporaryFolder()
    await writeFile(join(elsewhere, 'a.jsonl'), 'theirs')
    await mkdir(join(folder, 'taken', 'sub'), { recursive: true })
    await symlink(elsewhere, join(folder, 'data'))
    await symlink(join(elsewhere, 'a.jsonl'), join(folder, 'README.md'))
    await writeFile(join(folder, 'file'), 'x')
    const store = openFolder(folder)
    const before = await everything(folder)
    for (const path of ['data/a.jsonl', 'data/new/b', 'README.md', 'taken', 'file/below']) {
      await expect(put(store, { 'first.txt': '1', [path]: 'ours' })).rejects.toMatchObject({ code: 'UPLOAD_FAILED' })
    }
    await put(store, {}, ['data/a.jsonl']).catch(() => undefined)
    expect(await readFile(join(elsewhere, 'a.jsonl'), 'utf8')).toBe('theirs')
    expect(Object.keys((await everything(elsewhere))!)).toEqual(['a.jsonl'])
    expect(await everything(folder)).toEqual(before)
  })

  test('another writer is waited for no longer than asked', async () => {
    const folder = temporaryFolder()
    await put(openFolder(folder), { a: '1' })
    await mkdir(join(folder, '.opentraces-store', 'lock'))
    const store = openFolder(folder, { waitMs: 50 })
    await expect(put(store, { a: '2' })).rejects.toMatchObject({ code: 'CONFLICT', retryable: true, exitCode: 4 })
    expect(await contents(store)).toEqual({ a: '1' })
  })

  test('bookkeeping may be deleted between commits', async () => {
    const folder = temporaryFolder()
    const store = openFolder(folder)
    const at = await put(store, { a: '1' })
    await rm(join(folder, '.opentraces-store'), { recursive: true })
    expect(await revision(store)).toBe(at)
    await put(store, { b: '2' })
    expect(await contents(openFolder(folder))).toEqual({ a: '1', b: '2' })
  })
})

describe('the table of object ids', () => {
  /** Changes a file so that nothing but its content tells: whoever sees the old id has not read it. */
  async function disguise(file: string, text: string): Promise<void> {
    await writeFile(file, text)
    await utimes(file, LONG_AGO, LONG_AGO)
  }

  test('a file is read again only where size or time differ: in one process, and in the next', async () => {
    const folder = temporaryFolder()
    await disguise(join(folder, 'a.jsonl'), 'one')
    const store = openFolder(folder)
    expect(await ids(store)).toEqual({ 'a.jsonl': gitId('one') })
    await disguise(join(folder, 'a.jsonl'), 'two')
    expect(await ids(store)).toEqual({ 'a.jsonl': gitId('one') })
    await put(store, { 'b.jsonl': 'b' })
    expect(await ids(openFolder(folder))).toEqual({ 'a.jsonl': gitId('one'), 'b.jsonl': gitId('b') })
    await writeFile(join(folder, 'a.jsonl'), 'two')
    expect(await ids(openFolder(folder))).toEqual({ 'a.jsonl': gitId('two'), 'b.jsonl': gitId('b') })
  })

  test('a file that we committed is never read for its id', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'a.jsonl')
    await put(openFolder(folder), { 'a.jsonl': 'one' })
    // Times go through a double here, which need not give the same nanosecond twice.
    const table = join(folder, '.opentraces-store', 'objects.json')
    const { mtime } = await stat(file)
    await utimes(file, mtime, mtime)
    const { mtimeNs } = await stat(file, { bigint: true })
    await writeFile(table, (await readFile(table, 'utf8')).replace(/"\d{19}"/, `"${String(mtimeNs)}"`))
    await writeFile(file, 'two')
    await utimes(file, mtime, mtime)
    expect(await ids(openFolder(folder))).toEqual({ 'a.jsonl': gitId('one') })
  })

  test('a change within the tick of the clock is seen', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'a.jsonl')
    const now = new Date(Math.floor(Date.now() / 1000) * 1000)
    const store = openFolder(folder)
    await writeFile(file, 'one')
    await utimes(file, now, now)
    expect(await ids(store)).toEqual({ 'a.jsonl': gitId('one') })
    await writeFile(file, 'two')
    await utimes(file, now, now)
    expect(await ids(store)).toEqual({ 'a.jsonl': gitId('two') })
  })

  test.each([
    ['nothing', ''],
    ['no JSON', '{"version":1,"files":['],
    ['another version', '{"version":2,"files":[]}'],
    ['other types', '{"version":1,"files":[["a.jsonl","3",5,"x",null]]}'],
    ['a wrong id', `{"version":1,"files":[["a.jsonl",3,"1",${JSON.stringify('AB'.repeat(20))},99]]}`]
  ])('is built anew where it holds %s', async (_, text) => {
    const folder = temporaryFolder()
    await put(openFolder(folder), { 'a.jsonl': 'one' })
    await writeFile(join(folder, '.opentraces-store', 'objects.json'), text)
    const store = openFolder(folder)
    expect(await ids(store)).toEqual({ 'a.jsonl': gitId('one') })
    await put(store, { 'b.jsonl': 'b' })
    expect(await contents(openFolder(folder))).toEqual({ 'a.jsonl': 'one', 'b.jsonl': 'b' })
  })
})
