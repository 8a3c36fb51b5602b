/** The questions that several checks ask of a record. */
import { hashedRecordText } from '../traces/canonical.js'
import { property } from '../traces/json.js'
import type { TraceRecord, TraceStep } from '../traces/schema.js'
import { asciiString, isBlank } from '../traces/text.js'

export type ToolCall = TraceStep['tool_calls'][number]
export type Observation = TraceStep['observations'][number]
export type Snippet = TraceStep['snippets'][number]

/** Tools that write code, by exact name. */
const WRITING_TOOLS: ReadonlySet<string> = new Set(['Write', 'Edit', 'write', 'edit', 'write_file', 'patch'])

export function agentSteps(record: TraceRecord): TraceStep[] {
  return record.steps.filter((step) => step.role === 'agent')
}

/** Steps of any role that belong to a sub-agent. */
export function subagentSteps(record: TraceRecord): TraceStep[] {
  return record.steps.filter((step) => step.call_type === 'subagent')
}

export function toolCalls(record: TraceRecord): ToolCall[] {
  return record.steps.flatMap((step) => step.tool_calls)
}

export function observations(record: TraceRecord): Observation[] {
  return record.steps.flatMap((step) => step.observations)
}

export function snippets(record: TraceRecord): Snippet[] {
  return record.steps.flatMap((step) => step.snippets)
}

export function writesCode(record: TraceRecord): boolean {
  return record.steps.some((step) => step.tool_calls.some((call) => WRITING_TOOLS.has(call.tool_name)))
}

/** A trace of a deployed agent; such sources lack much of what a developer's session has. */
export function isRuntime(record: TraceRecord): boolean {
  return record.execution_context === 'runtime'
}

/** The source gives conversation turns, not steps: no call types, no figures per step. */
export function isConversationTurn(record: TraceRecord): boolean {
  return property(record.metadata, 'step_fidelity') === 'conversation_turn'
}

export function isPositive(value: number | null): boolean {
  return value !== null && value > 0
}

export function hasText(text: string | null): boolean {
  return !isBlank(text)
}

/** Not null and not empty; white space counts as text here. */
export function isFilled(text: string | null): text is string {
  return text !== null && text !== ''
}

/** Whether a text has that many code points, without counting all of a long one. */
export function hasCodePoints(text: string, count: number): boolean {
  // A code point has at most two units.
  return text.length >= 2 * count || Array.from(text).length >= count
}

/**
 * The reference searches its own serialisation of the record, where everything outside printable ASCII is escaped and
 * separators are followed by a space. Each of these patterns lies within one string, holds printable ASCII only and no
 * quote or backslash, so it occurs there exactly if it occurs in the published line: no escape can be part of it. White
 * space is the space alone, because any other is escaped in the reference's text but may stand raw in the line.
 */
const SECRETS =
  /sk-ant-api\w{20}|sk-proj-\w{20}|ghp_[A-Za-z0-9]{36}|AKIA[A-Z0-9]{16}|-----BEGIN +\w+ +PRIVATE +KEY-----/

export function holdsSecret(line: string): boolean {
  return SECRETS.test(line)
}

/** Whether the macOS home folder of that user is named anywhere in the record, as the reference searches it. */
export function namesHome(record: TraceRecord, line: string, userName: string): boolean {
  const home = `/Users/${userName}/`
  // The reference's text is printable ASCII.
  if (/[^\x20-\x7e]/.test(userName)) return false
  if (!/["\\]/.test(userName)) return line.includes(home)
  // Such a name can only meet an escape sequence or the end of a string: the escaped text itself decides.
  return hashedRecordText(record).includes(home) || asciiString(record.trace_id).includes(home)
}
