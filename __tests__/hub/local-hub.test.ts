/** The local Hub itself, where the tests of the store do not already show what it does. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { spawnHub } from '../support/hub/helpers.js'
import { startHub, type LocalHub } from '../support/hub/server.js'

let hub: LocalHub

beforeEach(async () => {
  hub = await startHub()
  hub.seed('alice/traces', { a: '1' }, { private: true })
})

afterEach(async () => {
  await hub.close()
})

async function call(method: string, path: string, token?: string, body?: unknown) {
  const response = await fetch(hub.url + path, {
    method,
    headers: {
      'Content-Type': 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` })
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>
  }
}

describe('trusted publishing', () => {
  const CLAIMS = { repository: 'octo/project', branch: 'main' }

  async function idToken(audience: string, secret = hub.world.runner.requestToken): Promise<string> {
    const response = await fetch(`${hub.storageUrl}/_actions/id-token?audience=${encodeURIComponent(audience)}`, {
      headers: { Authorization: `Bearer ${secret}` }
    })
    return ((await response.json()) as { value: string }).value
  }

  function exchange(token: string, resource = 'datasets/alice/traces') {
    return call('POST', '/oauth/token', undefined, {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      subject_token: token,
      resource
    })
  }

  test('gives a token that writes to one dataset', async () => {
    hub.world.repositories.get('alice/traces')!.publishers.push(CLAIMS)
    const { status, body } = await exchange(await idToken(hub.url))
    expect(status).toBe(200)
    expect(body.access_token).toMatch(/^hf_jwt_/)
    const token = body.access_token as string
    expect((await call('GET', '/api/datasets/alice/traces/auth-check/write', token)).status).toBe(200)
    expect((await call('GET', '/api/whoami-v2', token)).status).toBe(401)
    hub.seed('alice/other', {})
    expect((await call('GET', '/api/datasets/alice/other/auth-check/write', token)).status).toBe(403)
  })

  test('refuses a wrong audience, branch, signature, dataset', async () => {
    const { publishers } = hub.world.repositories.get('alice/traces')!
    publishers.push(CLAIMS)
    const good = await idToken(hub.url)
    const [head, claims] = good.split('.')
    expect((await exchange(await idToken('https://elsewhere'))).body.error).toBe('invalid_grant')
    expect((await exchange(`${head!}.${claims!}.AAAA`)).body.error).toBe('invalid_grant')
    expect((await exchange(good, 'datasets/alice/missing')).body.error).toBe('invalid_grant')
    hub.world.runner.claims.branch = 'feature'
    expect((await exchange(await idToken(hub.url))).body.error).toBe('invalid_grant')
  })

  test('hands an id token only to the job', async () => {
    const response = await fetch(`${hub.storageUrl}/_actions/id-token?audience=x`, {
      headers: { Authorization: 'Bearer no' }
    })
    expect(response.status).toBe(401)
  })
})

describe('settings', () => {
  test('visibility and gating change at once', async () => {
    const path = '/api/datasets/alice/traces'
    expect((await call('GET', path)).status).toBe(401)
    expect(
      (await call('PUT', `${path}/settings`, hub.tokens.alice, { visibility: 'public', gated: 'manual' })).status
    ).toBe(200)
    expect((await call('GET', path)).body).toMatchObject({ private: false, gated: 'manual' })
    const file = await fetch(`${hub.url}/datasets/alice/traces/resolve/main/a`)
    expect([file.status, file.headers.get('x-error-code')]).toEqual([401, 'GatedRepo'])
    expect((await call('PUT', `${path}/settings`, hub.tokens.bob, { visibility: 'private' })).status).toBe(403)
    expect((await call('PUT', `${path}/settings`, hub.tokens.alice, { visibility: 'secret' })).status).toBe(400)
  })
})

test('every reply names its request and the rate limit', async () => {
  const { headers } = await call('GET', '/api/whoami-v2', hub.tokens.alice)
  expect(headers.get('x-request-id')).toMatch(/^Root=1-/)
  expect(headers.get('ratelimit')).toBe('"api";r=999;t=300')
})

test('runs as a process of its own, driven over HTTP', async () => {
  const { child, url, token } = await spawnHub()
  try {
    const headers = { Authorization: `Bearer ${token}` }
    const body = JSON.stringify({ faults: [{ match: 'whoami', status: 503 }] })
    await fetch(`${url}/_test/faults`, { method: 'POST', body })
    const statuses = []
    for (let i = 0; i < 2; i++) statuses.push((await fetch(`${url}/api/whoami-v2`, { headers })).status)
    expect(statuses).toEqual([503, 200])
    const log = (await (await fetch(`${url}/_test/log`)).json()) as { path: string; status: number }[]
    expect(log.map(({ path, status }) => [path, status])).toEqual([
      ['/api/whoami-v2', 503],
      ['/api/whoami-v2', 200]
    ])
  } finally {
    child.kill()
  }
})
