/** The job summary: what was published, where, how much, before and after, or why not. */
import { disclosable } from './disclosure.js'
import { fit, sized, type Budget, type Section } from './fit.js'
import type { Report } from './model.js'
import { attention } from './sections/attention.js'
import { allowList, howChecked } from './sections/checked.js'
import { comparison } from './sections/comparison.js'
import { beforeAndAfter } from './sections/dataset.js'
import { errorSection } from './sections/error.js'
import { findings } from './sections/findings.js'
import { everyCheck, topFixes } from './sections/fixes.js'
import { consequence, headline } from './sections/headline.js'
import { invalidLines } from './sections/invalid.js'
import { notes, warnings } from './sections/notes.js'
import type { Page } from './sections/page.js'
import { countsTable, published } from './sections/published.js'
import { scores } from './sections/scores.js'
import { everyTrace, movers } from './sections/traces.js'
import { wayOut } from './sections/way-out.js'

/** Longest summary in bytes; GitHub drops one of more than 1 MiB as a whole. */
export const SUMMARY_BYTES = 900 * 1024

const BUDGET: Budget = {
  bytes: SUMMARY_BYTES,
  shedding: [
    'every check',
    'every trace',
    'traces that changed most',
    'how it was checked',
    'allow list',
    'notes',
    'traces to look at',
    'top fixes',
    'removed traces',
    'warnings',
    'invalid lines',
    'what to do',
    'findings',
    'quality'
  ],
  elsewhere: 'The whole report is in report.json.'
}

/** GitHub Markdown of at most `SUMMARY_BYTES`. */
export function renderSummary(given: Report): string {
  const report = disclosable(given)
  const page: Page = { level: '###', trusted: true }
  const whole = (name: string, text: string): Section => ({ name, versions: [text] })
  return fit(
    [
      whole('heading', `## ${headline(report)}`),
      whole('consequence', consequence(report, page)),
      whole('error', errorSection(report)),
      sized('warnings', [200, 20, 3], (rows) => warnings(report, rows)),
      whole('where', published(report)),
      whole('counts', report.command === 'comment' ? '' : countsTable(report)),
      sized('removed traces', [100, 10, 0], (rows) => (report.shard === undefined ? comparison(report, rows) : '')),
      sized('findings', [200, 50, 10, 0], (rows) => findings(report, page, rows)),
      sized('what to do', [200, 20, 0], (rows) => wayOut(report, page, rows)),
      sized('invalid lines', [200, 50, 10, 0], (rows) => invalidLines(report, page, rows)),
      sized('quality', [10, 0], (rows) => scores(report, page, rows)),
      sized('top fixes', [10, 3, 0], (rows) => topFixes(report, page, rows)),
      whole('dataset', beforeAndAfter(report, page)),
      sized('traces to look at', [200, 20, 0], (rows) => attention(report, page, rows)),
      sized('traces that changed most', [50, 10, 0], (rows) => movers(report, rows)),
      sized('every trace', [200, 50, 0], (rows) => everyTrace(report, rows)),
      sized('every check', [100, 20, 0], (rows) => everyCheck(report, rows)),
      sized('allow list', [200, 20, 0], (rows) => allowList(report, rows)),
      sized('how it was checked', [20, 0], (rows) => howChecked(report, rows)),
      sized('notes', [200, 20, 3], (rows) => notes(report, page, rows))
    ],
    BUDGET
  )
}
