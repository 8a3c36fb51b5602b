/** The input `head`, and the input `traces` in a commit: the same as in a checkout of it. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { placeInWorkspace } from '../../src/commands/commit-entries.js'
import { stage } from '../../src/commands/staging.js'
import { collect } from '../../src/traces/collect.js'
import { failure } from '../action/base-file/bench.js'
import { CommitBench, line } from './commit-bench.js'

let bench: CommitBench

beforeEach(async () => {
  bench = await CommitBench.create()
})

afterEach(async () => {
  await bench.dispose()
})

const FILES = {
  '.opentraces/staging/a.jsonl': line('a'),
  '.opentraces.json': '{"project_id":"0123456789abcdef"}',
  'app/.opentraces/staging/b.jsonl': line('b'),
  'app/data/c.jsonl': line('c'),
  'app/data/deep/d.jsonl': line('d'),
  'app/data/deep/e.txt': line('e'),
  'app/data/record.json': JSON.stringify({ x: 1 }),
  'shared/f.jsonl': line('f'),
  'shared/[odd]/g.jsonl': line('g'),
  'shared/state.json': '{"traces":{"h":{"status":"committed"},"i":{"status":"staged"}}}',
  'shared/traces/h.jsonl': line('h'),
  'shared/traces/i.jsonl': line('i'),
  'app/code.ts': 'code'
}

const ENTRIES: [string, string[]][] = [
  ['', []],
  ['', ['.']],
  ['', ['app', 'shared']],
  ['', ['**/*.jsonl']],
  ['', ['app/data/**', '!**/*.json']],
  ['', ['app/*/{c,d}.jsonl', 'shared/traces']],
  ['', ['shared/[odd]', 'shared/[odd]/g.jsonl']],
  ['', ['app/data/deep/e.txt', './shared/f.jsonl']],
  ['', ['app', '!app/data/deep', '!*/data/c.jsonl']],
  ['', ['WORKSPACE/app/data', '!WORKSPACE/app/data/deep/**']],
  ['', ['WORKSPACE/**/*.txt', 'nothing/*.jsonl']],
  ['app', []],
  ['app', ['data', '../shared/f.jsonl']],
  ['app', ['../shared/**/*.jsonl', '!../shared/traces']],
  ['app', ['WORKSPACE/shared', 'WORKSPACE/app/data/*.jsonl']],
  ['app', ['data/../../shared/traces/*']]
]

test.each(ENTRIES)('in %j, %j finds in a commit what it finds in a checkout', async (folder, given) => {
  const commit = bench.base.origin.commit(FILES)
  const { workspace } = bench.base
  bench.base.origin.checkOut(workspace, 'refs/heads/main')
  const entries = given.map((entry) => entry.replace('WORKSPACE', workspace))
  const places = { workspace, workingDirectory: join(workspace, folder) }
  const cliHome = join(bench.temp, 'none')
  const plain = await collect({ entries, ...places, cliHome })
  const collected = await bench.collected(commit, { entries, places })
  const named = (files: readonly { shown: string; path: string; format: string }[]) =>
    files.map((file) => [
      placeInWorkspace(file.shown, places, bench.temp),
      readFileSync(file.path, 'utf8'),
      file.format
    ])
  expect(named(collected.files)).toEqual(named(plain.files))
  expect([...collected.committed]).toEqual([...plain.committed])
  expect(collected.unmatched).toEqual(plain.unmatched.map((entry) => entry.replace(`${workspace}/`, '')))
  expect(plain.files.length).toBeGreaterThan(0)
  // Nothing but what can be staged is written down.
  const written = readdirSync(bench.temp, { recursive: true, encoding: 'utf8' })
  expect(written.filter((path) => path.endsWith('.ts'))).toEqual([])
  for (const { shown } of collected.files) expect(resolve(places.workingDirectory, shown)).toContain(workspace)
})

describe('head', () => {
  test('is read as data, named as the commit names its files, and the checkout stays as it is', async () => {
    bench.base.origin.commit({ 'app/data/c.jsonl': line('trusted') })
    const { workspace } = bench.base
    bench.base.origin.checkOut(workspace, 'refs/heads/main')
    const places = { workspace, workingDirectory: join(workspace, 'app') }
    bench.base.origin.git('checkout', '--quiet', '-b', 'proposal')
    const commit = bench.base.origin.commit({
      'app/data/c.jsonl': line('proposed') + 'broken\n',
      'data/x.jsonl': line('beside')
    })
    const entries = ['data/*.jsonl', '../data']
    const options = { entries, places, github: bench.base.access }
    const head = await bench.readHead(commit, options)
    expect(head).toMatchObject({ commit, warnings: [] })
    expect(head.collected.files.map(({ shown }) => shown)).toEqual(['data/c.jsonl', '../data/x.jsonl'])
    expect(head.collected.sources.at(-1)).toBe(`read from commit ${commit} (GitHub), not checked out`)
    const staging = await stage(head.collected, join(mkdtempSync(join(bench.temp, 'spool-')), 'spool'))
    expect(staging.candidates.map(({ entry, file, line: at }) => [entry.traceId, file, at])).toEqual([
      ['proposed', 'data/c.jsonl', 1],
      ['beside', '../data/x.jsonl', 1]
    ])
    expect(staging.invalid).toMatchObject([{ file: 'data/c.jsonl', line: 2 }])
    expect(readFileSync(join(workspace, 'app/data/c.jsonl'), 'utf8')).toBe(line('trusted'))
    expect(readdirSync(workspace).sort()).toEqual(['.git', 'app'])
  })

  test('does not follow links, and says so', async () => {
    bench.base.origin.commit({ 't/a.jsonl': line('one') })
    const commit = bench.base.origin.commitEntry('120000', 't/passwd.jsonl', '/etc/passwd')
    bench.base.origin.checkOut(bench.base.workspace, 'refs/heads/main')
    const { collected, warnings } = await bench.readHead(commit, { entries: ['t'] })
    expect(collected.files.map(({ shown }) => shown)).toEqual(['t/a.jsonl'])
    expect(warnings).toEqual([expect.stringContaining('1 symbolic link(s)')])
  })

  test.each([['cli-home'], ['bucket'], ['hf://datasets/acme/traces'], ['/etc/hosts'], ['../*.jsonl'], ['!../**']])(
    'with traces: %s is a mistake of the workflow',
    async (entry) => {
      const commit = bench.base.origin.commit(FILES)
      bench.base.origin.checkOut(bench.base.workspace, 'refs/heads/main')
      const error = await failure(bench.readHead(commit, { entries: ['app', entry] }))
      expect(error).toMatchObject({ code: 'INPUT_INVALID', exitCode: 2 })
      expect(error.message).not.toContain(entry)
    }
  )

  test('that nobody has is an error, and so is one that is no commit', async () => {
    bench.base.origin.commit(FILES)
    bench.base.origin.checkOut(bench.base.workspace, 'refs/heads/main')
    const unknown = await failure(bench.readHead('0123456789'.repeat(4), { github: bench.base.access }))
    expect(unknown).toMatchObject({ code: 'TRACES_UNREADABLE', exitCode: 4 })
    const tree = bench.base.origin.git('rev-parse', 'HEAD^{tree}')
    expect(await failure(bench.readHead(tree))).toMatchObject({ code: 'TRACES_UNREADABLE', exitCode: 4 })
  })
})

describe('a place in the workspace', () => {
  const places = { workspace: '/home/u/work/app', workingDirectory: '/home/u/work/app/in' }
  test.each([
    ['a.jsonl', 'in/a.jsonl'],
    ['../b/a.jsonl', 'b/a.jsonl'],
    ['~/work/app/b/a.jsonl', 'b/a.jsonl'],
    ['/home/u/work/app/b/a.jsonl', 'b/a.jsonl'],
    ['~/other/a.jsonl', '../../other/a.jsonl']
  ])('%s', (shown, place) => {
    expect(placeInWorkspace(shown, places, '/home/u')).toBe(place)
  })
})
