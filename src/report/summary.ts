/** The job summary: what was published, where, how much, before and after, or why not. */
import { thousands } from '../traces/text.js'
import { code, plain, table } from './markdown.js'
import type { Report, ReportDataset, ReportTrace } from './model.js'

/** Longest summary in bytes; GitHub drops one of more than 1 MiB as a whole. */
export const SUMMARY_BYTES = 900 * 1024
const MOST_ROWS = 200
const LEFT = '---'
const RIGHT = '--:'

/** GitHub Markdown of at most `SUMMARY_BYTES`. */
export function renderSummary(report: Report): string {
  const sections = [
    heading(report),
    errorSection(report),
    published(report),
    countsTable(report),
    beforeAndAfter(report),
    problems(report),
    notes(report)
  ].filter((section) => section !== '')
  let text = sections.join('\n\n')
  // The last sections say least: they go first where there is no room.
  while (Buffer.byteLength(text) > SUMMARY_BYTES && sections.length > 1) {
    sections.pop()
    text = [...sections, '_Shortened: the whole report is in report.json._'].join('\n\n')
  }
  return `${text}\n`
}

function plural(n: number, one: string, many = `${one}s`): string {
  return `${thousands(n)} ${n === 1 ? one : many}`
}

function heading(report: Report): string {
  const { counts } = report
  switch (report.outcome) {
    case 'published':
      return `## ✅ opentraces: ${plural(counts.uploaded, 'trace')} published`
    case 'dry-run':
      return `## 🧪 opentraces: dry run, ${plural(counts.uploaded, 'trace')} would be published`
    case 'nothing-to-publish':
      return '## ☑️ opentraces: nothing new to publish'
    case 'checked':
      return `## ✅ opentraces: ${plural(counts.valid, 'trace')} checked`
    case 'skipped':
      return '## ⏭️ opentraces: skipped'
    case 'blocked':
      return '## ⛔ opentraces: blocked, nothing was published'
    case 'failed':
      return '## ❌ opentraces: failed, nothing was published'
  }
}

function errorSection({ error }: Report): string {
  if (error === undefined) return ''
  const retry = error.retryable ? ' Running it again later may help.' : ''
  return `**${plain(error.message)}**\n\n${plain(error.hint)}${retry}\n\nError code ${code(error.code)}`
}

function published(report: Report): string {
  const { shard, commit } = report
  if (shard === undefined) return ''
  const rows = [
    ['Dataset', isWeb(report.dataset_url) ? `${code(report.repo)} · ${link(report.dataset_url)}` : code(report.repo)]
  ]
  rows.push(['Shard', `${code(shard.path)} · ${bytes(shard.size)} · SHA-256 ${code(shard.sha256)}`])
  if (commit !== undefined)
    rows.push(['Commit', `${code(commit.revision)}${commit.url === '' ? '' : ` · ${link(commit.url)}`}`])
  if (report.visibility !== undefined) rows.push(['Visibility', report.visibility])
  return table(['', ''], rows, [LEFT, LEFT])
}

function isWeb(url: string): boolean {
  return /^https?:\/\//.test(url)
}

/** A link that this action made itself. Anything but http(s) is shown as text: GitHub would drop it anyway. */
function link(url: string): string {
  return /^https?:\/\/[\w.:/?=&%-]+$/.test(url) ? `[open](${url})` : code(url)
}

function bytes(n: number): string {
  if (n < 1000) return `${String(n)} B`
  if (n < 1_000_000) return `${(n / 1000).toFixed(1)} kB`
  return n < 1_000_000_000 ? `${(n / 1_000_000).toFixed(1)} MB` : `${(n / 1_000_000_000).toFixed(2)} GB`
}

function countsTable({ counts, outcome }: Report): string {
  const last = outcome === 'dry-run' ? 'Would upload' : 'Uploaded'
  const columns: [string, number][] = [
    ['Staged', counts.staged],
    ['Valid', counts.valid],
    ['Invalid', counts.invalid],
    ['Already published', counts.duplicates],
    ['Blocked', counts.blocked],
    ['Held', counts.held],
    ['Migrated', counts.migrated],
    [last, counts.uploaded]
  ]
  return table(
    columns.map(([name]) => name),
    [columns.map(([name, n]) => (name === last ? `**${thousands(n)}**` : thousands(n)))],
    columns.map(() => RIGHT)
  )
}

function beforeAndAfter({ dataset }: Report): string {
  if (dataset === undefined) return ''
  const { before, after } = dataset
  const money = (x: number | null): string => (x === null ? 'n/a' : `$${x.toFixed(2)}`)
  const rate = (x: number | null): string => (x === null ? 'n/a' : `${x.toFixed(1)} %`)
  const number = (key: 'shards' | 'traces' | 'steps' | 'tokens'): string[] => [
    thousands(BigInt(before[key])),
    thousands(BigInt(after[key])),
    signed(BigInt(after[key]) - BigInt(before[key]))
  ]
  const changed = (show: (d: ReportDataset) => string): string[] => [
    show(before),
    show(after),
    show(before) === show(after) ? '' : 'changed'
  ]
  const rows = [
    ['Shards', ...number('shards')],
    ['Traces', ...number('traces')],
    ['Steps', ...number('steps')],
    ['Tokens', ...number('tokens')],
    ['Total cost', ...changed((d) => money(d.total_cost_usd))],
    ['Success rate', ...changed((d) => rate(d.success_rate))],
    ['Dates', ...changed((d) => (d.traces === 0 ? 'n/a' : code(d.date_range)))]
  ]
  const grid = table(['Dataset', 'Before', 'After', 'Change'], rows, [LEFT, RIGHT, RIGHT, RIGHT])
  return `### Dataset, before and after\n\n${grid}`
}

function signed(n: bigint): string {
  return n === 0n ? '±0' : n > 0n ? `+${thousands(n)}` : `−${thousands(-n)}`
}

function problems(report: Report): string {
  const parts: string[] = []
  if (report.invalid.length > 0) {
    const rows = report.invalid
      .slice(0, MOST_ROWS)
      .map(({ file, line, message }) => [code(`${file}:${String(line)}`), plain(message)])
    parts.push(
      `### Invalid (${thousands(report.invalid.length)})\n\n${table(['File:line', 'Why'], rows, [LEFT, LEFT])}`
    )
    parts.push(more(report.invalid.length))
  }
  const told = report.traces.filter(tellsSomething)
  if (told.length > 0) {
    const rows = told
      .slice(0, MOST_ROWS)
      .map((trace) => [
        code(trace.trace_id),
        code(`${trace.file}:${String(trace.line)}`),
        trace.status,
        plain(remark(trace))
      ])
    parts.push(
      `### Traces to look at\n\n${table(['Trace', 'File:line', 'Status', 'Why'], rows, [LEFT, LEFT, LEFT, LEFT])}`
    )
    parts.push(more(told.length))
  }
  return parts.filter((part) => part !== '').join('\n\n')
}

function tellsSomething(trace: ReportTrace): boolean {
  return (
    ['blocked', 'held', 'leaked', 'invalid'].includes(trace.status) ||
    trace.changed_from !== undefined ||
    trace.successor === true ||
    (trace.unknown_fields?.length ?? 0) > 0
  )
}

function remark(trace: ReportTrace): string {
  const parts = trace.findings.map(
    ({ gate, detector, pointer, message }) => `${gate} ${detector} at ${pointer}: ${message}`
  )
  if (trace.message !== undefined) parts.push(trace.message)
  if (trace.changed_from !== undefined) parts.push(`another content of this id is published in ${trace.changed_from}`)
  if (trace.successor === true) parts.push('a later generation of a published session')
  if (trace.unknown_fields !== undefined && trace.unknown_fields.length > 0) {
    parts.push(`fields that no schema has, kept in metadata.unknown_fields: ${trace.unknown_fields.join(', ')}`)
  }
  return parts.join('; ')
}

function more(n: number): string {
  return n > MOST_ROWS ? `… and ${thousands(n - MOST_ROWS)} more, in report.json` : ''
}

function notes(report: Report): string {
  const lines = [
    ...report.warnings.map((text) => `- ⚠️ ${plain(text)}`),
    ...report.notices.map((text) => `- ${plain(text)}`),
    ...report.sources.map((text) => `- Source: ${plain(text)}`)
  ]
  return lines.length === 0 ? '' : `### Notes\n\n${lines.join('\n')}`
}
