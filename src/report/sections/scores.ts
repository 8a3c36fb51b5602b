/** The personas: score, grade, gate, and what got better or worse against which baseline. */
import { PERSONAS, type Persona } from '../../quality/types.js'
import { fixed, thousands } from '../../traces/text.js'
import { delta, grade, percent, plural, shortId, TIED } from '../figures.js'
import { blocks, CENTRE, code, details, LEFT, plain, RIGHT, table } from '../markdown.js'
import type { Report, ReportBaseline, ReportBatch, ReportQuality } from '../model.js'
import { more, type Page } from './page.js'

const NAMES: Readonly<Record<Persona, string>> = {
  conformance: 'Conformance',
  training: 'Training',
  rl: 'RL',
  analytics: 'Analytics',
  domain: 'Domain'
}

export function personaName(persona: Persona): string {
  return NAMES[persona]
}

/** A column: its heading, where its text stands, and a cell for each persona and for all of them together. */
interface Column {
  readonly head: string
  readonly align: string
  readonly cell: (persona: Persona) => string
  readonly overall: string
}

/** The table of the traces in scope, the gates' verdicts below it. */
export function scores(report: Report, { level }: Page, rows: number): string {
  const { batch, baseline } = report
  if (batch === undefined || batch.quality.trace_count === 0) return ''
  const columns = columnsOf(batch, baseline)
  const grid = table(
    ['Persona', ...columns.map(({ head }) => head)],
    [
      ...PERSONAS.map((persona) => [NAMES[persona], ...columns.map(({ cell }) => cell(persona))]),
      ['**Overall**', ...columns.map(({ overall }) => overall)]
    ],
    [LEFT, ...columns.map(({ align }) => align)]
  )
  return blocks(
    `${level} Quality of ${batch.scope === 'changed' ? 'the new and changed traces' : 'the staged traces'} (${thousands(batch.quality.trace_count)})`,
    grid,
    gates(report, batch, rows)
  )
}

function columnsOf({ quality, minimums, gate }: ReportBatch, baseline: ReportBaseline | undefined): Column[] {
  const average = (persona: Persona): number | undefined => quality.persona_scores[persona]?.average
  const shown = (x: number | undefined, show: (x: number) => string): string => (x === undefined ? '' : show(x))
  const columns: Column[] = [
    {
      head: 'Score',
      align: RIGHT,
      cell: (persona) => shown(average(persona), percent),
      overall: `**${percent(quality.overall_utility)}**`
    },
    {
      head: 'Grade',
      align: CENTRE,
      cell: (persona) => shown(average(persona), grade),
      overall: grade(quality.overall_utility)
    }
  ]
  if (gate !== 'off') {
    columns.push({
      head: 'Gate',
      align: LEFT,
      cell: (persona) => minimumCell(average(persona), minimums[persona]),
      overall: quality.gate_status === 'passing' ? `✅${TIED}passes` : `⛔${TIED}fails`
    })
  }
  return [...columns, ...baseColumns(baseline?.base), ...datasetColumns(quality, baseline?.dataset)]
}

function minimumCell(average: number | undefined, minimum: ReportBatch['minimums'][Persona]): string {
  if (minimum === undefined) return ''
  const failures = [
    ...(minimum.average !== null && average !== undefined && average < minimum.average
      ? [`average &lt;${TIED}${points(minimum.average)}`]
      : []),
    ...(minimum.individual !== null && minimum.traces_below > 0
      ? [`${plural(minimum.traces_below, 'trace')} &lt;${TIED}${points(minimum.individual)}`]
      : [])
  ]
  if (failures.length > 0) return `⛔${TIED}${failures.join(', ')}`
  return minimum.average === null ? '✅' : `✅${TIED}≥${TIED}${points(minimum.average)}`
}

/** Whole where it is. */
function points(x: number): string {
  return String(Number(fixed(x, 1)))
}

function baseColumns(base: ReportBaseline['base']): Column[] {
  if (base === undefined || base.traces === 0) return []
  const moved = (one: { better: number; worse: number } | undefined): string =>
    one === undefined || one.better + one.worse === 0 ? '' : `↑${thousands(one.better)}${TIED}↓${thousands(one.worse)}`
  return [
    {
      head: `vs base ${code(shortId(base.commit))}`,
      align: RIGHT,
      cell: (persona) => delta(base.personas[persona]?.before, base.personas[persona]?.after),
      overall: delta(base.overall?.before, base.overall?.after)
    },
    {
      head: 'Better, worse',
      align: CENTRE,
      cell: (persona) => moved(base.personas[persona]),
      overall: moved(base.overall)
    }
  ]
}

function datasetColumns(quality: ReportQuality, dataset: ReportBaseline['dataset']): Column[] {
  if (dataset === undefined || dataset.traces === 0) return []
  return [
    {
      head: `vs dataset ${code(shortId(dataset.revision))}`,
      align: RIGHT,
      cell: (persona) => delta(dataset.persona_averages[persona], quality.persona_scores[persona]?.average),
      overall: delta(dataset.overall_utility, quality.overall_utility)
    }
  ]
}

/** The verdict on the traces in scope, and beside it that on the dataset. */
function gates(report: Report, { gate, quality }: ReportBatch, rows: number): string {
  if (gate === 'off') return ''
  const failing = quality.gate_status === 'failing'
  const effect = !failing ? '' : gate === 'enforce' ? ' It stops the run.' : ' It is only shown.'
  const dataset = datasetGate(report)
  const beside = dataset === undefined ? '' : ` ${verdictLine('The gate of the whole dataset', dataset.status)}`
  return blocks(
    `${verdictLine('Quality gate of these traces', quality.gate_status)}${effect}${beside}`,
    reasons('Why the gate of these traces fails', quality.gate_failures, rows),
    reasons('Why the gate of the dataset fails', dataset?.failures ?? [], rows)
  )
}

interface GateStanding {
  readonly status: ReportQuality['gate_status']
  readonly failures: readonly string[]
}

function datasetGate({ quality, baseline }: Report): GateStanding | undefined {
  if (quality !== undefined) return { status: quality.gate_status, failures: quality.gate_failures }
  const { gate_status: status, gate_failures: failures } = baseline?.dataset ?? {}
  return status === undefined ? undefined : { status, failures: failures ?? [] }
}

function verdictLine(name: string, status: ReportQuality['gate_status']): string {
  return `${name}: ${status === 'passing' ? '✅ passing' : '⛔ **failing**'}.`
}

function reasons(title: string, messages: readonly string[], rows: number): string {
  if (messages.length === 0 || rows === 0) return ''
  const list = messages.slice(0, rows).map((message) => `- ${plain(message, 200)}`)
  return details(title, blocks(list.join('\n'), more(messages.length, rows)))
}
