/** Runs the gates over what is spooled, lets pass what the policy allows, and holds the rest against the candidates. */
import { GateError } from '../errors.js'
import type { CheckRun, Finding, Gate, GateResult } from '../gates/gate.js'
import { appliedAllows, type AppliedAllows } from '../gates/policy/allows.js'
import type { Policy } from '../gates/policy.js'
import { inspectAll } from '../gates/reading.js'
import { notReviewed, REVIEW_GATE } from '../gates/review/gate.js'
import type { Candidate, Staging } from './staging.js'

export interface Gating {
  /** What holds a trace back, by position of the candidate; those without are left out. */
  readonly findings: ReadonlyMap<number, readonly Finding[]>
  readonly checks: readonly CheckRun[]
  readonly warnings: readonly string[]
  readonly allows: AppliedAllows
  /** Findings that an entry of the allow list lets pass. */
  readonly allowed: number
}

/**
 * All gates over all candidates, then `review` over those in which they found nothing: it may send texts away.
 *
 * @throws GateError where one could not do its work
 */
export async function runGates(
  gates: readonly Gate[],
  { spool, candidates }: Pick<Staging, 'spool' | 'candidates'>,
  policy: Policy,
  now: Date,
  review?: Gate
): Promise<Gating> {
  const lines = candidates.map(({ entry, spooled, file, line }) => ({ ...spooled, traceId: entry.traceId, file, line }))
  const results = await inspectAll(gates, { shardFile: spool, lines })
  let all = distinct(results.flatMap(({ findings }) => findings))
  if (review !== undefined) {
    const held = new Set(holdingOf(all, policy, now).holding.map(({ traceIndex }) => traceIndex))
    const positions = [...lines.keys()].filter((i) => !held.has(i))
    const [reviewed] = await inspectAll([review], { shardFile: spool, lines: lines.filter((_, i) => !held.has(i)) })
    const { findings, ...rest } = reviewed as GateResult
    results.push({ ...rest, findings: [] })
    all = [...all, ...findings.map((one) => ({ ...one, traceIndex: positions[one.traceIndex] as number }))]
  }
  const { holding, allows } = holdingOf(all, policy, now)
  return {
    findings: byTrace(holding),
    checks: results.flatMap(({ checks }) => checks),
    warnings: results.flatMap(({ warnings }) => warnings ?? []),
    allows,
    allowed: all.length - holding.length
  }
}

/** What of the findings the policy does not allow. */
function holdingOf(all: readonly Finding[], policy: Policy, now: Date): { holding: Finding[]; allows: AppliedAllows } {
  const allows = appliedAllows(policy, new Set(all.map(({ fingerprint }) => fingerprint)), now)
  const allowed = new Set(allows.used.map(({ fingerprint }) => fingerprint))
  return { holding: all.filter(({ fingerprint }) => !allowed.has(fingerprint)), allows }
}

/** What several gates found is told once: by the first of them. */
function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>()
  return findings.filter(({ traceIndex, place, pointer, fingerprint }) => {
    const key = JSON.stringify([traceIndex, place, pointer, fingerprint])
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function byTrace(findings: readonly Finding[]): Map<number, Finding[]> {
  const sorted = new Map<number, Finding[]>()
  for (const finding of findings) {
    const own = sorted.get(finding.traceIndex)
    if (own === undefined) sorted.set(finding.traceIndex, [finding])
    else own.push(finding)
  }
  return sorted
}

/** Stops a run in which a gate found something, or in which holding back leaves nothing. @throws GateError */
export function assertClean(gating: Gating, candidates: readonly Candidate[], onBlocked: 'fail' | 'hold'): void {
  const blocked = gating.findings.size
  if (blocked === 0) return
  const count = `${String(blocked)} of ${String(candidates.length)} staged trace(s)`
  if (onBlocked === 'fail') {
    const all = [...gating.findings.values()].flat()
    if (all.every(({ gate }) => gate === REVIEW_GATE)) throw notReviewed(all, candidates.length)
    throw new GateError('SECRETS_FOUND', `the gates found something in ${count}`, {
      hint: 'Nothing was published. A secret that is real must be revoked first: it is in the trace file already. Then drop or repair the trace, allow in the policy what is none, or set "on-blocked: hold" to publish the others.'
    })
  }
  if (blocked < candidates.length) return
  throw new GateError('NOTHING_LEFT', `the gates hold back all of ${count}`, {
    hint: 'Nothing was published. The report names the places.'
  })
}
