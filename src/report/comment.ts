/** The comment on a pull request: fit to publish or not, better or worse, and what to do. */
import { InputError } from '../errors.js'
import { disclosable } from './disclosure.js'
import { fit, sized, type Budget, type Section } from './fit.js'
import { blocks } from './markdown.js'
import type { Report } from './model.js'
import { attention } from './sections/attention.js'
import { allowList, howChecked } from './sections/checked.js'
import { comparison } from './sections/comparison.js'
import { errorSection } from './sections/error.js'
import { findings } from './sections/findings.js'
import { topFixes } from './sections/fixes.js'
import { consequence, headline, origin } from './sections/headline.js'
import { invalidLines } from './sections/invalid.js'
import { foldedNotes, footer, warnings } from './sections/notes.js'
import type { Page } from './sections/page.js'
import { scores } from './sections/scores.js'
import { movers } from './sections/traces.js'
import { wayOut } from './sections/way-out.js'
import { moodOf, nothingNew, stopped } from './verdict.js'

/** Longest comment in bytes; GitHub refuses one of more than 65,536 characters. */
export const COMMENT_BYTES = 60_000

export interface CommentOptions {
  /** Tells several comments on one pull request apart. */
  readonly key: string
  /**
   * Who wrote the report, where it was nobody to be trusted. The comment then says so, and holds no link and nothing to
   * copy out of the report.
   */
  readonly reportedBy?: 'pull request'
  /**
   * Page of the run that made the report, as the event names it. Without it the report's own word is taken, but never that
   * of an untrusted one.
   */
  readonly runUrl?: string
}

const BUDGET: Budget = {
  bytes: COMMENT_BYTES,
  shedding: [
    'notes',
    'how it was checked',
    'allow list',
    'traces that changed most',
    'traces to look at',
    'top fixes',
    'removed traces',
    'warnings',
    'invalid lines',
    'what to do',
    'findings',
    'quality'
  ],
  elsewhere: 'The whole report is in the job summary and in report.json.'
}

/** The first line of a comment, by which it is found again. @throws InputError where the key is none */
export function commentMarker(key: string): string {
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/.test(key)) {
    throw new InputError('the input "comment-key" is not a name', {
      hint: 'Use 1 to 64 letters, digits, dots, underscores and hyphens, with a letter or digit at both ends.'
    })
  }
  return `<!-- opentraces-push:${key} -->`
}

/** GitHub Markdown of at most `COMMENT_BYTES`, whose first line is the marker. @throws InputError where the key is none */
export function renderComment(given: Report, { key, reportedBy, runUrl }: CommentOptions): string {
  const report = disclosable(given)
  const trusted = reportedBy === undefined
  const page: Page = { level: '####', trusted }
  const whole = (name: string, text: string): Section => ({ name, versions: [text] })
  const claimed = trusted ? '' : ' (as the pull request’s own run reports it)'
  const heading = `### ${headline(report)}${claimed}`
  const top = whole('heading', `${commentMarker(key)}\n${blocks(heading, trusted ? '' : origin())}`)
  const end = whole('footer', footer(report, runUrl ?? (trusted ? report.run.run_url : undefined)))
  if (nothingNew(report)) return fit([top, end], BUDGET)
  return fit(
    [
      top,
      whole('consequence', consequence(report, page)),
      whole('error', tellsMore(report) ? errorSection(report) : ''),
      sized('removed traces', [20, 5, 0], (rows) => comparison(report, rows)),
      sized('warnings', [10, 3], (rows) => warnings(report, rows)),
      sized('findings', [30, 10, 0], (rows) => findings(report, page, rows)),
      sized('what to do', [30, 10, 0], (rows) => wayOut(report, page, rows)),
      sized('invalid lines', [20, 5, 0], (rows) => invalidLines(report, page, rows)),
      sized('quality', [10, 0], (rows) => scores(report, page, rows)),
      sized('top fixes', [3, 1, 0], (rows) => topFixes(report, page, rows)),
      sized('traces to look at', [20, 5, 0], (rows) => attention(report, page, rows)),
      sized('traces that changed most', [10, 3, 0], (rows) => movers(report, rows)),
      sized('allow list', [20, 5, 0], (rows) => allowList(report, rows)),
      sized('how it was checked', [20, 0], (rows) => howChecked(report, rows)),
      sized('notes', [20, 0], (rows) => foldedNotes(report, page, rows)),
      end
    ],
    BUDGET
  )
}

/** Findings and invalid lines are shown with their places: the sentence that sums them up says nothing new. */
function tellsMore(report: Report): boolean {
  return moodOf(report) === 'broken' || (stopped(report).length === 0 && report.invalid.length === 0)
}
