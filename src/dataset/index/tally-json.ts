/** A tally as JSON. Counters are lists of pairs: objects would move integer-like names to the front. */
import { z } from 'zod'
import { floatRepr } from '../../traces/text.js'
import type { Counter, Tally } from '../statistics.js'

const count = z.number().int().nonnegative()
const counter = z.array(z.tuple([z.string(), count]))
const bigCount = z.string().regex(/^-?\d+$/)

/** A double as text: JSON numbers know neither infinity, which a sum can reach, nor negative zero. */
export const doubleSchema = z.string().regex(/^(-?\d+(\.\d+)?(e[+-]\d+)?|-?Infinity|NaN)$/)

export const tallySchema = z.strictObject({
  traces: count,
  steps: bigCount,
  tokens: bigCount,
  costs: count,
  /** The left-to-right double sum over the traces, in US dollars. */
  cost_sum: doubleSchema,
  judged: count,
  succeeded: count,
  models: counter,
  agents: counter,
  dependencies: counter,
  dates: z.tuple([z.string(), z.string()]).nullable()
})
export type TallyJson = z.output<typeof tallySchema>

export function encodeTally(tally: Tally): TallyJson {
  const pairs = (names: Counter): [string, number][] => [...names]
  return {
    traces: tally.traces,
    steps: String(tally.steps),
    tokens: String(tally.tokens),
    costs: tally.costs,
    cost_sum: floatRepr(tally.costSum),
    judged: tally.judged,
    succeeded: tally.succeeded,
    models: pairs(tally.models),
    agents: pairs(tally.agents),
    dependencies: pairs(tally.dependencies),
    dates: tally.dates === undefined ? null : [...tally.dates]
  }
}

export function decodeTally(json: TallyJson): Tally {
  return {
    traces: json.traces,
    steps: BigInt(json.steps),
    tokens: BigInt(json.tokens),
    costs: json.costs,
    costSum: Number(json.cost_sum),
    judged: json.judged,
    succeeded: json.succeeded,
    models: new Map(json.models),
    agents: new Map(json.agents),
    dependencies: new Map(json.dependencies),
    dates: json.dates ?? undefined
  }
}
