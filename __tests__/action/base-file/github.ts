/** GitHub's "Git database" on 127.0.0.1, which answers from a real repository. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Repository } from './repository.js'

export interface Fault {
  /** In the path of the request. */
  match: string
  status?: number
  headers?: Record<string, string>
  body?: unknown
  /** Ends the connection without an answer. */
  drop?: boolean
  /** How many requests it hits; 1 if it is left out. */
  times?: number
}

export class LocalGitHub {
  readonly requests: { path: string; authorization: string | undefined }[] = []
  readonly faults: Fault[] = []
  /** Of a listing, the rest is left out. */
  longestListing = Infinity

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly url: string
  ) {}

  /** @param name `owner/name` under which the repository is served */
  static async start(name: string, repository: Repository): Promise<LocalGitHub> {
    const server = createServer()
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    const github = new LocalGitHub(server, `http://127.0.0.1:${String(port)}`)
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      github.answer(request, response, name, repository)
    })
    return github
  }

  private answer(request: IncomingMessage, response: ServerResponse, name: string, repository: Repository): void {
    const path = request.url ?? ''
    this.requests.push({ path, authorization: request.headers.authorization })
    const fault = this.faults.find(({ match }) => path.includes(match))
    if (fault !== undefined) {
      fault.times = (fault.times ?? 1) - 1
      if (fault.times === 0) this.faults.splice(this.faults.indexOf(fault), 1)
      if (fault.drop === true) request.socket.destroy()
      else send(response, fault.status ?? 200, fault.body ?? { message: 'a secret of the answer' }, fault.headers)
      return
    }
    const [, kind, id, query] = /^\/repos\/[^/]+\/[^/]+\/git\/(\w+)\/([0-9a-f]+)(\?recursive=1)?$/.exec(path) ?? []
    const isKnown =
      path.startsWith(`/repos/${name}/`) &&
      id !== undefined &&
      repository.has(kind === 'commits' ? `${id}^{commit}` : id)
    if (!isKnown) send(response, 404, { message: 'Not Found' })
    else if (kind === 'commits') send(response, 200, commitOf(repository, id))
    else if (kind === 'trees') send(response, 200, treeOf(repository, id, query !== undefined, this.longestListing))
    else send(response, 200, blobOf(repository, id))
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((done) => this.server.close(done))
  }
}

function commitOf(repository: Repository, id: string) {
  const [, ...parents] = repository.git('rev-list', '--no-walk', '--parents', id).split(' ')
  return {
    sha: id,
    tree: { sha: repository.git('rev-parse', `${id}^{tree}`) },
    parents: parents.map((sha) => ({ sha }))
  }
}

function treeOf(repository: Repository, id: string, isRecursive: boolean, longest: number) {
  const entries = repository
    .git('ls-tree', '-z', ...(isRecursive ? ['-r', '-t'] : []), id)
    .split('\0')
    .filter((line) => line !== '')
  const tree = entries.slice(0, longest).map((line) => {
    const [about = '', path] = line.split('\t')
    const [mode, type, sha] = about.split(' ')
    return { path, mode, type, sha }
  })
  return { sha: id, tree, truncated: entries.length > longest }
}

function blobOf(repository: Repository, id: string) {
  const bytes = repository.bytes('cat-file', 'blob', id)
  // GitHub breaks the lines.
  const content = bytes.toString('base64').replace(/.{60}/g, '$&\n')
  return { sha: id, size: bytes.length, encoding: 'base64', content }
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(JSON.stringify(body))
}
