/** Git objects as the Hub shows them: blobs, LFS pointers, trees as flat maps, commits. */
import { createHash } from 'node:crypto'

export interface TreeFile {
  /** Git object id of the blob; for an LFS file, of its pointer. */
  readonly oid: string
  /** Of the content, in bytes. */
  readonly size: number
  readonly lfs?: { readonly oid: string; readonly size: number; readonly pointerSize: number }
}

/** By path, forward slashes. */
export type Tree = ReadonlyMap<string, TreeFile>

export interface Commit {
  readonly id: string
  readonly parent: string | undefined
  readonly title: string
  readonly message: string
  /** ISO 8601. */
  readonly date: string
  readonly author: string
  readonly tree: Tree
  /** What the client asked for, absent where it named no parent. For tests. */
  readonly askedParent?: string
}

export function gitBlobId(content: Buffer): string {
  return createHash('sha1')
    .update(`blob ${String(content.length)}\0`)
    .update(content)
    .digest('hex')
}

export function sha256Hex(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

export function lfsPointer(oid: string, size: number): Buffer {
  return Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${String(size)}\n`)
}

export function lfsFile(oid: string, size: number): TreeFile {
  const pointer = lfsPointer(oid, size)
  return { oid: gitBlobId(pointer), size, lfs: { oid, size, pointerSize: pointer.length } }
}

/** An id for a folder or a commit: any 40 hex digits that depend on everything in it. */
export function objectId(content: unknown): string {
  return createHash('sha1').update(JSON.stringify(content)).digest('hex')
}

/** Git's order of paths, which is the order of bytes. */
export function byPath([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
