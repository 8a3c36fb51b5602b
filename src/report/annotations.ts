/** Lines beside the diff and on the page of the run: the first places that something is wrong at. */
import { plural } from './figures.js'
import { flat } from './markdown.js'
import type { Report, ReportTrace } from './model.js'
import { stopped } from './verdict.js'

export type AnnotationKind = 'error' | 'warning' | 'notice'

/** What GitHub shows of one step, of each kind. */
export const MOST_ANNOTATIONS = 10
/** In code points. */
const LONGEST = 300

export interface Annotation {
  readonly kind: AnnotationKind
  readonly title: string
  /** Plain text on one line. */
  readonly message: string
  /** Relative to the repository. Absent where the name is not one that every program reads alike. */
  readonly file?: string
  /** From 1. */
  readonly line?: number
}

export interface AnnotationOptions {
  /** The working directory inside of the repository, with forward slashes; empty for the repository itself. */
  readonly folder?: string
  /** Annotations that the step has made already. */
  readonly taken?: Readonly<Partial<Record<AnnotationKind, number>>>
}

/**
 * One for each trace that is held back, each invalid line, and each trace that is published under an id of other content;
 * of each kind no more than `MOST_ANNOTATIONS` with those that are taken, the last of them saying how many are left out.
 */
export function annotations(report: Report, { folder = '', taken = {} }: AnnotationOptions = {}): Annotation[] {
  const all = [
    ...stopped(report).map((trace) => ofTrace(trace, folder)),
    ...report.invalid.map((one) => ({
      kind: report.exit_code === 0 ? ('warning' as const) : ('error' as const),
      title: 'Invalid trace',
      message: inert(one.message),
      ...place(one, folder)
    })),
    ...report.traces.filter(({ changed_from: from }) => from !== undefined).map((trace) => ofChanged(trace, folder))
  ]
  return (['error', 'warning', 'notice'] as const).flatMap((kind) =>
    limited(
      all.filter((one) => one.kind === kind),
      Math.max(0, MOST_ANNOTATIONS - (taken[kind] ?? 0))
    )
  )
}

function ofTrace(trace: ReportTrace, folder: string): Annotation {
  const { status, findings, message } = trace
  const [first] = findings
  const rest = findings.length > 1 ? ` And ${plural(findings.length - 1, 'more finding')} in this trace.` : ''
  const why = first === undefined ? (message ?? '') : `${first.gate} ${first.detector}: ${first.message}`
  return {
    kind: status === 'held' ? 'warning' : 'error',
    title:
      status === 'leaked'
        ? 'Published trace would be blocked'
        : status === 'held'
          ? 'Trace held back'
          : 'Trace blocked',
    message: `${inert(why)}${rest}`,
    ...place(trace, folder)
  }
}

function ofChanged(trace: ReportTrace, folder: string): Annotation {
  return {
    kind: 'notice',
    title: 'Trace with new content',
    message: 'The dataset holds another content of this trace_id; both stay published.',
    ...place(trace, folder)
  }
}

function limited(all: readonly Annotation[], most: number): Annotation[] {
  if (all.length <= most) return [...all]
  if (most === 0) return []
  const [kind] = all.map((one) => one.kind) as [AnnotationKind]
  const left = all.length - (most - 1)
  return [
    ...all.slice(0, most - 1),
    { kind, title: 'And more', message: `${plural(left, 'more place')}: the job summary and report.json have them.` }
  ]
}

/** Names that a runner, a browser and a file system read alike. Anything else is left to the report. */
function place({ file, line }: { file: string; line: number }, folder: string): { file?: string; line?: number } {
  const path = folder === '' ? file : `${folder}/${file}`
  const plainPath = /^[\w.-][\w. +=-]*(\/[\w.-][\w. +=-]*)*$/.test(path) && path.length <= 300
  return plainPath && !path.split('/').includes('..') ? { file: path, ...(line > 0 ? { line } : {}) } : {}
}

/** Words on one line: nothing that a runner obeys, and nothing that a page makes a link, a mention or markup of. */
function inert(text: string): string {
  const words = flat(text)
    .replace(/[@#<>`|\\$[\]*~^{}&]/g, ' ')
    .replace(/:{2,}|:\/\//g, ': ')
    .replace(/www\./gi, 'www ')
    .replace(/([a-z][a-z0-9]*)-(?=\d)/gi, '$1 ')
    .replace(/ {2,}/g, ' ')
    .trim()
  const points = Array.from(words)
  return points.length > LONGEST ? `${points.slice(0, LONGEST - 1).join('')}…` : words
}
