/**
 * A GitHub on 127.0.0.1 with pull requests and their comments: what doubles that others wrote leave out. Authors by
 * GraphQL, comments that are too long, tokens that it does not know, rate limits, its own trouble, replies that get lost.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Account {
  readonly id: number
  readonly login: string
}

export interface ServedComment {
  readonly id: number
  readonly author: Account | null
  readonly pull: number
  body: string
}

export interface ServedPull {
  readonly number: number
  readonly state: string
  readonly head: { sha: string; ref: string; repo: { id: number; full_name: string } | null }
  readonly base: { sha: string; ref: string; repo: { id: number; full_name: string } }
}

export interface Seen {
  readonly method: string
  readonly path: string
  readonly token: string
  readonly body: string
}

/** What happens to a request instead of, or after, what should. */
export interface Fault {
  readonly method: string
  /** In the path. */
  readonly path: string
  /** Undefined: the connection ends. */
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: unknown
  /** The request has its effect, and only the reply is lost. */
  readonly afterwards?: boolean
  /** How many requests it hits; 1 if it is left out. */
  times?: number
}

export interface Rights {
  readonly account: Account
  readonly mayWrite: boolean
  /** The tokens of Apps are nobody's. */
  readonly hasUser?: boolean
}

/** Longest body of a comment, in characters. */
const LONGEST = 65_536

export class GitHubServer {
  readonly comments: ServedComment[] = []
  readonly pulls: ServedPull[] = []
  readonly tokens = new Map<string, Rights>()
  readonly requests: Seen[] = []
  readonly faults: Fault[] = []
  /** Milliseconds before a request has its effect, and again before its reply is sent. */
  delay: () => number = () => 0
  /** `gitea`: no GraphQL, no ids for it, one page. */
  flavour: 'github' | 'gitea' = 'github'
  #lastId = 1000

  private constructor(
    private readonly server: Server,
    readonly repository: string,
    private readonly prefix: string
  ) {}

  /** @param prefix of all paths, as `/api/v3` */
  static async start(repository: string, prefix = ''): Promise<GitHubServer> {
    const server = createServer()
    const github = new GitHubServer(server, repository, prefix)
    server.on('request', (request, response) => void github.#handle(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return github
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}${this.prefix}`
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  /** A comment that is there before the test. */
  comment(author: Account | null, body: string, pull = 1): ServedComment {
    const comment = { id: ++this.#lastId, author, pull, body }
    this.comments.push(comment)
    return comment
  }

  /** Requests that change something. */
  get writes(): Seen[] {
    return this.requests.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/graphql'))
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
      const token = /^(?:token|bearer) (.*)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
      const seen = { method: request.method ?? '', path: pathname, token, body: await readText(request) }
      this.requests.push(seen)
      await sleep(this.delay())
      const fault = this.#fault(seen)
      const reply =
        fault === undefined || fault.afterwards === true
          ? this.#answer(seen, searchParams)
          : { status: fault.status, body: fault.body ?? { message: 'a secret of the answer' }, headers: fault.headers }
      await sleep(this.delay())
      if (fault?.afterwards === true || reply.status === undefined) response.destroy()
      else {
        response.writeHead(reply.status, { 'Content-Type': 'application/json; charset=utf-8', ...reply.headers })
        response.end(reply.status === 204 ? undefined : JSON.stringify(reply.body))
      }
    } catch {
      response.destroy()
    }
  }

  #fault({ method, path }: Seen): Fault | undefined {
    const fault = this.faults.find((one) => one.method === method && path.includes(one.path))
    if (fault === undefined) return undefined
    fault.times = (fault.times ?? 1) - 1
    if (fault.times === 0) this.faults.splice(this.faults.indexOf(fault), 1)
    return fault
  }

  #answer(seen: Seen, query: URLSearchParams): Reply {
    const rights = this.tokens.get(seen.token)
    if (rights === undefined) return { status: 401, body: { message: 'Bad credentials' } }
    if (this.flavour === 'github' && seen.path === `${this.prefix.replace(/\/v3$/, '')}/graphql`) {
      return this.#graphql(seen, rights.account)
    }
    if (seen.path === `${this.prefix}/user`) {
      return rights.hasUser === true ? { status: 200, body: rights.account } : FORBIDDEN
    }
    const below = `${this.prefix}/repos/${this.repository}`
    if (!seen.path.startsWith(`${below}/`)) return NOT_FOUND
    const path = seen.path.slice(below.length)
    if (seen.method !== 'GET' && !rights.mayWrite) return FORBIDDEN
    const [, issue] = /^\/issues\/(\d+)\/comments$/.exec(path) ?? []
    const [, comment] = /^\/issues\/comments\/(\d+)$/.exec(path) ?? []
    const [, pull] = /^\/pulls\/(\d+)$/.exec(path) ?? []
    if (issue !== undefined) return this.#listing(seen, Number(issue), rights.account, query)
    if (comment !== undefined) return this.#one(seen, Number(comment))
    if (path === '/pulls') return this.#page(this.#filtered(query), query)
    const found = this.pulls.find(({ number }) => number === Number(pull))
    return found === undefined ? NOT_FOUND : { status: 200, body: found }
  }

  #filtered(query: URLSearchParams): ServedPull[] {
    const head = query.get('head')
    return this.pulls.filter(({ state, head: { ref, repo } }) => {
      const owner = repo?.full_name.split('/')[0] ?? ''
      return state === query.get('state') && (head === null || this.flavour === 'gitea' || head === `${owner}:${ref}`)
    })
  }

  #listing(seen: Seen, pull: number, account: Account, query: URLSearchParams): Reply {
    if (!this.pulls.some(({ number }) => number === pull)) return NOT_FOUND
    if (seen.method === 'GET') {
      const all = this.comments.filter((one) => one.pull === pull).map((one) => this.#shown(one))
      return this.flavour === 'gitea' ? { status: 200, body: all } : this.#page(all, query)
    }
    const body = bodyOf(seen)
    if (body === undefined) return UNPROCESSABLE
    return { status: 201, body: this.#shown(this.comment(account, body, pull)) }
  }

  #one(seen: Seen, id: number): Reply {
    const comment = this.comments.find((one) => one.id === id)
    if (comment === undefined) return NOT_FOUND
    if (seen.method === 'DELETE') {
      this.comments.splice(this.comments.indexOf(comment), 1)
      return { status: 204, body: undefined }
    }
    if (seen.method === 'PATCH') {
      const body = bodyOf(seen)
      if (body === undefined) return UNPROCESSABLE
      comment.body = body
    }
    return { status: 200, body: this.#shown(comment) }
  }

  #shown({ id, author, pull, body }: ServedComment) {
    const html_url = `https://github.example/${this.repository}/pull/${String(pull)}#issuecomment-${String(id)}`
    return { id, html_url, body, user: author, ...(this.flavour === 'github' ? { node_id: `IC_${String(id)}` } : {}) }
  }

  #page(all: readonly unknown[], query: URLSearchParams): Reply {
    const size = Number(query.get('per_page') ?? 30)
    const page = Number(query.get('page') ?? 1)
    const next = `<${this.url}/next?page=${String(page + 1)}>; rel="next", <${this.url}/last>; rel="last"`
    return {
      status: 200,
      body: all.slice((page - 1) * size, page * size),
      headers: page * size < all.length ? { Link: next } : {}
    }
  }

  #graphql({ body }: Seen, account: Account): Reply {
    const { query, variables } = JSON.parse(body) as { query: string; variables: { ids: string[] } }
    if (!query.includes('viewerDidAuthor')) return { status: 200, body: { errors: [{ type: 'UNKNOWN' }] } }
    const nodes = variables.ids.map((id) => {
      const comment = this.comments.find((one) => `IC_${String(one.id)}` === id)
      return comment === undefined ? null : { viewerDidAuthor: comment.author?.id === account.id }
    })
    const errors = nodes.includes(null) ? { errors: [{ type: 'NOT_FOUND', path: ['nodes'] }] } : {}
    return { status: 200, body: { data: { nodes }, ...errors } }
  }
}

interface Reply {
  readonly status: number | undefined
  readonly body: unknown
  readonly headers?: Record<string, string> | undefined
}

const NOT_FOUND: Reply = { status: 404, body: { message: 'Not Found' } }
const FORBIDDEN: Reply = { status: 403, body: { message: 'Resource not accessible by integration' } }
const UNPROCESSABLE: Reply = { status: 422, body: { message: 'Validation Failed' } }

function bodyOf(seen: Seen): string | undefined {
  const { body } = JSON.parse(seen.body) as { body?: unknown }
  return typeof body === 'string' && body.trim() !== '' && body.length <= LONGEST ? body : undefined
}
