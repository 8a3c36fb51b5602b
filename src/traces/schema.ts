/**
 * TraceRecord 0.9.0, the schema of opentraces-schema 0.9.0, as one zod model. The order of the fields is the order in
 * which a record is written; canonical text, `dataset_infos.json` and the search for unknown fields are all derived from
 * this model (see `shape.ts`), so that a field is declared once.
 *
 * Types are exact: what the CLI writes is never sloppy, so `"7"` for an integer is an error, not a seven. A whole float
 * (`3.0`) is an integer, as in JSON Schema.
 */
import { z } from 'zod'
import { entries, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from './json.js'

/** The schema that every published record has. */
export const SCHEMA_VERSION = '0.9.0'

export const MIN_INT64 = -(2n ** 63n)
export const MAX_INT64 = 2n ** 63n - 1n
export const MAX_UINT64 = 2n ** 64n - 1n

/** What a scalar or free-form field holds; zod alone cannot tell, for instance, an integer from a free-form object. */
export type LeafKind = 'string' | 'enum' | 'integer' | 'float' | 'boolean' | 'map'
const leafKinds = new WeakMap<z.ZodType, LeafKind>()

/** The kind of a leaf of the model; undefined for models, lists and wrappers (nullable, default). */
export function leafKind(type: z.ZodType): LeafKind | undefined {
  return leafKinds.get(type)
}

function leaf<T extends z.ZodType>(kind: LeafKind, type: T): T {
  leafKinds.set(type, kind)
  return type
}

function isInt64(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  return typeof value === 'bigint' && value >= MIN_INT64 && value <= MAX_INT64
}

/** An integer of 64 bits: a `bigint` only beyond 2^53. */
export type Integer = number | bigint

const str = leaf('string', z.string())
const int = leaf(
  'integer',
  z.custom<Integer>(isInt64, {
    error: (issue) =>
      typeof issue.input === 'bigint' ? 'the integer is outside -2^63…2^63-1' : wrongType('an integer', issue.input)
  })
)
const float = leaf('float', z.number())
const bool = leaf('boolean', z.boolean())
const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) => leaf('enum', z.enum(values))

/** An object whose keys are data: order and numbers are kept. */
function map(accepts: (value: JsonValue) => boolean, content: string) {
  const check = (value: unknown): boolean => {
    if (!isJsonObject(value as JsonValue)) return false
    for (const [, item] of entries(value as JsonObject)) if (!accepts(item)) return false
    return true
  }
  return leaf(
    'map',
    z.custom<JsonObject>(check, {
      error: ({ input }) =>
        isJsonObject(input as JsonValue)
          ? `expected an object of ${content}, found one with other values`
          : wrongType(`an object of ${content}`, input)
    })
  )
}
const isString = (value: JsonValue): boolean => typeof value === 'string'
const anyMap = map(() => true, 'any values')
const stringMap = map(isString, 'strings')
const idMap = map((v) => isString(v) || (isJsonArray(v) && v.every(isString)), 'strings or lists of strings')

/** Says which type was expected and found, never the value. */
function wrongType(expected: string, input: unknown): string {
  if (input === undefined) return 'a required field is missing'
  return `expected ${expected}, found ${typeName(input)}`
}

function typeName(input: unknown): string {
  if (input === null) return 'null'
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'object') return 'an object'
  return typeof input === 'bigint' ? 'a number' : `a ${typeof input}`
}

const optional = <T extends z.ZodType>(type: T) => type.nullable().default(null as never)
const list = <T extends z.ZodType>(item: T) => z.array(item).default(() => [])
/** A nested model that is filled with its own defaults where it is absent. */
const part = <T extends z.ZodType>(type: T) => type.prefault({} as never)

const Task = z.object({
  description: optional(str),
  source: optional(str),
  repository: optional(str),
  repository_url: optional(str),
  base_commit: optional(str)
})

const Agent = z.object({ name: str, version: optional(str), model: optional(str) })

const Vcs = z.object({
  type: oneOf('git', 'none').default('none'),
  base_commit: optional(str),
  branch: optional(str),
  diff: optional(str)
})

const Pin = z.object({
  name: str,
  version: optional(str),
  hash: optional(str),
  marker: optional(str),
  source: optional(str)
})

const Environment = z.object({
  os: optional(str),
  shell: optional(str),
  vcs: part(Vcs),
  language_ecosystem: list(str),
  resolved_dependencies: optional(z.array(Pin)),
  interpreter: optional(z.object({ name: optional(str), version: optional(str) })),
  arch: optional(str),
  platform: optional(str),
  abi_tag: optional(str)
})

const ToolCall = z.object({
  tool_call_id: str,
  tool_name: str,
  input: anyMap.default(() => ({})),
  duration_ms: optional(int)
})

const Observation = z.object({
  source_call_id: str,
  content: optional(str),
  output_summary: optional(str),
  error: optional(str)
})

const Snippet = z.object({
  file_path: str,
  start_line: optional(int),
  end_line: optional(int),
  language: optional(str),
  text: optional(str),
  source_step: optional(int)
})

const TokenUsage = z.object({
  input_tokens: int.default(0),
  output_tokens: int.default(0),
  cache_read_tokens: int.default(0),
  cache_write_tokens: int.default(0),
  prefix_reuse_tokens: int.default(0)
})

const Step = z.object({
  step_index: int,
  role: oneOf('system', 'user', 'agent'),
  content: optional(str),
  reasoning_content: optional(str),
  model: optional(str),
  system_prompt_hash: optional(str),
  agent_role: optional(str),
  parent_step: optional(int),
  call_type: optional(oneOf('main', 'subagent', 'warmup')),
  subagent_trajectory_ref: optional(str),
  tools_available: list(str),
  tool_calls: list(ToolCall),
  observations: list(Observation),
  snippets: list(Snippet),
  token_usage: part(TokenUsage),
  timestamp: optional(str),
  context_node_id: optional(str)
})

const Outcome = z.object({
  success: optional(bool),
  signal_source: str.default('deterministic'),
  signal_confidence: oneOf('derived', 'inferred', 'annotated').default('derived'),
  description: optional(str),
  committed: bool.default(false),
  commit_sha: optional(str),
  terminal_state: optional(oneOf('goal_reached', 'interrupted', 'error', 'abandoned')),
  reward: optional(float),
  reward_source: optional(str)
})

const Metrics = z.object({
  total_steps: int.default(0),
  total_input_tokens: int.default(0),
  total_output_tokens: int.default(0),
  total_cache_read_tokens: int.default(0),
  total_cache_creation_tokens: int.default(0),
  total_duration_s: optional(float),
  cache_hit_rate: optional(leaf('float', z.number().min(0).max(1))),
  estimated_cost_usd: optional(float)
})

const Security = z.object({
  scanned: bool.default(false),
  flags_reviewed: int.default(0),
  redactions_applied: int.default(0),
  classifier_version: optional(str)
})

const Range = z.object({
  start_line: int,
  end_line: int,
  content_hash: optional(str),
  confidence: optional(oneOf('high', 'medium', 'low')),
  change_type: oneOf('addition', 'modification', 'deletion').default('addition'),
  original: optional(anyMap),
  contributor: optional(stringMap)
})

const Conversation = z.object({
  contributor: stringMap.default(() => ({})),
  url: optional(str),
  ids: optional(idMap),
  related: optional(z.array(stringMap)),
  ranges: list(Range)
})

const Attribution = z.object({
  experimental: bool.default(true),
  revision: optional(stringMap),
  files: list(z.object({ path: str, conversations: list(Conversation) })),
  unaccounted_files: optional(z.array(str))
})

const Anchor = z.object({
  last_searched_at: str,
  found: bool,
  commit_sha: optional(str),
  path: optional(str),
  blob_sha: optional(str),
  git_patch_id: optional(str),
  evidence_tier: optional(
    oneOf(
      'exact_blob_hash',
      'exact_range_hash',
      'git_clean_range_hash',
      'patch_id',
      'structural_symbol',
      'formatter_divergent',
      'overlapping_hunk',
      'time_file_overlap',
      'orphan',
      'unknown'
    )
  ),
  evidence_firmness: optional(
    oneOf(
      'firm_observed',
      'provisional',
      'human_asserted',
      'rule_inferred',
      'model_inferred',
      'statistically_inferred',
      'unknown'
    )
  )
})

const Patch = z.object({
  patch_id: str,
  file_path: str,
  step_index: optional(int),
  tool_call_id: optional(str),
  capture_method: list(str),
  snapshot_before_id: optional(str),
  snapshot_after_id: optional(str),
  anchor: optional(Anchor),
  superseded_by: list(str),
  limitations: list(str)
})

const GitLink = z.object({
  vcs_type: oneOf('git', 'jj').default('git'),
  revision: str,
  repo_url: optional(str),
  branch: optional(str),
  tier: oneOf('tool_emitted', 'tool_emitted_with_divergence', 'overlapping', 'orphan'),
  commit_reachable: optional(bool),
  content_alive: optional(bool)
})

const nonNegative = leaf(
  'integer',
  int.refine((value) => value >= 0, 'expected an integer of 0 or more')
)

export const traceRecordSchema = z.object({
  schema_version: str.default(SCHEMA_VERSION),
  trace_id: str,
  session_id: str,
  content_hash: optional(str),
  timestamp_start: optional(str),
  timestamp_end: optional(str),
  execution_context: optional(oneOf('devtime', 'runtime')),
  task: part(Task),
  agent: Agent,
  environment: part(Environment),
  system_prompts: stringMap.default(() => ({})),
  tool_definitions: list(anyMap),
  steps: list(Step),
  outcome: part(Outcome),
  dependencies: list(str),
  metrics: part(Metrics),
  security: part(Security),
  attribution: optional(Attribution),
  lifecycle: oneOf('provisional', 'final').default('provisional'),
  generation_index: nonNegative.default(0),
  patches: list(Patch),
  git_links: list(GitLink),
  context_tree_summary: anyMap.default(() => ({})),
  metadata: anyMap.default(() => ({}))
})

/** A validated record with every default filled in. */
export type TraceRecord = z.output<typeof traceRecordSchema>
export type TraceStep = TraceRecord['steps'][number]

export interface SchemaIssue {
  /** Path from the record's root; list positions are numbers. */
  path: readonly (string | number)[]
  message: string
}

/** Validates a value whose objects and numbers are plain in typed places (`shape.ts` makes them so). */
export function validateRecord(value: unknown): { record: TraceRecord } | { issues: SchemaIssue[] } {
  const result = traceRecordSchema.safeParse(value, { reportInput: true })
  if (result.success) return { record: result.data }
  return {
    issues: result.error.issues.map((issue) => ({
      path: issue.path.map((key) => (typeof key === 'symbol' ? '*' : key)),
      message: issueText(issue)
    }))
  }
}

const TYPE_NAMES: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object'
}

/** zod's issue in words that never hold the value. */
function issueText(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(TYPE_NAMES[issue.expected] ?? issue.expected, issue.input)
    case 'invalid_value':
      return issue.input === undefined
        ? 'a required field is missing'
        : `expected one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      return `expected a number of at least ${String(issue.minimum)}`
    case 'too_big':
      return `expected a number of at most ${String(issue.maximum)}`
    case 'custom':
      return issue.message
    default:
      return 'not a valid value'
  }
}
