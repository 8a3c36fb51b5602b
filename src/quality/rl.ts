/** RL: does the trace end in a signal that can be trusted as a reward? */
import type { TraceRecord } from '../traces/schema.js'
import { FAIL, PASS, passIf, requireShare, type Check, type Judged } from './check.js'
import { agentSteps, hasText, isConversationTurn, isFilled, isPositive, subagentSteps } from './evidence.js'

export const RL: readonly Check[] = [
  {
    id: 'RL1',
    name: 'RL1: Grounded outcome signal',
    category: 'rl',
    weight: 1.0,
    rule: groundedOutcome,
    fix: 'Capture in the git checkout and commit the work, so that outcome.committed is set; at runtime, state terminal_state or reward.'
  },
  {
    id: 'RL2',
    name: 'RL2: Signal confidence set',
    category: 'rl',
    weight: 1.0,
    rule: signalConfidence,
    fix: 'Give the outcome evidence that fits its signal_confidence: a commit, a success flag, a reward with its source, or an annotation.'
  },
  {
    id: 'RL3',
    name: 'RL3: Patch when committed',
    category: 'rl',
    weight: 0.9,
    rule: ({ outcome, patches }) => passIf(!outcome.committed || patches.length > 0),
    fix: 'Capture in the git checkout that holds the commit, so that the changed files are recorded in patches.'
  },
  {
    id: 'RL4',
    name: 'RL4: Per-step token usage',
    category: 'rl',
    weight: 0.8,
    rule: (record) =>
      isConversationTurn(record)
        ? 'skipped'
        : requireShare(
            agentSteps(record),
            ({ token_usage: usage }) => usage.input_tokens > 0 || usage.output_tokens > 0,
            0.8
          ),
    fix: 'Capture from the raw session log, which states input and output tokens per step.'
  },
  {
    id: 'RL5',
    name: 'RL5: Estimated cost > 0',
    category: 'rl',
    weight: 0.7,
    rule: ({ metrics }) => passIf(isPositive(metrics.estimated_cost_usd)),
    fix: 'Write what the session cost in US dollars into metrics.estimated_cost_usd; it needs tokens and a known model.'
  },
  {
    id: 'RL6',
    name: 'RL6: Sub-agent hierarchy',
    category: 'rl',
    weight: 0.7,
    rule: (record) => requireShare(subagentSteps(record), (step) => step.parent_step !== null, 0.9),
    fix: 'Set parent_step on the steps of sub-agents: the index of the step that started them.'
  },
  {
    id: 'RL7',
    name: 'RL7: Outcome success set',
    category: 'rl',
    weight: 0.4,
    rule: ({ outcome }) => {
      if (outcome.success !== null) return PASS
      if (outcome.terminal_state !== null) return { score: 0.8, passed: true }
      return passIf(outcome.reward !== null)
    },
    fix: 'State whether the session reached its goal in outcome.success.'
  },
  {
    id: 'RL8',
    name: 'RL8: Model on agent steps',
    category: 'rl',
    weight: 0.3,
    rule: (record) => requireShare(agentSteps(record), (step) => hasText(step.model), 0.5),
    fix: 'Keep the model name of every agent step; sessions can change models on the way.'
  }
]

function groundedOutcome({ execution_context, outcome, patches }: TraceRecord): Judged {
  const atRuntime = execution_context === 'runtime' || (execution_context === null && outcome.terminal_state !== null)
  if (atRuntime) {
    if (outcome.reward !== null) return PASS
    if (outcome.terminal_state === null) return FAIL
    return { score: outcome.terminal_state === 'goal_reached' ? 0.8 : 0.6, passed: true }
  }
  if (outcome.committed) return PASS
  // A commit or a patch beside `committed: false` contradicts itself.
  if (isFilled(outcome.commit_sha) || patches.length > 0) return { score: 0.3, passed: false }
  return outcome.success === false ? { score: 0.6, passed: true } : FAIL
}

/** The first evidence that fits; the confidence alone, a default of the schema, proves nothing. */
function signalConfidence({ outcome }: TraceRecord): Judged {
  const { signal_confidence: confidence, success, reward, reward_source, terminal_state } = outcome
  const pass = (score: number): Judged => ({ score, passed: true })
  if (outcome.committed || confidence === 'annotated') return PASS
  if (confidence === 'derived' && success !== null) return pass(0.8)
  if (reward !== null && isFilled(reward_source)) return pass(0.9)
  if (confidence === 'inferred' && terminal_state !== null) return pass(0.6)
  if (confidence === 'inferred' && success !== null) return pass(0.5)
  return FAIL
}
