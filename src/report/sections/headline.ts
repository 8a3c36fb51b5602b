/** The first lines: whether the traces are fit to publish, and what happens to them. */
import { thousands } from '../../traces/text.js'
import { plural, shortId } from '../figures.js'
import { blocks, code, link } from '../markdown.js'
import type { Report } from '../model.js'
import { moodOf, nothingNew, standingOf, type Mood } from '../verdict.js'
import type { Page } from './page.js'
import { exportedOf } from './published.js'

const ICONS: Readonly<Record<Mood, string>> = { bad: '⛔', careful: '⚠️', good: '✅', idle: '☑️', broken: '❌' }

/** The verdict, as the text of a heading. */
export function headline(report: Report): string {
  const icon = report.outcome === 'dry-run' ? '🧪' : ICONS[moodOf(report)]
  return `${icon} opentraces: ${verdict(report)}`
}

function verdict(report: Report): string {
  const { counts, outcome } = report
  const all = problems(report)
  if (report.command === 'comment' && outcome === 'checked') return 'the report of the pull request’s run is posted'
  if (report.command === 'export' && outcome === 'checked') return `${plural(exportedOf(report), 'trace')} exported`
  switch (outcome) {
    case 'published':
      return joined([`${plural(counts.uploaded, 'trace')} published${to(report)}`, ...all])
    case 'dry-run':
      return joined([`dry run, ${plural(counts.uploaded, 'trace')} would be published`, ...all])
    case 'nothing-to-publish':
      return joined([counts.staged === 0 ? 'no traces are staged' : 'nothing new to publish', ...all])
    case 'checked':
      return checked(report, all)
    case 'skipped':
      return 'skipped'
    case 'blocked':
      return joined([...(all.length === 0 ? ['blocked'] : all), ...unpublished(report)])
    case 'failed':
      return joined(['failed', ...all, ...unpublished(report)])
  }
}

function to({ repo }: Report): string {
  return repo === '' ? '' : ` to ${code(repo)}`
}

/** Said where somebody might have expected it. */
function unpublished({ command, run }: Report): string[] {
  if (command === 'export') return ['nothing was exported']
  return command === 'check' || run.pull_request !== undefined ? [] : ['nothing was published']
}

function checked(report: Report, all: readonly string[]): string {
  if (report.counts.staged === 0) return 'no traces are staged'
  const ready = plural(report.traces.filter(({ status }) => status === 'clean').length, 'trace')
  if (nothingNew(report)) return `${ready} ready, nothing changed`
  const passes = standingOf(report).gate === 'passing' ? ['quality gate passes'] : []
  return joined(moodOf(report) === 'bad' ? [...all, ...passes] : [`${ready} ready`, ...all, ...passes])
}

function problems(report: Report): string[] {
  const { blocked, held, leaked, invalid, gate, gateStops } = standingOf(report)
  const staged = thousands(report.counts.staged)
  const parts: string[] = []
  if (leaked > 0) parts.push(`${plural(leaked, 'published trace')} would be blocked today`)
  if (blocked > 0) parts.push(`${thousands(blocked)} of ${staged} staged traces blocked`)
  if (held > 0) parts.push(`${plural(held, 'trace')} held back`)
  if (invalid > 0) parts.push(`${plural(invalid, 'line')} invalid`)
  if (gate === 'failing') parts.push(gateStops ? 'quality gate fails' : 'quality gate fails (only shown)')
  return parts
}

function joined(parts: readonly string[]): string {
  return parts.join(', ')
}

/** Where the traces go, or why they do not. Empty where the page says so anyway. */
export function consequence(report: Report, { trusted }: Page): string {
  const { outcome, counts, command } = report
  if (command === 'export') return ''
  if (outcome !== 'checked' && outcome !== 'blocked') return ''
  if (report.run.pull_request === undefined || counts.staged === 0) return ''
  const destination = datasetName(report, trusted)
  const ready = report.traces.filter(({ status }) => status === 'clean').length
  const next = stopsAll(report)
    ? `Once merged as it is, **nothing** would go to ${destination}.`
    : `Once merged, **${plural(ready, 'trace')}** would go to ${destination}.`
  return `Nothing is published from a pull request. ${next}`
}

/** Whether what is there stops a push whole, instead of holding back some of its traces. */
function stopsAll(report: Report): boolean {
  const { blocked, held, gate, gateStops } = standingOf(report)
  return moodOf(report) === 'bad' && (held === 0 || blocked > 0 || (gate === 'failing' && gateStops))
}

function datasetName(report: Report, trusted: boolean): string {
  if (report.repo === '') return 'the dataset'
  const name = code(report.repo)
  const shown = (trusted ? link(name, report.dataset_url) : undefined) ?? name
  const published = report.baseline?.dataset
  const facts = [
    ...(report.visibility === undefined ? [] : [report.visibility]),
    ...(published === undefined ? [] : [`${plural(published.traces, 'trace')} at ${code(shortId(published.revision))}`])
  ]
  return facts.length === 0 ? shown : `${shown} (${facts.join(', ')})`
}

/** Who says all this, where it is nobody to be trusted. */
export function origin(): string {
  return blocks(
    '> [!WARNING]\n' +
      '> The pull request’s own run wrote this report, under the pull request’s own workflow. It can claim anything: do not take it as proof that the traces are clean.'
  )
}
