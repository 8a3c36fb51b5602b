/** Lists of traces, folded away: those that changed most, and all of them. */
import { PERSONAS } from '../../quality/types.js'
import { fixed, thousands } from '../../traces/text.js'
import { delta, money, percent } from '../figures.js'
import { blocks, code, details, LEFT, RIGHT, table } from '../markdown.js'
import type { Report, ReportScores, ReportTrace } from '../model.js'
import { more, placeOf, traceName } from './page.js'
import { personaName } from './scores.js'

/** Smaller differences are not worth a line, in points. */
const WORTH_A_LINE = 1

/** The traces whose score differs most from the base; those that got worse first. */
export function movers({ traces }: Report, rows: number): string {
  const moved = traces
    .flatMap((trace) => {
      const { scores, scores_at_base: before } = trace
      if (scores === undefined || before === undefined) return []
      return Math.abs(scores.overall - before.overall) < WORTH_A_LINE ? [] : [{ trace, scores, before }]
    })
    .sort((a, b) => change(a) - change(b))
  if (moved.length === 0 || rows === 0) return ''
  const tasks = moved.some(({ trace }) => trace.task !== undefined)
  const lines = moved
    .slice(0, rows)
    .map(({ trace, scores, before }) => [
      traceName(trace.trace_id),
      ...(tasks ? [trace.task === undefined ? '' : code(trace.task)] : []),
      percent(scores.overall),
      delta(before.overall, scores.overall),
      mainCause(before, scores)
    ])
  const grid = table(['Trace', ...(tasks ? ['Task'] : []), 'Overall', 'vs base', 'Mostly'], lines, [
    LEFT,
    ...(tasks ? [LEFT] : []),
    RIGHT,
    RIGHT,
    LEFT
  ])
  return details(`Traces that changed most (${thousands(moved.length)})`, blocks(grid, more(moved.length, rows)))
}

function change({ scores, before }: { scores: ReportScores; before: ReportScores }): number {
  return scores.overall - before.overall
}

/** The persona that moved furthest. */
function mainCause(before: ReportScores, after: ReportScores): string {
  const [first] = [...PERSONAS].sort((a, b) => Math.abs(after[b] - before[b]) - Math.abs(after[a] - before[a]))
  return first === undefined ? '' : `${personaName(first)} ${delta(before[first], after[first])}`
}

/** What a row says about what it came to, the worst first. */
const RANK: Readonly<Record<ReportTrace['status'], number>> = {
  leaked: 0,
  blocked: 1,
  held: 2,
  invalid: 3,
  clean: 4,
  uploaded: 4,
  duplicate: 5
}

/** Every trace: what stops first, then the lowest scores. */
export function everyTrace({ traces, command }: Report, rows: number): string {
  if (traces.length === 0 || rows === 0) return ''
  const ordered = [...traces].sort(
    (a, b) => RANK[a.status] - RANK[b.status] || (a.scores?.overall ?? -1) - (b.scores?.overall ?? -1)
  )
  const lines = ordered.slice(0, rows).map((trace) => row(trace, command))
  const grid = table(['Trace', 'File:line', 'Result', 'Agent', 'Steps', 'Cost', ...SHORT_NAMES, 'Overall'], lines, [
    LEFT,
    LEFT,
    LEFT,
    LEFT,
    RIGHT,
    RIGHT,
    ...SHORT_NAMES.map(() => RIGHT),
    RIGHT
  ])
  return details(`Every trace (${thousands(traces.length)})`, blocks(grid, more(traces.length, rows)))
}

const SHORT_NAMES = ['Conf.', 'Train.', 'RL', 'Anal.', 'Dom.']

function row(trace: ReportTrace, command: string): string[] {
  const { scores, agent, model } = trace
  const names = [agent, model].flatMap((name) => (name === undefined || name === '' ? [] : [code(name)]))
  const score = (key: keyof ReportScores): string => (scores === undefined ? '' : fixed(scores[key], 1))
  return [
    traceName(trace.trace_id),
    placeOf(trace),
    result(trace, command),
    names.join(' · '),
    trace.steps === undefined ? '' : thousands(trace.steps),
    trace.cost_usd === undefined ? '' : money(trace.cost_usd),
    ...PERSONAS.map(score),
    score('overall')
  ]
}

/** An export is looked at by no gate: nothing in it is clean. */
function result({ status, change, message }: ReportTrace, command: string): string {
  if (command === 'export' && status === 'clean') return message === undefined ? 'exported' : 'left out'
  return change === undefined ? status : `${status}, ${change}`
}
