/**
 * The parts of a card that are written anew at every push: badges, the machine-readable line, statistics and scorecard
 * (facts: reference, pieces of the card). Each is a list of lines that begins and ends with its markers.
 */
import { DEFAULT_THRESHOLDS, type Thresholds } from '../quality/gate.js'
import { PERSONAS, type QualitySummary } from '../quality/types.js'
import { fixed, thousands } from '../traces/text.js'
import { shownName } from './shown-name.js'
import { byCount, statisticsJson, type DatasetStatistics } from './statistics.js'

export const BADGES_START = '<!-- opentraces:auto-badges-start -->'
export const BADGES_END = '<!-- opentraces:auto-badges-end -->'
/** Opens a comment that the end marker closes: the line between them is for programs. */
export const DATA_START = '<!-- opentraces:stats'
export const DATA_END = '<!-- opentraces:stats-end -->'
export const STATS_START = '<!-- opentraces:auto-stats-start -->'
export const STATS_END = '<!-- opentraces:auto-stats-end -->'

/** Rows of a distribution table; what is beyond becomes one last row. The machine-readable line has every name. */
export const DISTRIBUTION_ROWS = 50

const PROJECT = 'https://opentraces.ai'

export const STATS_HEADINGS = {
  statistics: '## Dataset Statistics',
  scorecard: '### opentraces Scorecard',
  models: '### Model Distribution',
  agents: '### Agent Distribution'
} as const

const METRICS_TABLE = ['| Metric | Value |', '|--------|-------|']
const PERSONA_TABLE = [
  '| Persona | Score | Min | Max | Grade | Gate |',
  '|---------|-------|-----|-----|-------|------|'
]

/** The badge row; without a scorecard two markers that keep its place. */
export function badgeLines(quality: QualitySummary | undefined): string[] {
  return quality === undefined ? [BADGES_START, BADGES_END] : [BADGES_START, badgeRow(quality), BADGES_END]
}

function badgeRow(quality: QualitySummary): string {
  const gate = gateWord(quality.gate_status === 'passing')
  const gateColour = quality.gate_status === 'passing' ? '28a745' : 'dc3545'
  const badges = [
    `[![Overall Quality](${scoreBadge('Overall_Quality', quality.overall_utility)})](${PROJECT})`,
    `[![Gate: ${gate}](${badge('Gate', gate, gateColour)})](${PROJECT})`
  ]
  for (const persona of PERSONAS) {
    const score = quality.persona_scores[persona]
    const label = persona.charAt(0).toUpperCase() + persona.slice(1)
    if (score !== undefined) badges.push(`![${label}](${scoreBadge(label, score.average)})`)
  }
  return badges.join(' ')
}

function badge(label: string, text: string, colour: string): string {
  return `https://img.shields.io/badge/${label}-${text}-${colour}`
}

function scoreBadge(label: string, score: number): string {
  const colour = score >= 80 ? '28a745' : score >= 60 ? 'ffc107' : score >= 40 ? 'fd7e14' : 'dc3545'
  return badge(label, `${fixed(score, 1)}%25`, colour)
}

function gateWord(passing: boolean): string {
  return passing ? 'PASSING' : 'FAILING'
}

/** What the statistics section shows. */
export interface StatsInput {
  readonly statistics: DatasetStatistics
  /** Undefined where nothing was assessed: then scores, badges and scorecard of an earlier state are taken out. */
  readonly quality: QualitySummary | undefined
  /** Number of files `data/traces_*.jsonl`. */
  readonly shards: number
  /** Of the records that this version writes, such as `0.9.0`. */
  readonly schemaVersion: string
  /** The minimums that the gate of `quality` was judged by; undefined: the reference's. */
  readonly thresholds?: Thresholds | undefined
}

/** The machine-readable line and the tables, one section. */
export function statsLines(input: StatsInput): string[] {
  const { statistics, quality } = input
  return [
    DATA_START,
    commentSafe(statisticsJson(statistics)),
    DATA_END,
    '',
    STATS_START,
    STATS_HEADINGS.statistics,
    '',
    ...METRICS_TABLE,
    row('Total traces', thousands(statistics.totalTraces)),
    row('Total steps', thousands(statistics.totalSteps)),
    row('Total tokens', thousands(statistics.totalTokens)),
    row('Date range', shownName(statistics.dateRange)),
    row('Schema version', input.schemaVersion),
    row('Shards', thousands(input.shards)),
    '',
    ...(quality === undefined ? [] : scorecardLines(quality, input.thresholds ?? DEFAULT_THRESHOLDS)),
    ...distributionLines(STATS_HEADINGS.models, 'Model', statistics.modelCounts),
    ...distributionLines(STATS_HEADINGS.agents, 'Agent', statistics.agentCounts),
    STATS_END
  ]
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** The same JSON value in a text that neither closes nor opens an HTML comment: only strings can hold these. */
function commentSafe(json: string): string {
  return json.replace(/<!--|--!?>/g, (mark) => mark.replace('<', '\\u003c').replace('>', '\\u003e'))
}

/**
 * Grade and gate are two columns because they answer two questions: how good the average is on one scale for all
 * personas, and whether it reaches what this persona needs.
 */
function scorecardLines(quality: QualitySummary, thresholds: Thresholds): string[] {
  const rows = PERSONAS.flatMap((persona) => {
    const score = quality.persona_scores[persona]
    if (score === undefined) return []
    const minimum = thresholds[persona].average
    const gate = minimum === null ? 'no minimum' : `${gateWord(score.average >= minimum)} (min ${fixed(minimum, 1)}%)`
    const percent = [score.average, score.min, score.max].map((x) => `${fixed(x, 1)}%`)
    return [row(persona, ...percent, grade(score.average), gate)]
  })
  const gate = gateWord(quality.gate_status === 'passing')
  return [
    STATS_HEADINGS.scorecard,
    '',
    `Assessed: ${quality.assessed_at} | Mode: ${quality.scoring_mode} | Scorer: v${quality.scorer_version}`,
    '',
    ...PERSONA_TABLE,
    ...rows,
    '',
    `**Overall utility: ${fixed(quality.overall_utility, 1)}%** | Gate: ${gate}`,
    ''
  ]
}

function grade(score: number): string {
  return score >= 80 ? 'PASS' : score >= 60 ? 'WARN' : 'FAIL'
}

function distributionLines(heading: string, column: string, counts: ReadonlyMap<string, number>): string[] {
  if (counts.size === 0) return []
  const sorted = byCount(counts)
  const rest = sorted.slice(DISTRIBUTION_ROWS)
  const restCount = rest.reduce((sum, [, count]) => sum + count, 0)
  return [
    heading,
    '',
    row(column, 'Count'),
    '|-------|-------|',
    ...sorted.slice(0, DISTRIBUTION_ROWS).map(([name, count]) => row(shownName(name), String(count))),
    ...(rest.length === 0 ? [] : [row(`and ${thousands(rest.length)} more`, String(restCount))]),
    ''
  ]
}

/** First cells of the headers of tables that this or an earlier client writes. */
const OWN_TABLES = ['| Metric | Value |', '| Persona | Score | Min | Max |', '| Model | Count |', '| Agent | Count |']
const OWN_LINES: readonly string[] = Object.values(STATS_HEADINGS)

/**
 * Tells for each line between two markers whether a client wrote it; `undefined` for a blank one, which tells nothing.
 * What no client writes is somebody's text and must not be lost.
 */
export function generatedLines(part: 'badges' | 'data' | 'stats', lines: readonly string[]): (boolean | undefined)[] {
  let inTable = false
  return lines.map((line) => {
    if (line.trim() === '') {
      inTable = false
      return undefined
    }
    if (part === 'badges') return line.startsWith('[![Overall Quality](')
    if (part === 'data') return line.startsWith('{')
    if (OWN_TABLES.some((header) => line.startsWith(header))) inTable = true
    return (
      (inTable && line.startsWith('|')) ||
      OWN_LINES.includes(line) ||
      /^Assessed: .* \| Mode: /.test(line) ||
      line.startsWith('**Overall utility: ')
    )
  })
}
