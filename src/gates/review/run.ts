/**
 * The review of a batch: what its traces carry is judged first, and only for what that leaves open the model is asked.
 * Every trace ends with a clean verdict or with the reason that holds it.
 */
import type { TraceRecord } from '../../traces/schema.js'
import { parseTrace } from '../../traces/parse.js'
import { property } from '../../traces/json.js'
import type { ScanBatch, ScanTrace } from '../gate.js'
import { tracesOf } from '../reading.js'
import type { TokenBudget } from './budget.js'
import type { ReviewCache } from './cache.js'
import { isOwn, judgeCarried, subjectOf, type Carried, type Subject } from './carried.js'
import type { ModelClient } from './client.js'
import { reviewDocument } from './document.js'
import { hostOf, type ModelEndpoint } from './endpoint.js'
import { PROMPT_VERSION } from './prompt.js'
import { isFinal, isTransient, reasonOf, type FailedReason, type ReviewReason } from './reasons.js'
import { planOf, reviewDocumentWith } from './reviewer.js'
import type { StagedTexts } from './staged-text.js'
import type { Review } from './verdict.js'

/** Which verdict a trace may carry instead of being reviewed. `review`: one by this action, this model and question. */
export type Reuse = 'any' | 'same-question' | 'none'

/** The model and everything around it. */
export interface Model {
  readonly endpoint: ModelEndpoint
  readonly client: ModelClient
  readonly budget: TokenBudget
  readonly cache: ReviewCache
  readonly randomHex: (digits: number) => string
  readonly now: () => Date
  readonly log: (message: string) => void
  /** In UTF-16 units. */
  readonly partSize?: number
}

export interface BatchOptions {
  readonly reuse: Reuse
  /** `none`: traces without a verdict are held as they are. `untrusted`: one is wanted, and the event forbids to ask for it. */
  readonly model: Model | 'none' | 'untrusted'
  readonly staged: StagedTexts
}

/** The outcome for one trace. */
export interface TraceReview {
  readonly traceIndex: number
  readonly traceId: string
  readonly file: string
  readonly line: number
  readonly subject: Subject
  readonly from: 'carried' | 'cached' | 'reviewed' | 'nowhere'
  /** Complete and about this very content; absent where there is none. */
  readonly review?: Review
  /** Why the trace is held; absent for a clean verdict. */
  readonly held?: ReviewReason
}

export interface BatchReview {
  /** One for each trace, in the order of the batch. */
  readonly traces: readonly TraceReview[]
  /** Requests that were answered one way or the other. */
  readonly requests: number
  readonly tokens: number
}

/** Reviews at a time: a model takes many seconds for one. */
const CONCURRENCY = 4
/** Traces in a row that fail for a reason that could pass, before the endpoint is given up. */
const PATIENCE = 3
/** Between two messages on the progress, in milliseconds. */
const PROGRESS_EVERY = 15_000

/** @throws GateError where the batch cannot be read */
export async function reviewBatch(batch: ScanBatch, options: BatchOptions): Promise<BatchReview> {
  const traces: TraceReview[] = []
  const open = new Map<string, { readonly first: number; requests: number; tokens: number }>()
  for await (const trace of tracesOf(batch)) {
    const judged = await judge(trace, options)
    traces.push(judged.outcome)
    const { subject } = judged.outcome.subject
    if (!judged.isOpen || open.has(subject)) continue
    const { requests, tokens } = planOf(reviewDocument(judged.record), partSizeOf(options))
    open.set(subject, { first: trace.traceIndex, requests, tokens })
  }
  const { model } = options
  if (open.size === 0 || model === 'none' || model === 'untrusted') return { traces, requests: 0, tokens: 0 }

  const planned = sum([...open.values()])
  model.log(announcement(model, open.size, planned))
  const before = model.budget.used
  const results = await reviewOpen(
    batch,
    new Set([...open.values()].map(({ first }) => first)),
    planned.requests,
    model
  )
  const tokens = model.budget.used - before
  model.log(`The review took ${String(results.requests)} request(s) and about ${grouped(tokens)} tokens.`)
  return {
    traces: traces.map((one) => {
      const result =
        open.has(one.subject.subject) && one.review === undefined ? results.of.get(one.subject.subject) : undefined
      return result === undefined ? one : withResult(one, result)
    }),
    requests: results.requests,
    tokens
  }
}

function partSizeOf({ model }: BatchOptions): number | undefined {
  return typeof model === 'string' ? undefined : model.partSize
}

interface Judged {
  readonly outcome: TraceReview
  readonly record: TraceRecord
  /** Whether the model is to be asked. */
  readonly isOpen: boolean
}

async function judge(trace: ScanTrace, { reuse, model, staged }: BatchOptions): Promise<Judged> {
  const { record: published } = parseTrace(trace.text)
  const { subject, record } = subjectOf(published)
  const { traceIndex, traceId, file, line } = trace
  const place = { traceIndex, traceId, file, line, subject }
  const carried: Carried = reuse === 'none' ? IGNORED : await carriedBy(trace, published, subject, staged)
  if (carried.review !== undefined && isReusable(carried, reuse, model)) {
    const held = carried.clean ? undefined : carried.held
    const { review } = carried
    return {
      outcome: { ...place, from: 'carried', review, ...(held === undefined ? {} : { held }) },
      record,
      isOpen: false
    }
  }
  const held = carried.clean ? 'no-verdict' : carried.held
  if (model === 'none') return { outcome: { ...place, from: 'nowhere', held }, record, isOpen: false }
  if (model === 'untrusted')
    return { outcome: { ...place, from: 'nowhere', held: 'untrusted-event' }, record, isOpen: false }
  const cached = reuse === 'none' ? undefined : await model.cache.get(keyOf(subject, model))
  const outcome: TraceReview = { ...place, from: 'nowhere', held }
  if (cached === undefined) return { outcome, record, isOpen: true }
  return { outcome: withResult(outcome, { from: 'cached', review: cached }), record, isOpen: false }
}

const IGNORED: Carried = { clean: false, held: 'no-verdict' }

/**
 * What was staged is judged: the published line lacks parts of a verdict, and one of the CLI is bound to what it was written
 * in. Where it is not there any more, the published line is enough for a verdict of this action.
 */
async function carriedBy(
  trace: ScanTrace,
  published: TraceRecord,
  { subject }: Subject,
  staged: StagedTexts
): Promise<Carried> {
  const text = await staged(trace.file, trace.line)
  if (text === undefined) {
    const value = property(published.metadata, 'llm_review')
    return value === undefined || isOwn(value) ? judgeCarried(trace.text) : { clean: false, held: 'unverifiable' }
  }
  const carried = judgeCarried(text)
  // What is judged must be what is published: somebody may have changed the file in between.
  return carried.review === undefined || subjectOf(parseTrace(text).record).subject.subject === subject
    ? carried
    : { clean: false, held: 'unverifiable' }
}

function isReusable({ by, review }: Carried, reuse: Reuse, model: BatchOptions['model']): boolean {
  if (reuse !== 'same-question' || typeof model === 'string') return true
  return by === 'action' && review?.model === model.endpoint.model && review.promptVersion === PROMPT_VERSION
}

function keyOf({ subject }: Subject, { endpoint }: Model): Parameters<ReviewCache['get']>[0] {
  return { subject, host: hostOf(endpoint), model: endpoint.model, promptVersion: PROMPT_VERSION }
}

type Result =
  | { readonly from: 'cached' | 'reviewed'; readonly review: Review }
  | { readonly from: 'nowhere'; readonly held: FailedReason }

function withResult({ traceIndex, traceId, file, line, subject }: TraceReview, result: Result): TraceReview {
  const place = { traceIndex, traceId, file, line, subject }
  if (result.from === 'nowhere') return { ...place, ...result }
  const held = reasonOf(result.review)
  return { ...place, ...result, ...(held === undefined ? {} : { held }) }
}

/** Reads the batch again and reviews the traces at these positions, some at a time. */
async function reviewOpen(
  batch: ScanBatch,
  positions: ReadonlySet<number>,
  planned: number,
  model: Model
): Promise<{ of: ReadonlyMap<string, Result>; requests: number }> {
  const of = new Map<string, Result>()
  const fuse = new Fuse()
  let requests = 0
  let said = model.now().getTime()
  const progress = (): void => {
    requests++
    const now = model.now().getTime()
    if (now - said < PROGRESS_EVERY) return
    said = now
    model.log(
      `${String(requests)} of about ${String(planned)} request(s), ${String(of.size)} of ${String(positions.size)} trace(s) done.`
    )
  }
  const source = tracesOf({ ...batch, lines: batch.lines.filter((_, i) => positions.has(i)) })
  const worker = async (): Promise<void> => {
    for await (const { text } of { [Symbol.asyncIterator]: () => ({ next: () => source.next() }) }) {
      const { subject, record } = subjectOf(parseTrace(text).record)
      const blown = fuse.reason
      const reviewed =
        blown === undefined
          ? await reviewDocumentWith({ ...model, progress }, reviewDocument(record))
          : { failed: blown }
      if ('failed' in reviewed) {
        fuse.failed(reviewed.failed)
        of.set(subject.subject, { from: 'nowhere', held: reviewed.failed })
        continue
      }
      fuse.worked()
      const review: Review = {
        ...reviewed.verdict,
        evidence: reviewed.evidence,
        model: model.endpoint.model,
        reviewedAt: model.now().toISOString(),
        promptVersion: PROMPT_VERSION
      }
      of.set(subject.subject, { from: 'reviewed', review })
      await model.cache.put(keyOf(subject, model), review)
    }
  }
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, positions.size) }, worker))
  return { of, requests }
}

/** Blows where asking on is pointless: without credit, or at an endpoint that is down. */
class Fuse {
  reason: FailedReason | undefined
  #inARow = 0

  failed(reason: FailedReason): void {
    this.#inARow = isTransient(reason) ? this.#inARow + 1 : 0
    if (isFinal(reason) || this.#inARow >= PATIENCE) this.reason ??= reason
  }

  worked(): void {
    this.#inARow = 0
  }
}

function sum(plans: readonly { requests: number; tokens: number }[]): { requests: number; tokens: number } {
  return plans.reduce(
    (all, { requests, tokens }) => ({ requests: all.requests + requests, tokens: all.tokens + tokens }),
    {
      requests: 0,
      tokens: 0
    }
  )
}

/** Said once, before anything is sent. */
function announcement(
  { endpoint, budget }: Model,
  traces: number,
  { requests, tokens }: { requests: number; tokens: number }
): string {
  return (
    `The texts of ${String(traces)} trace(s) go to ${hostOf(endpoint)} for review by the model "${endpoint.model}": ` +
    `about ${grouped(tokens)} tokens in ${String(requests)} request(s), of a budget of ${grouped(budget.limit)}.`
  )
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
