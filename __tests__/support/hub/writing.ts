/** What changes a dataset: the commit protocol, large files, refs. */
import { setTimeout as delay } from 'node:timers/promises'
import { INLINE_LIMIT, uploadMode } from './attributes.js'
import { validateCard } from './card.js'
import { jsonBody, Refusal, route, text, type Exchange, type Handler, type Reply } from './exchange.js'
import { ranged } from './reading.js'
import { lfsFile, sha256Hex, type TreeFile } from './objects.js'
import type { Repository } from './repository.js'
import { commitAt, type Identity } from './world.js'

const repoId = ({ ns = '', name = '' }: Readonly<Record<string, string>>) => `${ns}/${name.replace(/\.git$/, '')}`
const asPullRequest = ({ url }: Exchange) => url.searchParams.get('create_pr') === '1'

const preupload: Handler = (exchange, params) => {
  const [repository] = exchange.world.writable(repoId(params), exchange.identity, asPullRequest(exchange))
  const { tree } = commitAt(repository, params.rev ?? '')
  const { files, gitAttributes } = jsonBody(exchange)
  if (!Array.isArray(files)) throw new Refusal(400, '"files" is required')
  if (files.length > 256) throw new Refusal(400, '"files" must contain less than or equal to 256 items')
  const attributes = typeof gitAttributes === 'string' ? gitAttributes : repository.attributes(tree)
  return {
    body: {
      files: (files as { path: string; size: number; sample: string }[]).map(({ path, size, sample }) => {
        const existing = tree.get(path)
        return {
          path,
          uploadMode: uploadMode(path, size, Buffer.from(sample, 'base64'), attributes),
          shouldIgnore: false,
          ...(existing === undefined ? {} : { oid: existing.lfs?.oid ?? existing.oid })
        }
      })
    }
  }
}

const lfsBatch: Handler = (exchange, params) => {
  const { world } = exchange
  world.writable(repoId(params), exchange.identity, true)
  const { objects, operation } = jsonBody(exchange)
  if (operation !== 'upload' || !Array.isArray(objects)) throw new Refusal(422, 'Only uploads are supported')
  return {
    headers: { 'Content-Type': 'application/vnd.git-lfs+json' },
    body: {
      transfer: 'basic',
      objects: (objects as { oid: string; size: number }[]).map(({ oid, size }) => {
        const upload = { href: `${world.storageUrl}/objects/${oid}?X-Amz-Signature=${world.signature}`, header: {} }
        const verify = { href: `${world.url}/datasets/${repoId(params)}.git/info/lfs/objects/verify`, header: {} }
        return { oid, size, ...(world.objects.has(oid) ? {} : { actions: { upload, verify } }) }
      })
    }
  }
}

const lfsVerify: Handler = (exchange) => {
  const { oid, size } = jsonBody(exchange)
  if (exchange.world.objects.get(text(oid))?.length !== size) throw new Refusal(404, 'Object not found')
  return { body: {} }
}

interface Operation {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

const commit: Handler = async (exchange, params) => {
  const proposed = asPullRequest(exchange)
  const [repository, identity] = exchange.world.writable(repoId(params), exchange.identity, proposed)
  const [header, ...operations] = operationsOf(exchange.body)
  if (header?.key !== 'header' || text(header.value.summary) === '') throw new Refusal(400, 'A summary is required')
  if (repository.locked) {
    throw new Refusal(409, 'Another commit operation is in progress for this repository. Please try again later.')
  }
  repository.locked = true
  try {
    await delay(exchange.world.commitDelay)
    return land(exchange, repository, identity, params.rev ?? '', header.value, operations)
  } finally {
    repository.locked = false
  }
}

function operationsOf(body: Buffer): Operation[] {
  try {
    return body
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Operation)
  } catch {
    throw new Refusal(400, 'Invalid ndjson')
  }
}

function land(
  exchange: Exchange,
  repository: Repository,
  identity: Identity,
  branch: string,
  header: Operation['value'],
  operations: Operation[]
): Reply {
  const proposed = asPullRequest(exchange)
  const askedParent = typeof header.parentCommit === 'string' ? header.parentCommit : undefined
  const head = commitAt(repository, proposed && askedParent !== undefined ? askedParent : branch)
  if (askedParent !== undefined && askedParent !== head.id) {
    throw new Refusal(412, 'A commit has happened since. Please refresh and try again.')
  }
  const tree = new Map(head.tree)
  for (const operation of operations) apply(exchange, repository, tree, operation)
  repository.trackLfs(tree)
  const author = identity.role === 'oidc' ? '[OIDC]' : identity.user
  const next = { title: text(header.summary), message: text(header.description), author, tree, askedParent }
  const address = `${exchange.world.url}/datasets/${repository.id}`
  if (proposed) {
    const { number, commit } = repository.openPullRequest(head.id, next)
    const pullRequestUrl = `${address}/discussions/${String(number)}`
    return { body: committed(address, commit.id, { pullRequestUrl }) }
  }
  return { body: committed(address, repository.advance(branch, head.id, next).id, {}) }
}

function committed(address: string, oid: string, extra: object): object {
  return { success: true, commitOid: oid, commitUrl: `${address}/commit/${oid}`, hookOutput: '', ...extra }
}

function apply(exchange: Exchange, repository: Repository, tree: Map<string, TreeFile>, { key, value }: Operation) {
  const path = text(value.path)
  if (path === '' || path.split('/').some((part) => ['', '.', '..', '.git'].includes(part))) {
    throw new Refusal(400, 'Invalid path')
  }
  if (key === 'file') {
    const content = Buffer.from(text(value.content), value.encoding === 'base64' ? 'base64' : 'utf8')
    if (content.length > INLINE_LIMIT) {
      throw new Refusal(
        400,
        `Your push was rejected because it contains files larger than 10 MiB. Offending files: ${path}`
      )
    }
    if (path === 'README.md') checkCard(content.toString('utf8'))
    tree.set(path, repository.storeBlob(content))
  } else if (key === 'lfsFile') {
    const oid = text(value.oid)
    const stored = exchange.world.objects.get(oid)
    if (stored === undefined || stored.length !== value.size) throw new Refusal(400, `LFS object ${oid} does not exist`)
    tree.set(path, lfsFile(oid, stored.length))
  } else if (key === 'deletedFile') {
    if (!tree.delete(path)) throw new Refusal(404, `A file with this name doesn't exist`, 'EntryNotFound')
  } else if (key === 'deletedFolder') {
    for (const name of [...tree.keys()]) if (name.startsWith(`${path.replace(/\/$/, '')}/`)) tree.delete(name)
  } else throw new Refusal(400, `Unknown operation ${key}`)
}

function checkCard(content: string): void {
  const { errors } = validateCard(content)
  if (errors.length > 0) throw new Refusal(400, 'Invalid metadata in README.md', undefined, { errors })
}

const validateYaml: Handler = (exchange) => {
  const { content, repoType } = jsonBody(exchange)
  if (repoType !== 'dataset' || typeof content !== 'string') throw new Refusal(400, '"content" is required')
  const verdict = validateCard(content)
  return { status: verdict.errors.length > 0 ? 400 : 200, body: verdict }
}

const putRef: (kind: 'branches' | 'tags') => Handler = (kind) => (exchange, params) => {
  const [repository] = exchange.world.writable(repoId(params), exchange.identity)
  const given = exchange.body.length > 0 ? jsonBody(exchange) : {}
  const name = kind === 'tags' ? text(given.tag) : (params.rev ?? '')
  const from = kind === 'tags' ? (params.rev ?? '') : text(given.startingPoint) || 'main'
  if (exchange.method === 'DELETE') repository[kind].delete(params.rev ?? '')
  else if (repository[kind].has(name)) throw new Refusal(409, 'Reference already exists')
  else repository[kind].set(name, commitAt(repository, from).id)
  return { body: {} }
}

const superSquash: Handler = (exchange, params) => {
  const [repository, { user }] = exchange.world.writable(repoId(params), exchange.identity)
  const branch = params.rev ?? ''
  const { tree } = commitAt(repository, branch)
  const title = text(jsonBody(exchange).message) || 'Super-squash'
  repository.advance(branch, undefined, { title, message: '', author: user, tree })
  return { body: {} }
}

/** The storage refuses a signed request that also carries credentials, as the live one does. */
function checkSignature({ url, headers, world }: Exchange): void {
  if (headers.authorization !== undefined) throw new Refusal(400, 'Only one auth mechanism allowed')
  if (url.searchParams.get('X-Amz-Signature') !== world.signature) throw new Refusal(403, 'Signature does not match')
}

const storeObject: Handler = (exchange, { oid = '' }) => {
  checkSignature(exchange)
  if (sha256Hex(exchange.body) !== oid) throw new Refusal(400, 'The content does not have this hash')
  exchange.world.objects.set(oid, exchange.body)
  return { headers: { ETag: `"${oid}"` }, body: Buffer.alloc(0) }
}

const fetchObject: Handler = (exchange, { oid = '' }) => {
  checkSignature(exchange)
  const content = exchange.world.objects.get(oid)
  if (content === undefined) throw new Refusal(404, 'No such object')
  return ranged(exchange, content, { ETag: `"${oid}"` })
}

const DATASET = '/api/datasets/:ns/:name'

export const WRITING = [
  route('POST', `${DATASET}/preupload/:rev`, preupload),
  route('POST', `${DATASET}/commit/:rev`, commit),
  route('POST', '/datasets/:ns/:name/info/lfs/objects/batch', lfsBatch),
  route('POST', '/datasets/:ns/:name/info/lfs/objects/verify', lfsVerify),
  route('POST', '/api/validate-yaml', validateYaml),
  route('POST|DELETE', `${DATASET}/branch/:rev`, putRef('branches')),
  route('POST|DELETE', `${DATASET}/tag/:rev`, putRef('tags')),
  route('POST', `${DATASET}/super-squash/:rev`, superSquash)
]

export const STORAGE = [route('PUT', '/objects/:oid', storeObject), route('GET|HEAD', '/objects/:oid', fetchObject)]
