/** Who is calling, what they may create, and trusted publishing: id token in, dataset token out. */
import { createHmac } from 'node:crypto'
import { jsonBody, Refusal, route, text, type Handler } from './exchange.js'
import type { World } from './world.js'

const whoami: Handler = ({ identity, world }) => {
  if (identity === undefined) throw new Refusal(401, 'Invalid username or password.')
  // A token of trusted publishing stands for a workflow, not for a person.
  if (identity.role === 'oidc') throw new Refusal(401, 'Invalid username or password.')
  const orgs = [...world.organizations]
    .filter(([, members]) => members.has(identity.user))
    .map(([name, members]) => ({ type: 'org', id: name, name, fullname: name, roleInOrg: members.get(identity.user) }))
  return {
    body: {
      type: 'user',
      id: identity.user,
      name: identity.user,
      fullname: identity.user,
      email: `${identity.user}@example.com`,
      emailVerified: true,
      canPay: false,
      isPro: false,
      avatarUrl: '',
      periodEnd: null,
      orgs,
      auth: {
        type: 'access_token',
        accessToken: {
          displayName: 'test',
          role: identity.role === 'scoped' ? 'fineGrained' : identity.role,
          createdAt: '2026-01-01T00:00:00.000Z'
        }
      }
    }
  }
}

const createRepo: Handler = (exchange) => {
  const { world, identity } = exchange
  if (identity === undefined || identity.role === 'oidc') throw new Refusal(401, 'Invalid username or password.')
  const { name, organization, type, visibility, private: isPrivate } = jsonBody(exchange)
  if (type !== 'dataset' || !/^[\w.-]{1,96}$/.test(text(name))) throw new Refusal(400, 'Invalid repo name')
  const namespace = text(organization) || identity.user
  if (identity.role !== 'write' || !world.ownsNamespace(namespace, identity)) {
    throw new Refusal(403, `You don't have the rights to create a dataset under the namespace "${namespace}".`)
  }
  const id = `${namespace}/${text(name)}`
  const address = `${world.url}/datasets/${id}`
  if (world.repositories.has(id)) {
    throw new Refusal(409, 'You already created this dataset repo', undefined, { url: address })
  }
  world.createRepository(id, visibility === 'private' || isPrivate === true)
  return { body: { url: address, name: id, id } }
}

const deleteRepo: Handler = (exchange) => {
  const { name, organization } = jsonBody(exchange)
  const namespace = text(organization) || (exchange.identity?.user ?? '')
  const [repository] = exchange.world.writable(`${namespace}/${text(name)}`, exchange.identity)
  exchange.world.repositories.delete(repository.id)
  return { body: {} }
}

const settings: Handler = (exchange, { ns = '', name = '' }) => {
  const [repository, { role }] = exchange.world.writable(`${ns}/${name}`, exchange.identity)
  if (role === 'oidc') throw new Refusal(403, 'This token may not change settings.')
  const given = jsonBody(exchange)
  const { visibility, gated } = given
  if (visibility !== undefined && visibility !== 'public' && visibility !== 'private') {
    throw new Refusal(400, '"visibility" must be one of [public, private]')
  }
  if (gated !== undefined && gated !== 'auto' && gated !== 'manual' && gated !== false) {
    throw new Refusal(400, '"gated" must be one of [auto, manual, false]')
  }
  if (visibility !== undefined) repository.private = visibility === 'private'
  if (gated !== undefined) repository.gated = gated
  return { body: given }
}

const authCheck: Handler = (exchange, { ns = '', name = '' }) => {
  const repository = exchange.world.readable(`${ns}/${name}`, exchange.identity)
  exchange.world.checkGate(repository, exchange.identity)
  return { body: {} }
}

const authCheckWrite: Handler = (exchange, { ns = '', name = '' }) => {
  exchange.world.writable(`${ns}/${name}`, exchange.identity)
  return { body: {} }
}

/** A signed id token, as GitHub hands one to a job that has `id-token: write`. */
export function idToken(world: World, claims: Readonly<Record<string, string>>): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${signed}.${createHmac('sha256', world.signature).update(signed).digest('base64url')}`
}

function verifiedClaims(world: World, token: string): Record<string, string> | undefined {
  const [head = '', body = ''] = token.split('.')
  const claims = Buffer.from(body, 'base64url').toString('utf8')
  try {
    const parsed = JSON.parse(claims) as Record<string, string>
    return head !== '' && token === idToken(world, parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

const exchangeToken: Handler = (exchange) => {
  const { world } = exchange
  const given = jsonBody(exchange)
  const refuse = (error: string, description: string) => ({
    status: 400,
    body: { error, error_description: description }
  })
  if (
    given.grant_type !== 'urn:ietf:params:oauth:grant-type:token-exchange' ||
    given.subject_token_type !== 'urn:ietf:params:oauth:token-type:id_token'
  ) {
    return refuse('invalid_request', 'Unsupported grant')
  }
  const claims = verifiedClaims(world, text(given.subject_token))
  const id = text(given.resource).replace(/^datasets\//, '')
  const publishers = world.repositories.get(id)?.publishers ?? []
  const trusted = publishers.some((wanted) => Object.entries(wanted).every(([key, value]) => claims?.[key] === value))
  if (claims?.aud !== world.audience || !trusted) return refuse('invalid_grant', 'No trusted publisher matches')
  return {
    body: {
      access_token: world.addToken('[OIDC]', 'oidc', [id]),
      token_type: 'bearer',
      expires_in: 3600,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token'
    }
  }
}

/** The runner's side of trusted publishing: `ACTIONS_ID_TOKEN_REQUEST_URL`. */
const requestIdToken: Handler = ({ world, headers, url }) => {
  if (headers.authorization !== `Bearer ${world.runner.requestToken}`) throw new Refusal(401, 'Bad request token')
  return { body: { value: idToken(world, { ...world.runner.claims, aud: url.searchParams.get('audience') ?? '' }) } }
}

const DATASET = '/api/datasets/:ns/:name'

export const ACCOUNTS = [
  route('GET', '/api/whoami-v2', whoami),
  route('GET', '/api/agent-harnesses', () => ({ body: { standardEnvVars: [], harnesses: {} } })),
  route('POST', '/api/repos/create', createRepo),
  route('DELETE', '/api/repos/delete', deleteRepo),
  route('PUT', `${DATASET}/settings`, settings),
  route('GET', `${DATASET}/auth-check`, authCheck),
  route('GET', `${DATASET}/auth-check/write`, authCheckWrite),
  route('POST', '/oauth/token', exchangeToken)
]

/** Served at the storage's origin: the runner's service is not the Hub, and its request token is not one of the Hub's. */
export const RUNNER = [route('GET', '/_actions/id-token', requestIdToken)]
