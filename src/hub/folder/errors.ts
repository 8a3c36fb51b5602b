/** What the user is told where the file system says no. Only the system's code is repeated, never its message. */
import { ActionError, LoadError, systemErrorCode } from '../../errors.js'
import { FileNotFoundError, StaleRevisionError } from '../store.js'

const FULL = new Set(['ENOSPC', 'EDQUOT'])
const FORBIDDEN = new Set(['EACCES', 'EPERM', 'EROFS'])
const NO_FOLDER = new Set(['ENOTDIR', 'EEXIST', 'EISDIR', 'ELOOP'])

/** True where the system does not let us write, whatever the reason. */
export function isForbidden(error: unknown): boolean {
  return FORBIDDEN.has(systemErrorCode(error) ?? '')
}

/** The error that ends a commit. Errors that callers handle, and defects, pass as they are. */
export function uploadError(error: unknown, repo: string): unknown {
  const code = systemErrorCode(error)
  if (code === undefined || isKnown(error)) return error
  const failed = (what: string, hint: string) => new LoadError('UPLOAD_FAILED', what, { hint, cause: error })
  if (FULL.has(code)) {
    return failed(
      `No space is left for ${repo} (${code})`,
      'Free space or raise the quota of the disk that holds the folder, then run again. The dataset is unchanged.'
    )
  }
  if (FORBIDDEN.has(code)) {
    return failed(
      `${repo} cannot be written (${code})`,
      'Give the user of this job the right to write to the folder and everything in it, or name another folder.'
    )
  }
  if (NO_FOLDER.has(code)) {
    return failed(
      `A part of ${repo} that must be a folder is something else (${code})`,
      'Name a folder, or move away the file that stands in its place.'
    )
  }
  return failed(`${repo} could not be written (${code})`, 'Check the disk that holds the folder, then run again.')
}

/** The error for a dataset that cannot be read. Errors that callers handle, and defects, pass as they are. */
export function readError(error: unknown, repo: string): unknown {
  const code = systemErrorCode(error)
  if (code === undefined || isKnown(error)) return error
  return new LoadError('DATASET_UNREADABLE', `${repo} cannot be read (${code})`, {
    hint: NO_FOLDER.has(code)
      ? 'Name a folder, not a file.'
      : 'Check that the user of this job may read the folder and everything in it.',
    cause: error
  })
}

function isKnown(error: unknown): boolean {
  return error instanceof ActionError || error instanceof StaleRevisionError || error instanceof FileNotFoundError
}

/** Another writer holds the dataset for longer than this run may wait. */
export function busyError(repo: string): LoadError {
  return new LoadError('CONFLICT', `${repo} is being written by another run, and stayed so while this one waited`, {
    hint: 'Run again later. A writer that died is noticed by itself, provided that this user may write to the folder.',
    retryable: true
  })
}

/** A file that was to become part of the dataset is not what it was when the commit was planned. */
export function contentChanged(path: string, cause?: unknown): LoadError {
  return new LoadError('UPLOAD_FAILED', `The content prepared for ${JSON.stringify(path)} is gone or has changed`, {
    hint: 'Nothing was published. Run again, and see that nothing else writes to the temporary folder of the job.',
    cause
  })
}

/** A path that no file of a dataset can have, or that something other than a file occupies. */
export function impossiblePath(path: string, why: string): LoadError {
  return new LoadError('UPLOAD_FAILED', `The dataset cannot hold the file ${JSON.stringify(path)}: ${why}`, {
    hint: 'Rename the file, or move away what stands in its place.'
  })
}

/** What an interrupted commit left behind cannot be understood. */
export function brokenJournal(): LoadError {
  return new LoadError('DATASET_UNREADABLE', 'An interrupted commit left a journal that this version cannot read', {
    hint:
      'It was written by another version or changed by hand. Complete it with the version that wrote it, or compare ' +
      'the files with a copy and delete the folder ".opentraces-store", which holds nothing of the dataset itself.'
  })
}

/** Our bookkeeping would lie elsewhere: whoever made such a folder could lead us out of the dataset. */
export function bookkeepingMoved(): LoadError {
  return new LoadError('DATASET_UNREADABLE', 'The name ".opentraces-store" in the dataset is not that of a folder', {
    hint: 'Delete it: it is a link or a file, and must be a folder of this action.'
  })
}

/** A foreign program rewrites a file faster than it can be read. */
export function unsteadyFile(path: string): LoadError {
  return new LoadError('DATASET_UNREADABLE', `The file ${JSON.stringify(path)} changes while it is being read`, {
    hint: 'Another program is writing to the folder. Run again when it is done.',
    retryable: true
  })
}
