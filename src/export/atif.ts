/**
 * A record as a trajectory of ATIF, the Agent Trajectory Interchange Format of harbor, version 1.8 (its models:
 * `harbor.models.trajectories`). What the format has no field for goes into `extra`, under the record's own names.
 */
import type { JsonValue } from '../traces/json.js'
import type { Integer, TraceRecord, TraceStep } from '../traces/schema.js'
import type { Conversion } from './conversion.js'
import { member, saying, type Members } from './text.js'
import { isDateTime } from './time.js'

const VERSION = 'ATIF-v1.8'

/** The format demands a text here; harbor's own writers say this where they do not know. */
const UNKNOWN_VERSION = 'unknown'

/** A trajectory has at least one step, so a record without any is left out. */
export function toAtif(record: TraceRecord): Conversion {
  const { agent, session_id, trace_id, tool_definitions, steps } = record
  if (steps.length === 0) return { leftOut: 'no steps' }
  return {
    value: {
      schema_version: VERSION,
      session_id,
      trajectory_id: trace_id,
      agent: {
        name: agent.name,
        version: agent.version ?? UNKNOWN_VERSION,
        ...(agent.model === null ? {} : { model_name: agent.model }),
        ...member('tool_definitions', tool_definitions)
      },
      steps: steps.map(stepOf),
      final_metrics: finalMetrics(record),
      extra: extraOf(record)
    }
  }
}

function extraOf(record: TraceRecord): Members {
  const { schema_version, content_hash, timestamp_start, timestamp_end, execution_context, task, environment } = record
  const { system_prompts, outcome, dependencies, security, attribution, lifecycle, generation_index } = record
  const { patches, git_links, context_tree_summary, metadata } = record
  return saying({
    schema_version,
    content_hash,
    timestamp_start,
    timestamp_end,
    execution_context,
    task,
    environment,
    system_prompts,
    outcome,
    dependencies,
    security,
    attribution,
    lifecycle,
    generation_index,
    patches,
    git_links,
    context_tree_summary,
    metadata
  })
}

function stepOf(step: TraceStep, position: number): Members {
  const { role, content, timestamp, observations, tool_calls } = step
  const timed = timestamp !== null && isDateTime(timestamp)
  const calls = new Set(role === 'agent' ? tool_calls.map(({ tool_call_id }) => tool_call_id) : [])
  return {
    step_id: position + 1,
    ...(timed ? { timestamp } : {}),
    source: role,
    message: content ?? '',
    ...(role === 'agent' ? agentPart(step) : {}),
    ...(observations.length === 0 ? {} : { observation: { results: observations.map((one) => resultOf(one, calls)) } }),
    extra: {
      // What other steps point at.
      step_index: step.step_index,
      ...(content === null ? { content } : {}),
      ...(timed ? {} : member('timestamp', timestamp)),
      ...(role === 'agent' ? {} : foreignPart(step)),
      ...saying({
        system_prompt_hash: step.system_prompt_hash,
        agent_role: step.agent_role,
        parent_step: step.parent_step,
        call_type: step.call_type,
        subagent_trajectory_ref: step.subagent_trajectory_ref,
        tools_available: step.tools_available,
        snippets: step.snippets,
        context_node_id: step.context_node_id
      })
    }
  }
}

/** The fields that the format has for steps of the agent alone. */
function agentPart({ model, reasoning_content, tool_calls, token_usage }: TraceStep): Members {
  return {
    ...(model === null ? {} : { model_name: model }),
    ...(reasoning_content === null ? {} : { reasoning_content }),
    ...member('tool_calls', tool_calls.map(callOf)),
    ...(isCounted(token_usage) ? { metrics: metricsOf(token_usage) } : {})
  }
}

/** The same of any other step, which the format does not accept there. */
function foreignPart({ model, reasoning_content, tool_calls, token_usage }: TraceStep): Members {
  return saying({ model, reasoning_content, tool_calls, token_usage: isCounted(token_usage) ? token_usage : null })
}

function callOf({ tool_call_id, tool_name, input, duration_ms }: TraceStep['tool_calls'][number]): Members {
  return {
    tool_call_id,
    function_name: tool_name,
    arguments: input,
    ...member('extra', saying({ duration_ms }))
  }
}

/** @param calls of the step; the format accepts a reference to no other */
function resultOf(
  { source_call_id, content, output_summary, error }: TraceStep['observations'][number],
  calls: ReadonlySet<string>
): Members {
  const known = calls.has(source_call_id)
  // Where there is no output, the error is all that the agent has seen.
  const seen = content ?? error
  return {
    ...(known ? { source_call_id } : {}),
    ...(seen === null ? {} : { content: seen }),
    ...member('extra', saying({ ...(known ? {} : { source_call_id }), output_summary, error }))
  }
}

type TokenUsage = TraceStep['token_usage']

/** A record's counts are 0 where nobody counted. */
function isCounted(usage: TokenUsage): boolean {
  return Object.values(usage).some((count) => count !== 0 && count !== 0n)
}

/** Prompts hold here what was read from and written to a cache, which a record counts apart. */
function metricsOf(usage: TokenUsage): Members {
  const { input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, prefix_reuse_tokens } = usage
  return {
    prompt_tokens: sum([input_tokens, cache_read_tokens, cache_write_tokens]),
    completion_tokens: output_tokens,
    cached_tokens: cache_read_tokens,
    extra: { input_tokens, cache_write_tokens, prefix_reuse_tokens }
  }
}

function finalMetrics({ metrics, steps }: TraceRecord): Members {
  const { total_input_tokens, total_output_tokens, total_cache_read_tokens, total_cache_creation_tokens } = metrics
  const { total_steps, total_duration_s, cache_hit_rate, estimated_cost_usd } = metrics
  const tokens = [total_input_tokens, total_output_tokens, total_cache_read_tokens, total_cache_creation_tokens]
  const counted = tokens.some((count) => count !== 0 && count !== 0n)
  return {
    ...(counted
      ? {
          total_prompt_tokens: sum([total_input_tokens, total_cache_read_tokens, total_cache_creation_tokens]),
          total_completion_tokens: total_output_tokens,
          total_cached_tokens: total_cache_read_tokens
        }
      : {}),
    ...(estimated_cost_usd === null ? {} : { total_cost_usd: estimated_cost_usd }),
    total_steps: steps.length,
    ...member('extra', {
      ...(counted ? { total_input_tokens, total_cache_creation_tokens } : {}),
      // As the record has it, where that is another number: what the format has counts its own steps.
      ...(BigInt(total_steps) === BigInt(steps.length) ? {} : { total_steps }),
      ...saying({ total_duration_s, cache_hit_rate })
    })
  }
}

/** Exact, whatever the size. */
function sum(counts: readonly Integer[]): JsonValue {
  const total = counts.reduce<bigint>((sofar, count) => sofar + BigInt(count), 0n)
  const small = Number(total)
  return Number.isSafeInteger(small) ? small : total
}
