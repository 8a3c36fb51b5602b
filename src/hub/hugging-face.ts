/**
 * A dataset on the Hugging Face Hub. Reading is at a revision, which never changes; a plan becomes one commit on top of
 * the revision that it was made for. Protocol and limits: docs of the Hub, "Rate limits", "Storage limits".
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { CommitPlan } from '../dataset/plan.js'
import { GateError, LoadError } from '../errors.js'
import {
  FileNotFoundError,
  readAll,
  StaleRevisionError,
  type ByteRange,
  type CommitResult,
  type DatasetState,
  type DatasetStore,
  type NewFile,
  type Revision,
  type StoredFile
} from './store.js'
import { hubAdapter, type HubAdapter } from './hugging-face/adapter.js'
import {
  checkToken,
  datasetAddress,
  fileUrl,
  HUGGING_FACE,
  isPlainPath,
  type DatasetAddress
} from './hugging-face/address.js'
import { isLarge } from './hugging-face/attributes.js'
import { download } from './hugging-face/download.js'
import { explain, type Attempt } from './hugging-face/errors.js'
import { hubFetch, HubRefusal, type FetchSettings } from './hugging-face/fetch.js'
import { checkCard, createDataset, pushPlan, type PushSettings } from './hugging-face/push.js'
import type { Clock } from './hugging-face/waits.js'

export interface HuggingFaceOptions {
  /** Of the Hub; the Hugging Face Hub where absent. The only place that ever receives the token. */
  readonly hubUrl?: string | undefined
  readonly token?: string | undefined
  /** Of a dataset that the first commit creates; private where absent. */
  readonly visibility?: 'public' | 'private' | undefined
  /** Propose commits as pull requests of the dataset instead of making them. */
  readonly createPr?: boolean | undefined
  /** How long to go on against conflicts and rate limits, in milliseconds; ten minutes where absent. */
  readonly maxWait?: number | undefined
  /** Whether large files may travel by the Xet protocol where the Hub offers it; they may where absent. */
  readonly useXet?: boolean | undefined
  readonly userAgent?: string | undefined
  /** Ends what is under way; its reason is thrown. */
  readonly signal?: AbortSignal | undefined
  /** Told why a request is made again. Never a secret. */
  readonly log?: ((message: string) => void) | undefined
  readonly fetch?: typeof fetch | undefined
  readonly clock?: Clock | undefined
  /** For a reply to begin or a stream to go on, in milliseconds. */
  readonly timeout?: number | undefined
}

export const systemClock: Clock = {
  now: Date.now,
  async sleep(milliseconds, signal) {
    await wait(milliseconds, undefined, signal === undefined ? {} : { signal })
  },
  random: Math.random
}

/**
 * @param repo `owner/dataset`
 * @throws InputError for a name or an address that is none; GateError for a token that is none. Nothing is sent yet
 */
export function openHuggingFace(repo: string, options: HuggingFaceOptions = {}): DatasetStore {
  const address = datasetAddress(repo, options.hubUrl ?? HUGGING_FACE)
  if (options.token !== undefined) checkToken(options.token)
  return new HuggingFaceStore(address, options)
}

class HuggingFaceStore implements DatasetStore {
  readonly repo: string
  readonly url: string
  readonly #address: DatasetAddress
  readonly #options: HuggingFaceOptions
  readonly #clock: Clock
  readonly #http: FetchSettings
  /** When to stop going on against others: counts from the first commit that has not succeeded, over all its new plans. */
  #deadline: number | undefined

  constructor(address: DatasetAddress, options: HuggingFaceOptions) {
    this.repo = address.id
    this.url = address.url
    this.#address = address
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#http = {
      hubUrl: address.hubUrl,
      token: options.token,
      userAgent: options.userAgent ?? 'opentraces-push-action',
      clock: this.#clock,
      fetch: options.fetch ?? fetch,
      signal: options.signal,
      timeout: options.timeout ?? 90_000,
      log: options.log
    }
  }

  async state(): Promise<DatasetState> {
    const hub = this.#hub()
    try {
      const revision = await hub.head()
      return { revision, visibility: (await hub.isPrivate()) ? 'private' : 'public' }
    } catch (error) {
      // Without a token this is also how the Hub hides a private dataset, and then nothing may be created.
      const missing = error instanceof HubRefusal && error.status === 404 && error.facts.code !== 'RevisionNotFound'
      if (missing && this.#options.token !== undefined) return { revision: undefined, visibility: undefined }
      throw this.#explain(error, 'read')
    }
  }

  async list(revision: Revision): Promise<StoredFile[]> {
    try {
      if (!isPlainPath(revision)) throw new StaleRevisionError('There is no such revision')
      return await this.#hub().list(revision)
    } catch (error) {
      throw this.#explainRead(error)
    }
  }

  async *read(revision: Revision, path: string, range?: ByteRange): AsyncGenerator<Uint8Array> {
    if (!isPlainPath(revision)) throw new StaleRevisionError('There is no such revision')
    if (!isPlainPath(path)) throw new FileNotFoundError(path)
    const { clock, signal, timeout } = this.#http
    try {
      const url = fileUrl(this.#address, revision, path)
      yield* download(hubFetch(this.#http, this.#newDeadline()), url, range, { clock, signal, timeout })
    } catch (error) {
      throw this.#explainRead(error, path)
    }
  }

  async objectId(file: NewFile): Promise<string> {
    const { createPr = false, token } = this.#options
    try {
      const asLfs = token === undefined ? isLarge(file) : await this.#hub().storesAsLfs(file, createPr)
      return asLfs ? file.sha256 : file.gitOid
    } catch (error) {
      // The question is part of a commit. Before the dataset exists, and in a dry run without the right to commit, the
      // Hub does not answer it; then its general rule has to do.
      if (!(error instanceof HubRefusal) || ![401, 403, 404].includes(error.status)) {
        throw this.#explain(error, 'read')
      }
      return isLarge(file) ? file.sha256 : file.gitOid
    }
  }

  async commit(plan: CommitPlan): Promise<CommitResult> {
    this.#checkBeforeSending(plan)
    const deadline = (this.#deadline ??= this.#newDeadline())
    const settings = this.#pushSettings(deadline)
    let doing: Attempt['doing'] = 'upload'
    try {
      await checkCard(plan, settings)
      if (plan.parent === undefined) doing = 'create'
      const parent = plan.parent ?? (await createDataset(this.#options.visibility ?? 'private', settings))
      doing = 'upload'
      const result = await pushPlan(plan, parent, settings)
      this.#deadline = undefined
      return result
    } catch (error) {
      if (error instanceof StaleRevisionError && this.#clock.now() >= deadline) throw this.#contention()
      throw this.#explain(error, doing)
    }
  }

  #checkBeforeSending({ parent, writes, deletes }: CommitPlan): void {
    if (writes.length + deletes.length === 0) throw new Error('a plan without changes would make an empty commit')
    this.#options.signal?.throwIfAborted()
    if (this.#options.token === undefined) {
      throw new GateError('NOT_AUTHENTICATED', `Writing to ${this.repo} needs a token.`, {
        hint: 'Give `hf-token`, or set up trusted publishing for the dataset.'
      })
    }
    if (parent === undefined && this.#options.createPr === true) {
      throw new LoadError(
        'DATASET_NOT_FOUND',
        `The dataset ${this.repo} does not exist, so no pull request can be made.`,
        {
          hint: 'Check `repo`. The owner of a dataset creates it with a first push.'
        }
      )
    }
  }

  #contention(): LoadError {
    return new LoadError(
      'CONFLICT',
      `Others kept changing the dataset ${this.repo}; nothing of this run was published.`,
      {
        hint: 'Run the job again, raise `max-wait`, or let fewer jobs push at the same time.',
        retryable: true
      }
    )
  }

  #pushSettings(deadline: number): PushSettings {
    const { createPr = false, useXet = true, signal, log } = this.#options
    return {
      address: this.#address,
      hub: this.#hub(deadline),
      clock: this.#clock,
      deadline,
      asPullRequest: createPr,
      useXet,
      signal,
      log,
      readAttributes: async (revision) => {
        try {
          return (await readAll(this, revision, '.gitattributes')).toString('utf8')
        } catch (error) {
          if (error instanceof FileNotFoundError) return ''
          throw error
        }
      }
    }
  }

  #hub(deadline = this.#newDeadline()): HubAdapter {
    return hubAdapter(this.#address, hubFetch(this.#http, deadline))
  }

  #newDeadline(): number {
    return this.#clock.now() + (this.#options.maxWait ?? 600_000)
  }

  #explain(error: unknown, doing: Attempt['doing']): Error {
    this.#options.signal?.throwIfAborted()
    return explain(error, { id: this.repo, doing, hasToken: this.#options.token !== undefined })
  }

  #explainRead(error: unknown, path?: string): Error {
    if (error instanceof HubRefusal && error.status === 404) {
      if (error.facts.code === 'RevisionNotFound') return new StaleRevisionError('There is no such revision')
      if (error.facts.code === 'EntryNotFound' && path !== undefined) return new FileNotFoundError(path)
    }
    return this.#explain(error, 'read')
  }
}
