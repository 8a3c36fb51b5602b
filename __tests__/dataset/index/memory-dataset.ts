/** A dataset in memory whose shards hold made-up traces, and the same answers worked out without any index. */
import { createHash } from 'node:crypto'
import { addTrace, emptyTally, type TraceFigures } from '../../../src/dataset/statistics.js'
import type { IndexChange, IndexSource, ListedFile, Published } from '../../../src/dataset/index/index.js'
import { shardRows, type TraceEntry } from '../../../src/dataset/index/rows.js'
import type { IndexRow, ShardRows } from '../../../src/dataset/index/segment.js'
import type { DatasetTotals } from '../../../src/dataset/index/totals.js'

/** Everything that the index can know of a trace. Equal texts give equal keys. */
export interface Made {
  content: string
  identity: string
  trace: string
  session: string
  generation: string
  model: string | null
  agent: string
  dependencies: string[]
  cost: number | null
  success: boolean | null
  totals: number[] | null
  date: string
}

export const key = (text: string): Buffer => createHash('sha256').update(text).digest().subarray(0, 16)

export function rowOf(made: Made): IndexRow {
  return {
    keys: Buffer.concat([key(made.content), key(made.identity), key(made.trace), key(made.session)]),
    generation: BigInt(made.generation),
    idPrefix: made.trace.slice(0, 8),
    totals: made.totals ?? undefined,
    cost: made.cost
  }
}

function figuresOf(made: Made): TraceFigures {
  const { model, agent, dependencies, cost, success, date } = made
  return { model, agent, dependencies, cost, success, steps: 3n, tokens: 2n ** 60n, dates: [date, date] }
}

export function madeShard(path: string, traces: readonly Made[]): ShardRows {
  return shardRows(
    path,
    traces.map((made): TraceEntry => ({ traceId: made.trace, row: rowOf(made), figures: figuresOf(made) }))
  )
}

/** The n-th of many different traces; some of its parts repeat. */
export function madeTrace(n: number, changes: Partial<Made> = {}): Made {
  return {
    content: `content ${String(n)}`,
    identity: `identity ${String(n)}`,
    trace: `trace ${String(n)}`,
    session: `session ${String(n % 7)}`,
    generation: String(n % 3),
    model: n % 5 === 0 ? null : `model ${String(n % 4)}`,
    agent: `agent ${String(n % 2)}`,
    dependencies: [String(n % 3), '__proto__'],
    cost: n % 4 === 0 ? null : (n * 7919) / 1e5 + 0.1,
    success: n % 3 === 0 ? null : n % 2 === 0,
    totals: n % 6 === 0 ? null : [n, n * 3, n * 7, n * 11, n * 13].map((x) => x % 1001),
    date: `2026-01-${String((n % 28) + 1).padStart(2, '0')}`,
    ...changes
  }
}

export class MemoryDataset {
  readonly files = new Map<string, Buffer>()
  /** What the source was asked for since `forget`. */
  shardsRead: string[] = []
  bytesRead = 0
  rangesRead = 0
  scorerVersion: string | null = '0.9.0'

  /** @param lfs whether a file is listed with its SHA-256, as a Hub does with large files */
  constructor(private readonly lfs: (path: string) => boolean = () => false) {}

  addShard(name: string, traces: readonly Made[]): ListedFile {
    const path = `data/traces_${name}.jsonl`
    this.files.set(path, Buffer.from(JSON.stringify(traces)))
    return this.listed(path)
  }

  listed(path: string): ListedFile {
    const bytes = this.files.get(path)!
    const [algorithm, start] = this.lfs(path) ? ['sha256', ''] : ['sha1', `blob ${String(bytes.length)}\0`]
    return { path, size: bytes.length, oid: createHash(algorithm).update(start).update(bytes).digest('hex') }
  }

  get shardPaths(): string[] {
    return [...this.files.keys()].filter((path) => path.startsWith('data/')).sort()
  }

  get segmentPaths(): string[] {
    return [...this.files.keys()].filter((path) => path.startsWith('index/'))
  }

  traces(path: string): Made[] {
    return JSON.parse(this.files.get(path)!.toString('utf8')) as Made[]
  }

  forget(): void {
    this.shardsRead = []
    this.bytesRead = 0
    this.rangesRead = 0
  }

  source(): IndexSource {
    return {
      files: [...this.files.keys()].map((path) => this.listed(path)),
      scorerVersion: this.scorerVersion,
      readBytes: (path, range) => {
        const bytes = this.files.get(path)
        if (bytes === undefined) return Promise.reject(new Error(`no such file: ${path}`))
        const part = range === undefined ? bytes : bytes.subarray(range.start, range.end)
        this.bytesRead += part.length
        if (range !== undefined) this.rangesRead++
        return Promise.resolve(part)
      },
      readShard: ({ path }) => {
        this.shardsRead.push(path)
        return Promise.resolve(madeShard(path, this.traces(path)))
      }
    }
  }

  apply(change: IndexChange): void {
    for (const { path, content } of change.writes) this.files.set(path, Buffer.from(content))
    for (const path of change.deletes) this.files.delete(path)
  }

  /** The totals, trace by trace in the order of the shards' names. */
  totals(): DatasetTotals {
    const five = (value: number): number[] => [value, value, value, value, value]
    const tally = emptyTally()
    const scores = { scored: 0, sums: five(0), min: five(Infinity), max: five(-Infinity) }
    for (const made of this.shardPaths.flatMap((path) => this.traces(path))) {
      addTrace(tally, figuresOf(made))
      if (made.totals === null) continue
      scores.scored++
      scores.sums = scores.sums.map((sum, i) => sum + made.totals![i]! / 10)
      scores.min = scores.min.map((low, i) => Math.min(low, made.totals![i]!))
      scores.max = scores.max.map((high, i) => Math.max(high, made.totals![i]!))
    }
    return { tally, scores }
  }

  /** Where a trace is published: every shard that would be a right answer. */
  whereabouts(made: Made): { duplicateIn: string[]; changedFrom: string[]; generation: bigint | undefined } {
    const all = this.shardPaths.flatMap((path) => this.traces(path).map((one) => ({ path, one })))
    const same = all.filter(({ one }) => one.content === made.content || one.identity === made.identity)
    const generations = all.filter(({ one }) => one.session === made.session).map(({ one }) => BigInt(one.generation))
    const sameId = all.filter(({ one }) => one.trace === made.trace)
    return {
      duplicateIn: same.map(({ path }) => path),
      changedFrom: same.length > 0 ? [] : sameId.map(({ path }) => path),
      generation: generations.reduce<bigint | undefined>((a, b) => (a === undefined || b > a ? b : a), undefined)
    }
  }

  /** Where answers of the index are wrong. */
  wrongAnswers(traces: readonly Made[], answers: readonly Published[]): unknown[] {
    return traces.flatMap((made, i) => {
      const truth = this.whereabouts(made)
      const { duplicateIn, changedFrom, generation } = answers[i]!
      const one = (answer: string | undefined, right: string[]): boolean =>
        answer === undefined ? right.length === 0 : right.includes(answer)
      const right =
        one(duplicateIn, truth.duplicateIn) && one(changedFrom, truth.changedFrom) && generation === truth.generation
      return right ? [] : [{ made, answer: answers[i], truth }]
    })
  }
}
