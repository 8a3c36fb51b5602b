/** Traces that a gate holds back: what was found, and where. Never the value. */
import { thousands } from '../../traces/text.js'
import { plural } from '../figures.js'
import { blocks, code, plain, table } from '../markdown.js'
import type { Report, ReportFinding, ReportTrace } from '../model.js'
import { stopped } from '../verdict.js'
import { more, placeOf, traceName, type Page } from './page.js'

/** Findings shown of one trace: a trace full of them must not hide the others. */
const MOST_OF_ONE = 5

const GROUPS: readonly (readonly [statuses: readonly ReportTrace['status'][], heading: string])[] = [
  [['leaked'], '🚨 Published already, and a gate blocks it today'],
  [['blocked'], '⛔ Blocked: these traces will not be published'],
  [['held'], '✋ Held back: these traces will not be published']
]

/** @param rows at most so many findings of each kind of trace */
export function findings(report: Report, { level }: Page, rows: number): string {
  const all = stopped(report)
  return blocks(
    ...GROUPS.map(([statuses, heading]) => {
      const traces = all.filter(({ status }) => statuses.includes(status))
      return traces.length === 0
        ? ''
        : blocks(
            `${level} ${heading} (${thousands(traces.length)})`,
            rows === 0 ? elsewhere(traces) : grid(traces, rows)
          )
    })
  )
}

function elsewhere(traces: readonly ReportTrace[]): string {
  const found = traces.reduce((sum, trace) => sum + trace.findings.length, 0)
  return `${thousands(found)} findings; the job summary and report.json name the places.`
}

function grid(traces: readonly ReportTrace[], rows: number): string {
  const lines = traces.flatMap((trace) => rowsOf(trace))
  return blocks(
    table(['Trace', 'What was found', 'Where in the trace', 'Id of the finding'], lines.slice(0, rows)),
    more(lines.length, rows)
  )
}

function rowsOf(trace: ReportTrace): string[][] {
  // One cell for both: a narrow screen shows what was found beside it.
  const name = `${traceName(trace.trace_id)} ${placeOf(trace)}`
  if (trace.findings.length === 0) return [[name, plain(trace.message ?? ''), 'the whole trace', '–']]
  const rows = trace.findings
    .slice(0, MOST_OF_ONE)
    .map((finding) => [name, what(finding), where(finding), code(finding.fingerprint)])
  const rest = trace.findings.length - MOST_OF_ONE
  if (rest > 0) rows.push([name, `… and ${thousands(rest)} more in this trace`, '', '–'])
  return rows
}

function what({ gate, detector, message, verified }: ReportFinding): string {
  const accepted = verified === true ? ' **Its provider accepts it.**' : ''
  return `${plain(message, 200)}${accepted} ${code(`${gate}: ${detector}`)}`
}

/** The step in words, the rest as it is addressed in the record. Steps are counted from 0, as in the pointer. */
function where({ pointer, length }: ReportFinding): string {
  const size = length === 0 ? '' : ` · ${plural(length, 'character')}`
  if (pointer === '') return `the whole trace${size}`
  const [, step, field] = /^\/steps\/(\d{1,6})(?:\/(.+))?$/.exec(pointer) ?? []
  if (step === undefined) return `${code(pointer)}${size}`
  return `step ${step}${field === undefined ? '' : ` · ${code(field)}`}${size}`
}
