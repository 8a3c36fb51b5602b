/** The outputs of the action: the one table behind `action.yml`, the README and what the commands set. */
import { systemErrorCode } from '../errors.js'
import type { Log } from './log.js'

/** Name → description, in the order of `action.yml` and the README. */
export const OUTPUTS = {
  outcome: 'published, checked, dry-run, nothing-to-publish, blocked, skipped or failed',
  'exit-code': 'the exit code of the process',
  'error-code': 'a stable name for what stopped the run; empty where nothing did',
  retryable: 'true where the same run may succeed later without a change, else false',
  'skip-reason': 'why nothing was uploaded, where the event or the inputs did not allow it',
  published: 'true if this run committed to the dataset, else false',
  repo: 'the dataset, as owner/dataset or file:PATH',
  'dataset-url': 'where the dataset can be looked at',
  visibility: 'public or private',
  shard: 'path of the new shard in the dataset',
  commit: 'id of the commit in the dataset',
  'commit-url': 'where the commit can be looked at',
  staged: 'number of staged traces',
  uploaded: 'number of uploaded traces; of a check or a dry run, of those that would be',
  duplicates: 'number of traces that were already published',
  blocked: 'number of traces that a gate blocked',
  held: 'number of traces that were held back while others were published',
  invalid: 'number of lines that are not valid traces',
  'overall-quality': 'overall score of the dataset, 0 to 100',
  'gate-status': 'result of the quality gate',
  'persona-scores': 'scores of the personas, as JSON',
  migrated: 'number of traces brought to the current schema version',
  report: 'path of report.json',
  checksums: 'path of a file with the SHA-256 and the name of every published file, as attestations want them',
  'export-path': 'path of the exported traces',
  remotes: 'the dataset remotes, as JSON'
} as const

export type OutputName = keyof typeof OUTPUTS
export type OutputValues = Readonly<Partial<Record<OutputName, string>>>

/**
 * Sets the given outputs. Does not throw: a commit that has happened stays a success where its outputs cannot be written.
 *
 * @param write sets one output; undefined where nobody reads them
 */
export function setOutputs(
  values: OutputValues,
  write: ((name: string, value: string) => void) | undefined,
  log: Log
): void {
  if (write === undefined) return
  try {
    for (const [name, value] of Object.entries(values)) write(name, value)
  } catch (error) {
    log.warning(`The outputs of this step could not be written (${systemErrorCode(error) ?? 'no file'}).`)
  }
}
