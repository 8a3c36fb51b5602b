/**
 * Where a dataset lives. Two homes share this interface: the Hugging Face Hub and a local folder. Both give the same
 * guarantees: a revision never changes, and a commit happens as a whole, on top of the revision it was planned for, or
 * not at all.
 */
import type { CommitPlan } from '../dataset/plan.js'

/** One file of a dataset at a revision. */
export interface StoredFile {
  /** Relative, with forward slashes: `data/traces_20260101T000000Z_0a1b2c3d.jsonl`. */
  readonly path: string
  /** In bytes. */
  readonly size: number
  /** Git object id (hex SHA-1 of the blob) or, where the Hub stores it as LFS, the hex SHA-256 of the content. */
  readonly oid: string
}

/** A state of the dataset. Opaque; equal strings mean equal content. */
export type Revision = string

/** What a store knows about a dataset without reading it. */
export interface DatasetState {
  /** Undefined where the dataset does not exist yet; a first commit creates it. */
  readonly revision: Revision | undefined
  readonly visibility: 'public' | 'private' | undefined
}

export interface CommitResult {
  readonly revision: Revision
  /** Where a person can look at the commit; empty where there is no such place. */
  readonly url: string
}

export interface DatasetStore {
  /** As the input `repo` names it: `owner/dataset` or `file:PATH`. */
  readonly repo: string
  /** Where a person can look at the dataset. */
  readonly url: string

  /** @throws LoadError or GateError where the home cannot be reached */
  state(): Promise<DatasetState>

  /** Every file, sorted by path. @throws StaleRevisionError where the revision cannot be read any more */
  list(revision: Revision): Promise<StoredFile[]>

  /**
   * The bytes of a file as chunks; `range` is a half-open byte range.
   * @throws FileNotFoundError, StaleRevisionError
   */
  read(revision: Revision, path: string, range?: ByteRange): AsyncIterable<Uint8Array>

  /**
   * The object id that `list` will show for a file once it is committed. A home may have to ask: whether the Hub stores a
   * file as LFS is the Hub's decision.
   */
  objectId(file: NewFile): Promise<string>

  /**
   * Applies a plan as one commit on top of `plan.parent`.
   * @throws StaleRevisionError where the parent is no longer the head: read again, plan again
   */
  commit(plan: CommitPlan): Promise<CommitResult>
}

/** A file that is going to be committed. */
export interface NewFile {
  readonly path: string
  readonly size: number
  /** Hex SHA-1 of the content as a git blob. */
  readonly gitOid: string
  /** Hex SHA-256 of the content. */
  readonly sha256: string
  /** The first 512 bytes, or all of a smaller file. */
  readonly sample: Uint8Array
}

export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** The dataset moved on since the revision was read: contention, not a failure. */
export class StaleRevisionError extends Error {
  override name = 'StaleRevisionError'
}

/** The file does not exist at that revision. */
export class FileNotFoundError extends Error {
  override name = 'FileNotFoundError'
  constructor(readonly path: string) {
    super(`no such file in the dataset: ${path}`)
  }
}

/** All bytes of a file. For small ones; shards are read as streams. */
export async function readAll(
  store: DatasetStore,
  revision: Revision,
  path: string,
  range?: ByteRange
): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of store.read(revision, path, range)) chunks.push(chunk)
  return Buffer.concat(chunks)
}
