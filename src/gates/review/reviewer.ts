/** The review of one trace: all of it, in overlapping parts, the worst part deciding. */
import { readAnswer, type Answer } from './answer.js'
import { estimateTokens, type Allowance, type TokenBudget } from './budget.js'
import { MAX_EVIDENCE } from './carried.js'
import type { ModelClient } from './client.js'
import { spansOf, spanText, type ReviewDocument, type Span } from './document.js'
import { codesFor, promptOf } from './prompt.js'
import { ReviewFailure, type FailedReason } from './reasons.js'
import { MAX_ANSWER_TOKENS } from './request.js'
import { BEST, worst, type Evidence, type Verdict } from './verdict.js'

/** In UTF-16 units: about 30,000 tokens, which most models can take. */
export const PART_SIZE = 100_000
export const PART_OVERLAP = 2_000
/** A model that cannot take even this much is no reviewer. */
const SMALLEST_PART = 8_000

export interface ReviewerOptions {
  readonly client: ModelClient
  readonly budget: TokenBudget
  readonly randomHex: (digits: number) => string
  /** Told after every request. */
  readonly progress?: () => void
  /** In UTF-16 units. */
  readonly partSize?: number
}

export type Reviewed =
  { readonly verdict: Verdict; readonly evidence: readonly Evidence[] } | { readonly failed: FailedReason }

/** What a review of a document will take. */
export interface Plan {
  readonly requests: number
  /** As far as it can be told beforehand, answers of the usual length included. */
  readonly tokens: number
  /** What must be set aside: the answers could be long. */
  readonly reserve: number
}

const USUAL_ANSWER = 300

export function planOf(document: ReviewDocument, partSize = PART_SIZE): Plan {
  const parts = spansOf(document.text, partSize, PART_OVERLAP)
  const sent = parts.reduce((sum, span) => sum + promptTokens(spanText(document, span)), 0)
  return {
    requests: parts.length,
    tokens: sent + parts.length * USUAL_ANSWER,
    reserve: sent + parts.length * MAX_ANSWER_TOKENS
  }
}

/** With a margin for the codes and what the request adds. */
function promptTokens(part: string): number {
  const { system, user } = promptOf(part, { start: '', end: '', fence: '' })
  return estimateTokens(system) + estimateTokens(user) + 100
}

/** Never throws for anything that a server or a model does: the trace is held then, and the reason named. */
export async function reviewDocumentWith(options: ReviewerOptions, document: ReviewDocument): Promise<Reviewed> {
  const partSize = options.partSize ?? PART_SIZE
  const allowance = options.budget.allow(planOf(document, partSize).reserve)
  if (allowance === undefined) return { failed: 'budget' }
  try {
    let verdict = BEST
    const evidence = new Map<string, Evidence>()
    for (const span of spansOf(document.text, partSize, PART_OVERLAP)) {
      const answer = await reviewSpan(options, allowance, document, span)
      verdict = worst(verdict, answer)
      for (const one of answer.evidence) evidence.set(`${one.category} ${one.pointer}`, one)
    }
    return { verdict, evidence: [...evidence.values()].slice(0, MAX_EVIDENCE) }
  } catch (error) {
    if (error instanceof ReviewFailure) return { failed: error.reason }
    throw error
  } finally {
    allowance.close()
  }
}

/** One part; in two halves where the model turns out not to take all of it. @throws ReviewFailure */
async function reviewSpan(
  options: ReviewerOptions,
  allowance: Allowance,
  document: ReviewDocument,
  span: Span
): Promise<Answer> {
  const part = spanText(document, span)
  const outcome = await allowance.spend(promptTokens(part) + MAX_ANSWER_TOKENS, () =>
    ask(options, part, document, span)
  )
  if (outcome === undefined) throw new ReviewFailure('budget')
  options.progress?.()
  if (outcome.answer !== undefined) return outcome.answer
  const length = span.end - span.start
  const isTooMuch = outcome.failure.reason === 'too-long' || outcome.failure.reason === 'not-read-whole'
  if (!isTooMuch || length <= SMALLEST_PART) throw outcome.failure
  let whole: Answer = { ...BEST, evidence: [] }
  const half = Math.ceil((length + PART_OVERLAP) / 2)
  for (const smaller of spansOf(document.text, half, PART_OVERLAP, span)) {
    const answer = await reviewSpan(options, allowance, document, smaller)
    whole = { ...worst(whole, answer), evidence: [...whole.evidence, ...answer.evidence] }
  }
  return whole
}

type Asked = { readonly tokens: number } & (
  { readonly answer: Answer } | { readonly answer?: undefined; readonly failure: ReviewFailure }
)

async function ask(options: ReviewerOptions, part: string, document: ReviewDocument, span: Span): Promise<Asked> {
  const codes = codesFor(part, options.randomHex)
  let tokens = 0
  try {
    const reply = await options.client.ask(promptOf(part, codes))
    tokens = reply.tokens
    return { tokens, answer: readAnswer(reply.text, document, span, codes) }
  } catch (error) {
    if (!(error instanceof ReviewFailure)) throw error
    return { tokens: tokens + error.tokens, failure: error }
  }
}
