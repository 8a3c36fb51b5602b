/**
 * The one family of errors that end a run. Each carries what the outputs and the summary need: a stable code, the exit
 * code, a sentence that says what happened (the message) and a hint that says what to do.
 *
 * Messages and hints never hold a value from a trace, a token or the text of a library's error: both can quote secrets.
 */

/** How the process ends (interface: "Exit codes"). 1 is a defect of this action. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 7

/** Stable machine-readable reasons, the output `error-code`. */
export type ErrorCode =
  | 'INPUT_INVALID'
  | 'NOT_AVAILABLE'
  | 'NO_TRACES'
  | 'TRACES_NOT_FOUND'
  | 'TRACES_UNREADABLE'
  | 'TRACES_INVALID'
  | 'TRACE_ID_CONFLICT'
  | 'NOTHING_LEFT'
  | 'SECRETS_FOUND'
  | 'SCAN_FAILED'
  | 'QUALITY_GATE'
  | 'NOT_REVIEWED'
  | 'SCHEMA_AHEAD'
  | 'VISIBILITY_DIFFERS'
  | 'NOT_AUTHENTICATED'
  | 'FORBIDDEN'
  | 'DATASET_NOT_FOUND'
  | 'DATASET_UNREADABLE'
  | 'SHARD_UNREADABLE'
  | 'TOMBSTONES_UNREADABLE'
  | 'CARD_INVALID'
  | 'CONFLICT'
  | 'UPLOAD_FAILED'
  | 'POLICY_INVALID'
  | 'POLICY_UNREADABLE'
  | 'INTERNAL'

export interface ErrorDetails {
  /** What the user can do about it, one or two sentences. */
  hint: string
  /** True where the same run may succeed later without a change (contention, rate limits, a server's fault). */
  retryable?: boolean
  cause?: unknown
}

/** An error that ends the run with a known exit code. Everything else that is thrown counts as `INTERNAL`, exit code 1. */
export class ActionError extends Error {
  readonly hint: string
  readonly retryable: boolean

  constructor(
    readonly code: ErrorCode,
    readonly exitCode: ExitCode,
    message: string,
    details: ErrorDetails
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.hint = details.hint
    this.retryable = details.retryable ?? false
  }
}

/** The workflow asked for something that is not possible (exit code 2). */
export class InputError extends ActionError {
  constructor(message: string, details: ErrorDetails & { code?: ErrorCode }) {
    super(details.code ?? 'INPUT_INVALID', 2, message, details)
  }
}

/** A gate, a right or a remote ahead of this version stopped the run (exit code 3). */
export class GateError extends ActionError {
  constructor(code: ErrorCode, message: string, details: ErrorDetails) {
    super(code, 3, message, details)
  }
}

/** Staged traces could not be loaded, or the dataset could not be written (exit code 4). */
export class LoadError extends ActionError {
  constructor(code: ErrorCode, message: string, details: ErrorDetails) {
    super(code, 4, message, details)
  }
}

/** Something published could not be read, so that dropping duplicates would not be safe (exit code 7). */
export class UnsafeDedupeError extends ActionError {
  constructor(code: ErrorCode, message: string, details: ErrorDetails) {
    super(code, 7, message, details)
  }
}

/**
 * Node's `code` of a system error (`ENOENT`, `ENOSPC`, …), or undefined for anything else. Not by `instanceof`: errors of
 * another realm, such as those that a test runner sees, are no `Error` there.
 */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
