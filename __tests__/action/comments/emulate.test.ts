/** Comments against a GitHub that nobody here wrote: `emulate`, whose tokens are installations with enforced rights. */
import { createSign } from 'node:crypto'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { findPullRequest } from '../../../src/action/comments/find-pull-request.js'
import { upsertComment, type CommentOptions } from '../../../src/action/comments/upsert.js'
import { marked, visible } from './bench.js'
import { checkedFetch, type Checked } from './openapi.js'

interface Emulator {
  readonly url: string
  readonly generatedSecrets: readonly { id: string; value: string }[]
  close(): Promise<void>
}

/** Only what is used of it: its own types are there where it is installed. */
interface Emulate {
  createEmulator(options: { service: 'github'; port: number; baseUrl: string; seed: unknown }): Promise<Emulator>
}

const NAME = 'emulate'
const emulate = await (import(NAME) as Promise<Emulate>).catch(() => undefined)
const withEmulate = emulate === undefined ? describe.skip : describe

const APPS = [
  { app_id: 15_368, slug: 'github-actions', installation: 100 },
  { app_id: 2, slug: 'other-app', installation: 101 }
]
const REPOSITORY = 'octocat/app'
const PERSON = 'person'

withEmulate('comments on emulate', () => {
  let emulator: Emulator
  let checked: Checked
  let head: { sha: string; repo: { id: number } }

  beforeEach(async () => {
    const port = await freePort()
    emulator = await emulate!.createEmulator({
      service: 'github',
      port,
      baseUrl: `http://127.0.0.1:${String(port)}`,
      seed
    })
    checked = checkedFetch(emulator.url)
    const { object } = await call<{ object: { sha: string } }>('GET', '/git/ref/heads/main', PERSON)
    await call('POST', '/git/refs', PERSON, { ref: 'refs/heads/work', sha: object.sha })
    head = (await call<{ head: typeof head }>('POST', '/pulls', PERSON, { title: 'x', head: 'work', base: 'main' }))
      .head
  })

  afterEach(async () => {
    await emulator.close()
    if (checked.violations.length > 0) throw new Error(checked.violations.join('\n'))
  })

  async function call<T>(method: string, path: string, token: string, body?: unknown): Promise<T> {
    const url = path.startsWith('/app/') ? path : `/repos/${REPOSITORY}${path}`
    const response = await fetch(emulator.url + url, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    return (await response.json()) as T
  }

  /** As the runner gets its token: an App's installation with the permissions of the job. */
  async function installationToken(slug: string, permissions: Record<string, string>): Promise<string> {
    const { app_id, installation } = APPS.find((app) => app.slug === slug)!
    const key = emulator.generatedSecrets.find(({ id }) => id === String(app_id))!.value
    const now = Math.floor(Date.now() / 1000)
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: now - 60, exp: now + 300, iss: String(app_id) })}`
    const jwt = `${text}.${createSign('RSA-SHA256').update(text).sign(key).toString('base64url')}`
    const path = `/app/installations/${String(installation)}/access_tokens`
    return (await call<{ token: string }>('POST', path, jwt, { permissions })).token
  }

  const writer = () => installationToken('github-actions', { pull_requests: 'write' })

  function access(token: string, haste = 1000): CommentOptions['github'] {
    const pause = (milliseconds: number) => sleep(milliseconds / haste)
    return { token, repository: REPOSITORY, apiUrl: emulator.url, sleep: pause, fetch: checked.fetch }
  }

  async function post(github: CommentOptions['github'], text: string, run: number) {
    return await upsertComment({
      github,
      pullRequest: 1,
      body: marked(text),
      stamp: { runId: run, attempt: 1, headSha: head.sha },
      when: 'always',
      hasNews: true,
      hasFailed: false,
      now: Date.now,
      random: Math.random
    })
  }

  interface Comment {
    id: number
    body: string
    user: { login: string }
  }

  const comments = () => call<Comment[]>('GET', '/issues/1/comments?per_page=100', PERSON)

  test('are made and changed as the account of Actions, beside those of others', async () => {
    const stranger = await installationToken('other-app', { pull_requests: 'write' })
    for (const token of [PERSON, stranger]) await call('POST', '/issues/1/comments', token, { body: marked('forged') })
    const token = await writer()
    expect(await post(access(token), 'one', 10)).toMatchObject({ kind: 'created' })
    expect(await post(access(token), 'two', 11)).toMatchObject({ kind: 'updated' })
    expect(await post(access(token), 'two', 11)).toMatchObject({ kind: 'unchanged' })
    expect(await post(access(token), 'old', 9)).toMatchObject({ kind: 'superseded' })
    const seen = await comments()
    expect(seen.map(({ user }) => user.login)).toEqual(['octocat', 'other-app[bot]', 'github-actions[bot]'])
    expect(seen.slice(0, 2).map(({ body }) => body)).toEqual([marked('forged'), marked('forged')])
    expect(visible(seen[2]!.body)).toBe('two')
  })

  test('by a token without the permission end in a warning that names it', async () => {
    const token = await installationToken('github-actions', { pull_requests: 'read' })
    const outcome = await post(access(token), 'one', 10)
    expect(outcome).toMatchObject({ kind: 'not-posted', trouble: { kind: 'rights' } })
    expect(JSON.stringify(outcome)).toContain('`pull-requests: write`')
    expect(await comments()).toEqual([])
  })

  test('of twenty simultaneous jobs end as one, with the newest text', async () => {
    const person = await call<Comment>('POST', '/issues/1/comments', PERSON, { body: marked('forged') })
    const token = await writer()
    const runs = Array.from({ length: 20 }, (_, n) => 100 + n)
    await Promise.all(
      runs.map(async (run) => {
        await sleep(Math.random() * 200)
        await post(access(token, 4), `report of run ${String(run)}`, run)
      })
    )
    const [theirs, ours, ...rest] = await comments()
    expect(theirs).toMatchObject({ id: person.id, body: marked('forged') })
    expect(visible(ours!.body)).toBe('report of run 119')
    expect(rest).toEqual([])
  })

  test('find the pull request of a run', async () => {
    const query = {
      github: access(await writer()),
      repositoryId: head.repo.id,
      headSha: head.sha,
      headRepositoryId: head.repo.id,
      headOwner: 'octocat',
      headBranch: 'work',
      now: Date.now
    }
    expect(await findPullRequest(query)).toEqual({ kind: 'found', numbers: [1] })
    expect(await findPullRequest({ ...query, headSha: '0'.repeat(40) })).toEqual({ kind: 'none' })
  })
})

const permissions = { issues: 'write', pull_requests: 'write', contents: 'read' }
const seed = {
  github: {
    users: [{ login: 'octocat' }],
    repos: [{ owner: 'octocat', name: 'app', auto_init: true }],
    apps: APPS.map(({ app_id, slug, installation }) => ({
      app_id,
      slug,
      name: slug,
      permissions,
      installations: [{ installation_id: installation, account: 'octocat' }]
    }))
  },
  tokens: { [PERSON]: { login: 'octocat', scopes: ['repo', 'user'] } }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
