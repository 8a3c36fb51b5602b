/**
 * `emulate` as the GitHub of a workflow: a repository with pull requests of its own and of a fork, tokens of installations
 * with enforced permissions, and every request of ours held against GitHub's description of its API.
 */
import { createSign } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { checkedFetch, type Checked } from '../action/comments/openapi.js'
import { sendCommit, type Call } from './emulated-commits.js'

interface Emulator {
  readonly generatedSecrets: readonly { id: string; value: string }[]
  close(): Promise<void>
}

/** Only what is used of it: its own types are there where it is installed. */
interface Emulate {
  createEmulator(options: { service: 'github'; port: number; baseUrl: string; seed: unknown }): Promise<Emulator>
}

const NAME = 'emulate'
/** Undefined where it is not installed. */
export const emulate = await (import(NAME) as Promise<Emulate>).catch(() => undefined)

/** Who owns the repository, and who has a fork of it; also their tokens. */
const OWNER = 'acme'
const NEWCOMER = 'newcomer'
export const REPOSITORY = `${OWNER}/app`
const APP = { app_id: 15_368, slug: 'github-actions', installation: 100 }
const permissions = { issues: 'write', pull_requests: 'write', contents: 'read' }

export interface Pull {
  readonly number: number
  readonly head: { sha: string; ref: string; repo: { id: number; full_name: string; owner: { login: string } } }
  readonly base: { ref: string; repo: { id: number } }
}

export interface Comment {
  readonly body: string
  readonly user: { login: string }
}

export class EmulatedGitHub {
  private constructor(
    private readonly emulator: Emulator,
    private readonly gate: Server,
    private readonly checked: Checked,
    private readonly direct: string
  ) {}

  /** @throws where `emulate` is not installed */
  static async start(): Promise<EmulatedGitHub> {
    if (emulate === undefined) throw new Error('emulate is not installed')
    const free = createServer()
    const port = await listen(free)
    await new Promise((resolve) => free.close(resolve))
    const direct = `http://127.0.0.1:${String(port)}`
    const checked = checkedFetch(direct)
    const gate = createServer((request, response) => {
      void (async () => {
        const body = await readText(request)
        const answer = await checked.fetch(direct + (request.url ?? ''), {
          method: request.method ?? 'GET',
          headers: {
            authorization: request.headers.authorization ?? '',
            'content-type': request.headers['content-type'] ?? 'application/json'
          },
          ...(body === '' ? {} : { body })
        })
        const link = answer.headers.get('link')
        response.writeHead(answer.status, {
          'content-type': answer.headers.get('content-type') ?? 'application/json',
          ...(link === null ? {} : { link })
        })
        response.end(await answer.text())
      })().catch(() => response.destroy())
    })
    const baseUrl = `http://127.0.0.1:${String(await listen(gate))}`
    const emulator = await emulate.createEmulator({ service: 'github', port, baseUrl, seed })
    return new EmulatedGitHub(emulator, gate, checked, direct)
  }

  /** Where workflows find it. */
  get url(): string {
    return `http://127.0.0.1:${String((this.gate.address() as AddressInfo).port)}`
  }

  /** Ids of the operations that were asked for since the last call, in their order. */
  operations(): string[] {
    return this.checked.operations.splice(0)
  }

  /** @throws where a request was not one that GitHub describes */
  async stop(): Promise<void> {
    this.gate.closeAllConnections()
    await new Promise((resolve) => this.gate.close(resolve))
    await this.emulator.close()
    if (this.checked.violations.length > 0) throw new Error(this.checked.violations.join('\n'))
  }

  async #call<T>(method: string, path: string, token: string, body?: unknown): Promise<T> {
    const response = await fetch(this.direct + path, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    if (!response.ok) throw new Error(`${method} ${path}: HTTP ${String(response.status)}`)
    return (await response.json()) as T
  }

  /**
   * Opens a pull request for a new branch of the repository, or of a fork made for it.
   *
   * @param root a local repository whose `main` and branch become those here, with the same ids
   */
  async propose(branch: string, from: 'here' | 'fork' = 'here', root?: string): Promise<Pull> {
    if (root !== undefined) await this.#send(branch, from, root)
    else if (from === 'fork') {
      await this.#call('POST', `/repos/${REPOSITORY}/forks`, NEWCOMER, {})
      const refs = `/repos/${NEWCOMER}/app/git`
      const { object } = await this.#call<{ object: { sha: string } }>('GET', `${refs}/ref/heads/main`, NEWCOMER)
      await this.#call('POST', `${refs}/refs`, NEWCOMER, { ref: `refs/heads/${branch}`, sha: object.sha })
    }
    return await this.#call('POST', `/repos/${REPOSITORY}/pulls`, OWNER, {
      title: branch,
      head: `${from === 'here' ? OWNER : NEWCOMER}:${branch}`,
      base: 'main'
    })
  }

  async #send(branch: string, from: 'here' | 'fork', root: string): Promise<void> {
    const here: Call = (method, path, body) => this.#call(method, path, OWNER, body)
    const base = await sendCommit(here, REPOSITORY, root, 'main')
    // GitHub shows the commits of a fork in the repository, too.
    const head = await sendCommit(here, REPOSITORY, root, branch)
    await here('PATCH', `/repos/${REPOSITORY}/git/refs/heads/main`, { sha: base, force: true })
    if (from === 'here') {
      await here('POST', `/repos/${REPOSITORY}/git/refs`, { ref: `refs/heads/${branch}`, sha: head })
    } else {
      const there: Call = (method, path, body) => this.#call(method, path, NEWCOMER, body)
      await there('POST', `/repos/${REPOSITORY}/forks`, {})
      await sendCommit(there, `${NEWCOMER}/app`, root, branch)
      await there('POST', `/repos/${NEWCOMER}/app/git/refs`, { ref: `refs/heads/${branch}`, sha: head })
    }
  }

  async comments(pull: Pull): Promise<Comment[]> {
    return await this.#call('GET', `/repos/${REPOSITORY}/issues/${String(pull.number)}/comments?per_page=100`, OWNER)
  }

  /** As a runner gets its token: an installation of an App, with the permissions of the job. */
  async token(rights: 'read' | 'write'): Promise<string> {
    const key = this.emulator.generatedSecrets.find(({ id }) => id === String(APP.app_id))?.value ?? ''
    const now = Math.floor(Date.now() / 1000)
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: now - 60, exp: now + 300, iss: String(APP.app_id) })}`
    const jwt = `${claims}.${createSign('RSA-SHA256').update(claims).sign(key).toString('base64url')}`
    const path = `/app/installations/${String(APP.installation)}/access_tokens`
    const { token } = await this.#call<{ token: string }>('POST', path, jwt, {
      permissions: { pull_requests: rights, contents: 'read' }
    })
    return token
  }
}

const seed = {
  github: {
    users: [{ login: OWNER }, { login: NEWCOMER }],
    repos: [{ owner: OWNER, name: 'app', auto_init: true }],
    apps: [
      {
        app_id: APP.app_id,
        slug: APP.slug,
        name: APP.slug,
        permissions,
        installations: [{ installation_id: APP.installation, account: OWNER }]
      }
    ]
  },
  tokens: Object.fromEntries([OWNER, NEWCOMER].map((login) => [login, { login, scopes: ['repo', 'user'] }]))
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
