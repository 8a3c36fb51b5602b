/** The traces that were staged at the base of a pull request: what it is compared with. */
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { baseSourceOf } from '../action/base-file.js'
import type { CommitSource } from '../action/commit-files.js'
import type { ActionContext } from '../action/context.js'
import { traceEntry, type TraceEntry } from '../dataset/index/rows.js'
import { ActionError, systemErrorCode } from '../errors.js'
import type { StagedFile } from '../traces/collect.js'
import { slashes } from '../traces/patterns.js'
import { readStaged } from '../traces/read.js'
import { commitEntries } from './commit-entries.js'
import { collectCommit, type CommitTracesOptions } from './commit-traces.js'
import { publishable } from './publishable.js'
import { score } from './staging.js'

/** A trace of the base once its record is gone: about 600 bytes. */
export interface BaseTrace {
  readonly entry: TraceEntry
  /** As `lineHash` gives it, of the line that would be published. */
  readonly lineHash: string
  /** Its file, from the workspace on. */
  readonly place: string
}

export interface BaseTraces {
  /** Its id. */
  readonly commit: string
  /** In the order of the sources; lines that are no valid records left out. */
  readonly traces: readonly BaseTrace[]
  /** What a reader should know of the comparison, a sentence each. */
  readonly notices: readonly string[]
}

/** Why there is nothing to compare with, and what would help: one or two sentences. */
export interface NoBase {
  readonly missing: string
}

/** Events on which the workflow's own commit is one that the author of a pull request has not written. */
const RUNS_ON_BASE = ['pull_request_target', 'workflow_run', 'issue_comment']

/**
 * The commit that a run's traces are compared with; undefined where there is none. On most events the commit of the run is
 * no base but what is judged itself (a merge group, a push): compared with it, nothing would have changed.
 *
 * @param head the input `head`
 */
export function comparisonSource(context: ActionContext, head: string | undefined): CommitSource | undefined {
  const source = baseSourceOf(context)
  switch (source.kind) {
    case 'pull-request':
      return source
    case 'commit': {
      const isAboutPullRequest = context.eventName === 'pull_request_target' || head !== undefined
      const { baseBranch, headSha, baseSha } = context.pullRequest ?? {}
      // GitHub runs it on the default branch, whatever the pull request is to be merged into.
      if (baseBranch !== undefined && baseBranch !== context.defaultBranch && baseSha !== undefined) {
        return { kind: 'pull-request', mergeSha: undefined, headSha, baseSha }
      }
      return isAboutPullRequest && RUNS_ON_BASE.includes(context.eventName) ? source : undefined
    }
    case 'working-tree':
      return undefined
  }
}

/** SHA-256 of a published line, its line feed not counted: two traces with the same are the same to every gate. */
export function lineHash(line: string | Uint8Array): string {
  return createHash('sha256').update(line).digest('base64url')
}

/**
 * Reads the traces staged at the base, from the same places as those of the run, with nothing of it left on the disk.
 * A base that cannot be read is no failure of the run: then it says what is missing.
 */
export async function readBase(source: CommitSource, options: CommitTracesOptions): Promise<BaseTraces | NoBase> {
  const entries = commitEntries(options.entries, options.places)
  if (!entries.isAnythingLeft) {
    return { missing: 'Not compared with the base: nothing that the input `traces` names is in the repository.' }
  }
  if (entries.outside.some((entry) => entry.startsWith('!'))) {
    return {
      missing:
        'Not compared with the base: an exclusion in the input `traces` leads out of the checkout. Name what it excludes from the working directory on.'
    }
  }
  const folder = join(options.workFolder, 'base')
  try {
    const { collected, exported } = await collectCommit(source, entries, options, folder)
    const { links, submodules } = exported.skipped
    return {
      commit: exported.commit,
      traces: await readTraces(collected.files, folder),
      notices:
        links + submodules === 0
          ? []
          : [
              'Links and submodules of the base are not followed: traces behind them count as new against the base, and are judged.'
            ]
    }
  } catch (error) {
    const reason = reasonOf(error)
    if (reason === undefined) throw error
    return { missing: `Not compared with the base. ${reason}` }
  } finally {
    // What is left of it goes with the folder around it.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

async function readTraces(files: readonly StagedFile[], folder: string): Promise<BaseTrace[]> {
  const places = new Map(files.map(({ shown, path }) => [shown, slashes(relative(folder, path))]))
  const traces: BaseTrace[] = []
  for await (const item of readStaged(files, (record) => publishable(record).record)) {
    if ('invalid' in item) continue
    const { trace, file } = item.staged
    const place = places.get(file) as string
    traces.push({ entry: traceEntry(trace, score), lineHash: lineHash(trace.line), place })
  }
  return traces
}

/** Undefined for what is a defect of this action. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof ActionError) return `${sentence(error.message)} ${error.hint}`
  const code = systemErrorCode(error)
  return code === undefined || !/^E[A-Z0-9]+$/.test(code)
    ? undefined
    : `Its traces could not be put into the temporary folder (${code}). Check the free space and the rights of RUNNER_TEMP.`
}

function sentence(text: string): string {
  const start = text.slice(0, 1).toUpperCase() + text.slice(1)
  return start.endsWith('.') ? start : `${start}.`
}
