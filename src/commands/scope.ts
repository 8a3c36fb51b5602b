/**
 * Which staged traces the gates judge (interface: input `scope`).
 *
 * On a pull request those that it brings: whoever changes one trace need not answer for all the others. A trace is left out
 * only if every byte that a gate would read of it stands at the base already: its published line, its id included, and the
 * name of its file. So nothing comes in with a pull request that no gate has seen, and the base is not trusted to be clean:
 * a leaky trace in it is one that the pull request did not bring. Before anything is published, all is judged anew.
 */
import { open } from 'node:fs/promises'
import type { Report, ReportTrace } from '../report/model.js'
import type { SpooledLine } from '../traces/spool.js'
import { lineHash, type BaseTrace, type BaseTraces, type NoBase } from './base-traces.js'
import { placeInWorkspace, type CheckoutPlaces } from './commit-entries.js'
import type { Comparison } from './compare-base.js'
import type { Gating } from './gating.js'
import type { Candidate, Staging } from './staging.js'

export interface ScopeQuestion {
  /** The input `scope`. */
  readonly asked: 'auto' | 'changed' | 'all'
  /** Whether the run may publish. */
  readonly publishes: boolean
  /** What `readBase` gave; undefined where the run has no base. */
  readonly base: BaseTraces | NoBase | undefined
}

export interface ScopeAnswer {
  readonly scope: 'changed' | 'all'
  /** Why it is not what was asked for, or what a pull request usually has. */
  readonly notice: string | undefined
}

/** Where it is not known what has changed, everything counts as changed. */
export function scopeOf({ asked, publishes, base }: ScopeQuestion): ScopeAnswer {
  const all = (notice?: string): ScopeAnswer => ({ scope: 'all', notice })
  if (asked === 'all') return all()
  if (publishes) {
    return all(asked === 'changed' ? 'All staged traces are judged, because this run may publish them.' : undefined)
  }
  if (base === undefined) {
    return all(
      asked === 'changed' ? 'All staged traces are judged, because this event has no base to compare with.' : undefined
    )
  }
  if ('missing' in base) return all('All staged traces are judged, because those of the base could not be read.')
  return { scope: 'changed', notice: undefined }
}

/**
 * Positions of the candidates in scope `changed`, in order.
 *
 * @param home what `~` stands for in the names of staged files
 */
export async function changedPositions(
  { spool, candidates }: Pick<Staging, 'spool' | 'candidates'>,
  { changes }: Comparison,
  base: readonly BaseTrace[],
  places: CheckoutPlaces,
  home: string
): Promise<number[]> {
  const lines = new Set(base.map((trace) => trace.lineHash))
  const files = new Set(base.map((trace) => trace.place))
  const unsure = [...candidates.keys()].filter(
    (i) =>
      changes[i]?.kind === 'unchanged' && files.has(placeInWorkspace((candidates[i] as Candidate).file, places, home))
  )
  const hashes = await hashesOf(
    spool,
    unsure.map((i) => (candidates[i] as Candidate).spooled)
  )
  const unchanged = new Set(unsure.filter((_, n) => lines.has(hashes[n] as string)))
  return [...candidates.keys()].filter((i) => !unchanged.has(i))
}

/** Of the very bytes that gates read. */
async function hashesOf(spool: string, lines: readonly SpooledLine[]): Promise<string[]> {
  const hashes: string[] = []
  const file = await open(spool, 'r')
  try {
    for (const { offset, length } of lines) {
      const bytes = Buffer.alloc(length)
      for (let filled = 0; filled < length;) {
        const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled)
        if (bytesRead === 0) throw new Error('the spool is shorter than its lines')
        filled += bytesRead
      }
      hashes.push(lineHash(bytes))
    }
  } finally {
    await file.close()
  }
  return hashes
}

/** The candidates in scope, for `runGates`. */
export function narrow(
  { spool, candidates }: Pick<Staging, 'spool' | 'candidates'>,
  positions: readonly number[]
): Pick<Staging, 'spool' | 'candidates'> {
  return { spool, candidates: positions.map((i) => candidates[i] as Candidate) }
}

/** What the gates found in the candidates in scope, by position among all of them. */
export function widen(gating: Gating, positions: readonly number[]): Gating {
  const findings = [...gating.findings].map(([n, found]) => {
    const traceIndex = positions[n] as number
    return [traceIndex, found.map((finding) => ({ ...finding, traceIndex }))] as const
  })
  return { ...gating, findings: new Map(findings) }
}

/**
 * Says in the report which traces no gate has judged. They stay `clean`, which their message qualifies; their tasks are not
 * shown, because nobody has looked at them either.
 *
 * @param commit of the base
 */
export function tellUnjudged(positions: readonly number[], commit: string, report: Report): void {
  const judged = new Set(positions)
  const reason = 'unchanged since the base, not judged in this run'
  const left = [...report.traces.keys()].filter((i) => !judged.has(i))
  for (const i of left) {
    const trace = report.traces[i] as ReportTrace
    trace.message = trace.message === undefined ? reason : `${trace.message}; ${reason}`
    delete trace.task
  }
  if (left.length === 0) return
  report.notices.push(
    `The gates judged ${String(positions.length)} of ${String(report.traces.length)} staged traces: what differs from the base, commit ${commit}. With "scope: all" they judge all of them.`
  )
}
