/**
 * The one model behind job summary, comment, annotations and `report.json`. It is a contract: its JSON schema is published
 * in `schema/` (`npm run schema` writes it), and a later job may read a report that an untrusted run wrote. Fields that a
 * reader does not know are left out, so that a report of a newer version stays readable.
 */
import { z } from 'zod'
import {
  baselineSchema,
  batchSchema,
  checkSchema,
  count,
  fixSchema,
  percentage,
  qualitySchema,
  scoresSchema
} from './model-quality.js'

export const REPORT_SCHEMA = 'opentraces.push-action.report.v1'

const findingSchema = z.object({
  gate: z.string(),
  detector: z.string(),
  pointer: z
    .string()
    .describe(
      'JSON pointer into the record; keys that the schema does not know appear as `*`. Empty: the whole record.'
    ),
  length: count.describe('Of what was found, in code points.'),
  fingerprint: z.string(),
  message: z.string(),
  verified: z.boolean().optional().describe('Whether a provider accepted the secret; absent where nobody asked.')
})

export const TRACE_STATUSES = ['uploaded', 'clean', 'duplicate', 'blocked', 'held', 'invalid', 'leaked'] as const

const traceSchema = z.object({
  trace_id: z.string().describe('`*` where the id holds what a gate found.'),
  file: z.string().describe('`*` where the name holds what a gate found.'),
  line: count.describe('From 1.'),
  status: z
    .enum(TRACE_STATUSES)
    .describe('`leaked`: already published, and a gate blocks it today. `duplicate`: already published.'),
  message: z.string().optional().describe('Why it has this status, where that needs saying.'),
  changed_from: z.string().optional().describe('The shard with the earlier content of the same trace_id.'),
  successor: z.boolean().optional().describe('True where it is a later generation of a published session.'),
  migrated_from: z.string().optional().describe('The schema that it was written in, where that is an older one.'),
  unknown_fields: z
    .array(z.string())
    .optional()
    .describe('Pointers of fields that no released schema has, kept in `metadata.unknown_fields`.'),
  scores: scoresSchema.optional(),
  findings: z.array(findingSchema),
  drop: z
    .string()
    .optional()
    .describe('A line for a shell in the working directory that takes a blocked or held trace out of what is staged.'),
  task: z
    .string()
    .optional()
    .describe('The description of its task, cut. Absent where the report may not disclose it.'),
  agent: z.string().optional(),
  model: z.string().optional(),
  steps: count.optional(),
  cost_usd: z.number().nonnegative().nullable().optional(),
  change: z
    .enum(['new', 'changed', 'unchanged'])
    .optional()
    .describe('Against the traces staged at the base of the pull request.'),
  scores_at_base: scoresSchema.optional().describe('Of the trace with the same trace_id that was staged at the base.')
})

const allowSchema = z.object({
  fingerprint: z.string(),
  reason: z.string(),
  expires: z.string().optional().describe('The last day, in UTC, on which it counts.')
})

const policySchema = z
  .object({
    used: z.array(allowSchema),
    unused: z.array(allowSchema).describe('Entries that no finding matches.'),
    expired: z.array(allowSchema).describe('Entries past their last day: what they match blocks again.'),
    allowed_findings: count.describe('Findings that the used entries let pass.')
  })
  .describe('Every entry of the policy’s allow list, in exactly one of the three.')

/** Of any size, which JSON numbers are not. */
const integerText = z.string().regex(/^-?\d{1,60}$/)

const datasetSchema = z.object({
  shards: count,
  traces: count,
  steps: integerText,
  tokens: integerText,
  total_cost_usd: z.number().nullable(),
  success_rate: percentage.nullable(),
  date_range: z.string()
})

export const reportSchema = z.object({
  schema: z.literal(REPORT_SCHEMA),
  command: z.string(),
  outcome: z.enum(['published', 'checked', 'dry-run', 'nothing-to-publish', 'blocked', 'skipped', 'failed']),
  exit_code: count,
  skip_reason: z.string().optional(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string(), retryable: z.boolean() }).optional(),
  repo: z.string(),
  dataset_url: z.string(),
  visibility: z.enum(['public', 'private']).optional(),
  disclosed: z
    .boolean()
    .optional()
    .describe(
      'False where statistics of the dataset and texts of tasks are left out: it is private, this page is not.'
    ),
  commit: z.object({ revision: z.string(), url: z.string() }).optional(),
  shard: z.object({ path: z.string(), size: count, sha256: z.string(), traces: count }).optional(),
  counts: z.object({
    staged: count,
    valid: count,
    invalid: count,
    duplicates: count,
    blocked: count,
    held: count,
    uploaded: count,
    migrated: count,
    leaked: count.optional().describe('Published traces that a gate blocks today.')
  }),
  traces: z.array(traceSchema),
  invalid: z.array(z.object({ file: z.string(), line: count, message: z.string(), pointer: z.string().optional() })),
  sources: z.array(z.string()).describe('Where the traces came from, a sentence each.'),
  quality: qualitySchema
    .optional()
    .describe('The scorecard of the dataset with the new traces, as `quality.json` has it.'),
  dataset: z.object({ before: datasetSchema, after: datasetSchema }).optional(),
  batch: batchSchema.optional().describe('The traces in scope on their own: scores and quality gate.'),
  fixes: z.array(fixSchema).optional().describe('What costs the traces in scope most points, the worst first.'),
  quality_checks: z.array(checkSchema).optional().describe('In the order of the personas’ tables.'),
  baseline: baselineSchema.optional(),
  index: z
    .object({
      shards_read: z
        .array(z.string())
        .describe('Shards that had to be read, because the index did not know them as they are.'),
      shards_gone: z.array(z.string()),
      rebuilt: z.enum(['absent', 'unreadable', 'scorer-changed']).optional(),
      bytes_read: count
    })
    .optional(),
  policy: policySchema.optional().describe('The allow list against what the gates found; absent before they have run.'),
  checks_run: z
    .array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])))
    .describe('What was looked for, and with which tool: `gate`, `tool`, `version` and figures of each.'),
  notices: z.array(z.string()).describe('What a reader should know although nothing is wrong.'),
  warnings: z.array(z.string()),
  timings: z.record(z.string(), z.number()).describe('Milliseconds by phase.'),
  run: z
    .object({
      repository: z.string().optional(),
      event: z.string().optional(),
      run_id: z.string().optional(),
      run_attempt: z.string().optional(),
      run_url: z.string().optional(),
      pull_request: count.optional(),
      head_sha: z.string().optional(),
      base_sha: z.string().optional()
    })
    .describe('What places a comment and names the run.')
})

export type Report = z.output<typeof reportSchema>
export type ReportTrace = z.output<typeof traceSchema>
export type ReportFinding = z.output<typeof findingSchema>
export type ReportDataset = z.output<typeof datasetSchema>
export type ReportQuality = z.output<typeof qualitySchema>
export type ReportScores = z.output<typeof scoresSchema>
export type ReportCheck = z.output<typeof checkSchema>
export type ReportBatch = z.output<typeof batchSchema>
export type ReportBaseline = z.output<typeof baselineSchema>

/** A report of a run that has not done anything yet. */
export function emptyReport(command: string): Report {
  return {
    schema: REPORT_SCHEMA,
    command,
    outcome: 'failed',
    exit_code: 1,
    repo: '',
    dataset_url: '',
    counts: { staged: 0, valid: 0, invalid: 0, duplicates: 0, blocked: 0, held: 0, uploaded: 0, migrated: 0 },
    traces: [],
    invalid: [],
    sources: [],
    checks_run: [],
    notices: [],
    warnings: [],
    timings: {},
    run: {}
  }
}
