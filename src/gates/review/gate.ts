/**
 * The LLM review as a gate. Unlike the other gates it may send texts away, so it runs by itself, after them, over the
 * traces in which they found nothing.
 */
import { GateError } from '../../errors.js'
import { placeFingerprint } from '../fingerprint.js'
import type { CheckRun, Finding, Gate, GateResult, ScanBatch } from '../gate.js'
import { hostOf } from './endpoint.js'
import { PROMPT_VERSION } from './prompt.js'
import { clauseOf } from './reasons.js'
import { reviewBatch, type BatchReview, type Model, type TraceReview } from './run.js'
import type { StagedTexts } from './staged-text.js'
import type { Evidence } from './verdict.js'

export const REVIEW_GATE = 'llm-review'

/** What to do about traces that this gate holds. */
export const REVIEW_HINT =
  'Run this action with "command: review" first, or the CLI (opentraces llm-review, version 0.3), and look at the traces that the review does not call clean.'

export interface ReviewGateOptions {
  readonly mode: 'require' | 'run' | 'always'
  /** Not asked in mode `require`. `untrusted`: on events whose content nobody with write access has let in. */
  readonly model: Model | 'untrusted'
  readonly staged: StagedTexts
}

export interface ReviewGate extends Gate {
  inspect(batch: ScanBatch): Promise<ReviewGateResult>
}

export interface ReviewGateResult extends GateResult {
  /** One for each trace, in the order of the batch. */
  readonly reviews: readonly TraceReview[]
}

/** Holds every trace without a clean and fresh verdict. */
export function reviewGate(options: ReviewGateOptions): ReviewGate {
  const { mode, model, staged } = options
  return {
    name: REVIEW_GATE,
    inspect: async (batch) => {
      if (batch.lines.length === 0) return { findings: [], checks: [], reviews: [] }
      const review = await reviewBatch(batch, {
        reuse: mode === 'always' ? 'none' : 'any',
        model: mode === 'require' ? 'none' : model,
        staged
      })
      return { findings: review.traces.flatMap(findingOf), checks: [checkOf(options, review)], reviews: review.traces }
    }
  }
}

/** The finding of a trace that the review holds; none for a clean one. */
export function findingOf(trace: TraceReview): Finding[] {
  const { held, review, traceIndex, traceId, file, line, subject } = trace
  if (held === undefined) return []
  const [first] = review?.evidence ?? []
  const pointer = first?.pointer ?? ''
  return [
    {
      gate: REVIEW_GATE,
      detector: held,
      traceIndex,
      traceId,
      file,
      line,
      pointer,
      place: 'value',
      length: 0,
      // An allowed finding is allowed for this content: whatever the trace becomes, it must be looked at again.
      fingerprint: placeFingerprint({
        gate: REVIEW_GATE,
        detector: held,
        traceId,
        pointer: `${pointer}@${subject.subject}`
      }),
      message: messageOf(clauseOf(held), review?.evidence ?? [])
    }
  ]
}

function messageOf(clause: string, evidence: readonly Evidence[]): string {
  const kinds = [...new Set(evidence.map(({ category }) => category.replaceAll('_', ' ')))]
  const what = kinds.length === 0 ? '' : ` (${kinds.join(', ')}; ${String(evidence.length)} place(s))`
  return `The trace is held: ${clause}${what}.`
}

function checkOf({ mode, model }: ReviewGateOptions, { traces, requests, tokens }: BatchReview): CheckRun {
  const count = (from: TraceReview['from']): number => traces.filter((one) => one.from === from).length
  const asks = mode !== 'require' && model !== 'untrusted'
  return {
    gate: REVIEW_GATE,
    tool: asks ? hostOf(model.endpoint) : 'verdicts carried by the traces',
    version: asks ? model.endpoint.model : '',
    details: {
      mode,
      question: PROMPT_VERSION,
      carried: count('carried'),
      cached: count('cached'),
      reviewed: count('reviewed'),
      held: traces.filter(({ held }) => held !== undefined).length,
      requests,
      tokens
    }
  }
}

/** The end of a run that traces without a clean verdict stop: ids, reasons and what to do (exit code 3). */
export function notReviewed(findings: readonly Finding[], staged: number): GateError {
  const shown = findings.slice(0, MAX_SHOWN).map(({ traceId, detector }) => `${traceId}: ${detector}`)
  const more = findings.length - shown.length
  const list = shown.join('; ') + (more > 0 ? `; and ${String(more)} more` : '')
  return new GateError(
    'NOT_REVIEWED',
    `${String(findings.length)} of ${String(staged)} staged trace(s) have no clean and fresh review: ${list}`,
    { hint: `Nothing was published. ${REVIEW_HINT} With "on-blocked: hold" the others are published.` }
  )
}

const MAX_SHOWN = 10
