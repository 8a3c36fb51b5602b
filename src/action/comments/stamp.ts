/**
 * The first two lines of a comment: the marker, by which the comment of a key is found, and the stamp, which says what run
 * wrote it. Both are HTML comments, which GitHub does not show. Neither proves who wrote it: see `authorship.ts`.
 */
import { OBJECT_ID } from '../base-file/objects.js'

/** The run that a report is of. For a `workflow_run` that is the run which it follows. */
export interface Stamp {
  readonly runId: number
  /** From 1. A run that is run again keeps its id, and its commit. */
  readonly attempt: number
  /** Undefined where the event does not name it. */
  readonly headSha: string | undefined
}

/** What a comment of ours says. */
export interface Content {
  /** Undefined where somebody has edited it away. */
  readonly stamp: Stamp | undefined
  /** Everything below the hidden lines, with `\n` as line end. */
  readonly text: string
}

const MARKER = /^<!-- opentraces-push:[\w.-]+ -->$/
const STAMP = /^<!-- opentraces-push-run id=(\d{1,15}) attempt=(\d{1,15}) head=(-|[0-9a-f]+) -->$/

/**
 * The parts of a rendered comment.
 *
 * @param body whose first line is the marker, as the report renders it
 */
export function splitBody(body: string): { readonly marker: string; readonly text: string } {
  const [marker = '', ...rest] = linesOf(body)
  if (!MARKER.test(marker)) throw new Error('The body of a comment has to start with the line of its marker.')
  return { marker, text: rest.join('\n').trimEnd() }
}

export function joinBody(marker: string, { stamp, text }: { readonly stamp: Stamp; readonly text: string }): string {
  const { runId, attempt, headSha } = stamp
  const head = headSha !== undefined && OBJECT_ID.test(headSha) ? headSha : '-'
  return `${marker}\n<!-- opentraces-push-run id=${String(runId)} attempt=${String(attempt)} head=${head} -->\n${text}`
}

/** Reads a comment that may be anybody's. Undefined: it is not one of this marker. */
export function readBody(marker: string, body: string): Content | undefined {
  const [first, second = '', ...rest] = linesOf(body)
  if (first !== marker) return undefined
  const [, runId, attempt, head = ''] = STAMP.exec(second) ?? []
  if (runId === undefined) return { stamp: undefined, text: [second, ...rest].join('\n').trimEnd() }
  return {
    stamp: { runId: Number(runId), attempt: Number(attempt), headSha: OBJECT_ID.test(head) ? head : undefined },
    text: rest.join('\n').trimEnd()
  }
}

/**
 * Positive where `a` is of the newer run. By run and not by time, so that an old run that is run again, and with it an old
 * commit, stays older than what has come since.
 */
export function compareStamps(a: Stamp | undefined, b: Stamp | undefined): number {
  return (a?.runId ?? -1) - (b?.runId ?? -1) || (a?.attempt ?? -1) - (b?.attempt ?? -1)
}

/** The heading alone, for a server that takes less than a report is long. */
export function shortened(text: string): string {
  const heading = text.split('\n').find((line) => line.trim() !== '') ?? ''
  return `${heading}\n\nThe rest is longer than a comment may be here. The whole report is in the job summary.`
}

function linesOf(body: string): string[] {
  return body.replace(/\r\n?/g, '\n').split('\n')
}
