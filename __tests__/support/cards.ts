/** What the tests of the dataset card share: input, and what the parts of a card look like for it, written by hand. */
import type { CardInput } from '../../src/dataset/card.js'
import { emptyTally, statisticsOf, type DatasetStatistics } from '../../src/dataset/statistics.js'
import type { QualitySummary } from '../../src/quality/types.js'

export const MARKS = [
  '<!-- opentraces:auto-badges-start -->',
  '<!-- opentraces:auto-badges-end -->',
  '<!-- opentraces:stats',
  '<!-- opentraces:stats-end -->',
  '<!-- opentraces:auto-stats-start -->',
  '<!-- opentraces:auto-stats-end -->'
] as const
export const [BADGES, BADGES_END, DATA, DATA_END, STATS, STATS_END] = MARKS

/** Figures of traces without more than their model and agent. */
export function statistics(
  models: Iterable<readonly [string, number]>,
  agents: Iterable<readonly [string, number]> = []
): DatasetStatistics {
  const tally = emptyTally()
  tally.models = new Map(models)
  tally.agents = new Map(agents)
  tally.traces = 1234
  tally.steps = 1_234_567n
  tally.tokens = 12n
  tally.dates = ['2026-03-01', '2026-04-30']
  return statisticsOf(tally)
}

export const quality: QualitySummary = {
  scorer_version: '0.9.0',
  scoring_mode: 'deterministic',
  assessed_at: '2026-01-02T03:04:05.678901+00:00',
  trace_count: 3,
  persona_scores: {
    conformance: { average: 94.4, min: 71.7, max: 100 },
    training: { average: 56.9, min: 3, max: 80 },
    rl: { average: 39.9, min: 0, max: 50 },
    analytics: { average: 70, min: 70, max: 70 },
    domain: { average: 80, min: 80, max: 80 }
  },
  overall_utility: 68.2,
  gate_status: 'failing',
  gate_failures: ['rl average 39.9% below 40.0% minimum']
}
export const input: CardInput = {
  repo: 'acme/agent-traces',
  license: 'cc-by-4.0',
  statistics: statistics(
    [['anthropic/claude-sonnet-4-5', 3]],
    [
      ['claude-code', 2],
      ['', 1]
    ]
  ),
  quality: undefined,
  shards: 2,
  schemaVersion: '0.9.0'
}
export const withQuality: CardInput = { ...input, quality }

export const DATA_LINE =
  '{"total_traces":1234,"total_tokens":12,"avg_steps_per_session":1000,"avg_cost_usd":null,"total_cost_usd":null,' +
  '"success_rate":null,"top_dependencies":[],"agent_counts":{"claude-code":2,"":1},' +
  '"model_counts":{"anthropic/claude-sonnet-4-5":3},"date_range":"2026-03-01 to 2026-04-30"}'
export const METRICS = `## Dataset Statistics

| Metric | Value |
|--------|-------|
| Total traces | 1,234 |
| Total steps | 1,234,567 |
| Total tokens | 12 |
| Date range | 2026-03-01 to 2026-04-30 |
| Schema version | 0.9.0 |
| Shards | 2 |
`
export const DISTRIBUTIONS = `### Model Distribution

| Model | Count |
|-------|-------|
| anthropic/claude-sonnet-4-5 | 3 |

### Agent Distribution

| Agent | Count |
|-------|-------|
| claude-code | 2 |
| (empty) | 1 |
`
export const SECTION = `${DATA}
${DATA_LINE}
${DATA_END}

${STATS}
${METRICS}
${DISTRIBUTIONS}
${STATS_END}
`
export const EMPTY_BADGES = `${BADGES}\n${BADGES_END}\n`
export const FRONT =
  '---\ntags: [opentraces, agent-traces]\nsize_categories: [1K<n<10K]\nconfigs: [{config_name: default, data_files: data/*.jsonl}]\n---\n'
