/** However a sequence of traces is divided into pushes, the dataset says the same of them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseTrace } from '../../src/traces/parse.js'
import { Workspace } from '../support/action.js'
import { goldenSets } from '../support/golden.js'
import { openStore } from '../support/hub/helpers.js'
import { startHub, type LocalHub } from '../support/hub/server.js'
import { rawTrace } from '../support/records.js'
import { folderFiles, published, storeFiles, type Published } from './quality-dataset.js'

/** Golden records, which reach every branch of the checks, with ids of their own; those that no push accepts left out. */
function goldenLines(count: number): string[] {
  const lines: string[] = []
  for (const { name, lines: own } of goldenSets()) {
    // The gates are right to hold their records.
    if (name.includes('secrets')) continue
    for (const line of own.slice(0, 12)) {
      try {
        parseTrace(line)
      } catch {
        continue
      }
      const n = String(lines.length)
      lines.push(line.replace(/("(?:trace|session)_id": ?"[^"]*)"/g, `$1-${n}"`))
    }
  }
  // Every part of the sets, not only the first ones.
  return lines.filter((_, i) => i % Math.ceil(lines.length / count) === 0)
}

/** Names and figures that are awkward to add up or to show, beside each other. */
const awkward: Record<string, unknown>[] = [
  { agent: { name: 'a|b`c', model: '<!-- x -->' }, dependencies: ['1', '0', '__proto__', '1'] },
  { agent: { name: '', model: '' }, metrics: { estimated_cost_usd: 0.1 } },
  { agent: { name: '10', model: 'constructor' }, metrics: { estimated_cost_usd: 0.2, total_steps: 2 ** 53 } },
  { agent: { name: '9', model: '10' }, metrics: { estimated_cost_usd: 1e16, total_input_tokens: 2 ** 53 } },
  { metrics: { estimated_cost_usd: -1e16, total_output_tokens: 2 ** 53 } },
  ...[1.7e308, 1.6e308, -1.7e308, -1.6e308].map((cost) => ({ metrics: { estimated_cost_usd: cost } })),
  { outcome: { success: true } },
  { metrics: { estimated_cost_usd: -0 }, outcome: { success: false } },
  { metrics: { estimated_cost_usd: 5e-324, total_steps: -7 }, timestamp_start: '', timestamp_end: null },
  { timestamp_start: '\u{1f600}', timestamp_end: '\ue000\n| x |' },
  { generation_index: 3, session_id: 'shared', outcome: { success: true } },
  { generation_index: 4, session_id: 'shared', lifecycle: 'final' },
  { steps: [], metrics: { estimated_cost_usd: 0.3 } }
]
const pool = [
  ...goldenLines(40),
  ...awkward.map((changes, i) => JSON.stringify(rawTrace(`\u{1f9ea}|-${String(i)}`, changes)))
]

let workspace: Workspace
let hub: LocalHub
let runs = 0
beforeAll(async () => {
  workspace = await Workspace.create()
  hub = await startHub()
})
afterAll(async () => {
  await hub.close()
  await workspace.dispose()
})

/** Publishes the groups one after the other into a new dataset. */
type Publisher = (groups: readonly (readonly string[])[]) => Promise<Published>

async function pushAll(groups: readonly (readonly string[])[], inputs: Record<string, string>): Promise<void> {
  for (const group of groups) {
    await workspace.stage('staged.jsonl', group)
    // A clock that stands still: every run is assessed at the same moment.
    const { exitCode, report } = await workspace.run(
      { traces: 'staged.jsonl', 'if-no-traces': 'ignore', ...inputs },
      { now: () => new Date(Date.UTC(2026, 5, 1)) }
    )
    if (exitCode !== 0 || (report.index?.shards_read.length ?? 0) > 0) throw new Error(JSON.stringify(report))
  }
}

const intoFolder: Publisher = async (groups) => {
  const parent = `run-${String(runs++)}`
  await pushAll(groups, { repo: `file:${parent}/dataset` })
  return published(await folderFiles(workspace.path(parent, 'dataset')))
}

const intoHub: Publisher = async (groups) => {
  const name = `splits-${String(runs++)}`
  const repo = `alice/${name}`
  await pushAll(groups, { repo, 'hub-url': hub.url, 'hf-token': hub.tokens.alice })
  const { card, infos, ...rest } = published(await storeFiles(openStore(hub, {}, repo)))
  return { ...rest, card: card.replaceAll(name, 'dataset'), infos: infos.replaceAll(name, 'dataset') }
}

/** A sequence, in which a trace may come again, and after how many of its traces a push ends. */
const sequence = fc.array(fc.nat(pool.length - 1), { minLength: 1, maxLength: 14 })
const cuts = fc.array(fc.nat(14), { maxLength: 6 })

function tracesOf(positions: readonly number[]): string[] {
  return positions.map((position) => pool[position] as string)
}

function split<T>(all: readonly T[], at: readonly number[]): T[][] {
  const bounds = [...new Set([0, ...at.filter((cut) => cut < all.length)])].sort((a, b) => a - b)
  return bounds.map((from, i) => all.slice(from, bounds[i + 1]))
}

test('the pool is what it should be: many traces, all different', () => {
  expect(pool.length).toBeGreaterThan(45)
  expect(new Set(pool.map((line) => parseTrace(line).record.trace_id)).size).toBe(pool.length)
})

describe.each([
  ['a folder', intoFolder, 40],
  ['the Hub', intoHub, 12]
] as const)('in %s', (_, publish, numRuns) => {
  test('any split gives the same scorecard, card, totals and entries as one push', async () => {
    await fc.assert(
      fc.asyncProperty(sequence, cuts, async (positions, at) => {
        const traces = tracesOf(positions)
        const { shards, ...whole } = await publish([traces])
        const { shards: parts, ...divided } = await publish(split(traces, at))
        expect(shards).toBe(1)
        expect(parts).toBeLessThanOrEqual(at.length + 1)
        expect(divided).toEqual(whole)
      }),
      { numRuns }
    )
  }, 240_000)

  test('in another order counts, extremes and sets are the same', async () => {
    const shuffled = fc
      .uniqueArray(fc.nat(pool.length - 1), { minLength: 1, maxLength: 12 })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })))
    await fc.assert(
      fc.asyncProperty(shuffled, cuts, async ([first, second], at) => {
        const one = await publish(split(tracesOf(first), at))
        const other = await publish(split(tracesOf(second), at))
        expect(withoutOrder(other)).toEqual(withoutOrder(one))
      }),
      { numRuns: Math.ceil(numRuns / 2) }
    )
  }, 240_000)
})

/** What the order of the traces must not change: float sums may differ in their last digits. */
function withoutOrder({ quality, totals, entries, lines }: Published): unknown {
  const summary = JSON.parse(quality) as {
    persona_scores: Record<string, { min: number; max: number }>
    gate_failures: string[]
    trace_count: number
  }
  const { scores, tally } = totals
  const sorted = (pairs: readonly (readonly [string, number])[]): unknown => new Map(pairs)
  return {
    entries: [...entries].sort(),
    lines: [...lines].sort(),
    scored: [scores.scored, scores.min, scores.max],
    tally: {
      ...tally,
      costSum: undefined,
      models: sorted(tally.models),
      agents: sorted(tally.agents),
      dependencies: sorted(tally.dependencies)
    },
    traces: summary.trace_count,
    extremes: Object.entries(summary.persona_scores).map(([persona, { min, max }]) => [persona, min, max]),
    belowMinimum: summary.gate_failures.filter((message) => message.startsWith('Trace ')).sort()
  }
}

test('200 traces: one by one, in uneven pushes, at once', async () => {
  const traces = Array.from({ length: 200 }, (_, i) =>
    JSON.stringify(
      rawTrace(`many-${String(i)}`, {
        agent: { name: `agent-${String(i % 7)}`, model: `model-${String(i % 60)}` },
        metrics: { estimated_cost_usd: i / 10, total_steps: i },
        dependencies: [`d${String(i % 13)}`, `e${String(i % 5)}`]
      })
    )
  )
  const { shards: one, ...whole } = await intoFolder([traces])
  const { shards: single, ...oneByOne } = await intoFolder(traces.map((line) => [line]))
  const { shards: three, ...uneven } = await intoFolder(split(traces, [1, 130]))
  expect([one, single, three]).toEqual([1, 200, 3])
  expect(oneByOne).toEqual(whole)
  expect(uneven).toEqual(whole)
}, 120_000)
