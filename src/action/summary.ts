/** The job summary: Markdown on the page of the run. */
import { appendFile } from 'node:fs/promises'
import { systemErrorCode } from '../errors.js'
import type { Environment } from './environment.js'
import type { Log } from './log.js'

/**
 * Appends to the summary of the step; outside Actions there is none. Does not throw, because a run must not fail over its
 * own report. GitHub drops the summaries of a step whole beyond 1 MiB: the caller keeps within that.
 */
export async function appendSummary(markdown: string, env: Environment, log: Log): Promise<void> {
  const file = env.GITHUB_STEP_SUMMARY ?? ''
  if (file === '') return
  try {
    await appendFile(file, markdown.endsWith('\n') ? markdown : `${markdown}\n`)
  } catch (error) {
    log.warning(`The job summary could not be written (${systemErrorCode(error) ?? 'unknown reason'}).`)
  }
}
