/** What we ask of the Hub, in our words: the library's functions, and the few requests that it does not have. */
import { commit, datasetInfo, listCommits, listFiles, type CommitOperation } from '@huggingface/hub'
import { z } from 'zod'
import type { NewFile, StoredFile } from '../store.js'
import type { DatasetAddress } from './address.js'
import { HubRefusal } from './fetch.js'

export interface CommitRequest {
  readonly title: string
  readonly description: string
  readonly parent: string
  readonly operations: CommitOperation[]
  readonly asPullRequest: boolean
  /** Whether the library may use the Xet protocol where the Hub offers it. */
  readonly useXet: boolean
  readonly signal?: AbortSignal | undefined
}

export interface Landed {
  readonly revision: string
  readonly url: string
}

export interface RecentCommit {
  readonly revision: string
  readonly text: string
}

/** How many commits back a lost one is looked for: the Hub's page. */
const RECENT = 100
/** How many pull requests are opened and looked into for a lost commit. */
const RECENT_PULL_REQUESTS = 10

/**
 * @param request a fetch that throws `HubRefusal` for a failed reply and sends the token by itself: the library is not
 *   given it, so none of its messages can hold it
 */
export function hubAdapter(address: DatasetAddress, request: typeof fetch) {
  const { id, hubUrl, url } = address
  const repo = { type: 'dataset', name: id } as const
  const common = { repo, hubUrl, fetch: request }

  async function post(path: string, body: unknown): Promise<Response> {
    const headers = { 'Content-Type': 'application/json' }
    return request(`${hubUrl}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  }

  async function history(revision: string, limit: number): Promise<RecentCommit[]> {
    const found: RecentCommit[] = []
    for await (const { oid, title, message } of listCommits({ ...common, revision, batchSize: limit })) {
      found.push({ revision: oid, text: `${title}\n${message}` })
      if (found.length >= limit) break
    }
    return found
  }

  return {
    /** The head of the main branch. Asked of the history: the facts of a dataset come from a cache that lags behind. */
    async head(): Promise<string | undefined> {
      const [newest] = await history('main', 1)
      return newest?.revision
    },

    async isPrivate(): Promise<boolean> {
      const info = await datasetInfo({ name: id, hubUrl, fetch: request, revision: 'main' })
      return z.boolean().parse(info.private)
    },

    /** Every file of a revision, over all pages, sorted by path. */
    async list(revision: string): Promise<StoredFile[]> {
      const files: StoredFile[] = []
      for await (const entry of listFiles({ ...common, revision: encodeURIComponent(revision), recursive: true })) {
        if (entry.type === 'file') files.push(storedFile.parse(entry))
      }
      return files.sort((a, b) => (a.path < b.path ? -1 : 1))
    },

    /** The commits of main since `parent`, newest first, at most 100; `parent` itself is not among them. */
    async since(parent: string): Promise<RecentCommit[]> {
      const recent = await history('main', RECENT)
      const end = recent.findIndex(({ revision }) => revision === parent)
      return end === -1 ? recent : recent.slice(0, end)
    },

    /** An open pull request of that title whose commits carry the marker. The library knows nothing of pull requests. */
    async pullRequest(title: string, marker: string): Promise<Landed | undefined> {
      const query = 'discussions?type=pull_request&status=open'
      const reply = await request(`${hubUrl}/api/datasets/${id}/${query}`)
      const { discussions } = discussionPage.parse(await reply.json())
      const sameTitle = discussions.filter((one) => one.title === title).slice(0, RECENT_PULL_REQUESTS)
      for (const { num } of sameTitle) {
        const commits = await history(encodeURIComponent(`refs/pr/${String(num)}`), RECENT_PULL_REQUESTS)
        const found = commits.find(({ text }) => text.includes(marker))
        if (found !== undefined) return { revision: found.revision, url: `${url}/discussions/${String(num)}` }
      }
      return undefined
    },

    /** Creates the dataset, empty but for the Hub's first commit. An existing one is a `HubRefusal` with status 409. */
    async create(visibility: 'public' | 'private'): Promise<void> {
      const [organization, name] = id.split('/')
      await post('repos/create', { type: 'dataset', name, organization, visibility })
    },

    /**
     * The Hub's own check of a card's metadata: the names of the keys that it rejects, as far as they are told.
     * @returns undefined where the card is fine, or where this Hub has no such check (its commit then has)
     */
    async rejectedKeys(card: string): Promise<string[] | undefined> {
      try {
        await post('validate-yaml', { repoType: 'dataset', content: card })
        return undefined
      } catch (error) {
        if (!(error instanceof HubRefusal)) throw error
        if (error.status === 404 || error.status === 405) return undefined
        if (error.status !== 400) throw error
        return [...error.facts.keys]
      }
    },

    /** Whether the Hub would store a file as LFS: the first step of its commit protocol, which changes nothing. */
    async storesAsLfs({ path, size, sample }: NewFile, asPullRequest: boolean): Promise<boolean> {
      const files = [{ path, size, sample: Buffer.from(sample).toString('base64') }]
      const reply = await post(`datasets/${id}/preupload/main${asPullRequest ? '?create_pr=1' : ''}`, { files })
      return preuploadReply.parse(await reply.json()).files[0].uploadMode === 'lfs'
    },

    /** One commit, or one pull request. @throws HubRefusal, HubUnreachable: the commit may have landed all the same */
    async commit(wanted: CommitRequest): Promise<Landed> {
      const result = await commit({
        ...common,
        title: wanted.title,
        description: wanted.description,
        operations: wanted.operations,
        parentCommit: wanted.parent,
        isPullRequest: wanted.asPullRequest,
        useXet: wanted.useXet,
        ...(wanted.signal === undefined ? {} : { abortSignal: wanted.signal })
      })
      const revision = z
        .string()
        .regex(/^[0-9a-f]{40,64}$/)
        .parse(result?.commit.oid)
      if (!wanted.asPullRequest) return { revision, url: commitUrl(address, revision) }
      const number = /\/discussions\/(\d+)$/.exec(result?.pullRequestUrl ?? '')?.[1]
      return { revision, url: `${url}/discussions${number === undefined ? '' : `/${number}`}` }
    }
  }
}

export type HubAdapter = ReturnType<typeof hubAdapter>

export function commitUrl({ url }: DatasetAddress, revision: string): string {
  return `${url}/commit/${revision}`
}

const storedFile = z
  .object({
    path: z.string(),
    size: z.number(),
    oid: z.string(),
    lfs: z.object({ oid: z.string() }).optional()
  })
  .transform(({ path, size, oid, lfs }): StoredFile => ({ path, size, oid: lfs?.oid ?? oid }))

const preuploadReply = z.object({ files: z.tuple([z.object({ uploadMode: z.enum(['lfs', 'regular']) })]) })

const discussionPage = z.object({ discussions: z.array(z.object({ num: z.number(), title: z.string() })) })
