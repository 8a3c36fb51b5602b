/** Traces with verdicts as the CLI 0.3.3 writes them (facts: upstream 4.2), built here and not by the code under test. */
import { createHash } from 'node:crypto'

export interface CliTrace {
  content_hash: string
  metadata: { llm_review?: Record<string, unknown> }
  [key: string]: unknown
}

/** Python's `json.dumps(…, sort_keys=True)`, for values without floats. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value).replace(
      /[\u007f-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
    )
  }
  const present = Object.entries(value).filter(([, item]) => item !== undefined)
  const members = present.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, item]) => `${pythonJson(key)}: ${pythonJson(item)}`).join(', ')}}`
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Fields of schema 0.9.0 that 0.3.0 does not have, by path. */
const NEWER: readonly (readonly string[])[] = [
  ['context_tree_summary'],
  ['patches'],
  ...['resolved_dependencies', 'interpreter', 'arch', 'platform', 'abi_tag'].map((key) => ['environment', key])
]

/**
 * A whole record of the CLI, without floats so that the text is easy to hash, and without a verdict.
 *
 * @param changes set over the whole record
 */
export function cliTrace(schema: '0.3.0' | '0.9.0', changes: Record<string, unknown> = {}): CliTrace {
  const usage = {
    input_tokens: 5,
    output_tokens: 6,
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    prefix_reuse_tokens: 0
  }
  const step = (index: number, role: string, content: string, more: Record<string, unknown> = {}) => ({
    step_index: index,
    role,
    content,
    reasoning_content: null,
    model: null,
    system_prompt_hash: null,
    agent_role: null,
    parent_step: null,
    call_type: 'main',
    subagent_trajectory_ref: null,
    tools_available: ['Bash'],
    tool_calls: [],
    observations: [],
    snippets: [],
    token_usage: usage,
    timestamp: null,
    ...(schema === '0.9.0' ? { context_node_id: null } : {}),
    ...more
  })
  const record: Record<string, unknown> = {
    schema_version: schema,
    trace_id: '5b0a4c9e-9f0e-4d58-8d2f-0c7f6c1d2e3f',
    session_id: 'session',
    timestamp_start: '2026-01-01T00:00:00Z',
    timestamp_end: null,
    execution_context: 'devtime',
    task: { description: 'Größe ändern', source: null, repository: null, repository_url: null, base_commit: null },
    agent: { name: 'claude-code', version: '2', model: 'm' },
    environment: {
      os: 'linux',
      shell: null,
      vcs: { type: 'git', base_commit: null, branch: 'main', diff: null },
      language_ecosystem: ['python'],
      resolved_dependencies: null,
      interpreter: null,
      arch: null,
      platform: null,
      abi_tag: null
    },
    system_prompts: { p: 'You are an agent.' },
    tool_definitions: [{ name: 'Bash' }],
    steps: [
      step(0, 'user', 'Please run the tests.'),
      step(1, 'agent', 'They pass.', {
        reasoning_content: 'Let me see.',
        tool_calls: [{ tool_call_id: 't', tool_name: 'Bash', input: { command: 'npm test' }, duration_ms: 7 }],
        observations: [{ source_call_id: 't', content: '12 passed', output_summary: null, error: null }]
      })
    ],
    outcome: {
      success: true,
      signal_source: 'deterministic',
      signal_confidence: 'derived',
      description: null,
      committed: false,
      commit_sha: null,
      terminal_state: null,
      reward: null,
      reward_source: null,
      ...(schema === '0.3.0' ? { patch: '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n' } : {})
    },
    dependencies: ['zod'],
    metrics: {
      total_steps: 2,
      total_input_tokens: 5,
      total_output_tokens: 6,
      total_cache_read_tokens: 0,
      total_cache_creation_tokens: 0,
      total_duration_s: null,
      cache_hit_rate: null,
      estimated_cost_usd: null
    },
    security: { scanned: true, flags_reviewed: 0, redactions_applied: 0, classifier_version: null },
    attribution: null,
    lifecycle: 'final',
    generation_index: 0,
    patches: [],
    git_links: [],
    context_tree_summary: {},
    metadata: { project: 'app' },
    ...changes
  }
  if (schema === '0.3.0') {
    for (const [key, inner] of NEWER) {
      if (inner === undefined) Reflect.deleteProperty(record, key as string)
      else Reflect.deleteProperty(record[key as string] as object, inner)
    }
  }
  const { trace_id: id, ...hashed } = record
  return { ...hashed, trace_id: id, content_hash: sha256(pythonJson(hashed)) } as unknown as CliTrace
}

/** The verdict of the CLI on a trace, every field in its place. */
export function cliVerdict(trace: CliTrace, changes: Record<string, unknown> = {}): Record<string, unknown> {
  const model = 'gemma3n:e4b'
  const baseUrl = 'http://localhost:11434/v1'
  return {
    status: 'complete',
    shareable: 'yes',
    missed_sensitive_data: 'no',
    summary: 'Nothing found.',
    flagged_parts: [],
    badge: 'llm-review: ✓ shareable',
    api_format: 'openai-compat',
    model,
    base_url: baseUrl,
    reviewed_at: '2026-01-01T00:00:00+00:00',
    prompt_version: '1',
    review_key: sha256([trace.content_hash, model, '1', '', 'openai-compat', baseUrl].join('\0')),
    ...changes
  }
}

/** The line that the CLI writes back, spaces and ASCII escapes included. */
export function cliLine(trace: CliTrace, verdict?: unknown): string {
  const metadata = verdict === undefined ? trace.metadata : { ...trace.metadata, llm_review: verdict }
  return pythonJson({ ...trace, metadata })
}
