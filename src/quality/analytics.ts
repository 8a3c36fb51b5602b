/** Analytics: can cost, time and cache use be studied from the trace? */
import { passIf, requireShare, type Check } from './check.js'
import { agentSteps, hasText, isConversationTurn, isPositive, isRuntime } from './evidence.js'

export const ANALYTICS: readonly Check[] = [
  {
    id: 'A1',
    name: 'A1: Cache hit rate computed',
    category: 'analytics',
    weight: 1.0,
    rule: (record) => (isRuntime(record) ? 'skipped' : passIf(record.metrics.cache_hit_rate !== null)),
    fix: 'Compute metrics.cache_hit_rate (0 to 1) from the cache reads of the steps; it needs tokens per step.'
  },
  {
    id: 'A2',
    name: 'A2: Estimated cost > 0',
    category: 'analytics',
    weight: 0.9,
    rule: ({ metrics }) => passIf(isPositive(metrics.estimated_cost_usd)),
    fix: 'Write what the session cost in US dollars into metrics.estimated_cost_usd; it needs tokens and a known model.'
  },
  {
    id: 'A3',
    name: 'A3: Total duration > 0',
    category: 'analytics',
    weight: 0.8,
    rule: (record) => (isRuntime(record) ? 'skipped' : passIf(isPositive(record.metrics.total_duration_s))),
    fix: 'Write the seconds from the first to the last step into metrics.total_duration_s; it needs step timestamps.'
  },
  {
    id: 'A4',
    name: 'A4: Step timestamps',
    category: 'analytics',
    weight: 0.7,
    rule: (record) =>
      isConversationTurn(record) ? 'skipped' : requireShare(record.steps, (step) => hasText(step.timestamp), 0.8),
    fix: 'Keep the timestamp of every step, user steps included.'
  },
  {
    id: 'A5',
    name: 'A5: Token breakdown per step',
    category: 'analytics',
    weight: 0.8,
    rule: (record) =>
      isConversationTurn(record)
        ? 'skipped'
        : requireShare(
            agentSteps(record),
            ({ token_usage: usage }) => usage.input_tokens > 0 && usage.output_tokens > 0,
            0.8
          ),
    fix: 'Capture from the raw session log: each agent step should state both input and output tokens.'
  },
  {
    id: 'A6',
    name: 'A6: Agent model on steps',
    category: 'analytics',
    weight: 0.6,
    rule: (record) => requireShare(agentSteps(record), (step) => hasText(step.model), 0.5),
    fix: 'Keep the model name of every agent step; sessions can change models on the way.'
  },
  {
    id: 'A7',
    name: 'A7: Total steps consistent',
    category: 'analytics',
    weight: 0.5,
    rule: ({ metrics, steps }) => passIf(metrics.total_steps === steps.length),
    fix: 'Set metrics.total_steps to the number of steps that the trace holds; update it after cutting a session.'
  },
  {
    id: 'A8',
    name: 'A8: Warmup/real distinction',
    category: 'analytics',
    weight: 0.4,
    rule: (record) =>
      isConversationTurn(record) ? 'skipped' : requireShare(record.steps, (step) => step.call_type !== null, 0.5),
    fix: 'Set call_type (main, subagent or warmup) on the steps, so that warm-up can be told from work.'
  }
]
