/** The traces of a pull request's base, from real repositories and a GitHub on this machine. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { ActionContext } from '../../src/action/context.js'
import { readContext } from '../../src/action/context.js'
import { comparisonSource } from '../../src/commands/base-traces.js'
import { stage } from '../../src/commands/staging.js'
import { collect } from '../../src/traces/collect.js'
import { MERGE_REF } from '../action/base-file/bench.js'
import { CommitBench, line } from './commit-bench.js'

let bench: CommitBench

beforeEach(async () => {
  bench = await CommitBench.create()
})

afterEach(async () => {
  await bench.dispose()
})

const BEFORE = {
  '.opentraces/staging/a.jsonl': line('one') + line('two'),
  '.opentraces/staging/b.jsonl': line('three')
}
const AFTER = { '.opentraces/staging/a.jsonl': line('one') + line('two', { steps: [] }) + line('four') }
const ids = ({ traces }: { traces: readonly { entry: { traceId: string } }[] }) =>
  traces.map(({ entry }) => entry.traceId)

describe('what was staged at the base is read, whatever the pull request does', () => {
  const CHECKOUTS: [string, boolean, () => unknown][] = [
    ['a checkout of depth 2', false, () => bench.base.origin.checkOut(bench.base.workspace, MERGE_REF, 2)],
    ['a shallow checkout', true, () => bench.base.origin.checkOut(bench.base.workspace, MERGE_REF, 1)],
    ['no checkout', true, () => undefined]
  ]
  test.each(CHECKOUTS)('with %s', async (_, asksGitHub, checkOut) => {
    const { source, base } = bench.base.pullRequest(BEFORE, AFTER)
    checkOut()
    const read = await bench.readBase(source, asksGitHub ? { github: bench.base.access } : {})
    expect(read).toMatchObject({ commit: base, notices: [] })
    expect(ids(read)).toEqual(['one', 'two', 'three'])
    expect(read.traces.map(({ place }) => place)).toEqual([
      '.opentraces/staging/a.jsonl',
      '.opentraces/staging/a.jsonl',
      '.opentraces/staging/b.jsonl'
    ])
  })

  test('as staging reads them: keys, scores, and the very line that would be published', async () => {
    const verdict = { status: 'complete', shareable: 'yes', summary: 'it quotes the trace' }
    const old = { schema_version: '0.3.0', unheard_of: { x: 1.0 }, metadata: { llm_review: verdict } }
    const files = { 't/a.jsonl': line('one', old) + 'no trace\n\n' + line('two') }
    const { source } = bench.base.pullRequest(files, { 't/a.jsonl': null })
    const checkout = join(bench.base.folder, 'at-base')
    bench.base.origin.checkOut(checkout, 'refs/heads/main')
    const places = { workspace: checkout, workingDirectory: checkout, cliHome: join(bench.temp, 'none') }
    const spool = join(bench.temp, 'spool')
    const { candidates } = await stage(await collect({ entries: ['t'], ...places }), spool)
    const bytes = readFileSync(spool)
    bench.base.origin.checkOut(bench.base.workspace, MERGE_REF)

    const { traces } = await bench.readBase(source, { entries: ['t'] })
    expect(traces.map(({ entry }) => entry)).toEqual(candidates.map(({ entry }) => entry))
    expect(traces.map(({ lineHash }) => lineHash)).toEqual(
      candidates.map(({ spooled: { offset, length } }) =>
        createHash('sha256')
          .update(bytes.subarray(offset, offset + length))
          .digest('base64url')
      )
    )
    expect(new Set(traces.map(({ lineHash }) => lineHash)).size).toBe(2)
  })

  test('with a state of the CLI, only what was committed then', async () => {
    const state = (status: Record<string, string>) =>
      JSON.stringify({
        traces: Object.fromEntries(Object.entries(status).map(([id, value]) => [id, { status: value }]))
      })
    const before = {
      'data/state.json': state({ one: 'committed', two: 'staged' }),
      'data/traces/one.jsonl': line('one'),
      'data/traces/two.jsonl': line('two')
    }
    const { source } = bench.base.pullRequest(before, {
      'data/state.json': state({ one: 'committed', two: 'committed' })
    })
    bench.base.origin.checkOut(bench.base.workspace, MERGE_REF)
    expect(ids(await bench.readBase(source, { entries: ['data/traces'] }))).toEqual(['one'])
  })

  test('nothing staged is a base with nothing in it', async () => {
    const { source, base } = bench.base.pullRequest({ 'a.txt': 'text' }, AFTER)
    bench.base.origin.checkOut(bench.base.workspace, MERGE_REF)
    expect(await bench.readBase(source)).toEqual({ commit: base, traces: [], notices: [] })
    expect((await bench.readBase(source, { entries: ['traces/*.jsonl', 'more'] })).traces).toEqual([])
  })

  test('the same id twice with other content stops no comparison', async () => {
    const { source } = bench.base.pullRequest({ 'a.jsonl': line('one') + line('one', { steps: [] }) }, {})
    bench.base.origin.checkOut(bench.base.workspace, MERGE_REF)
    expect(ids(await bench.readBase(source, { entries: ['a.jsonl'] }))).toEqual(['one', 'one'])
  })

  test('links are not followed, and that is said', async () => {
    bench.base.origin.commit({ 'real/a.jsonl': line('one') })
    bench.base.origin.commitEntry('120000', 'staged/link.jsonl', '../real/a.jsonl')
    const { source } = bench.base.pullRequest({ 'staged/b.jsonl': line('two') }, AFTER)
    bench.base.origin.checkOut(bench.base.workspace, MERGE_REF)
    const read = await bench.readBase(source, { entries: ['staged'] })
    expect(ids(read)).toEqual(['two'])
    expect(read.notices).toEqual([expect.stringContaining('Links and submodules of the base are not followed')])
  })

  test('links of the pull request’s working tree have no say', async () => {
    const { source } = bench.base.pullRequest(BEFORE, AFTER)
    const { workspace } = bench.base
    bench.base.origin.checkOut(workspace, MERGE_REF)
    rmSync(join(workspace, '.opentraces'), { recursive: true })
    mkdirSync(join(bench.temp, 'elsewhere/staging'), { recursive: true })
    writeFileSync(join(bench.temp, 'elsewhere/staging/a.jsonl'), line('forged'))
    symlinkSync(join(bench.temp, 'elsewhere'), join(workspace, '.opentraces'))
    expect(ids(await bench.readBase(source))).toEqual(['one', 'two', 'three'])
  })
})

describe('a base that cannot be read is a sentence, no error, and leaves nothing behind', () => {
  test('too shallow, and nobody to ask', async () => {
    const { source } = bench.base.pullRequest(BEFORE, AFTER)
    bench.base.origin.checkOut(bench.base.workspace, MERGE_REF, 1)
    const missing = await bench.missing(source)
    expect(missing).toContain('Not compared with the base. ')
    expect(missing).toContain('fetch-depth')
    expect(missing).toContain('contents: read')
    expect(missing.length).toBeLessThanOrEqual(300)
  })

  test.each([401, 403, 404, 500])('GitHub answers %d', async (status) => {
    const { source } = bench.base.pullRequest(BEFORE, AFTER)
    bench.base.github.faults.push({ match: '/git/', status, times: 100 })
    const missing = await bench.missing(source, { github: bench.base.access })
    expect(missing).toContain('Not compared with the base. ')
    expect(missing).not.toContain('a secret of the answer')
  })

  test('halfway through the files', async () => {
    const { source } = bench.base.pullRequest(BEFORE, AFTER)
    bench.base.github.faults.push({ match: '/git/blobs/', status: 403, times: 100 })
    expect(await bench.missing(source, { github: bench.base.access })).toContain('Not compared with the base. ')
  })

  const BROKEN: [string, Record<string, string>, string][] = [
    [
      'a pointer of Git LFS',
      { 't/a.jsonl': `version https://git-lfs.example/v1\noid sha256:${'0'.repeat(64)}\nsize 9\n` },
      'LFS'
    ],
    ['a broken state of the CLI', { 't/state.json': '{"traces": [' }, 't/state.json'],
    ['committed traces without a file', { 't/state.json': '{"traces":{"x":{"status":"committed"}}}' }, 'committed']
  ]
  test.each(BROKEN)('%s', async (_, files, word) => {
    const { source } = bench.base.pullRequest(files, { 't/b.jsonl': line('two') })
    bench.base.origin.checkOut(bench.base.workspace, MERGE_REF)
    expect(await bench.missing(source, { entries: ['t'] })).toContain(word)
  })

  test('the event does not say what the base is', async () => {
    bench.base.pullRequest(BEFORE, AFTER)
    bench.base.origin.checkOut(bench.base.workspace, MERGE_REF)
    const source = { kind: 'pull-request', mergeSha: undefined, headSha: undefined, baseSha: undefined } as const
    expect(await bench.missing(source)).toContain('does not say what the base is')
  })

  test('nothing that is named is in the repository', async () => {
    const { source } = bench.base.pullRequest(BEFORE, AFTER)
    bench.base.origin.checkOut(bench.base.workspace, MERGE_REF)
    const entries = ['cli-home', 'bucket', 'hf://datasets/acme/traces', bench.temp, '../elsewhere/*.jsonl']
    expect(await bench.missing(source, { entries })).toContain('in the repository')
    // Without the rest, the default places would be taken.
    expect(await bench.missing(source, { entries: ['cli-home', '!x'] })).toContain('in the repository')
    expect(ids(await bench.readBase(source, { entries: [...entries, '.opentraces/staging/b.jsonl'] }))).toEqual([
      'three'
    ])
  })

  test('an exclusion that leads out of the checkout, without which more would be read than is staged', async () => {
    const { source } = bench.base.pullRequest(BEFORE, AFTER)
    bench.base.origin.checkOut(bench.base.workspace, MERGE_REF)
    for (const exclusion of ['!../**/b.jsonl', `!${bench.base.folder}/**`, '!..', '!../workspace/.opentraces']) {
      const missing = await bench.missing(source, { entries: ['.opentraces/staging', exclusion] })
      expect(missing).toContain('an exclusion')
    }
    const beside = ['.opentraces/staging', `!${bench.temp}/**`, '!../other']
    expect(ids(await bench.readBase(source, { entries: beside }))).toEqual(['one', 'two', 'three'])
  })

  test('no room for it', async () => {
    const { source } = bench.base.pullRequest(BEFORE, AFTER)
    bench.base.origin.checkOut(bench.base.workspace, MERGE_REF)
    const options = bench.options()
    rmSync(options.workFolder, { recursive: true })
    writeFileSync(options.workFolder, 'a file')
    const { readBase } = await import('../../src/commands/base-traces.js')
    expect(await readBase(source, options)).toEqual({ missing: expect.stringContaining('(ENOTDIR)') })
    expect(readdirSync(bench.temp)).toHaveLength(1)
  })
})

describe('what a run is compared with', () => {
  const SHA = { run: '1'.repeat(40), head: '2'.repeat(40), base: '3'.repeat(40) }
  const pull = {
    pull_request: { number: 7, head: { sha: SHA.head, repo: { id: 1 } }, base: { sha: SHA.base, repo: { id: 1 } } }
  }
  const on = (eventName: string, payload: object = {}, ref = 'refs/heads/main'): ActionContext =>
    readContext(
      {
        GITHUB_ACTIONS: 'true',
        GITHUB_EVENT_NAME: eventName,
        GITHUB_EVENT_PATH: '/event.json',
        GITHUB_SHA: SHA.run,
        GITHUB_REF: ref
      },
      () => JSON.stringify({ repository: { id: 1, default_branch: 'main' }, ...payload })
    )

  test('a pull request with its base', () => {
    expect(comparisonSource(on('pull_request', pull, 'refs/pull/7/merge'), undefined)).toEqual({
      kind: 'pull-request',
      mergeSha: SHA.run,
      headSha: SHA.head,
      baseSha: SHA.base
    })
  })

  const TRUSTED_COMMIT = { kind: 'commit', sha: SHA.run }
  test.each([
    ['pull_request_target', pull, undefined, TRUSTED_COMMIT],
    ['pull_request_target', pull, SHA.head, TRUSTED_COMMIT],
    [
      'pull_request_target',
      { pull_request: { ...pull.pull_request, base: { ...pull.pull_request.base, ref: 'main' } } },
      SHA.head,
      TRUSTED_COMMIT
    ],
    [
      'pull_request_target',
      { pull_request: { ...pull.pull_request, base: { ...pull.pull_request.base, ref: 'release' } } },
      SHA.head,
      { kind: 'pull-request', mergeSha: undefined, headSha: SHA.head, baseSha: SHA.base }
    ],
    ['workflow_run', { workflow_run: { head_repository: { id: 2 } } }, SHA.head, TRUSTED_COMMIT],
    ['workflow_run', { workflow_run: { head_repository: { id: 2 } } }, undefined, undefined],
    ['issue_comment', {}, SHA.head, TRUSTED_COMMIT],
    [
      'merge_group',
      { merge_group: { base_sha: SHA.base } },
      undefined,
      { kind: 'pull-request', mergeSha: undefined, headSha: undefined, baseSha: SHA.base }
    ],
    ['push', {}, undefined, undefined],
    ['push', {}, SHA.head, undefined],
    ['workflow_dispatch', {}, SHA.head, undefined]
  ])('%s', (event, payload, head, expected) => {
    expect(comparisonSource(on(event, payload), head)).toEqual(expected)
  })
})
