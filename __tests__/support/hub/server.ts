/**
 * A Hugging Face Hub on 127.0.0.1, in memory: what the JavaScript and Python clients and the `datasets` library ask of the
 * real one, with its answers to conflicts, missing rights and limits. Two servers, because the real Hub's large files
 * lie behind another origin.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { ACCOUNTS, RUNNER } from './accounts.js'
import { match, Refusal, type Reply, type Route } from './exchange.js'
import { FaultQueue, type Fault } from './faults.js'
import { lfsFile, sha256Hex, type Commit } from './objects.js'
import { READING } from './reading.js'
import { control } from './control.js'
import { World, type WorldOptions } from './world.js'
import { STORAGE, WRITING } from './writing.js'

export interface LoggedRequest {
  readonly at: 'hub' | 'storage'
  readonly method: string
  /** With the query, as sent. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** 0 where the connection was cut. */
  readonly status: number
}

export interface LocalHub {
  /** Without a trailing slash. */
  readonly url: string
  readonly storageUrl: string
  readonly world: World
  /** `alice` may write to her namespace and to `acme`; `bob` owns nothing of theirs; `reader` is alice's read token. */
  readonly tokens: { readonly alice: string; readonly bob: string; readonly reader: string }
  /** Finished requests in the order in which they ended. */
  readonly log: LoggedRequest[]
  readonly faults: FaultQueue
  /** Makes a dataset without HTTP, its files in one commit on top of the initial one. */
  seed(id: string, files: Readonly<Record<string, string | Buffer>>, options?: { private?: boolean }): Commit
  /** Newest first. */
  commits(id: string, revision?: string): Commit[]
  /** The content of every file. */
  files(id: string, revision?: string): Map<string, Buffer>
  /** Requests whose method and path match, as `POST /api/…`. */
  requests(pattern: RegExp): LoggedRequest[]
  close(): Promise<void>
}

export interface HubOptions extends WorldOptions {
  /** Any free one where absent. */
  readonly port?: number
}

const LARGE = 10 * 1024 * 1024

export async function startHub(options: HubOptions = {}): Promise<LocalHub> {
  const world = new World(options)
  const log: LoggedRequest[] = []
  const faults = new FaultQueue()
  world.organizations.set('acme', new Map([['alice', 'write']]))
  const tokens = {
    alice: world.addToken('alice', 'write'),
    bob: world.addToken('bob', 'write'),
    reader: world.addToken('alice', 'read')
  }
  const servers = {
    hub: serve('hub', [...control(log, faults), ...ACCOUNTS, ...READING, ...WRITING]),
    storage: serve('storage', [...STORAGE, ...RUNNER])
  }
  world.url = await listen(servers.hub, options.port ?? 0)
  world.storageUrl = await listen(servers.storage, 0)
  world.audience = world.url

  function serve(at: 'hub' | 'storage', routes: readonly Route[]): Server {
    return createServer((request, response) => {
      answer(at, routes, request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : undefined)
      })
    })
  }

  async function answer(at: 'hub' | 'storage', routes: readonly Route[], request: IncomingMessage, to: ServerResponse) {
    const path = request.url ?? '/'
    const method = request.method ?? 'GET'
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? '')
      ])
    )
    const note = (status: number) => {
      if (!path.startsWith('/_test/')) log.push({ at, method, path, headers, body, status })
    }
    const fault = faults.take(at, method, path)
    if (fault?.delay !== undefined) await delay(fault.delay, undefined, { ref: false })
    const replaced = fault?.status !== undefined || fault?.dropSocket === true
    let reply: Reply = {}
    if (!replaced || fault.afterEffect === true) reply = await perform(at, routes, request, path, body)
    if (fault?.dropSocket === true) {
      note(0)
      request.socket.destroy()
      return
    }
    if (fault?.status !== undefined) {
      reply = { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? { error: 'Injected fault' } }
    }
    note(reply.status ?? 200)
    send(method, reply, to, fault)
  }

  async function perform(
    at: 'hub' | 'storage',
    routes: readonly Route[],
    request: IncomingMessage,
    path: string,
    body: Buffer
  ): Promise<Reply> {
    const method = request.method ?? 'GET'
    const url = new URL(path, at === 'hub' ? world.url : world.storageUrl)
    try {
      for (const candidate of routes) {
        // The path as sent: `new URL` would already have resolved `..` away.
        const params = match(candidate, method, path.replace(/\?.*$/, ''))
        if (params === undefined) continue
        const identity = at === 'hub' ? world.identify(request.headers.authorization) : undefined
        return await candidate.handler({ world, method, url, headers: request.headers, body, identity }, params)
      }
      throw new Refusal(404, "Sorry, we can't find the page you are looking for.")
    } catch (error) {
      if (error instanceof Refusal) return error.reply()
      return new Refusal(500, 'Internal error of the local Hub').reply()
    }
  }

  let requestNumber = 0
  function send(method: string, reply: Reply, to: ServerResponse, fault: Fault | undefined): void {
    const content = Buffer.isBuffer(reply.body) ? reply.body : Buffer.from(JSON.stringify(reply.body ?? {}))
    to.writeHead(reply.status ?? 200, {
      'Content-Type': 'application/json; charset=utf-8',
      'X-Request-Id': `Root=1-local-${String(++requestNumber)}`,
      RateLimit: '"api";r=999;t=300',
      'RateLimit-Policy': '"fixed window";"api";q=1000;w=300',
      'Content-Length': String(content.length),
      ...reply.headers
    })
    if (method === 'HEAD') to.end()
    else if (fault?.stallAfter !== undefined) to.write(content.subarray(0, fault.stallAfter))
    else if (fault?.truncateAfter === undefined) to.end(content)
    else to.write(content.subarray(0, fault.truncateAfter), () => setTimeout(() => to.destroy(), 20))
  }

  function repository(id: string) {
    const found = world.repositories.get(id)
    if (found === undefined) throw new Error(`no dataset ${id} in the local Hub`)
    return found
  }

  function history(id: string, revision = 'main'): Commit[] {
    const head = repository(id).resolve(revision)
    return head === undefined ? [] : repository(id).history(head)
  }

  return {
    url: world.url,
    storageUrl: world.storageUrl,
    world,
    tokens,
    log,
    faults,
    seed(id, files, { private: isPrivate = false } = {}) {
      const target = world.repositories.get(id) ?? world.createRepository(id, isPrivate)
      const [head] = history(id)
      const tree = new Map(head?.tree)
      for (const [path, given] of Object.entries(files)) {
        const content = Buffer.from(given)
        if (content.length <= LARGE) tree.set(path, target.storeBlob(content))
        else {
          const oid = sha256Hex(content)
          world.objects.set(oid, content)
          tree.set(path, lfsFile(oid, content.length))
        }
      }
      return target.advance('main', head?.id, { title: 'Seed', message: '', author: target.namespace, tree })
    },
    commits: history,
    files(id, revision) {
      const { blobs } = repository(id)
      return new Map(
        [...(history(id, revision)[0]?.tree ?? [])].map(([path, { oid, lfs }]) => {
          const content = lfs === undefined ? blobs.get(oid) : world.objects.get(lfs.oid)
          return [path, content ?? Buffer.alloc(0)]
        })
      )
    },
    requests: (pattern) => log.filter(({ method, path }) => pattern.test(`${method} ${path}`)),
    async close() {
      await Promise.all([servers.hub, servers.storage].map(stop))
    }
  }
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(port, '127.0.0.1', done)
  })
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

function stop(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done())
    server.closeAllConnections()
  })
}
