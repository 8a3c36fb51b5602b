/** What GitHub and its network do to an export: all of the files, or none. */
import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { EXPORT_LIMITS, stagedPaths } from '../../../src/action/commit-files.js'
import { failure, MERGE_REF, TOKEN } from '../base-file/bench.js'
import type { Fault } from '../base-file/github.js'
import { ExportBench } from './bench.js'

let bench: ExportBench
let commit: string

const FILES = Object.fromEntries(
  ['a/1.jsonl', 'a/2.jsonl', 'a/b/3.jsonl', 'c/4.jsonl', 'd.jsonl'].map((path) => [path, `${path}\n`])
)

beforeEach(async () => {
  bench = await ExportBench.create()
  commit = bench.origin.commit(FILES)
})

afterEach(async () => {
  await bench.dispose()
})

const tree = (path: string) => bench.origin.git('rev-parse', `${commit}:${path}`)
const faults = () => bench.base.github.faults

test('one request lists the commit, an object is asked for once, each with the token', async () => {
  commit = bench.origin.commit({ 'copy.jsonl': FILES['a/1.jsonl'] ?? '' })
  expect((await bench.export(commit)).contents).toEqual({ ...FILES, 'copy.jsonl': 'a/1.jsonl\n' })
  expect(bench.requests.slice(0, 2)).toEqual([`commits/${commit}`, `trees/${tree('')}?recursive=1`])
  const blobs = Object.keys(FILES).map((path) => `blobs/${tree(path)}`)
  expect(bench.requests.slice(2).sort()).toEqual(blobs.sort())
  expect(new Set(bench.base.github.requests.map(({ authorization }) => authorization))).toEqual(
    new Set([`token ${TOKEN}`])
  )
})

test('a listing that GitHub has cut is asked for folder by folder, as far as the folders matter', async () => {
  // 8 names in all, 4 below `a`, 3 at the root and in `a`.
  bench.base.github.longestListing = 3
  expect((await bench.export(commit)).contents).toEqual(FILES)
  const listings = bench.requests.filter((path) => path.startsWith('trees/'))
  const expected = ['', 'a'].flatMap((path) => [`trees/${tree(path)}?recursive=1`, `trees/${tree(path)}`])
  expect(listings.sort()).toEqual(
    [...expected, `trees/${tree('a/b')}?recursive=1`, `trees/${tree('c')}?recursive=1`].sort()
  )

  bench.base.github.requests.length = 0
  const { contents } = await bench.export(commit, { wanted: stagedPaths(['c'], '') })
  expect(contents).toEqual({ 'c/4.jsonl': 'c/4.jsonl\n' })
  expect(bench.requests.some((path) => path.includes(tree('a')))).toBe(false)
})

test('a folder that GitHub does not list to its end is an error, not a part of the traces', async () => {
  bench.base.github.longestListing = 2
  const error = await failure(bench.export(commit))
  expect(error.message).toContain('too many entries for GitHub')
  expect(error.hint).toContain('fetch-depth: 0')
  expect(readdirSync(bench.folder)).toEqual([])
})

test('paths of a listing are not trusted either', async () => {
  const sha = tree('d.jsonl')
  for (const path of ['../x.jsonl', '/x.jsonl', 'a//x.jsonl', 'a/./x.jsonl', 'a\\x.jsonl', '.git/x', 'nul\0', '']) {
    faults().push({ match: 'trees', body: { tree: [{ path, mode: '100644', sha }], truncated: false } })
    expect((await failure(bench.export(commit))).message).toContain('is a name that could lead elsewhere')
    expect(readdirSync(bench.folder)).toEqual([])
  }
})

test('a size that GitHub says is held against the limit', async () => {
  faults().push({ match: 'blobs', body: { size: 11, encoding: 'base64', content: '' } })
  const error = await failure(bench.export(commit, { limits: { ...EXPORT_LIMITS, fileBytes: 10 } }))
  expect(error.message).toMatch(/"[a-d1-4/.]+jsonl": it is larger than 10 bytes/)
})

describe('what passes is tried again', () => {
  test.each<[string, Fault, number[]]>([
    ['bad gateway', { match: 'commits', status: 502 }, [1000]],
    ['two failures', { match: 'trees', status: 500, times: 2 }, [1000, 2000]],
    ['a connection that breaks', { match: 'blobs', drop: true }, [1000]],
    ['a rate limit', { match: 'blobs', status: 429, headers: { 'retry-after': '7' } }, [7000]],
    [
      'another blob under the same id',
      { match: 'blobs', body: { size: 1, encoding: 'base64', content: 'eA==' } },
      [1000]
    ]
  ])('%s', async (_, fault, waits) => {
    faults().push(fault)
    expect((await bench.export(commit)).contents).toEqual(FILES)
    expect(bench.base.waits).toEqual(waits)
  })
})

describe('what stays ends it', () => {
  test.each<[string, Fault, string, string, boolean]>([
    ['no right', { match: '', status: 403 }, 'refuses it (HTTP 403)', 'contents: read', false],
    ['a wrong token', { match: '', status: 401 }, 'does not accept the token', 'github-token', false],
    ['a commit that is not found', { match: 'commits', status: 404 }, 'does not show it', 'of a fork', false],
    ['a file that is not found', { match: 'blobs', status: 404 }, 'does not show it', 'of a fork', false],
    ['a server in trouble', { match: 'trees', status: 503 }, 'trouble (HTTP 503)', 'run the job again', true],
    ['a cut connection', { match: 'blobs', drop: true }, 'could not be reached', 'run the job again', true],
    [
      'a used-up quota',
      { match: 'blobs', status: 403, headers: { 'x-ratelimit-remaining': '0' } },
      'rate limit',
      'run the job again',
      true
    ]
  ])('%s', async (_, fault, message, hint, retryable) => {
    faults().push({ ...fault, times: Infinity })
    const error = await failure(bench.export(commit))
    expect([error.code, error.exitCode, error.retryable]).toEqual(['TRACES_UNREADABLE', 4, retryable])
    expect(error.message).toContain(`The traces of commit ${commit.slice(0, 12)} could not be read: `)
    expect(error.message).toContain(message)
    expect(error.hint).toContain(hint)
    expect(`${error.message} ${error.hint}`).not.toMatch(/ghs_|secret of the answer|127\.0\.0\.1/)
    expect(readdirSync(bench.folder)).toEqual([])
  })

  test('a file in the middle: no request is begun after it, and nothing is left', async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${String(i)}.jsonl`, String(i)]))
    commit = bench.origin.commit(files)
    faults().push({ match: 'blobs', status: 403, times: Infinity })
    expect((await failure(bench.export(commit))).message).toContain('refuses it')
    const before = bench.requests.length
    expect(before).toBeLessThan(12)
    await new Promise((done) => setTimeout(done, 50))
    expect(bench.requests).toHaveLength(before)
    expect(readdirSync(bench.folder)).toEqual([])
  })
})

test.each(['', 'main', '--help', 'A'.repeat(40), '\u202Eabc', 'f'.repeat(39)])(
  '%j is not the id of a commit',
  async (id) => {
    const error = await failure(bench.export(id))
    expect(error.message).toBe('The traces of the commit could not be read: that is not the full id of a commit.')
    expect(bench.requests).toEqual([])
  }
)

test('a commit that is nowhere, and a tree that is no commit', async () => {
  for (const id of ['f'.repeat(40), tree('a')]) {
    expect((await failure(bench.export(id))).message).toContain('GitHub does not show it (HTTP 404)')
    expect((await failure(bench.export(id, { github: undefined }))).message).toContain('no token to ask GitHub')
  }
})

test('an event that does not say what the base is', async () => {
  const source = { kind: 'pull-request', mergeSha: undefined, headSha: undefined, baseSha: undefined } as const
  const error = await failure(bench.export(source))
  expect(error.message).toContain("The traces of the pull request's base could not be read: the event does not say")
})

test('without git everything comes from GitHub, which is said', async () => {
  bench.origin.checkOut(bench.base.workspace, 'refs/heads/main')
  const exported = await bench.export(commit, { env: { PATH: bench.temp } })
  expect(exported).toMatchObject({ contents: FILES, from: 'GitHub' })
})

test('a merge that is gone from GitHub leaves the base that the event names, which the checkout holds', async () => {
  const { source, base } = bench.base.pullRequest(FILES, { 'd.jsonl': 'changed' })
  bench.origin.checkOut(bench.base.workspace, MERGE_REF)
  const exported = await bench.export({ ...source, mergeSha: 'f'.repeat(40) })
  expect(exported).toMatchObject({ commit: base, from: 'git objects' })
  expect(exported.contents['d.jsonl']).toBe('d.jsonl\n')
})
