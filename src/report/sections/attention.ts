/** Traces that go, or are there already, but that somebody should look at. */
import { thousands } from '../../traces/text.js'
import { blocks, plain, table } from '../markdown.js'
import type { Report, ReportTrace } from '../model.js'
import { more, placeOf, traceName, type Page } from './page.js'

export function attention({ traces }: Report, { level }: Page, rows: number): string {
  const told = traces.flatMap((trace) => {
    const text = remark(trace)
    return text === '' ? [] : [{ trace, text }]
  })
  if (told.length === 0) return ''
  const lines = told
    .slice(0, rows)
    .map(({ trace, text }) => [traceName(trace.trace_id), placeOf(trace), trace.status, plain(text, 300)])
  return blocks(
    `${level} Traces to look at (${thousands(told.length)})`,
    lines.length === 0 ? undefined : table(['Trace', 'File:line', 'Status', 'Why'], lines),
    more(told.length, rows)
  )
}

function remark(trace: ReportTrace): string {
  const parts: string[] = []
  if (trace.status === 'invalid' && trace.message !== undefined) parts.push(trace.message)
  if (trace.changed_from !== undefined) parts.push(`another content of this id is published in ${trace.changed_from}`)
  if (trace.successor === true) parts.push('a later generation of a published session')
  if (trace.unknown_fields !== undefined && trace.unknown_fields.length > 0) {
    parts.push(`fields that no schema has, kept in metadata.unknown_fields: ${trace.unknown_fields.join(', ')}`)
  }
  return parts.join('; ')
}
