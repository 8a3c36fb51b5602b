/** What GitHub and its network do to the reading of a base: never an answer that is not known to be true. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Bench, failure, FORGED, MERGE_REF, POLICY, TOKEN, TRUSTED, type PullRequest } from './bench.js'
import type { Fault } from './github.js'

let bench: Bench
let pull: PullRequest

/** A checkout of depth 1, as `actions/checkout` makes it: the merge is there, the base is not. */
beforeEach(async () => {
  bench = await Bench.create()
  pull = bench.pullRequest({ [POLICY]: TRUSTED }, { [POLICY]: FORGED })
  bench.origin.checkOut(bench.workspace, MERGE_REF, 1)
})

afterEach(async () => {
  await bench.dispose()
})

const git = (...args: string[]) => bench.origin.git(...args)

test('asks for nothing but the base, with the token, and for each object once', async () => {
  await bench.read(pull.source)
  const ids = ['^{tree}', ':.opentraces', `:${POLICY}`].map((suffix) => git('rev-parse', `${pull.base}${suffix}`))
  // The merge, whose parents name the base, and the folder that the merge shares with nobody, come from the checkout.
  expect(bench.github.requests.map(({ path }) => path.replace('/repos/acme/app/git/', ''))).toEqual([
    `commits/${pull.base}`,
    `trees/${String(ids[0])}`,
    `trees/${String(ids[1])}`,
    `blobs/${String(ids[2])}`
  ])
  expect(new Set(bench.github.requests.map(({ authorization }) => authorization))).toEqual(new Set([`token ${TOKEN}`]))
})

test('what is missing from a partial clone is not fetched by git, but read from GitHub', async () => {
  git('config', 'uploadpack.allowFilter', 'true')
  git('config', 'uploadpack.allowAnySHA1InWant', 'true')
  const workspace = join(bench.folder, 'partial')
  const clone = bench.origin.checkOut(workspace, MERGE_REF, 2, '--filter=blob:none')
  const id = git('rev-parse', `${pull.base}:${POLICY}`)
  expect(clone.git('config', '--get', 'remote.origin.promisor')).toBe('true')
  expect(await bench.read(pull.source, { workspace, workingDirectory: workspace })).toMatchObject({ text: TRUSTED })
  expect(bench.github.requests.map(({ path }) => path)).toEqual([`/repos/acme/app/git/blobs/${id}`])
  expect(clone.has(id)).toBe(false)
})

describe('what passes is tried again', () => {
  test.each<[string, Fault, number[]]>([
    ['bad gateway', { match: '', status: 502 }, [1000]],
    ['two failures', { match: 'trees', status: 500, times: 2 }, [1000, 2000]],
    ['a connection that breaks', { match: 'blobs', drop: true }, [1000]],
    ['a rate limit', { match: '', status: 429, headers: { 'retry-after': '7' } }, [7000]],
    ['a secondary rate limit', { match: '', status: 403, headers: { 'retry-after': '3' } }, [3000]],
    ['an answer of a proxy', { match: 'commits', body: 'sign in' }, [1000]],
    ['a commit without a tree', { match: 'commits', body: { parents: [] } }, [1000]],
    [
      'a blob that was cut',
      { match: 'blobs', body: { size: 7, encoding: 'base64', content: Buffer.from('version').toString('base64') } },
      [1000]
    ],
    ['a blob of another encoding', { match: 'blobs', body: { size: 0, encoding: 'none', content: '' } }, [1000]]
  ])('%s', async (_, fault, waits) => {
    bench.github.faults.push(fault)
    expect(await bench.read(pull.source)).toEqual({ text: TRUSTED, commit: pull.base })
    expect(bench.waits).toEqual(waits)
  })
})

describe('what stays ends the run', () => {
  test.each<[string, Fault, string, string, boolean, number]>([
    ['no right', { match: '', status: 403 }, 'refuses it (HTTP 403)', 'contents: read', false, 0],
    ['a wrong token', { match: '', status: 401 }, 'does not accept the token', 'github-token', false, 0],
    ['not found', { match: '', status: 404 }, 'does not show it (HTTP 404)', 'contents: read', false, 0],
    ['a folder that is not found', { match: 'trees', status: 404 }, 'does not show it', 'contents: read', false, 0],
    ['a file that is not found', { match: 'blobs', status: 404 }, 'does not show it', 'contents: read', false, 0],
    ['an empty repository', { match: '', status: 409 }, 'refuses it (HTTP 409)', 'contents: read', false, 0],
    ['a server in trouble', { match: '', status: 503 }, 'trouble (HTTP 503)', 'run the job again', true, 3],
    ['no connection', { match: '', drop: true }, 'could not be reached', 'run the job again', true, 3],
    ['nonsense', { match: '', body: [] }, 'was not understood', 'run the job again', true, 3],
    [
      'a used-up quota',
      { match: '', status: 403, headers: { 'x-ratelimit-remaining': '0' } },
      'rate limit',
      'run the job again',
      true,
      3
    ],
    [
      'a rate limit for an hour',
      { match: '', status: 429, headers: { 'retry-after': '3600' } },
      'rate limit',
      'run the job again',
      true,
      0
    ],
    [
      'a folder that GitHub does not list to its end',
      { match: 'trees', body: { tree: [], truncated: true } },
      'too many entries',
      'fetch-depth: 2',
      false,
      0
    ],
    [
      'another blob under the same id',
      {
        match: 'blobs',
        body: { size: FORGED.length, encoding: 'base64', content: Buffer.from(FORGED).toString('base64') }
      },
      'was not understood',
      'run the job again',
      true,
      3
    ],
    [
      'an id that is none',
      { match: 'commits', body: { tree: { sha: '../../user' }, parents: [] } },
      'was not understood',
      'run the job again',
      true,
      3
    ]
  ])('%s', async (_, fault, message, hint, retryable, waits) => {
    bench.github.faults.push({ ...fault, times: Infinity })
    const error = await failure(bench.read(pull.source))
    expect([error.code, error.exitCode, error.retryable]).toEqual(['POLICY_UNREADABLE', 3, retryable])
    expect(error.message).toContain(`The base's version of "${POLICY}" could not be read: `)
    expect(error.message).toContain(message)
    expect(error.hint).toContain(hint)
    expect(bench.waits).toHaveLength(waits)
    expect(`${error.message} ${error.hint} ${String(error.cause)}`).not.toMatch(
      /ghs_|secret of the answer|127\.0\.0\.1/
    )
  })

  test('a private repository that the token may not read is not one without a policy', async () => {
    const github = { ...bench.access, repository: 'acme/private' }
    expect((await failure(bench.read(pull.source, { github }))).code).toBe('POLICY_UNREADABLE')
  })

  test('no token: the hint says how to do without one', async () => {
    const error = await failure(bench.read(pull.source, { github: undefined }))
    expect(error.message).toContain('the checkout does not hold it, and there is no token to ask GitHub')
    expect(error.hint).toContain('fetch-depth: 2')
    expect(bench.github.requests).toEqual([])
  })

  test('no git and no token', async () => {
    const error = await failure(bench.read(pull.source, { github: undefined, env: { PATH: bench.folder } }))
    expect(error.code).toBe('POLICY_UNREADABLE')
  })

  test.each([
    ['nothing', {}],
    ['no merge and no base', { mergeSha: undefined, baseSha: undefined }],
    ['a base that is no id', { mergeSha: undefined, baseSha: 'main' }],
    ['an option for git', { mergeSha: undefined, baseSha: '--help' }]
  ])('an event that names %s', async (_, change) => {
    const source = {
      ...{ kind: 'pull-request', mergeSha: undefined, headSha: undefined, baseSha: undefined },
      ...change
    }
    const error = await failure(bench.read(source as typeof pull.source))
    expect(error.message).toContain('the event does not say what the base is')
  })
})

test('without git everything comes from GitHub', async () => {
  expect(await bench.read(pull.source, { env: { PATH: bench.folder } })).toMatchObject({ text: TRUSTED })
  expect(bench.github.requests[0]?.path).toBe(`/repos/acme/app/git/commits/${pull.merge}`)
})

test('a merge that is gone leaves the base that the event names', async () => {
  const source = { ...pull.source, mergeSha: 'f'.repeat(40) }
  expect(await bench.read(source)).toEqual({ text: TRUSTED, commit: pull.base })
  bench.github.faults.push({ match: 'f'.repeat(40), status: 403 })
  expect((await failure(bench.read(source))).code).toBe('POLICY_UNREADABLE')
})

test('a workflow on a commit of its own is read at that commit, whatever is checked out', async () => {
  const source = { kind: 'commit', sha: pull.base } as const
  expect(readFileSync(join(bench.workspace, POLICY), 'utf8')).toBe(FORGED)
  expect(await bench.read(source)).toEqual({ text: TRUSTED, commit: pull.base })
  for (const sha of ['', 'main', '--help', 'f'.repeat(40)]) {
    expect((await failure(bench.read({ kind: 'commit', sha }))).code).toBe('POLICY_UNREADABLE')
  }
})

test('of several checkouts, the one of the event tells where its repository begins', async () => {
  const outer = join(bench.folder, 'outer')
  const other = bench.origin.checkOut(outer, MERGE_REF, 1)
  other.git('checkout', '--quiet', '--orphan', 'another')
  const unrelated = { workspace: outer, workingDirectory: join(outer, 'app'), path: POLICY }
  bench.origin.checkOut(join(outer, 'app'), MERGE_REF, 2)
  // The outer one holds the merge as well: there the path begins with `app/`, which its base has not.
  expect(await bench.read(pull.source, unrelated)).toBe('absent')
  other.git('update-ref', '-d', 'refs/remotes/checked-out')
  other.git('reflog', 'expire', '--expire=now', '--all')
  other.git('gc', '--quiet', '--prune=now')
  expect(other.has(pull.merge)).toBe(false)
  expect(await bench.read(pull.source, unrelated)).toMatchObject({ text: TRUSTED })
})
