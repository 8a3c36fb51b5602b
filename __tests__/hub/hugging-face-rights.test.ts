/** Who may do what, how a refusal is told, and where the token goes. */
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ActionError } from '../../src/errors.js'
import { openHuggingFace } from '../../src/hub/hugging-face.js'
import { readAll } from '../../src/hub/store.js'
import type { HuggingFaceOptions } from '../../src/hub/hugging-face.js'
import { COMMITS, openStore, planOf, rejection } from '../support/hub/helpers.js'
import type { Commit } from '../support/hub/objects.js'
import { startHub, type LocalHub } from '../support/hub/server.js'

let hub: LocalHub
let secret: Commit
let open: Commit

beforeEach(async () => {
  hub = await startHub()
  secret = hub.seed('alice/secret', { a: '1' }, { private: true })
  open = hub.seed('alice/open', { a: '1' })
})

afterEach(async () => {
  await hub.close()
})

function storeOf(repo: string, token: string | undefined, options: HuggingFaceOptions = {}) {
  return openStore(hub, { token, ...options }, repo)
}

describe('a dataset that is not there for the caller', () => {
  test.each(['alice/secret', 'alice/missing'])(
    'without a token %s is neither missing nor to be created',
    async (repo) => {
      const error = await rejection(storeOf(repo, undefined).state())
      expect(error).toMatchObject({ code: 'NOT_AUTHENTICATED', exitCode: 3 })
      expect((error as ActionError).message).toContain('private or does not exist')
      const commit = await rejection(storeOf(repo, undefined).commit(planOf(undefined, { a: '1' })))
      expect(commit).toMatchObject({ code: 'NOT_AUTHENTICATED', exitCode: 3 })
      expect(hub.requests(/^POST /)).toEqual([])
    }
  )

  test('a 404 without a token is not an invitation either', async () => {
    hub.faults.add({ match: '/commits/main', status: 404, headers: { 'X-Error-Code': 'RepoNotFound' } })
    expect(await rejection(storeOf('alice/open', undefined).state())).toMatchObject({ code: 'DATASET_NOT_FOUND' })
  })

  test('somebody else’s private dataset looks missing, and is not created over', async () => {
    const store = storeOf('alice/secret', hub.tokens.bob)
    expect(await store.state()).toEqual({ revision: undefined, visibility: undefined })
    expect(await rejection(store.commit(planOf(undefined, { a: '2' })))).toMatchObject({
      code: 'FORBIDDEN',
      exitCode: 3
    })
    expect(hub.commits('alice/secret')[0]!.id).toBe(secret.id)
  })

  test('one that exists but stays hidden from its own namespace’s token', async () => {
    hub.faults.add({ match: '/repos/create', status: 409, times: 100 })
    const error = await rejection(storeOf('alice/missing', hub.tokens.alice).commit(planOf(undefined, { a: '1' })))
    expect(error).toMatchObject({ code: 'FORBIDDEN', exitCode: 3 })
    expect((error as ActionError).message).toContain('exists')
  })

  test('one that vanishes before the commit', async () => {
    const store = storeOf('alice/open', hub.tokens.alice)
    hub.world.repositories.delete('alice/open')
    const error = await rejection(store.commit(planOf(open.id, { a: '2' })))
    expect(error).toMatchObject({ code: 'DATASET_NOT_FOUND', exitCode: 4 })
  })
})

describe('a right that is missing', () => {
  test('a token of the Hub that is unknown to it', async () => {
    const store = storeOf('alice/open', `hf_${'x'.repeat(34)}`)
    for (const attempt of [store.state(), store.list(open.id), store.commit(planOf(open.id, { a: '2' }))]) {
      const error = await rejection(attempt)
      expect(error).toMatchObject({ code: 'NOT_AUTHENTICATED', exitCode: 3, retryable: false })
      expect((error as ActionError).message).toMatch(/HTTP 401 from the hub, request Root=1-local-\d+/)
    }
  })

  test.each([
    ['a token for reading', 'alice/open', () => hub.tokens.reader],
    ['somebody else', 'alice/open', () => hub.tokens.bob],
    ['a token for another dataset', 'alice/open', () => hub.world.addToken('alice', 'scoped', ['alice/other'])]
  ])('%s may not write', async (_, repo, token) => {
    const error = await rejection(storeOf(repo, token()).commit(planOf(open.id, { a: '2' })))
    expect(error).toMatchObject({ code: 'FORBIDDEN', exitCode: 3, retryable: false })
    expect((error as ActionError).message).toContain('may not write to alice/open')
    expect((error as ActionError).hint).toContain('"write"')
    // Refused for good: neither asked again nor looked for.
    expect(hub.requests(/\/(commit|commits)\//)).toEqual([])
    expect(hub.requests(/preupload/)).toHaveLength(1)
  })

  test.each([
    ['a token for reading', 'alice/new', () => hub.tokens.reader],
    ['a namespace of somebody else', 'bob/new', () => hub.tokens.alice],
    ['a token for one dataset', 'alice/new', () => hub.world.addToken('alice', 'scoped', ['alice/new'])]
  ])('%s may not create', async (_, repo, token) => {
    const error = await rejection(storeOf(repo, token()).commit(planOf(undefined, { a: '1' })))
    expect(error).toMatchObject({ code: 'FORBIDDEN', exitCode: 3 })
    expect((error as ActionError).message).toContain(`may not create datasets under "${repo.split('/')[0]!}"`)
  })

  test('trusted publishing writes to its dataset, and cannot create one', async () => {
    const token = hub.world.addToken('[OIDC]', 'oidc', ['alice/secret', 'alice/new'])
    await storeOf('alice/secret', token).commit(planOf(secret.id, { a: '2' }))
    expect(hub.commits('alice/secret')[0]!.author).toBe('[OIDC]')
    const error = await rejection(storeOf('alice/new', token).commit(planOf(undefined, { a: '1' })))
    expect(error).toMatchObject({ code: 'NOT_AUTHENTICATED', exitCode: 3 })
    expect((error as ActionError).hint).toContain('must exist already')
  })

  test('the storage refusing is not a right that is missing', async () => {
    const ruled = hub.seed('alice/open', { '.gitattributes': '*.jsonl filter=lfs\n' })
    hub.faults.add({ match: '/objects/', at: 'storage', status: 403 })
    const error = await rejection(
      storeOf('alice/open', hub.tokens.alice).commit(planOf(ruled.id, { 'a.jsonl': '{}\n' }))
    )
    expect(error).toMatchObject({ code: 'UPLOAD_FAILED', exitCode: 4, retryable: true })
  })

  test('a member of an organisation may', async () => {
    await storeOf('acme/traces', hub.tokens.alice).commit(planOf(undefined, { a: '1' }))
    expect(hub.files('acme/traces').get('a')!.toString()).toBe('1')
  })

  test('a gated dataset: the listing is open, the files are not', async () => {
    hub.world.repositories.get('alice/open')!.gated = 'manual'
    const store = storeOf('alice/open', hub.tokens.bob)
    expect(await store.list(open.id)).toHaveLength(2)
    const error = await rejection(readAll(store, open.id, 'a'))
    expect(error).toMatchObject({ code: 'FORBIDDEN', exitCode: 3 })
    expect((error as ActionError).message).toContain('gated')
    hub.world.repositories.get('alice/open')!.granted.add('bob')
    expect((await readAll(store, open.id, 'a')).toString()).toBe('1')
  })

  test('a Hub that makes a private dataset public gets nothing', async () => {
    hub.faults.add({ match: '/revision/main', status: 200, body: { id: 'x', private: false } })
    const error = await rejection(storeOf('alice/new', hub.tokens.alice).commit(planOf(undefined, { a: '1' })))
    expect(error).toMatchObject({ code: 'VISIBILITY_DIFFERS', exitCode: 3 })
    expect(hub.requests(/commit\/|preupload/)).toEqual([])
  })
})

describe('a pull request instead of a commit', () => {
  test('is opened by somebody without the right to write, on top of the plan’s parent', async () => {
    const store = storeOf('alice/open', hub.tokens.bob, { createPr: true })
    const { revision, url } = await store.commit(planOf(open.id, { 'data/b.jsonl': '{}\n' }))
    expect(url).toBe(`${hub.url}/datasets/alice/open/discussions/1`)
    expect(hub.commits('alice/open')[0]!.id).toBe(open.id)
    expect(hub.commits('alice/open', 'refs/pr/1')[0]).toMatchObject({ id: revision, parent: open.id, author: 'bob' })
    expect((await readAll(store, 'refs/pr/1', 'data/b.jsonl')).toString()).toBe('{}\n')
  })

  test.each([{ status: 500 }, { dropSocket: true }])('is recognised where its reply was lost: %j', async (fault) => {
    const store = storeOf('alice/open', hub.tokens.bob, { createPr: true })
    await store.commit(planOf(open.id, { b: '1' }, { marker: 'b'.repeat(64) }))
    hub.faults.add({ match: '/commit/main', afterEffect: true, ...fault })
    const { url } = await store.commit(planOf(open.id, { b: '2' }))
    expect(url).toBe(`${hub.url}/datasets/alice/open/discussions/2`)
    expect(hub.world.repositories.get('alice/open')!.pullRequests).toHaveLength(2)
  })

  test('foretells object ids with the rights that it has', async () => {
    hub.seed('alice/open', { '.gitattributes': '*.jsonl filter=lfs\n' })
    const store = storeOf('alice/open', hub.tokens.bob, { createPr: true })
    const file = { path: 'data/a.jsonl', size: 3, gitOid: 'git', sha256: 'sha', sample: Buffer.from('{}\n') }
    expect(await store.objectId(file)).toBe('sha')
  })

  test('needs a dataset', async () => {
    const store = storeOf('alice/missing', hub.tokens.alice, { createPr: true })
    const error = await rejection(store.commit(planOf(undefined, { a: '1' })))
    expect(error).toMatchObject({ code: 'DATASET_NOT_FOUND', exitCode: 4 })
    expect(hub.requests(/^POST /)).toEqual([])
  })
})

describe('the card is checked by the Hub before anything is uploaded', () => {
  const BAD = '---\nlicense: my-own-secret-license\ntags: one\n---\n# Traces\n'

  test('and its complaint names the keys, nothing of the card', async () => {
    const error = await rejection(storeOf('alice/open', hub.tokens.alice).commit(planOf(open.id, { 'README.md': BAD })))
    expect(error).toMatchObject({ code: 'CARD_INVALID', exitCode: 4 })
    expect((error as ActionError).message).toContain('(license, tags)')
    expect(inspect(error)).not.toContain('my-own-secret')
    expect(hub.requests(/preupload|commit\//)).toEqual([])
  })

  test('before a dataset is created for it', async () => {
    await rejection(storeOf('alice/new', hub.tokens.alice).commit(planOf(undefined, { 'README.md': BAD })))
    expect(hub.world.repositories.has('alice/new')).toBe(false)
  })

  test('a Hub without that check is left to its commit', async () => {
    hub.faults.add({ match: '/validate-yaml', status: 404 })
    const error = await rejection(storeOf('alice/open', hub.tokens.alice).commit(planOf(open.id, { 'README.md': BAD })))
    expect(error).toMatchObject({ code: 'CARD_INVALID', exitCode: 4 })
    expect(hub.requests(COMMITS)).toHaveLength(1)
  })

  test('a broken block without keys', async () => {
    const card = '---\nlicense: [mit\n---\n'
    const error = await rejection(
      storeOf('alice/open', hub.tokens.alice).commit(planOf(open.id, { 'README.md': card }))
    )
    expect(error).toMatchObject({ code: 'CARD_INVALID', exitCode: 4 })
  })
})

describe('the token', () => {
  test('goes to the Hub, never to its storage, in a header, never in an address', async () => {
    const token = hub.tokens.alice
    const store = storeOf('alice/secret', token)
    const content = Buffer.alloc(11 * 1024 * 1024, 'x')
    const { revision } = await store.commit(planOf(secret.id, {}, { writes: [{ path: 'data/a.jsonl', content }] }))
    expect((await readAll(store, revision, 'data/a.jsonl')).length).toBe(content.length)

    const storage = hub.log.filter(({ at }) => at === 'storage')
    expect(storage.map(({ method }) => method)).toEqual(['PUT', 'GET'])
    expect(JSON.stringify(storage.map(({ headers, path }) => ({ headers, path })))).not.toContain(token)
    const atHub = hub.log.filter(({ at }) => at === 'hub')
    expect(atHub.every(({ headers }) => headers.authorization === `Bearer ${token}`)).toBe(true)
    expect(hub.log.some(({ path, body }) => path.includes(token) || body.includes(token))).toBe(false)
    expect(hub.log.every(({ headers }) => headers['user-agent']?.startsWith('opentraces-push-action'))).toBe(true)
  })

  test('does not follow a listing’s next page to another host', async () => {
    const elsewhere = `<${hub.storageUrl}/api/datasets/alice/secret/tree/main?cursor=1>; rel="next"`
    hub.faults.add({ match: '/tree/', status: 200, headers: { Link: elsewhere }, body: [] })
    await rejection(storeOf('alice/secret', hub.tokens.alice).list(secret.id))
    const strayed = hub.log.filter(({ at }) => at === 'storage')
    expect(strayed).toHaveLength(1)
    expect(strayed[0]!.headers.authorization).toBeUndefined()
  })

  test('is in no error, nor is a signed address', async () => {
    const token = hub.tokens.alice
    const ruled = hub.seed('alice/secret', { '.gitattributes': '*.jsonl filter=lfs\n' })
    const plan = planOf(ruled.id, { 'data/a.jsonl': '{}\n' })
    const echo = { error: `bad token ${token} at ${hub.storageUrl}/objects/1?X-Amz-Signature=${hub.world.signature}` }
    const faults = [
      ...[400, 401, 402, 403, 404, 410, 413, 418, 422, 500].flatMap((status) => [
        { match: '/commit/main', status, body: echo, times: 1000 },
        { match: '/objects/', at: 'storage' as const, status, body: echo, times: 1000 }
      ]),
      { match: '/objects/', at: 'storage' as const, dropSocket: true, times: 1000 },
      {
        match: '/lfs/objects/batch',
        status: 200,
        body: { transfer: 'basic', objects: [{ oid: 'unasked', error: { code: 500, message: echo.error } }] }
      }
    ]
    for (const fault of faults) {
      hub.faults.clear()
      hub.world.objects.clear()
      hub.faults.add(fault)
      const error = await rejection(storeOf('alice/secret', token, { maxWait: 100_000 }).commit(plan))
      expect(error).toBeInstanceOf(ActionError)
      const shown = inspect(error, { depth: 20, showHidden: true })
      expect(shown).not.toContain(token)
      expect(shown).not.toContain(hub.world.signature)
    }
    expect(hub.commits('alice/secret')[0]!.id).toBe(ruled.id)
  })

  test.each(['', 'hunter2', 'ghp_0123456789', 'hf_', ' hf_abc', 'hf_abc\n', 'hf_abc\r\nX-Evil: 1', 'hf_a b'])(
    '%j is none, and is not sent',
    (token) => {
      const attempt = () => openHuggingFace('alice/open', { hubUrl: hub.url, token })
      expect(attempt).toThrow(expect.objectContaining({ code: 'NOT_AUTHENTICATED', exitCode: 3 }))
      expect(hub.log).toEqual([])
      if (token.length > 3) expect(attempt).not.toThrow(token)
    }
  )
})

describe('addresses', () => {
  test.each([
    'traces',
    'a/b/c',
    '/b',
    'a/',
    'a b/c',
    '../x',
    'a/..',
    'a/.hidden',
    'hf://a/b',
    'a/b?x',
    'a/b#x',
    'a%2f/b'
  ])('%j is not a dataset of the Hub', (repo) => {
    expect(() => openHuggingFace(repo)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID', exitCode: 2 }))
  })

  test.each([
    '',
    'huggingface.co',
    'ftp://hub',
    'https://user:pw@hub',
    'https://hub/?a',
    'https://hub/#a',
    'file:///x'
  ])('%j is not the address of a Hub', (hubUrl) => {
    expect(() => openHuggingFace('a/b', { hubUrl })).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }))
  })

  test('a trailing slash does no harm, and the Hugging Face Hub is the default', async () => {
    const store = storeOf('alice/open', hub.tokens.alice, { hubUrl: `${hub.url}/` })
    expect((await store.state()).revision).toBe(open.id)
    expect(store.url).toBe(`${hub.url}/datasets/alice/open`)
    expect(openHuggingFace('alice/open').url).toBe('https://huggingface.co/datasets/alice/open')
  })
})
