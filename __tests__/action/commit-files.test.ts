/** Commits that become files, from real repositories and a GitHub on this machine. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { stagedPaths } from '../../src/action/commit-files.js'
import { collect } from '../../src/traces/collect.js'
import { MERGE_REF } from './base-file/bench.js'
import { Repository } from './base-file/repository.js'
import { ExportBench } from './commit-files/bench.js'

let bench: ExportBench

beforeEach(async () => {
  bench = await ExportBench.create()
})

afterEach(async () => {
  await bench.dispose()
})

const BEFORE = {
  '.opentraces.json': '{}',
  '.opentraces/staging/a.jsonl': '{"a":1}\n',
  '.opentraces/staging/deep/er/b.jsonl': '{"größe":"😀"}\r\nno line feed at the end',
  'src/code.ts': 'code\n'
}
const AFTER = { ...BEFORE, '.opentraces/staging/a.jsonl': '{"a":2}\n', '.opentraces/staging/new.jsonl': '{}\n' }
const staged = (files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith('.opentraces')))

const wanted = stagedPaths([], '')

const CHECKOUTS: [string, boolean, () => unknown][] = [
  ['a full checkout', true, () => bench.origin.checkOut(bench.base.workspace, MERGE_REF)],
  ['a checkout of depth 2', true, () => bench.origin.checkOut(bench.base.workspace, MERGE_REF, 2)],
  ['a checkout of depth 1', false, () => bench.origin.checkOut(bench.base.workspace, MERGE_REF, 1)],
  ['no checkout at all', false, () => undefined],
  [
    'a checkout whose objects are all in a pack',
    true,
    () => bench.origin.checkOut(bench.base.workspace, MERGE_REF).git('gc', '--quiet')
  ],
  [
    'a checkout that borrows the objects of another',
    true,
    () => {
      bench.origin.git('clone', '--quiet', '--shared', bench.origin.folder, join(bench.base.workspace, 'x'))
      Repository.create(bench.base.workspace)
      const alternates = join(bench.base.workspace, '.git', 'objects', 'info', 'alternates')
      writeFileSync(alternates, `${join(bench.base.workspace, 'x', '.git', 'objects')}\n`)
    }
  ],
  [
    'a worktree',
    true,
    () => {
      const main = bench.origin.checkOut(join(bench.base.folder, 'main'), MERGE_REF)
      main.git('worktree', 'add', '--quiet', '--detach', bench.base.workspace)
    }
  ]
]

describe.each(CHECKOUTS)('with %s', (_, isLocal, checkOut) => {
  test('base and head of a pull request are told apart, to the byte', async () => {
    const { source, head, base } = bench.base.pullRequest(BEFORE, AFTER)
    checkOut()
    const atBase = await bench.export(source, { wanted })
    expect(atBase.contents).toEqual(staged(BEFORE))
    const from = isLocal ? 'git objects' : 'GitHub'
    const bytes = Object.values(staged(BEFORE)).reduce((sum, text) => sum + Buffer.byteLength(text), 0)
    const skipped = { links: 0, submodules: 0 }
    expect(atBase).toMatchObject({ commit: base, from, files: 3, bytes, skipped, workingDirectory: bench.folder })
    expect((await bench.export(head, { wanted })).contents).toEqual(staged(AFTER))
    expect((await bench.export({ ...source, mergeSha: undefined }, { wanted })).commit).toBe(base)
    expect(bench.requests.length === 0).toBe(isLocal)
  })
})

test('what the checkout holds is not asked for: of a fork, GitHub gives what the fork has changed', async () => {
  const { head } = bench.base.pullRequest(BEFORE, { ...AFTER, 'copy/of/new.jsonl': '{}\n' })
  bench.origin.checkOut(bench.base.workspace, 'refs/heads/main', 1)
  const { contents, from } = await bench.export(head, { wanted: stagedPaths(['copy'], '') })
  expect(contents).toEqual({ ...staged(AFTER), 'copy/of/new.jsonl': '{}\n' })
  expect(from).toBe('GitHub')
  const [tree, a, fresh] = ['^{tree}', ':.opentraces/staging/a.jsonl', ':.opentraces/staging/new.jsonl'].map((suffix) =>
    bench.origin.git('rev-parse', `${head}${suffix}`)
  )
  const [commit, listing, ...blobs] = bench.requests
  expect([commit, listing]).toEqual([`commits/${head}`, `trees/${String(tree)}?recursive=1`])
  expect(blobs.sort()).toEqual([`blobs/${String(a)}`, `blobs/${String(fresh)}`].sort())
})

test('what is missing from a partial clone is not fetched by git, but read from GitHub', async () => {
  const { source, base } = bench.base.pullRequest(BEFORE, AFTER)
  bench.origin.git('config', 'uploadpack.allowFilter', 'true')
  bench.origin.git('config', 'uploadpack.allowAnySHA1InWant', 'true')
  const clone = bench.origin.checkOut(bench.base.workspace, MERGE_REF, 2, '--filter=blob:none')
  const id = bench.origin.git('rev-parse', `${base}:.opentraces/staging/a.jsonl`)
  const { contents, from } = await bench.export(source, { wanted })
  expect(contents).toEqual(staged(BEFORE))
  expect(from).toBe('GitHub')
  expect(bench.requests).toEqual([`blobs/${id}`])
  expect(clone.has(id)).toBe(false)
})

test('a repository of SHA-256', async () => {
  const { workspace } = bench.base
  bench.origin.git('init', '--quiet', '--object-format=sha256', workspace)
  const clone = Repository.create(workspace)
  const commit = clone.commit(AFTER)
  expect(commit).toHaveLength(64)
  expect(await bench.export(commit, { wanted })).toMatchObject({ contents: staged(AFTER), from: 'git objects' })
})

describe('the folder stands for the workspace', () => {
  test('with the repository in a folder of it', async () => {
    const commit = bench.origin.commit({ 'in/.opentraces/staging/a.jsonl': 'inner\n', 'b.jsonl': 'root\n' })
    const app = join(bench.base.workspace, 'app')
    bench.origin.checkOut(app, 'refs/heads/main')
    const options = { workingDirectory: join(app, 'in'), wanted: stagedPaths(['app/b.jsonl'], 'app/in') }
    const exported = await bench.export(commit, options)
    expect(exported.contents).toEqual({ 'app/in/.opentraces/staging/a.jsonl': 'inner\n', 'app/b.jsonl': 'root\n' })
    expect(exported.workingDirectory).toBe(join(bench.folder, 'app', 'in'))
    // Also where the checkout is of something else, and the commit is GitHub's.
    const other = join(bench.base.folder, 'other')
    Repository.create(join(other, 'app')).commit({ x: 'x' })
    const elsewhere = { ...options, workspace: other, workingDirectory: join(other, 'app', 'in') }
    expect(await bench.export(commit, elsewhere)).toMatchObject({ contents: exported.contents, from: 'GitHub' })
  })

  test('and traces are collected from it as from a checkout', async () => {
    const state = { traces: { one: { status: 'committed' }, two: { status: 'staged' } } }
    const commit = bench.origin.commit({
      'data/state.json': JSON.stringify(state),
      'data/traces/one.jsonl': '{}\n',
      'data/traces/two.jsonl': '{}\n',
      'more/x.jsonl': '{}\n',
      'more/x.md': 'text',
      'single.txt': '{}\n',
      'src/package.json': '{}'
    })
    const entries = ['data/traces', 'more/*.jsonl', 'single.txt']
    const { workspace } = bench.base
    bench.origin.checkOut(workspace, 'refs/heads/main')
    const roots = ['data/traces', 'more', 'single.txt']
    const exported = await bench.export(commit, { wanted: stagedPaths(roots, '') })
    expect(Object.keys(exported.contents)).not.toContain('src/package.json')
    const collected = async (root: string) => {
      const { files, committed } = await collect({ entries, workspace: root, workingDirectory: root, cliHome: '/none' })
      return { shown: files.map((file) => file.shown), committed: [...committed] }
    }
    const fromExport = await collected(bench.folder)
    expect(fromExport).toEqual({ shown: ['data/traces/one.jsonl', 'more/x.jsonl', 'single.txt'], committed: ['one'] })
    expect(fromExport).toEqual(await collected(workspace))
  })

  test('and the working directory exists where the commit has nothing in it', async () => {
    const commit = bench.origin.commit({ 'README.md': '' })
    const workingDirectory = join(bench.base.workspace, 'a', 'b')
    const exported = await bench.export(commit, { workingDirectory, wanted: stagedPaths([], 'a/b') })
    expect(exported).toMatchObject({ files: 0, bytes: 0, contents: {} })
    expect(readdirSync(exported.workingDirectory)).toEqual([])
  })

  test('a working directory outside is an error of the inputs', async () => {
    const workingDirectory = join(bench.base.workspace, '..')
    await expect(bench.export('a'.repeat(40), { workingDirectory })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })
})

test('files of the workspace that are not committed are not read', async () => {
  const commit = bench.origin.commit(AFTER)
  const clone = bench.origin.checkOut(bench.base.workspace, 'refs/heads/main')
  mkdirSync(join(clone.folder, '.opentraces', 'staging', 'late'))
  for (const name of ['a.jsonl', 'late/x.jsonl']) {
    writeFileSync(join(clone.folder, '.opentraces', 'staging', name), 'not committed')
  }
  clone.git('add', '--all')
  expect((await bench.export(commit, { wanted })).contents).toEqual(staged(AFTER))
})

test('a folder that is not empty is left alone', async () => {
  const commit = bench.origin.commit(AFTER)
  const folder = join(bench.base.folder, 'full')
  mkdirSync(folder)
  writeFileSync(join(folder, 'kept'), 'mine')
  await expect(bench.export(commit, { folder })).rejects.toThrow('not empty')
  expect(readdirSync(folder)).toEqual(['kept'])
})
