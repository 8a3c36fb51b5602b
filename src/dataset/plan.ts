/** What one commit changes in a dataset: files in, files out. Pure data; a `DatasetStore` applies it. */

/** New content of a file: bytes in memory, or a local file that is too large for that. */
export type FileContent = Uint8Array | { readonly file: string; readonly size: number; readonly sha256: string }

export interface FileWrite {
  /** Relative, forward slashes, no `.` or `..`. */
  readonly path: string
  readonly content: FileContent
}

export interface CommitPlan {
  /** The revision that the plan was made for; undefined for the first commit of a new dataset. */
  readonly parent: string | undefined
  /** First line of the commit message. */
  readonly title: string
  /** The rest of the commit message. */
  readonly description: string
  /**
   * Identifies this push in the commit message, so that a commit whose reply was lost is recognised: hex SHA-256 of what
   * is pushed.
   */
  readonly marker: string
  /** In the order in which a home without transactions makes them visible. No path occurs twice. */
  readonly writes: readonly FileWrite[]
  readonly deletes: readonly string[]
}
