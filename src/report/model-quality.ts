/** What a report says of scores: of traces, of the batch, of baselines. All percentages are from 0 to 100. */
import { z } from 'zod'
import { PERSONAS } from '../quality/types.js'

export const count = z.number().int().nonnegative()
export const percentage = z.number().min(0).max(100)
const persona = z.enum(PERSONAS)

export const scoresSchema = z
  .object({
    conformance: percentage,
    training: percentage,
    rl: percentage,
    analytics: percentage,
    domain: percentage,
    overall: percentage
  })
  .describe('Percent by persona, and their mean.')

export const qualitySchema = z.object({
  scorer_version: z.string(),
  scoring_mode: z.literal('deterministic'),
  assessed_at: z.string(),
  trace_count: count,
  persona_scores: z.partialRecord(persona, z.object({ average: percentage, min: percentage, max: percentage })),
  overall_utility: percentage,
  gate_status: z.enum(['passing', 'failing']),
  gate_failures: z.array(z.string()).readonly()
})

export const batchSchema = z.object({
  scope: z
    .enum(['changed', 'all'])
    .describe('Which of the staged traces are judged: those that the run changes, or all.'),
  gate: z
    .enum(['off', 'report', 'enforce'])
    .describe('What a failing quality gate does: nothing, not even show; it is shown; it stops the run.'),
  quality: qualitySchema.describe(
    'The scorecard of the traces in scope, with the verdict of the quality gate on them.'
  ),
  minimums: z
    .partialRecord(
      persona,
      z.object({
        average: percentage.nullable().describe('What the average of the traces must reach; null: nothing.'),
        individual: percentage.nullable().describe('What every trace must reach; null: nothing.'),
        traces_below: count.describe('Traces in scope that are below `individual`.')
      })
    )
    .describe('The minimums that the gate judged by, the policy’s own included.')
})

export const fixSchema = z
  .object({
    id: z.string().describe('Of the check: `T6`.'),
    persona,
    name: z.string().describe('Of the check, as people read it.'),
    gain: z.number().nonnegative().describe('Points that the persona’s average would gain if every trace passed.'),
    traces: count.describe('Traces that did not pass.'),
    fix: z.string().describe('What to do, one sentence.')
  })
  .describe('A check that costs the traces in scope many points.')

export const checkSchema = z
  .object({
    id: z.string(),
    persona,
    name: z.string(),
    weight: z.number().nonnegative(),
    passed: count,
    partial: count.describe('Not passed, but with some points.'),
    failed: count.describe('Not passed, without points.'),
    skipped: count,
    fix: z.string()
  })
  .describe('How the traces in scope fared in one check of the scorecard.')

const movement = z.object({
  before: percentage.optional().describe('Average of the traces staged at the base; absent where there were none.'),
  after: percentage.optional().describe('Average of the traces staged now; absent where there are none.'),
  better: count.describe('Traces, staged both then and now, whose score went up.'),
  worse: count.describe('Traces, staged both then and now, whose score went down.')
})

export const baselineSchema = z.object({
  dataset: z
    .object({
      revision: z.string(),
      traces: count,
      persona_averages: z.partialRecord(persona, percentage),
      overall_utility: percentage.optional().describe('Absent where nothing published is scored.'),
      gate_status: z.enum(['passing', 'failing']).optional(),
      gate_failures: z.array(z.string()).optional()
    })
    .optional()
    .describe('The published dataset as it was before this run.'),
  base: z
    .object({
      commit: z.string(),
      name: z.string().optional().describe('What people call it: the base branch.'),
      traces: count.describe('Staged at the base.'),
      added: count.describe('Traces that are staged now and were not at the base.'),
      changed: count.describe('Traces with the trace_id, or else the identity, of one at the base, and other content.'),
      removed: count,
      removed_ids: z.array(z.string()).optional().describe('The first of those that are gone.'),
      personas: z.partialRecord(persona, movement),
      overall: movement.optional()
    })
    .optional()
    .describe('On pull requests, all traces that are staged against all that were staged at the base.'),
  missing: z.array(z.string()).optional().describe('Why a baseline is not here, a sentence each.')
})
