/** One dataset repository: refs, commits, permissions. Everything in memory. */
import { FIRST_ATTRIBUTES, isTracked } from './attributes.js'
import { gitBlobId, objectId, type Commit, type Tree, type TreeFile } from './objects.js'

export type Gating = 'auto' | 'manual' | false

export interface PullRequest {
  readonly number: number
  readonly title: string
  readonly author: string
  readonly date: string
}

/** The claims that a workflow's id token must carry, as set in a dataset's "Trusted Publishers". */
export type PublisherClaims = Readonly<Record<string, string>>

export interface NewCommit {
  readonly title: string
  readonly message: string
  readonly author: string
  readonly tree: Tree
  readonly askedParent?: string | undefined
}

export class Repository {
  readonly namespace: string
  readonly name: string
  private: boolean
  gated: Gating = false
  readonly granted = new Set<string>()
  readonly publishers: PublisherClaims[] = []
  readonly branches = new Map<string, string>()
  readonly tags = new Map<string, string>()
  readonly pullRequests: PullRequest[] = []
  readonly commits = new Map<string, Commit>()
  readonly blobs = new Map<string, Buffer>()
  readonly createdAt: string
  /** While a commit is being written, others are turned away. */
  locked = false
  readonly #now: () => number

  constructor(namespace: string, name: string, isPrivate: boolean, now: () => number) {
    this.namespace = namespace
    this.name = name
    this.private = isPrivate
    this.#now = now
    this.createdAt = new Date(now()).toISOString()
    const tree = new Map([['.gitattributes', this.storeBlob(Buffer.from(FIRST_ATTRIBUTES))]])
    this.advance('main', undefined, { title: 'initial commit', message: '', author: namespace, tree })
  }

  get id(): string {
    return `${this.namespace}/${this.name}`
  }

  storeBlob(content: Buffer): TreeFile {
    const oid = gitBlobId(content)
    this.blobs.set(oid, content)
    return { oid, size: content.length }
  }

  /** The commit of a branch, a tag, `HEAD`, `refs/pr/N` or a commit id. */
  resolve(revision: string): Commit | undefined {
    const name = revision === 'HEAD' ? 'main' : revision.replace(/^refs\/(heads|tags)\//, '')
    return this.commits.get(this.branches.get(name) ?? this.tags.get(name) ?? name)
  }

  /** Adds a commit on top of `parent` and moves the ref to it. */
  advance(ref: string, parent: string | undefined, { askedParent, ...commit }: NewCommit): Commit {
    const date = new Date(this.#now()).toISOString()
    const id = objectId([parent, commit.title, commit.message, date, this.commits.size, [...commit.tree]])
    const full = { id, parent, date, ...commit, ...(askedParent === undefined ? {} : { askedParent }) }
    this.commits.set(id, full)
    this.branches.set(ref, id)
    return full
  }

  openPullRequest(parent: string, commit: NewCommit): { number: number; commit: Commit } {
    const number = this.pullRequests.length + 1
    const added = this.advance(`refs/pr/${String(number)}`, parent, commit)
    this.pullRequests.push({ number, title: commit.title, author: commit.author, date: added.date })
    return { number, commit: added }
  }

  /** Newest first. */
  history(from: Commit): Commit[] {
    const found: Commit[] = []
    for (let at: Commit | undefined = from; at !== undefined; at = this.commits.get(at.parent ?? '')) found.push(at)
    return found
  }

  attributes(tree: Tree): string {
    return this.blobs.get(tree.get('.gitattributes')?.oid ?? '')?.toString('utf8') ?? ''
  }

  /** The Hub adds one line for every LFS file that no pattern tracks. */
  trackLfs(tree: Map<string, TreeFile>): void {
    const text = this.attributes(tree)
    const missing = [...tree].filter(([path, { lfs }]) => lfs !== undefined && !isTracked(path, text))
    if (missing.length === 0) return
    const lines = missing.map(([path]) => `${path.replaceAll(' ', '?')} filter=lfs diff=lfs merge=lfs -text\n`)
    tree.set('.gitattributes', this.storeBlob(Buffer.from(text + lines.join(''))))
  }
}
