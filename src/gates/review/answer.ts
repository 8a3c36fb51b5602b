/** The model's answer, which is as hostile as the text that it has read: taken for a verdict only if nothing is odd about it. */
import { z } from 'zod'
import { placeOf, type ReviewDocument, type Span } from './document.js'
import type { Codes } from './prompt.js'
import { ReviewFailure } from './reasons.js'
import { CATEGORIES, missedSchema, shareableSchema, worst, type Evidence, type Verdict } from './verdict.js'

const answerSchema = z.object({
  start_code: z.string(),
  end_code: z.string(),
  shareable: shareableSchema,
  missed_sensitive_data: missedSchema,
  evidence: z.array(z.object({ category: z.enum(CATEGORIES), quote: z.string() }))
})

export interface Answer extends Verdict {
  readonly evidence: readonly Evidence[]
}

/**
 * Reads what a model says about a part of a document.
 *
 * @throws ReviewFailure, which quotes nothing
 */
export function readAnswer(text: string, document: ReviewDocument, span: Span, codes: Codes): Answer {
  const parsed = answerSchema.safeParse(parseAnswer(text)).data
  if (parsed === undefined) throw new ReviewFailure('wrong-shape')
  if (parsed.start_code !== codes.start || parsed.end_code !== codes.end) throw new ReviewFailure('not-read-whole')
  const evidence = parsed.evidence.map(({ category, quote }) => {
    const pointer = placeOf(document, span, quote)
    if (pointer === undefined) throw new ReviewFailure('evidence-not-found')
    return { category, pointer }
  })
  const verdict: Verdict = { shareable: parsed.shareable, missed: parsed.missed_sensitive_data }
  // It calls the part clean and names what is not: a person has to decide.
  return { ...(evidence.length > 0 ? worst(verdict, DOUBTFUL) : verdict), evidence }
}

const DOUBTFUL: Verdict = { shareable: 'manual_review', missed: 'maybe' }

/**
 * Models without structured output put their thoughts before the object and a code fence around it. Nothing else may
 * stand there: an object in the midst of a text may be one that the model quotes.
 */
function parseAnswer(text: string): unknown {
  const thoughts = text.lastIndexOf('</think>')
  const answer = text.slice(thoughts === -1 ? 0 : thoughts + '</think>'.length).trim()
  const fenced = /^```(?:json)?\s*\n([^]*)\n```$/.exec(answer)
  try {
    return JSON.parse(fenced?.[1] ?? answer)
  } catch {
    throw new ReviewFailure('not-json')
  }
}
