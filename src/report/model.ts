/**
 * The one model behind job summary, annotations, comment and `report.json`. It is a contract: its JSON schema is
 * published, and a later job may read a report that an untrusted run wrote.
 */
import { z } from 'zod'
import { PERSONAS } from '../quality/types.js'

export const REPORT_SCHEMA = 'opentraces.push-action.report.v1'

const count = z.number().int().nonnegative()
const percent = z.number()

export const findingSchema = z.strictObject({
  gate: z.string(),
  detector: z.string(),
  /** JSON pointer into the record; keys that the schema does not know appear as `*`. */
  pointer: z.string(),
  /** Of the finding, in code points. */
  length: count,
  fingerprint: z.string(),
  message: z.string()
})

const scoresSchema = z.strictObject({
  conformance: percent,
  training: percent,
  rl: percent,
  analytics: percent,
  domain: percent,
  overall: percent
})

export const TRACE_STATUSES = ['uploaded', 'clean', 'duplicate', 'blocked', 'held', 'invalid', 'leaked'] as const

const traceSchema = z.strictObject({
  trace_id: z.string(),
  file: z.string(),
  /** From 1. */
  line: count,
  status: z.enum(TRACE_STATUSES),
  /** Why it has this status, where that needs saying. */
  message: z.string().optional(),
  /** The shard with the earlier content of the same trace_id. */
  changed_from: z.string().optional(),
  /** True where it is a later generation of a published session. */
  successor: z.boolean().optional(),
  /** The schema that it was written in, where that is an older one. */
  migrated_from: z.string().optional(),
  /** Pointers of fields that no released schema has, kept in `metadata.unknown_fields`. */
  unknown_fields: z.array(z.string()).optional(),
  scores: scoresSchema.optional(),
  findings: z.array(findingSchema)
})

const datasetSchema = z.strictObject({
  shards: count,
  traces: count,
  steps: z.string(),
  tokens: z.string(),
  /** US dollars. */
  total_cost_usd: z.number().nullable(),
  success_rate: percent.nullable(),
  date_range: z.string()
})

const personaSchema = z.strictObject({ average: percent, min: percent, max: percent })

const qualitySchema = z.strictObject({
  scorer_version: z.string(),
  scoring_mode: z.literal('deterministic'),
  assessed_at: z.string(),
  trace_count: count,
  persona_scores: z.partialRecord(z.enum(PERSONAS), personaSchema),
  overall_utility: percent,
  gate_status: z.enum(['passing', 'failing']),
  gate_failures: z.array(z.string()).readonly()
})

export const reportSchema = z.strictObject({
  schema: z.literal(REPORT_SCHEMA),
  command: z.string(),
  outcome: z.enum(['published', 'checked', 'dry-run', 'nothing-to-publish', 'blocked', 'skipped', 'failed']),
  exit_code: count,
  skip_reason: z.string().optional(),
  error: z.strictObject({ code: z.string(), message: z.string(), hint: z.string(), retryable: z.boolean() }).optional(),
  repo: z.string(),
  dataset_url: z.string(),
  visibility: z.enum(['public', 'private']).optional(),
  commit: z.strictObject({ revision: z.string(), url: z.string() }).optional(),
  shard: z.strictObject({ path: z.string(), size: count, sha256: z.string(), traces: count }).optional(),
  counts: z.strictObject({
    staged: count,
    valid: count,
    invalid: count,
    duplicates: count,
    blocked: count,
    held: count,
    uploaded: count,
    migrated: count
  }),
  traces: z.array(traceSchema),
  invalid: z.array(
    z.strictObject({ file: z.string(), line: count, message: z.string(), pointer: z.string().optional() })
  ),
  /** Where the traces came from, a sentence each. */
  sources: z.array(z.string()),
  /** The scorecard of the dataset with the new traces, as `quality.json` has it. */
  quality: qualitySchema.optional(),
  dataset: z.strictObject({ before: datasetSchema, after: datasetSchema }).optional(),
  index: z
    .strictObject({
      /** Shards that had to be read, because the index did not know them as they are. */
      shards_read: z.array(z.string()),
      shards_gone: z.array(z.string()),
      rebuilt: z.enum(['absent', 'unreadable', 'scorer-changed']).optional(),
      bytes_read: count
    })
    .optional(),
  /** What was looked for, and with which tool. */
  checks_run: z.array(z.record(z.string(), z.unknown())),
  /** What a reader should know although nothing is wrong. */
  notices: z.array(z.string()),
  warnings: z.array(z.string()),
  /** Milliseconds by phase. */
  timings: z.record(z.string(), z.number()),
  /** What places a comment and names the run. */
  run: z.strictObject({
    repository: z.string().optional(),
    event: z.string().optional(),
    run_id: z.string().optional(),
    run_attempt: z.string().optional(),
    run_url: z.string().optional(),
    pull_request: count.optional(),
    head_sha: z.string().optional(),
    base_sha: z.string().optional()
  })
})

export type Report = z.output<typeof reportSchema>
export type ReportTrace = z.output<typeof traceSchema>
export type ReportDataset = z.output<typeof datasetSchema>

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
