/** What else a reader should know, and where the rest is. */
import { shortId } from '../figures.js'
import { blocks, code, details, link, plain } from '../markdown.js'
import type { Report } from '../model.js'
import { more, type Page } from './page.js'

export function warnings({ warnings: all }: Report, rows: number): string {
  if (all.length === 0) return ''
  return blocks(...all.slice(0, rows).map((text) => `⚠️ ${plain(text)}`), more(all.length, rows))
}

export function notes(report: Report, { level }: Page, rows: number): string {
  const lines = [
    ...(report.disclosed === false ? [UNDISCLOSED] : []),
    ...report.notices.map((text) => plain(text)),
    ...report.sources.map((text) => `Source: ${plain(text)}`)
  ]
  if (lines.length === 0) return ''
  const list = lines.slice(0, rows).map((line) => `- ${line}`)
  return blocks(`${level} Notes`, list.join('\n'), more(lines.length, rows))
}

/** The same, folded away. */
export function foldedNotes(report: Report, page: Page, rows: number): string {
  const [, ...body] = notes(report, page, rows).split('\n\n')
  return body.length === 0 || rows === 0 ? '' : details('Notes', blocks(...body))
}

const UNDISCLOSED =
  'The dataset is private and this page is public: its statistics and the texts of tasks are left out. The input `disclose` shows them.'

/**
 * @param runUrl page of the run, whose summary has everything
 */
export function footer({ run }: Report, runUrl: string | undefined): string {
  const summary = runUrl === undefined ? undefined : link('job summary', runUrl)
  const parts = [
    summary === undefined
      ? 'Everything is in the job summary and in report.json'
      : `Everything is in the ${summary} and in report.json`,
    ...(run.head_sha === undefined ? [] : [`commit ${code(shortId(run.head_sha))}`])
  ]
  return `<sub>${parts.join(' · ')}</sub>`
}
