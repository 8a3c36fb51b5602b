/** Everything the local Hub knows: people, tokens, datasets, stored objects, and who may do what. */
import { randomBytes } from 'node:crypto'
import { Refusal } from './exchange.js'
import type { Commit } from './objects.js'
import { Repository } from './repository.js'

/** `scoped`: a fine-grained token that may write to the named datasets only. `oidc`: from trusted publishing. */
export type TokenRole = 'read' | 'write' | 'scoped' | 'oidc'

export interface Identity {
  readonly user: string
  readonly role: TokenRole
  /** Datasets of a `scoped` or `oidc` token. */
  readonly datasets: readonly string[]
}

export interface WorldOptions {
  readonly now?: () => number
  /** Entries of a page of a listing; the Hub has 1000. */
  readonly pageSize?: number
  /** How long a commit holds the lock of its dataset, in ms. */
  readonly commitDelay?: number
}

export class World {
  readonly now: () => number
  readonly pageSize: number
  commitDelay: number
  readonly users = new Set<string>()
  /** Members of organisations and whether they may write. */
  readonly organizations = new Map<string, Map<string, 'read' | 'write'>>()
  readonly tokens = new Map<string, Identity>()
  readonly repositories = new Map<string, Repository>()
  /** By SHA-256. */
  readonly objects = new Map<string, Buffer>()
  /** Where clients reach this Hub, without a trailing slash. */
  url = ''
  /** Where it keeps large files: another origin, as the live Hub's storage is. */
  storageUrl = ''
  /** Signs the addresses of stored objects. A client must never show one. */
  readonly signature = randomBytes(16).toString('hex')
  /** The audience that an id token must name: the Hub's own address. */
  audience = ''
  /** The workflow run whose id tokens this Hub's stand-in of the runner hands out. */
  readonly runner = {
    requestToken: randomBytes(16).toString('hex'),
    claims: { repository: 'octo/project', ref: 'refs/heads/main', branch: 'main' } as Record<string, string>
  }

  constructor(options: WorldOptions) {
    this.now = options.now ?? Date.now
    this.pageSize = options.pageSize ?? 1000
    this.commitDelay = options.commitDelay ?? 0
  }

  addToken(user: string, role: TokenRole, datasets: readonly string[] = []): string {
    this.users.add(user)
    const token = `hf_${role === 'oidc' ? 'jwt_' : ''}${randomBytes(17).toString('hex')}`
    this.tokens.set(token, { user, role, datasets })
    return token
  }

  identify(authorization: string | undefined): Identity | undefined {
    if (authorization === undefined) return undefined
    const identity = this.tokens.get(authorization.replace(/^Bearer /i, ''))
    if (identity === undefined) throw new Refusal(401, 'Invalid credentials in Authorization header')
    return identity
  }

  createRepository(id: string, isPrivate: boolean): Repository {
    const [namespace = '', name = ''] = id.split('/')
    const repository = new Repository(namespace, name, isPrivate, this.now)
    this.repositories.set(id, repository)
    return repository
  }

  canRead(repository: Repository, identity: Identity | undefined): boolean {
    if (!repository.private) return true
    if (identity === undefined) return false
    if (identity.role === 'oidc' || identity.role === 'scoped') return identity.datasets.includes(repository.id)
    return (
      identity.user === repository.namespace ||
      this.organizations.get(repository.namespace)?.has(identity.user) === true
    )
  }

  canWrite(repository: Repository, identity: Identity): boolean {
    if (identity.role === 'read') return false
    if (identity.role !== 'write') return identity.datasets.includes(repository.id)
    return this.ownsNamespace(repository.namespace, identity)
  }

  ownsNamespace(namespace: string, { user }: Identity): boolean {
    return user === namespace || this.organizations.get(namespace)?.get(user) === 'write'
  }

  /** A dataset that the caller may read. Whether a hidden one exists is not told. */
  readable(id: string, identity: Identity | undefined): Repository {
    const repository = this.repositories.get(id)
    if (repository !== undefined && this.canRead(repository, identity)) return repository
    if (identity === undefined) throw new Refusal(401, 'Invalid username or password.')
    throw new Refusal(404, 'Repository not found', 'RepoNotFound')
  }

  /** A dataset that the caller may write to; with `pullRequest`, one to which it may propose. */
  writable(id: string, identity: Identity | undefined, pullRequest = false): [Repository, Identity] {
    const repository = this.readable(id, identity)
    if (identity === undefined) throw new Refusal(401, 'Invalid username or password.')
    if (identity.role === 'read') {
      throw new Refusal(403, 'Forbidden: you must use a write token to upload to a repository.')
    }
    if (!pullRequest && !this.canWrite(repository, identity)) {
      throw new Refusal(403, 'Forbidden: pass `create_pr=1` as a query parameter to create a Pull Request')
    }
    return [repository, identity]
  }

  /** Reading files of a gated dataset needs a granted request; its listing does not. */
  checkGate(repository: Repository, identity: Identity | undefined): void {
    if (repository.gated === false) return
    if (identity !== undefined && (this.canWrite(repository, identity) || repository.granted.has(identity.user))) return
    throw new Refusal(
      identity === undefined ? 401 : 403,
      `Access to dataset ${repository.id} is restricted.`,
      'GatedRepo'
    )
  }
}

export function commitAt(repository: Repository, revision: string): Commit {
  const commit = repository.resolve(revision)
  if (commit === undefined) throw new Refusal(404, `Invalid rev id: ${revision}`, 'RevisionNotFound')
  return commit
}
