/** Trees, checkouts and files that somebody made so that more is read, less is read, or something is written elsewhere. */
import { copyFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { EXPORT_LIMITS, stagedPaths, type ExportOptions } from '../../../src/action/commit-files.js'
import type { ActionError } from '../../../src/errors.js'
import { failure, MERGE_REF } from '../base-file/bench.js'
import { Repository } from '../base-file/repository.js'
import { commitTree, ExportBench, writeObject, writeTree, type TreeLine } from './bench.js'

let bench: ExportBench

beforeEach(async () => {
  bench = await ExportBench.create()
})

afterEach(async () => {
  await bench.dispose()
})

/** From the objects of the checkout, then from GitHub. */
const PLACES = ['git objects', 'GitHub'] as const

function source(from: (typeof PLACES)[number]): Partial<ExportOptions> {
  return from === 'GitHub' ? {} : { workspace: bench.origin.folder, workingDirectory: bench.origin.folder }
}

/** The error of an export, which has left nothing in its folder. */
async function refused(commit: string, options: Partial<ExportOptions>): Promise<ActionError> {
  const error = await failure(bench.export(commit, options))
  expect(readdirSync(bench.folder)).toEqual([])
  expect([error.code, error.exitCode]).toEqual(['TRACES_UNREADABLE', 4])
  expect(error.message).toMatch(/^The traces of commit [0-9a-f]{12} could not be read: .*\.$/)
  return error
}

describe.each(PLACES)('from %s', (from) => {
  test('links and submodules are skipped and counted, where they could hold traces', async () => {
    bench.origin.commit({ 'data/a.jsonl': 'a', 'secret.jsonl': 'not below the root' })
    bench.origin.commitEntry('120000', 'data/linked.jsonl', '../secret.jsonl')
    bench.origin.commitEntry('120000', 'data/rooted', '/etc')
    bench.origin.commitEntry('120000', 'elsewhere', '/etc')
    bench.origin.commitEntry('160000', 'data/module', 'a'.repeat(40))
    const commit = bench.origin.commitEntry('100755', 'data/run.jsonl', 'executable')
    const wanted = stagedPaths(['data'], '')
    const exported = await bench.export(commit, { ...source(from), wanted })
    expect(exported.contents).toEqual({ 'data/a.jsonl': 'a', 'data/run.jsonl': 'executable' })
    expect(exported).toMatchObject({ from, files: 2, skipped: { links: 2, submodules: 1 } })
  })

  const blob = () => writeObject(bench.origin, 'blob', 'x')
  const within = (name: string | Buffer, file: string | Buffer = 'x.jsonl'): TreeLine[] => [
    ['40000', name, writeTree(bench.origin, [['100644', file, blob()]])]
  ]
  test.each<[string, () => TreeLine[]]>([
    ['leads up', () => within('..')],
    ['leads up from below', () => [['40000', 'a', writeTree(bench.origin, within('..'))]]],
    ['stays', () => within('.')],
    ['has a backslash', () => within('a', '..\\..\\x.jsonl')],
    ['is of git', () => within('.git')],
    ['is of git on a system without case', () => within('.GiT')],
    ['is of git on Windows', () => within('git~1')],
    ['is of git for those who drop dots and spaces', () => within('.git. .')],
    ['is of git on a Mac', () => within('.g\u200Cit')],
    ['is a stream of git', () => within('.git::$INDEX_ALLOCATION')],
    ['is no UTF-8', () => within('a', Buffer.from([0x61, 0xff, 0x2e, 0x6a]))],
    ['is too long', () => within('a', `${'x'.repeat(4094)}.jsonl`)]
  ])('a name that %s ends it', async (_, lines) => {
    const error = await refused(commitTree(bench.origin, lines()), source(from))
    expect(error.message).toMatch(/is a name that could lead elsewhere|is too long a path/)
  })

  test('a name that could lead elsewhere matters only where traces are', async () => {
    const commit = commitTree(bench.origin, [
      ...within('..'),
      ['40000', 'data', writeTree(bench.origin, [['100644', 'x.jsonl', blob()]])]
    ])
    const wanted = stagedPaths(['data'], '')
    expect((await bench.export(commit, { ...source(from), wanted })).contents).toEqual({ 'data/x.jsonl': 'x' })
  })

  test.each<[string, () => TreeLine[]]>([
    [
      'files by case',
      () => [
        ['100644', 'A.jsonl', blob()],
        ['100644', 'a.jsonl', blob()]
      ]
    ],
    ['folders by case', () => [...within('A', '1'), ...within('a', '2')]],
    [
      'files by composition',
      () => [
        ['100644', 'e\u0301.jsonl', blob()],
        ['100644', '\u00E9.jsonl', blob()]
      ]
    ],
    ['a file and a folder', () => [['100644', 'a', blob()], ...within('a')]],
    [
      'a file twice',
      () => [
        ['100644', 'a', blob()],
        ['100644', 'a', blob()]
      ]
    ]
  ])('names that are the same to some systems end it: %s', async (_, lines) => {
    const error = await refused(commitTree(bench.origin, lines()), source(from))
    expect(error.message).toContain('are the same file to some systems')
  })

  test('limits hold to the byte, and what is over one is nothing at all', async () => {
    const commit = bench.origin.commit({
      'a.jsonl': 'x'.repeat(10),
      'b.jsonl': 'y'.repeat(7),
      'c.jsonl': 'y'.repeat(7)
    })
    const limited = (limits: object) => ({ ...source(from), limits: { ...EXPORT_LIMITS, ...limits } })
    const exact = limited({ files: 3, fileBytes: 10, totalBytes: 24 })
    expect(await bench.export(commit, exact)).toMatchObject({ files: 3, bytes: 24 })
    expect((await refused(commit, limited({ fileBytes: 9 }))).message).toContain('"a.jsonl": it is larger than 9 bytes')
    expect((await refused(commit, limited({ totalBytes: 23 }))).message).toContain('larger than 23 bytes in all')
    expect((await refused(commit, limited({ files: 2 }))).message).toContain('more than 2 files')
  })

  test('a file over the limit is not read to its end', async () => {
    const commit = bench.origin.commit({ 'a.jsonl': 'x'.repeat(4_000_000) })
    const error = await refused(commit, { ...source(from), limits: { ...EXPORT_LIMITS, fileBytes: 3_999_999 } })
    expect(error.message).toContain('"a.jsonl": it is larger than 3999999 bytes')
  })

  test('a pointer of Git LFS is not the traces', async () => {
    const pointer = `version https://lfs.example.org/spec/v1\noid sha256:${'0123456789abcdef'.repeat(4)}\nsize 12345\n`
    const commit = bench.origin.commit({ 'data/big.jsonl': pointer, 'data/note.md': pointer })
    const error = await refused(commit, { ...source(from), wanted: stagedPaths(['data'], '') })
    expect(error.message).toContain('"data/big.jsonl" is a pointer of Git LFS')
    expect(error.hint).toContain('.gitattributes')
    const notes = bench.origin.commit({ 'data/big.jsonl': `{"text":${JSON.stringify(pointer)}}\n` })
    expect(await bench.export(notes, { ...source(from), wanted: stagedPaths(['data'], '') })).toMatchObject({
      files: 1
    })
  })

  test('content is not filtered', async () => {
    bench.origin.git('config', 'filter.shout.clean', 'cat')
    bench.origin.git('config', 'filter.shout.smudge', 'tr a-z A-Z')
    bench.origin.git('config', 'diff.shout.textconv', 'tr a-z A-Z <')
    const text = 'quiet\r\n$Id$\n'
    const commit = bench.origin.commit({ '.gitattributes': '*.jsonl filter=shout diff=shout ident', 'a.jsonl': text })
    const { contents } = await bench.export(commit, { ...source(from), wanted: stagedPaths([''], '') })
    expect(contents).toEqual({ 'a.jsonl': text })
  })
})

test('a slash in a name ends it', async () => {
  const id = writeObject(bench.origin, 'blob', 'x')
  for (const name of ['a/../../x.jsonl', '/x.jsonl', 'a/b.jsonl']) {
    const error = await refused(commitTree(bench.origin, [['100644', name, id]]), source('git objects'))
    expect(error.message).toContain('is a name that could lead elsewhere')
  }
})

test('a tree that is no tree ends it', async () => {
  const tree = writeObject(bench.origin, 'tree', Buffer.from('100644 without an end'.padEnd(64, '.')))
  const commit = bench.origin.git('commit-tree', '-m', 'made by hand', tree)
  expect((await refused(commit, { ...source('git objects'), github: undefined })).message).toContain(
    'does not hold all'
  )
})

test('folders that hold each other many times over end it', async () => {
  let tree = writeTree(bench.origin, [['100644', 'x', writeObject(bench.origin, 'blob', 'x')]])
  for (let level = 0; level < 8; level++) {
    const below = tree
    tree = writeTree(
      bench.origin,
      Array.from({ length: 10 }, (_, i): TreeLine => ['40000', String(i), below])
    )
  }
  const commit = bench.origin.git('commit-tree', '-m', 'made by hand', tree)
  const none = { file: () => false, folder: () => true }
  expect((await refused(commit, { ...source('git objects'), wanted: none })).message).toContain(
    'more than 100000 folders'
  )
  expect((await refused(commit, source('git objects'))).message).toContain('more than 10000 files')
  bench.base.github.faults.push({ match: 'recursive', body: { tree: [], truncated: true }, times: Infinity })
  expect((await refused(commit, { wanted: none })).message).toContain('too many folders for GitHub')
}, 120_000)

describe('a hostile checkout', () => {
  const PATH = 'data/a.jsonl'
  let clone: Repository
  let base: string
  let head: string

  beforeEach(() => {
    const pull = bench.base.pullRequest({ [PATH]: 'of the base\n' }, { [PATH]: 'of the author\n' })
    ;({ base, head } = pull)
    clone = bench.origin.checkOut(bench.base.workspace, MERGE_REF)
  })

  const id = (commit: string, path = PATH) => bench.origin.git('rev-parse', `${commit}:${path}`)
  const loose = (one: string) => join(clone.folder, '.git', 'objects', one.slice(0, 2), one.slice(2))
  const text = async (options: Partial<ExportOptions> = {}) => (await bench.export(base, options)).contents[PATH]

  test('replaced objects and grafts change nothing', async () => {
    clone.git('replace', id(base), id(head))
    clone.git('replace', base, head)
    writeFileSync(join(clone.folder, '.git', 'info', 'grafts'), `${base} ${head}\n`)
    expect(clone.git('show', `${base}:${PATH}`)).toBe('of the author')
    expect(await text()).toBe('of the base\n')
    expect(bench.requests).toEqual([])
  })

  test.each([
    ['a file', () => [id(base), id(head)]],
    ['a folder', () => [id(base, 'data'), id(head, 'data')]],
    ['the commit', () => [base, head]]
  ])('%s with other content than its id says is read from GitHub', async (_, pair) => {
    const [honest = '', forged = ''] = pair()
    rmSync(loose(honest))
    copyFileSync(loose(forged), loose(honest))
    expect(await text()).toBe('of the base\n')
    expect(bench.requests.some((path) => path.includes(honest))).toBe(true)
    expect((await failure(bench.export(base, { github: undefined }))).message).toContain('no token to ask GitHub')
  })

  test('damaged objects are read from GitHub', async () => {
    rmSync(loose(id(base)))
    writeFileSync(loose(id(base)), 'no object')
    expect(await text()).toBe('of the base\n')
    expect(bench.requests).toContain(`blobs/${id(base)}`)
  })

  test('variables of git in the environment lead nowhere else', async () => {
    const other = Repository.create(join(bench.base.folder, 'other'))
    const env = {
      ...process.env,
      GIT_DIR: join(other.folder, '.git'),
      GIT_OBJECT_DIRECTORY: join(other.folder, '.git', 'objects'),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.repositoryFormatVersion',
      GIT_CONFIG_VALUE_0: '99'
    }
    expect(await text({ env })).toBe('of the base\n')
    expect(bench.requests).toEqual([])
  })

  test('a setting that would run a program to fetch what is missing is not obeyed', async () => {
    rmSync(loose(id(base)))
    const witness = join(bench.base.folder, 'witness')
    clone.git('config', 'core.repositoryFormatVersion', '1')
    clone.git('config', 'extensions.partialClone', 'origin')
    clone.git('config', 'remote.origin.promisor', 'true')
    clone.git('config', 'remote.origin.url', `ext::sh -c touch% ${witness}`)
    clone.git('config', 'protocol.ext.allow', 'always')
    expect(await text()).toBe('of the base\n')
    expect(existsSync(witness)).toBe(false)
  })

  test('settings that git itself would fail on do not matter', async () => {
    writeFileSync(join(clone.folder, '.git', 'config'), '[core\n')
    expect(await text({ source: { kind: 'commit', sha: base } })).toBe('of the base\n')
    expect(bench.requests).toEqual([])
  })

  test('a program of the workspace is not run as git', async () => {
    for (const name of ['git', 'git.exe', 'git.cmd']) {
      writeFileSync(join(bench.base.workspace, name), 'exit 1', { mode: 0o755 })
    }
    expect(await text()).toBe('of the base\n')
    expect(bench.requests).toEqual([])
  })
})
