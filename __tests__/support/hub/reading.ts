/** What can be read of a dataset: facts, history, listing, files. */
import { parse } from 'yaml'
import { jsonBody, page, Refusal, route, type Exchange, type Handler, type Reply } from './exchange.js'
import { byPath, lfsPointer, objectId, type Commit, type Tree, type TreeFile } from './objects.js'
import type { Repository } from './repository.js'
import { commitAt } from './world.js'

/** A handler that gets the dataset and the commit of its path; `:rev` absent means the head of main. */
function onCommit(use: (exchange: Exchange, repository: Repository, commit: Commit, path: string) => Reply): Handler {
  return (exchange, params) => {
    const repository = exchange.world.readable(`${params.ns ?? ''}/${params.name ?? ''}`, exchange.identity)
    return use(exchange, repository, commitAt(repository, params.rev ?? 'main'), params.path ?? '')
  }
}

const info = onCommit(({ world }, repository, commit) => ({
  body: {
    _id: objectId(repository.id).slice(0, 24),
    id: repository.id,
    author: repository.namespace,
    sha: commit.id,
    lastModified: commit.date,
    createdAt: repository.createdAt,
    private: repository.private,
    gated: repository.gated,
    disabled: false,
    downloads: 0,
    likes: 0,
    tags: [],
    cardData: cardData(repository, commit.tree),
    siblings: [...commit.tree.keys()].map((rfilename) => ({ rfilename })),
    usedStorage: [...world.objects.values()].reduce((sum, { length }) => sum + length, 0)
  }
}))

function cardData(repository: Repository, tree: Tree): unknown {
  const card = repository.blobs.get(tree.get('README.md')?.oid ?? '')?.toString('utf8') ?? ''
  const block = /^---\r?\n([\s\S]*?)\r?\n---/.exec(card)?.[1]
  return block === undefined ? undefined : parse(block)
}

const commits = onCommit((exchange, repository, commit) => {
  const all = repository.history(commit).map(({ id, title, message, date, author }) => ({
    id,
    title,
    message,
    date,
    authors: [{ user: author, avatar: '' }]
  }))
  const size = Number(exchange.url.searchParams.get('limit') ?? 50)
  const [items, link] = page(exchange, all, size, 'p')
  return {
    body: items,
    headers: { 'X-Total-Count': String(all.length), ...(link === undefined ? {} : { Link: link }) }
  }
})

const tree = onCommit((exchange, _, commit, folder) => {
  const query = exchange.url.searchParams
  const prefix = folder === '' ? '' : `${folder.replace(/\/$/, '')}/`
  const inside = [...commit.tree].filter(([path]) => path.startsWith(prefix)).sort(byPath)
  if (inside.length === 0 && prefix !== '') {
    throw new Refusal(404, `${folder} does not exist on "${commit.id}"`, 'EntryNotFound')
  }
  const entries = new Map<string, object>()
  for (const [path, file] of inside) {
    const parts = path.slice(prefix.length).split('/')
    for (let depth = 1; depth < parts.length; depth++) {
      const name = prefix + parts.slice(0, depth).join('/')
      if (depth === 1 || query.get('recursive')?.toLowerCase() === 'true') entries.set(name, directory(name))
    }
    if (parts.length === 1 || query.get('recursive')?.toLowerCase() === 'true') entries.set(path, fileEntry(path, file))
  }
  const limit = Math.min(Number(query.get('limit') ?? exchange.world.pageSize), exchange.world.pageSize)
  const [items, link] = page(exchange, [...entries.values()], limit, 'cursor')
  return {
    body: items.map((entry) => ({ ...entry, ...expanded(exchange, commit) })),
    ...(link === undefined ? {} : { headers: { Link: link } })
  }
})

const pathsInfo = onCommit((exchange, _, commit) => {
  const isForm = exchange.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  const form = new URLSearchParams(exchange.body.toString('utf8'))
  const asked: unknown = isForm ? form.getAll('paths') : jsonBody(exchange).paths
  const paths = (Array.isArray(asked) ? asked : [asked]).map(String)
  if (paths.length > 1000) throw new Refusal(400, 'Too many paths')
  return {
    body: paths.flatMap((given) => {
      const path = given.replace(/\/$/, '')
      const file = commit.tree.get(path)
      if (file !== undefined) return [fileEntry(path, file)]
      return [...commit.tree.keys()].some((other) => other.startsWith(`${path}/`)) ? [directory(path)] : []
    })
  }
})

function fileEntry(path: string, { oid, size, lfs }: TreeFile): object {
  return { type: 'file', oid, size, path, ...(lfs === undefined ? {} : { lfs }) }
}

function directory(path: string): object {
  return { type: 'directory', oid: objectId(path), size: 0, path }
}

function expanded({ url }: Exchange, { id, title, date }: Commit): object {
  return url.searchParams.get('expand')?.toLowerCase() === 'true' ? { lastCommit: { id, title, date } } : {}
}

const resolve = onCommit((exchange, repository, commit, path) => {
  exchange.world.checkGate(repository, exchange.identity)
  const file = existing(commit, path)
  const headers = { 'X-Repo-Commit': commit.id, 'Accept-Ranges': 'bytes' }
  if (file.lfs === undefined) {
    return ranged(exchange, repository.blobs.get(file.oid) ?? Buffer.alloc(0), { ...headers, ETag: `"${file.oid}"` })
  }
  return {
    status: 302,
    headers: {
      ...headers,
      Location: `${exchange.world.storageUrl}/objects/${file.lfs.oid}?X-Amz-Signature=${exchange.world.signature}`,
      'X-Linked-Size': String(file.size),
      'X-Linked-ETag': `"${file.lfs.oid}"`
    },
    body: Buffer.from('Found. Redirecting to the storage.')
  }
})

const raw = onCommit((exchange, repository, commit, path) => {
  const file = existing(commit, path)
  const content = file.lfs === undefined ? repository.blobs.get(file.oid) : lfsPointer(file.lfs.oid, file.lfs.size)
  return ranged(exchange, content ?? Buffer.alloc(0), { 'X-Repo-Commit': commit.id, ETag: `"${file.oid}"` })
})

function existing(commit: Commit, path: string): TreeFile {
  const file = commit.tree.get(path)
  if (file === undefined) throw new Refusal(404, 'Entry not found', 'EntryNotFound')
  return file
}

/** The whole content, or the part that a `Range: bytes=…` asks for. */
export function ranged({ headers }: Exchange, content: Buffer, extra: Readonly<Record<string, string>>): Reply {
  const all = { ...extra, 'Accept-Ranges': 'bytes', 'Content-Type': 'application/octet-stream' }
  const asked = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '')
  if (asked === null) return { headers: all, body: content }
  const start = Number(asked[1])
  const end = Math.min(asked[2] === '' ? Infinity : Number(asked[2]), content.length - 1)
  const total = String(content.length)
  if (start > end)
    return { status: 416, headers: { ...all, 'Content-Range': `bytes */${total}` }, body: Buffer.alloc(0) }
  return {
    status: 206,
    headers: { ...all, 'Content-Range': `bytes ${String(start)}-${String(end)}/${total}` },
    body: content.subarray(start, end + 1)
  }
}

const refs: Handler = (exchange, params) => {
  const { branches, tags } = exchange.world.readable(`${params.ns ?? ''}/${params.name ?? ''}`, exchange.identity)
  const entry = (prefix: string) => {
    return ([name, targetCommit]: [string, string]) => ({ name, ref: prefix + name, targetCommit })
  }
  const isPullRequest = ([name]: [string, string]) => name.startsWith('refs/pr/')
  return {
    body: {
      branches: [...branches].filter((one) => !isPullRequest(one)).map(entry('refs/heads/')),
      tags: [...tags].map(entry('refs/tags/')),
      converts: [],
      ...(exchange.url.searchParams.has('include_prs')
        ? { pullRequests: [...branches].filter(isPullRequest).map(entry('')) }
        : {})
    }
  }
}

const discussions: Handler = (exchange, params) => {
  const repository = exchange.world.readable(`${params.ns ?? ''}/${params.name ?? ''}`, exchange.identity)
  const newestFirst = repository.pullRequests.toReversed().map(({ number, title, author, date }) => ({
    num: number,
    title,
    status: 'open',
    isPullRequest: true,
    author: { name: author },
    createdAt: date,
    repo: { name: repository.id, type: 'dataset' }
  }))
  return { body: { discussions: newestFirst, count: newestFirst.length, start: 0 } }
}

const DATASET = '/api/datasets/:ns/:name'

export const READING = [
  route('GET', DATASET, info),
  route('GET', `${DATASET}/revision/:rev`, info),
  route('GET', `${DATASET}/commits/:rev`, commits),
  route('GET', `${DATASET}/tree/:rev`, tree),
  route('GET', `${DATASET}/tree/:rev/*path`, tree),
  route('POST', `${DATASET}/paths-info/:rev`, pathsInfo),
  route('GET', `${DATASET}/refs`, refs),
  route('GET', `${DATASET}/discussions`, discussions),
  route('GET|HEAD', '/datasets/:ns/:name/resolve/:rev/*path', resolve),
  route('GET|HEAD', '/datasets/:ns/:name/raw/:rev/*path', raw)
]
