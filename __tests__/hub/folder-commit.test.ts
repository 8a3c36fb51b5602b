import { afterAll, describe, expect, test } from '@jest/globals'
import { mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { join, relative, sep } from 'node:path'
import fc from 'fast-check'
import { openFolder } from '../../src/hub/folder.js'
import { pathProblem } from '../../src/hub/folder/layout.js'
import { readAll, StaleRevisionError } from '../../src/hub/store.js'
import {
  bookkeeping,
  contents,
  everything,
  gitId,
  headOf,
  planOf,
  put,
  removeTemporary,
  temporaryFolder,
  visible
} from '../support/folder.js'

afterAll(removeTemporary)

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

  test('deletes nothing but files of the dataset', async () => {
    const folder = temporaryFolder()
    const store = openFolder(folder)
    await put(store, { 'data/a.jsonl': 'a' })
    await mkdir(join(folder, 'empty'))
    await symlink('data', join(folder, 'link'))
    const before = await visible(folder)
    await put(store, {}, ['data', 'empty', 'link', 'none', 'data/none'])
    expect(await visible(folder)).toEqual(before)
  })

  test('a foreign dataset is one: its files are the parent, and a file that appears makes the parent stale', async () => {
    const folder = temporaryFolder()
    await mkdir(join(folder, 'data'))
    await writeFile(join(folder, 'data', 'a.jsonl'), 'a')
    const store = openFolder(folder)
    const at = await headOf(store)
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
    expect(await everything(folder)).toEqual(before)
    await put(store, {}, ['data/a.jsonl'])
    expect(await visible(folder)).toEqual(before)
    expect(await readFile(join(elsewhere, 'a.jsonl'), 'utf8')).toBe('theirs')
    expect(Object.keys((await everything(elsewhere))!)).toEqual(['a.jsonl'])
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
    expect(await headOf(store)).toBe(at)
    await put(store, { b: '2' })
    expect(await contents(openFolder(folder))).toEqual({ a: '1', b: '2' })
  })
})
