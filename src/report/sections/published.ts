/** Where the traces are now, and how many of each kind there were. */
import { thousands } from '../../traces/text.js'
import { bytes, shortId } from '../figures.js'
import { code, link, RIGHT, table } from '../markdown.js'
import type { Report } from '../model.js'

export function published(report: Report): string {
  const { shard, commit, run } = report
  if (shard === undefined) return ''
  const open = (url: string): string => {
    const shown = link('open', url)
    return shown === undefined ? '' : ` · ${shown}`
  }
  const rows: [name: string, value: string][] = [
    ['Dataset', `${code(report.repo)}${open(report.dataset_url)}`],
    ['Shard', `${code(shard.path)} · ${bytes(shard.size)} · sha256 ${code(shard.sha256)}`]
  ]
  if (commit !== undefined) rows.push(['Commit', `${code(commit.revision)}${open(commit.url)}`])
  if (report.visibility !== undefined) rows.push(['Visibility', report.visibility])
  if (run.repository !== undefined) {
    const at = run.head_sha === undefined ? '' : `@${shortId(run.head_sha)}`
    rows.push(['Source', `${code(`${run.repository}${at}`)}${open(run.run_url ?? '')}`])
  }
  return rows.map(([name, value]) => `- **${name}**: ${value}`).join('\n')
}

export function countsTable(report: Report): string {
  const { counts, outcome } = report
  if (report.command === 'export') {
    return countsOf('Exported', [
      ['Staged', counts.staged],
      ['Exported', exportedOf(report)],
      ['Invalid', counts.invalid],
      ['Staged twice', counts.duplicates],
      ['Migrated', counts.migrated]
    ])
  }
  const last = outcome === 'dry-run' || outcome === 'checked' ? 'Would upload' : 'Uploaded'
  return countsOf(last, [
    ['Staged', counts.staged],
    // In sight on a phone.
    [last, counts.uploaded],
    ['Valid', counts.valid],
    ['Invalid', counts.invalid],
    ['Already published', counts.duplicates],
    ['Blocked', counts.blocked],
    ['Held', counts.held],
    ...(counts.leaked === undefined || counts.leaked === 0 ? [] : [['Leaked', counts.leaked] as [string, number]]),
    ['Migrated', counts.migrated]
  ])
}

function countsOf(main: string, columns: readonly [name: string, count: number][]): string {
  return table(
    columns.map(([name]) => name),
    [columns.map(([name, n]) => (name === main ? `**${thousands(n)}**` : thousands(n)))],
    columns.map(() => RIGHT)
  )
}

/** How many traces an export holds. One that has no form in the format carries a message that says so. */
export function exportedOf({ traces, outcome }: Report): number {
  if (outcome !== 'checked') return 0
  return traces.filter(({ status, message }) => status === 'clean' && message === undefined).length
}
