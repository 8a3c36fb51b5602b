/** The dataset before and after: what it holds, and how it scores. */
import { PERSONAS } from '../../quality/types.js'
import { thousands } from '../../traces/text.js'
import { delta, grade, money, moneyDelta, percent, signed } from '../figures.js'
import { blocks, code, LEFT, RIGHT, table } from '../markdown.js'
import type { Report, ReportDataset } from '../model.js'
import type { Page } from './page.js'
import { personaName } from './scores.js'

export function beforeAndAfter(report: Report, { level }: Page): string {
  const { dataset } = report
  if (dataset === undefined) return ''
  const rows = [...contents(dataset.before, dataset.after), ...averages(report)]
  const grid = table(['Dataset', 'Before', 'After', 'Change'], rows, [LEFT, RIGHT, RIGHT, RIGHT])
  return blocks(`${level} Dataset, before and after`, grid)
}

function contents(before: ReportDataset, after: ReportDataset): string[][] {
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
  const rate = (x: number | null): string => (x === null ? 'n/a' : percent(x))
  return [
    ['Shards', ...number('shards')],
    ['Traces', ...number('traces')],
    ['Steps', ...number('steps')],
    ['Tokens', ...number('tokens')],
    [
      'Total cost',
      money(before.total_cost_usd),
      money(after.total_cost_usd),
      moneyDelta(before.total_cost_usd, after.total_cost_usd)
    ],
    [
      'Success rate',
      rate(before.success_rate),
      rate(after.success_rate),
      delta(before.success_rate ?? undefined, after.success_rate ?? undefined)
    ],
    ['Dates', ...changed((d) => (d.traces === 0 ? 'n/a' : code(d.date_range)))]
  ]
}

function averages({ quality, baseline }: Report): string[][] {
  if (quality === undefined || quality.trace_count === 0) return []
  const before = baseline?.dataset
  const row = (name: string, was: number | undefined, is: number): string[] => [
    name,
    was === undefined ? '' : `${percent(was)} ${grade(was)}`,
    `${percent(is)} ${grade(is)}`,
    delta(was, is)
  ]
  return [
    row('**Overall quality**', before?.overall_utility, quality.overall_utility),
    ...PERSONAS.flatMap((persona) => {
      const score = quality.persona_scores[persona]
      return score === undefined ? [] : [row(personaName(persona), before?.persona_averages[persona], score.average)]
    })
  ]
}
