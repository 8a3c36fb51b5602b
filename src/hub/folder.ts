/**
 * A dataset in a local folder: the home `file:PATH`, with the layout and the guarantees of the one on the Hub.
 *
 * The folder holds the dataset's files as they are, for anybody to read at any moment. Bookkeeping lies in the hidden
 * folder `.opentraces-store` inside it and may be deleted at any time between commits: the revision follows from the
 * files alone.
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { CommitPlan } from '../dataset/plan.js'
import { systemErrorCode } from '../errors.js'
import { busyError, isForbidden, readError, uploadError } from './folder/errors.js'
import type { OnStep } from './folder/journal.js'
import {
  checkPaths,
  homeAt,
  lstatIfThere,
  missingAncestors,
  openFile,
  removeWhereEmpty,
  type Home
} from './folder/layout.js'
import { Lister, type ListedFile, type Listing } from './folder/listing.js'
import { pause, tryLock, waitForLock, type LockTimes } from './folder/lock.js'
import { fileTimes, sameTimes } from './folder/objects.js'
import {
  begin,
  carryOut,
  newTransaction,
  prepare,
  publish,
  quietHead,
  recover,
  retire,
  type Prepared,
  type Snapshot
} from './folder/transaction.js'
import {
  FileNotFoundError,
  StaleRevisionError,
  type ByteRange,
  type CommitResult,
  type DatasetState,
  type DatasetStore,
  type NewFile,
  type Revision,
  type StoredFile
} from './store.js'

export interface FolderOptions {
  /** How long to wait for other writers before giving up, in milliseconds; by default a minute. */
  readonly waitMs?: number
  /** After how long without a sign of life a writer is taken for dead, in milliseconds; by default 10 s, at least 2. */
  readonly staleMs?: number
  /** Milliseconds since 1970. */
  readonly clock?: () => number
  /** Told before every step of a commit. What it throws counts as a failure of that step: for tests. */
  readonly onStep?: OnStep
}

const WAIT_MS = 60_000
const STALE_MS = 10_000
const CHUNK_BYTES = 256 * 1024

/**
 * Opens the dataset in the folder `path`, which need not exist: the first commit creates it.
 *
 * - The dataset is every regular file outside hidden folders. Symbolic links are ignored, wherever they lead, and no file
 *   is written through one.
 * - The revision follows from path, size and content of all files: a file that any other program adds, changes or removes
 *   makes it another one. A folder without files in which nothing was ever committed has none.
 * - Reading writes nothing, except that it completes a commit whose writer died.
 * - Every revision but the current one is stale, even where its files are still there: a folder keeps no history, and
 *   one rule for all files is the one that callers get right.
 */
export function openFolder(path: string, options: FolderOptions = {}): DatasetStore {
  return new FolderStore(path, options)
}

class FolderStore implements DatasetStore {
  readonly repo: string
  readonly url: string
  private readonly home: Home
  private readonly times: LockTimes
  private readonly onStep: OnStep
  private readonly lister: Lister
  /** The last state seen, so that reading a file need not list all of them. */
  private last: Snapshot | undefined

  constructor(path: string, options: FolderOptions) {
    const { waitMs = WAIT_MS, staleMs = STALE_MS, clock = Date.now, onStep = () => undefined } = options
    this.repo = `file:${path}`
    this.home = homeAt(resolve(path))
    this.url = pathToFileURL(this.home.root).href
    this.times = { waitMs, staleMs, clock }
    this.onStep = onStep
    this.lister = new Lister(this.home, clock)
  }

  async state(): Promise<DatasetState> {
    return { revision: revisionOf(await this.snapshot()), visibility: undefined }
  }

  async list(revision: Revision): Promise<StoredFile[]> {
    const { files } = await this.listingAt(revision, await this.snapshot())
    return [...files.values()].map(({ path, size, oid }) => ({ path, size, oid }))
  }

  async *read(revision: Revision, path: string, range?: ByteRange): AsyncGenerator<Uint8Array> {
    try {
      const { files } = await this.listingAt(revision, await this.lastIfCurrent())
      const file = files.get(path)
      if (file === undefined) throw new FileNotFoundError(path)
      yield* this.chunks(file, range?.start ?? 0, Math.min(range?.end ?? file.size, file.size))
    } catch (error) {
      throw readError(error, this.repo)
    }
  }

  /** A folder knows no LFS: the object id is git's. */
  objectId(file: NewFile): Promise<string> {
    return Promise.resolve(file.gitOid)
  }

  async commit(plan: CommitPlan): Promise<CommitResult> {
    checkPaths(plan)
    try {
      return await this.commitOrLeaveNothing(plan)
    } catch (error) {
      throw uploadError(error, this.repo)
    }
  }

  private async commitOrLeaveNothing(plan: CommitPlan): Promise<CommitResult> {
    const created = await missingAncestors(this.home.store)
    try {
      const release = await waitForLock(this.home.store, this.repo, this.times)
      try {
        this.onStep('begin')
        const after = await this.commitLocked(plan)
        return { revision: after.listing.revision, url: '' }
      } finally {
        await release()
      }
    } catch (error) {
      await removeWhereEmpty(created)
      throw error
    }
  }

  private async commitLocked(plan: CommitPlan): Promise<Snapshot> {
    const { home, onStep } = this
    const tx = newTransaction(home)
    const prepared = await this.decide(plan, tx)
    await carryOut(home, tx, prepared.journal, onStep)
    this.lister.learn(prepared.objects)
    this.last = prepared.after
    return prepared.after
  }

  /** Everything up to the decision that the commit happens; until then nothing but its own folder is touched. */
  private async decide(plan: CommitPlan, tx: string): Promise<Prepared> {
    const { home, onStep } = this
    try {
      await begin(tx)
      onStep('recover')
      await recover(home, onStep, tx)
      const before = await this.parent(plan)
      const prepared = await prepare(home, tx, plan, before, this.lister.objects, this.times.clock, onStep)
      // Storing large contents takes its time, and other programs do not know our lock.
      await this.parent(plan)
      onStep('publish')
      await publish(tx)
      return prepared
    } catch (error) {
      const takenOver = systemErrorCode(error) === 'ENOENT' && (await lstatIfThere(tx)) === undefined
      await retire(home, tx)
      throw takenOver ? new StaleRevisionError(`${this.repo}: another writer took this one for dead`) : error
    }
  }

  /** The current state. @throws StaleRevisionError where it is not the one that the plan was made for */
  private async parent(plan: CommitPlan): Promise<Snapshot> {
    const listing = await this.lister.list()
    const quiet = await quietHead(this.home)
    if (quiet === undefined || revisionOf({ listing, ...quiet }) !== plan.parent) throw this.stale()
    return { listing, ...quiet }
  }

  /** One state of the dataset in full, never a mixture. */
  private async snapshot(): Promise<Snapshot> {
    const deadline = this.times.clock() + this.times.waitMs
    try {
      for (let attempt = 0; ; attempt++) {
        const snapshot = (await this.trySnapshot()) ?? (await this.snapshotUnderLock())
        if (snapshot !== undefined) {
          this.last = snapshot
          return snapshot
        }
        if (this.times.clock() >= deadline) throw busyError(this.repo)
        await pause(attempt)
      }
    } catch (error) {
      throw readError(error, this.repo)
    }
  }

  private async trySnapshot(): Promise<Snapshot | undefined> {
    const before = await quietHead(this.home)
    if (before === undefined) return undefined
    const listing = await this.lister.list()
    const after = await quietHead(this.home)
    return after !== undefined && after.head === before.head ? { listing, head: after.head } : undefined
  }

  /** Keeps writers out for a moment, and completes what one of them left. Undefined where the lock cannot be had. */
  private async snapshotUnderLock(): Promise<Snapshot | undefined> {
    try {
      const release = await tryLock(this.home.store, this.times.staleMs)
      if (release === undefined) return undefined
      try {
        await recover(this.home, this.onStep)
        return await this.trySnapshot()
      } finally {
        await release()
      }
    } catch (error) {
      // A reader who may not write waits for somebody who may.
      if (isForbidden(error) || systemErrorCode(error) === 'ENOENT') return undefined
      throw error
    }
  }

  private async listingAt(revision: Revision, seen: Snapshot | undefined): Promise<Listing> {
    const snapshot = seen?.listing.revision === revision ? seen : await this.snapshot()
    if (revisionOf(snapshot) !== revision) throw this.stale()
    return snapshot.listing
  }

  /** The last state seen, if no commit was made since. Changes by other programs show when the file is opened. */
  private async lastIfCurrent(): Promise<Snapshot | undefined> {
    const now = await quietHead(this.home)
    return now !== undefined && now.head === this.last?.head ? this.last : undefined
  }

  private async *chunks(file: ListedFile, start: number, end: number): AsyncGenerator<Uint8Array> {
    const handle = await openFile(resolve(this.home.root, file.path))
    if (handle === undefined) throw this.stale()
    try {
      const unchanged = async () => sameTimes(file, fileTimes(await handle.stat({ bigint: true })))
      if (!(await unchanged())) throw this.stale()
      for (let at = start; at < end;) {
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(CHUNK_BYTES, end - at)), { position: at })
        if (bytesRead === 0) throw this.stale()
        at += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
      // A commit replaces files; only another program can have written into this one meanwhile.
      if (!(await unchanged())) throw this.stale()
    } finally {
      await handle.close()
    }
  }

  private stale(): StaleRevisionError {
    return new StaleRevisionError(`${this.repo} has changed since that revision was read`)
  }
}

function revisionOf({ listing, head }: Snapshot): Revision | undefined {
  return listing.files.size === 0 && head === undefined ? undefined : listing.revision
}
