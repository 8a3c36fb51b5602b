/** Conformance: is the record well formed, completely parsed, enriched and safe to publish? */
import { property } from '../traces/json.js'
import type { TraceRecord } from '../traces/schema.js'
import { countOf, halves, judgeRatio, PASS, passIf, plainShare, type Check, type Judged } from './check.js'
import {
  agentSteps,
  hasCodePoints,
  hasText,
  holdsSecret,
  isConversationTurn,
  isFilled,
  isPositive,
  isRuntime,
  namesHome,
  observations,
  snippets,
  subagentSteps,
  toolCalls,
  writesCode
} from './evidence.js'

/** A UUID as text has 36 code points, without dashes 32. */
const UUID_CODE_POINTS = 32

export const CONFORMANCE: readonly Check[] = [
  {
    id: 'C1',
    name: 'schema_version present',
    category: 'schema',
    weight: 1.0,
    rule: (record, { schemaVersion }) => passIf(record.schema_version === schemaVersion),
    fix: 'Push the trace again: the push migrates it to the current schema and stamps the version.'
  },
  {
    id: 'C2',
    name: 'trace_id is UUID format',
    category: 'schema',
    weight: 1.0,
    rule: ({ trace_id }) => {
      const long = hasCodePoints(trace_id, UUID_CODE_POINTS)
      return { score: long ? 1 : 0, passed: long && trace_id.includes('-') }
    },
    fix: 'Give every trace a UUID with dashes as trace_id when you write it, as the CLI does.'
  },
  {
    id: 'C3',
    name: 'content_hash is SHA-256',
    category: 'schema',
    weight: 1.0,
    // The hash is computed anew before a record is scored.
    rule: () => PASS,
    fix: 'Nothing to do: the hash is computed anew for every trace that is pushed.'
  },
  {
    id: 'C4',
    name: 'agent.name present',
    category: 'schema',
    weight: 1.0,
    rule: ({ agent }) => passIf(hasText(agent.name)),
    fix: 'Write the name of the agent that ran the session, such as claude-code, into agent.name.'
  },
  {
    id: 'C5',
    name: 'timestamps present',
    category: 'schema',
    weight: 0.8,
    rule: ({ timestamp_start, timestamp_end }) => halves(timestamp_start !== null, timestamp_end !== null),
    fix: 'Write both timestamp_start and timestamp_end; stage a session only after it has ended.'
  },
  {
    id: 'C6',
    name: 'step count >= 2',
    category: 'parser',
    weight: 1.0,
    rule: ({ steps }) => passIf(steps.length >= 2),
    fix: 'Leave sessions out that hold fewer than two steps: there is nothing to learn from them.'
  },
  {
    id: 'C7',
    name: 'step roles are user/agent (not human/assistant)',
    category: 'parser',
    weight: 1.0,
    // The schema allows no other roles.
    rule: () => PASS,
    fix: 'Nothing to do: a record with other roles than system, user and agent is not accepted.'
  },
  {
    id: 'C8',
    name: 'step_index unique and monotonic',
    category: 'parser',
    weight: 1.0,
    rule: stepIndices,
    fix: 'Number the steps anew from 0 in the order of the list, each index once; merged sessions often repeat them.'
  },
  {
    id: 'C9',
    name: 'tool_calls have tool_call_id',
    category: 'parser',
    weight: 0.9,
    rule: (record) => linked(toolCalls(record), (call) => call.tool_call_id !== ''),
    fix: 'Stage sessions in which the agent used tools, and keep the id of every tool call.'
  },
  {
    id: 'C10',
    name: 'observations linked via source_call_id',
    category: 'parser',
    weight: 0.9,
    rule: (record) => linked(observations(record), (observation) => observation.source_call_id !== ''),
    fix: 'Keep the results of tool calls as observations, each with the id of its call as source_call_id.'
  },
  {
    id: 'C11',
    name: 'agent steps have call_type',
    category: 'parser',
    weight: 0.8,
    rule: (record) => {
      if (isConversationTurn(record)) return 'skipped'
      const score = plainShare(agentSteps(record), (step) => step.call_type !== null)
      return { score, passed: score > 0.8 }
    },
    fix: 'Set call_type (main, subagent or warmup) on every agent step; captures of raw session logs have it.'
  },
  {
    id: 'C12',
    name: 'subagent steps have parent_step',
    category: 'parser',
    weight: 0.8,
    rule: (record) => {
      const steps = subagentSteps(record)
      if (steps.length === 0) return PASS
      const score = plainShare(steps, (step) => step.parent_step !== null)
      return { score, passed: score > 0.8 }
    },
    fix: 'Set parent_step on the steps of sub-agents: the index of the step that started them.'
  },
  {
    id: 'C13',
    name: 'agent steps have token_usage',
    category: 'parser',
    weight: 0.9,
    rule: (record) => {
      const score = plainShare(
        agentSteps(record),
        ({ token_usage: usage }) => usage.input_tokens > 0 || usage.output_tokens > 0 || usage.cache_read_tokens > 0
      )
      return { score, passed: score > 0.5 }
    },
    fix: 'Capture from the raw session log, which states tokens per step; exports and summaries often drop them.'
  },
  {
    id: 'C14',
    name: 'snippets extracted from tool results',
    category: 'parser',
    weight: 0.6,
    rule: (record) => {
      if (isRuntime(record) && !writesCode(record)) return 'skipped'
      const count = snippets(record).length
      return { score: Math.min(count / 5, 1), passed: count >= 1 }
    },
    fix: 'Keep the results of reading and writing files in the capture: snippets are taken from them, five give all points.'
  },
  {
    id: 'C15',
    name: 'task.description from first user message',
    category: 'parser',
    weight: 0.7,
    rule: ({ task }) => passIf(isFilled(task.description)),
    fix: 'Write what the session was asked to do, usually the first user message, into task.description.'
  },
  {
    id: 'C16',
    name: 'reasoning_content from thinking blocks',
    category: 'parser',
    weight: 0.6,
    rule: ({ steps }) => {
      const count = countOf(steps, (step) => isFilled(step.reasoning_content))
      return { score: Math.min(count / 3, 1), passed: count >= 1 }
    },
    fix: 'Run the agent with thinking switched on and kept in its log; three steps with reasoning give all points.'
  },
  {
    id: 'C17',
    name: 'environment.vcs type discriminator set',
    category: 'enrichment',
    weight: 0.8,
    // The schema's default is a value, too.
    rule: () => PASS,
    fix: 'Nothing to do: environment.vcs.type is git or none in every accepted record.'
  },
  {
    id: 'C18',
    name: 'metrics.total_steps > 0',
    category: 'enrichment',
    weight: 0.9,
    rule: ({ metrics }) => passIf(metrics.total_steps > 0),
    fix: 'Write the number of steps into metrics.total_steps.'
  },
  {
    id: 'C19',
    name: 'metrics.cache_hit_rate computed',
    category: 'enrichment',
    weight: 0.7,
    rule: (record) => (isRuntime(record) ? 'skipped' : passIf(record.metrics.cache_hit_rate !== null)),
    fix: 'Compute metrics.cache_hit_rate (0 to 1) from the cache reads of the steps; it needs tokens per step.'
  },
  {
    id: 'C20',
    name: 'metrics.estimated_cost_usd > 0',
    category: 'enrichment',
    weight: 0.7,
    rule: ({ metrics }) => passIf(isPositive(metrics.estimated_cost_usd)),
    fix: 'Write what the session cost in US dollars into metrics.estimated_cost_usd; it needs tokens and a known model.'
  },
  {
    id: 'C21',
    name: 'metrics.total_duration_s > 0',
    category: 'enrichment',
    weight: 0.6,
    rule: (record) => (isRuntime(record) ? 'skipped' : passIf(isPositive(record.metrics.total_duration_s))),
    fix: 'Write the seconds from the first to the last step into metrics.total_duration_s; it needs step timestamps.'
  },
  {
    id: 'C22',
    name: 'outcome.signal_confidence set',
    category: 'enrichment',
    weight: 0.7,
    // The schema's default is a value, too.
    rule: () => PASS,
    fix: 'Nothing to do: outcome.signal_confidence is set in every accepted record.'
  },
  {
    id: 'C23',
    name: 'security.scanned',
    category: 'security',
    weight: 0.8,
    rule: ({ security }) => passIf(security.scanned),
    fix: 'Let the capturing tool scan and redact the session before you stage it; it then sets security.scanned.'
  },
  {
    id: 'C24',
    name: 'no real secrets in serialized output',
    category: 'security',
    weight: 1.0,
    rule: (_, { line }) => passIf(!holdsSecret(line)),
    fix: 'Revoke the key that the trace holds, then redact it in the staged file and stage it again.'
  },
  {
    id: 'C25',
    name: 'paths anonymized (no raw /Users/<name>/)',
    category: 'security',
    weight: 0.8,
    rule: (record, { line, userName }) =>
      passIf(userName === null || userName === '' || !namesHome(record, line, userName)),
    fix: 'Replace the home folder in paths before staging, so that they start at the project.'
  },
  {
    id: 'C26',
    name: 'JSONL output is valid single-line JSON',
    category: 'structure',
    weight: 1.0,
    // The line is written by this action.
    rule: () => PASS,
    fix: 'Nothing to do: every trace is written anew as one line of JSON.'
  },
  {
    id: 'C27',
    name: 'content_hash is deterministic',
    category: 'structure',
    weight: 0.8,
    // The hash is a function of the record alone.
    rule: () => PASS,
    fix: 'Nothing to do: the hash depends on nothing but the trace.'
  },
  {
    id: 'C28',
    name: 'system_prompts deduplicated to top-level map',
    category: 'structure',
    weight: 0.5,
    rule: ({ steps, system_prompts }) => {
      const references = steps.map((step) => step.system_prompt_hash).filter(isFilled)
      if (references.length === 0) return PASS
      const found = plainShare(references, (hash) => property(system_prompts, hash) !== undefined)
      return judgeRatio(found, 1)
    },
    fix: 'Put each system prompt once into system_prompts, under the hash that steps name in system_prompt_hash.'
  }
]

function stepIndices({ steps }: TraceRecord): Judged {
  const indices = steps.map((step) => step.step_index)
  const unique = new Set(indices).size === indices.length
  const monotonic = indices.every((index, i) => i === 0 || index >= (indices[i - 1] as number | bigint))
  return halves(unique, monotonic)
}

/** The reference gives no points where there is nothing to link, and yet lets it pass. */
function linked<T>(items: readonly T[], has: (item: T) => boolean): Judged {
  const score = plainShare(items, has)
  return { score, passed: items.length === 0 || score === 1 }
}
