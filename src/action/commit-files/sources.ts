/** Objects of a commit: those of the checkout first, and what it lacks from GitHub. */
import { parseCommit, treeEntries } from '../base-file/checkout.js'
import type { GitHubObjects, Listed } from '../base-file/github.js'
import { ObjectMissing, Unreadable, type Commit } from '../base-file/objects.js'
import type { ObjectBatch } from './batch.js'

/** As many bytes of a commit or a folder are read. */
const MAX_METADATA = 64 * 1024 * 1024
/** A tree of which GitHub lists so many folders one by one is made to be large. */
const MAX_LISTINGS = 500

export interface Folder {
  /** Their paths begin in this folder. */
  readonly entries: Iterable<Listed>
  /** Whether the entries are those of the folders below, too. */
  readonly isDeep: boolean
}

export class Sources {
  /** Whether anything came from there. */
  usedGitHub = false
  private listings = 0

  constructor(
    private readonly local: ObjectBatch | undefined,
    private readonly openGitHub: (() => Promise<GitHubObjects>) | undefined
  ) {}

  /** @throws ObjectMissing, Unreadable */
  async commit(id: string): Promise<Commit> {
    const bytes = await this.local?.read('commit', id, MAX_METADATA)
    return bytes === undefined ? this.ask((github) => github.commit(id)) : parseCommit(bytes)
  }

  /** @throws ObjectMissing, Unreadable. The entries, too, may throw ObjectMissing */
  async folder(id: string): Promise<Folder> {
    const bytes = await this.local?.read('tree', id, MAX_METADATA)
    if (bytes !== undefined) return { isDeep: false, entries: listed(bytes, id.length / 2) }
    for (const isDeep of [true, false]) {
      if (++this.listings > MAX_LISTINGS) throw new Unreadable('it has too many folders for GitHub', FEWER)
      const { entries, truncated } = await this.ask((github) => github.listing(id, isDeep))
      if (!truncated) return { isDeep, entries }
    }
    throw new Unreadable('one of its folders has too many entries for GitHub', FEWER)
  }

  /** Undefined where the checkout does not hold it. One at a time. @throws Unreadable beyond `maxBytes` */
  async localContent(id: string, maxBytes: number): Promise<Buffer | undefined> {
    return await this.local?.read('blob', id, maxBytes)
  }

  /** @throws ObjectMissing, Unreadable, the latter also beyond `maxBytes` */
  remoteContent(id: string, maxBytes: number): Promise<Buffer> {
    return this.ask((github) => github.content({ kind: 'file', id }, maxBytes))
  }

  private async ask<T>(question: (github: GitHubObjects) => Promise<T>): Promise<T> {
    if (this.openGitHub === undefined) throw new ObjectMissing()
    const answer = await question(await this.openGitHub())
    this.usedGitHub = true
    return answer
  }
}

function* listed(tree: Buffer, idBytes: number): Generator<Listed> {
  for (const { name, kind, id } of treeEntries(tree, idBytes)) yield { path: name.toString('utf8'), kind, id }
}

const FEWER = 'Check out with `fetch-depth: 0`, so that the commit is at hand, or stage the traces in fewer folders.'
