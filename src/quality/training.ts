/** Training: can a model learn from the trace as a conversation? */
import { entries } from '../traces/json.js'
import type { TraceRecord, TraceStep } from '../traces/schema.js'
import { roundHalfEven } from '../traces/text.js'
import {
  countOf,
  FAIL,
  judgeRatio,
  PASS,
  passIf,
  requireShare,
  type Check,
  type Judged,
  type Verdict
} from './check.js'
import { agentSteps, hasText, isConversationTurn, observations, toolCalls } from './evidence.js'

export const TRAINING: readonly Check[] = [
  {
    id: 'T1',
    name: 'T1: Alternating user/agent roles',
    category: 'training',
    weight: 1.0,
    rule: alternation,
    fix: 'Merge neighbouring steps of one role where the capture split one message; mark sub-agent steps as subagent.'
  },
  {
    id: 'T2',
    name: 'T2: Tool call/observation pairing',
    category: 'training',
    weight: 1.0,
    rule: (record) => matched(callIds(record), sourceIds(record)),
    fix: 'Keep the result of every tool call, failed and interrupted ones included, as an observation with its id.'
  },
  {
    id: 'T3',
    name: 'T3: No dangling observations',
    category: 'training',
    weight: 0.9,
    rule: (record) => matched(sourceIds(record), callIds(record)),
    fix: 'Keep the tool call of every observation: cut a session between turns, not between a call and its result.'
  },
  {
    id: 'T4',
    name: 'T4: System prompts deduplicated',
    category: 'training',
    weight: 0.7,
    rule: ({ system_prompts }) => passIf([...entries(system_prompts)].length > 0),
    fix: 'Capture the system prompt and put it into system_prompts, keyed by its hash.'
  },
  {
    id: 'T5',
    name: 'T5: Agent steps have content',
    category: 'training',
    weight: 0.8,
    rule: (record) =>
      requireShare(agentSteps(record), (step) => hasText(step.content) || step.tool_calls.length > 0, 0.9),
    fix: 'Drop agent steps that hold neither text nor a tool call, or capture what they said.'
  },
  {
    id: 'T6',
    name: 'T6: Reasoning coverage >= 80%',
    category: 'training',
    weight: 0.8,
    rule: reasoningCoverage,
    fix: 'Capture with thinking visible: steps that call tools should carry reasoning; redacted reasoning counts half.'
  },
  {
    id: 'T7',
    name: 'T7: Reasoning content present',
    category: 'training',
    weight: 0.5,
    rule: reasoningPresence,
    fix: 'Run the agent with thinking switched on and shown in plain text; encrypted reasoning counts half.'
  },
  {
    id: 'T8',
    name: 'T8: Task description present',
    category: 'training',
    weight: 0.6,
    rule: ({ task }) => passIf(hasText(task.description)),
    fix: 'Write what the session was asked to do, usually the first user message, into task.description.'
  },
  {
    id: 'T9',
    name: 'T9: Outcome signals present',
    category: 'training',
    weight: 0.7,
    rule: ({ outcome }) =>
      passIf(
        outcome.committed || outcome.success !== null || outcome.terminal_state !== null || outcome.reward !== null
      ),
    fix: 'Record how the session ended: committed, success, terminal_state or reward in outcome.'
  },
  {
    id: 'T10',
    name: 'T10: Warmup steps labeled',
    category: 'training',
    weight: 0.5,
    rule: warmup,
    fix: 'Set call_type on the steps: warmup for those before the work starts, then main and subagent.'
  }
]

function alternation(record: TraceRecord): Judged {
  const turns = isConversationTurn(record)
  const spoken = record.steps.filter((step) => step.role !== 'system' && (turns || step.call_type !== 'subagent'))
  if (spoken.length < 2) return PASS
  const transitions = spoken.length - 1
  const violations = spoken.filter((step, i) => step.role === spoken[i - 1]?.role).length
  return judgeRatio(1 - violations / transitions, turns ? 0.5 : 0.9)
}

function callIds(record: TraceRecord): Set<string> {
  return new Set(toolCalls(record).map((call) => call.tool_call_id))
}

function sourceIds(record: TraceRecord): Set<string> {
  return new Set(observations(record).map((observation) => observation.source_call_id))
}

/** The share of ids that have a counterpart. The order of operations is the reference's: it decides last digits. */
function matched(ids: ReadonlySet<string>, counterparts: ReadonlySet<string>): Judged {
  if (ids.size === 0) return PASS
  const missing = countOf([...ids], (id) => !counterparts.has(id))
  return judgeRatio(1 - missing / ids.size, 0.95)
}

/** Steps with readable reasoning count 1, those whose reasoning starts with the placeholder count one half. */
function reasoning(steps: readonly TraceStep[], placeholder: string): number {
  const present = steps.flatMap(({ reasoning_content: text }) => (text !== null && hasText(text) ? [text] : []))
  const hidden = countOf(present, (text) => text.startsWith(placeholder))
  return present.length - hidden + hidden * 0.5
}

function reasoningCoverage(record: TraceRecord): Judged {
  const steps = agentSteps(record).filter((step) => step.tool_calls.length > 0)
  if (steps.length === 0) return PASS
  return judgeRatio(reasoning(steps, '[redacted') / steps.length, 0.8)
}

function reasoningPresence(record: TraceRecord): Judged {
  const steps = agentSteps(record)
  if (steps.length === 0) return PASS
  const present = reasoning(steps, '[encrypted')
  return { score: roundHalfEven(present / steps.length, 3), passed: present > 0 }
}

function warmup(record: TraceRecord): Verdict {
  const types = record.steps.map((step) => step.call_type)
  if (types.length === 0) return PASS
  if (isConversationTurn(record)) return 'skipped'
  if (types.every((type) => type === null)) return FAIL
  const lastWarmup = types.lastIndexOf('warmup')
  // No warm-up labelled may mean that there was none: the reference lets it pass with half the points.
  if (lastWarmup === -1) return { score: 0.5, passed: true }
  const firstWork = types.findIndex((type) => type === 'main' || type === 'subagent')
  return firstWork === -1 || lastWarmup < firstWork ? PASS : { score: 0.3, passed: false }
}
