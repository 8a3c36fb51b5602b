import { afterAll, describe, expect, test } from '@jest/globals'
import { readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openFolder } from '../../src/hub/folder.js'
import { type DatasetStore } from '../../src/hub/store.js'
import { contents, gitId, headOf, put, removeTemporary, temporaryFolder } from '../support/folder.js'

afterAll(removeTemporary)

const LONG_AGO = new Date('2020-01-01T00:00:00Z')

async function ids(store: DatasetStore): Promise<Record<string, string>> {
  return Object.fromEntries((await store.list(await headOf(store))).map(({ path, oid }) => [path, oid]))
}

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
