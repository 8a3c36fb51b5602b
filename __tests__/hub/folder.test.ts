import { afterAll, describe, expect, test } from '@jest/globals'
import { mkdir, readFile, rename, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openFolder } from '../../src/hub/folder.js'
import { FileNotFoundError, readAll, StaleRevisionError } from '../../src/hub/store.js'
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
    const chunks: Uint8Array[] = []
    const reading = async () => {
      for await (const chunk of store.read(at, 'a.jsonl')) chunks.push(chunk)
    }
    await expect(reading()).rejects.toThrow(StaleRevisionError)
    expect(chunks).toEqual([])
  })

  test('after a commit of anybody every older revision is stale, for list and read', async () => {
    const folder = temporaryFolder()
    const store = openFolder(folder)
    const old = await put(store, { 'data/a.jsonl': 'a' })
    await put(openFolder(folder), { 'data/b.jsonl': 'b' })
    await expect(readAll(store, old, 'data/a.jsonl')).rejects.toThrow(StaleRevisionError)
    await expect(store.list(old)).rejects.toThrow(StaleRevisionError)
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
