/** Which pull requests a `workflow_run` is about. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { findPullRequest, type PullRequestQuery } from '../../../src/action/comments/find-pull-request.js'
import type { ServedPull } from '../../support/github-server.js'
import { Bench, REPOSITORY } from './bench.js'

const SHA = '1'.repeat(40)
const FORK = { id: 50, full_name: 'newcomer/app' }
const HERE = { id: 1, full_name: REPOSITORY }

let bench: Bench

beforeEach(async () => {
  bench = await Bench.create()
})

afterEach(async () => {
  await bench.stop()
})

function propose(number: number, changes: Partial<ServedPull['head']> & { state?: string; base?: string } = {}) {
  const { state = 'open', base = 'main', ...head } = changes
  bench.server.pulls.push({
    number,
    state,
    head: { sha: SHA, ref: 'fix', repo: FORK, ...head },
    base: { sha: 'b'.repeat(40), ref: base, repo: HERE }
  })
}

async function find(changes: Partial<PullRequestQuery> = {}) {
  return await findPullRequest({
    github: bench.access(),
    repositoryId: HERE.id,
    headSha: SHA,
    headRepositoryId: FORK.id,
    headOwner: 'newcomer',
    headBranch: 'fix',
    now: () => 0,
    ...changes
  })
}

const NONE = { kind: 'none' }

describe('the pull request of a run', () => {
  test('of a fork is found by commit, repository and branch', async () => {
    propose(7)
    propose(8, { sha: '2'.repeat(40) })
    expect(await find()).toEqual({ kind: 'found', numbers: [7] })
    expect(bench.checked.operations).toEqual(['pulls/list'])
  })

  test('of this repository is found alike', async () => {
    propose(7, { repo: HERE })
    expect(await find({ headRepositoryId: HERE.id, headOwner: 'acme' })).toEqual({ kind: 'found', numbers: [7] })
  })

  test.each([
    ['that is closed', { state: 'closed' }],
    ['that has moved on', { sha: '2'.repeat(40) }],
    ['of somebody else who has the same commit', { repo: { id: 51, full_name: 'mallory/app' } }],
    ['of another repository of the same owner', { repo: { id: 52, full_name: 'newcomer/app-2' } }],
    ['of a fork that is gone', { repo: null }],
    ['of another branch', { ref: 'other' }]
  ])('is not one %s', async (_, changes) => {
    propose(7, changes)
    expect(await find()).toEqual(NONE)
    // Nor where the server does not know the filter.
    bench.server.flavour = 'gitea'
    expect(await find()).toEqual(NONE)
    propose(9)
    expect(await find()).toEqual({ kind: 'found', numbers: [9] })
  })

  test('is in this repository', async () => {
    bench.server.pulls.push({
      number: 7,
      state: 'open',
      head: { sha: SHA, ref: 'fix', repo: FORK },
      base: { sha: 'b'.repeat(40), ref: 'main', repo: { id: 99, full_name: 'acme/other' } }
    })
    expect(await find()).toEqual(NONE)
    expect(await find({ repositoryId: undefined })).toEqual(NONE)
    propose(8)
    expect(await find()).toEqual({ kind: 'found', numbers: [8] })
    expect(await find({ repositoryId: undefined })).toEqual({ kind: 'found', numbers: [8] })
  })

  test('is found on a later page', async () => {
    for (let n = 100; n < 350; n++) propose(n, { ref: 'other' })
    propose(7)
    expect(await find({ headOwner: undefined, headBranch: undefined })).toMatchObject({ kind: 'found' })
    expect(await find({ headOwner: undefined })).toEqual({ kind: 'found', numbers: [7] })
    expect(bench.server.requests.length).toBeGreaterThan(2)
  })

  test('may be several of one branch, the newest first, and never more than ten', async () => {
    propose(7, { base: 'main' })
    propose(21, { base: 'release' })
    propose(9, { base: 'next' })
    expect(await find()).toEqual({ kind: 'found', numbers: [21, 9, 7] })
    for (let n = 100; n < 200; n++) propose(n, { base: `base-${String(n)}` })
    const numbers = [199, 198, 197, 196, 195, 194, 193, 192, 191, 190]
    expect(await find()).toEqual({ kind: 'found', numbers })
  })

  test('cannot be told where the fork is gone, or the commit is none', async () => {
    propose(7, { repo: null })
    expect(await find({ headRepositoryId: undefined })).toEqual(NONE)
    for (const headSha of ['', 'main', `${SHA}&state=all`, SHA.slice(1)]) expect(await find({ headSha })).toEqual(NONE)
    expect(bench.server.requests).toEqual([])
  })

  test('is asked for by the name of a branch that its author chose', async () => {
    const ref = 'a&state=all#../?x={owner}%2F💥'
    propose(7, { ref })
    expect(await find({ headBranch: ref })).toEqual({ kind: 'found', numbers: [7] })
    expect(bench.server.requests.map(({ path }) => path)).toEqual([`/repos/${REPOSITORY}/pulls`])
  })
})

test('trouble that passes is waited for, other trouble is told', async () => {
  propose(7)
  const pulls = { method: 'GET', path: '/pulls' }
  bench.server.faults.push({ ...pulls, status: 429, headers: { 'Retry-After': '9' } }, { ...pulls, status: 500 }, pulls)
  expect(await find()).toEqual({ kind: 'found', numbers: [7] })
  expect(bench.waits).toEqual([9000, 2000, 4000])
  bench.server.faults.push({ ...pulls, status: 403 })
  const refused = await find()
  expect(refused).toMatchObject({ kind: 'failed', trouble: { kind: 'rights' } })
  expect(JSON.stringify(refused)).toContain('pull-requests: write')
  expect(JSON.stringify(refused)).not.toContain('secret')
  expect(await find({ github: bench.access('') })).toMatchObject({ kind: 'failed', trouble: { kind: 'no-token' } })
})
