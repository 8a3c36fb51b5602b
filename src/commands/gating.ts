/** Runs the gates over what is spooled, and holds what they found against the candidates. */
import { GateError } from '../errors.js'
import type { CheckRun, Finding, Gate } from '../gates/gate.js'
import type { Candidate, Staging } from './staging.js'

export interface Gating {
  /** By position of the candidate; those without findings are left out. */
  readonly findings: ReadonlyMap<number, readonly Finding[]>
  readonly checks: readonly CheckRun[]
}

/** All gates, one after the other, over all candidates. @throws GateError where one could not do its work */
export async function runGates(gates: readonly Gate[], { spool, candidates }: Staging): Promise<Gating> {
  const lines = candidates.map(({ entry, spooled, file, line }) => ({ ...spooled, traceId: entry.traceId, file, line }))
  const findings = new Map<number, Finding[]>()
  const checks: CheckRun[] = []
  for (const gate of gates) {
    const result = await gate.inspect({ shardFile: spool, lines })
    checks.push(...result.checks)
    for (const finding of result.findings) {
      const own = findings.get(finding.traceIndex)
      if (own === undefined) findings.set(finding.traceIndex, [finding])
      else own.push(finding)
    }
  }
  return { findings, checks }
}

/** Stops a run in which a gate found something, or in which holding back leaves nothing. @throws GateError */
export function assertClean(gating: Gating, candidates: readonly Candidate[], onBlocked: 'fail' | 'hold'): void {
  const blocked = gating.findings.size
  if (blocked === 0) return
  const count = `${String(blocked)} of ${String(candidates.length)} staged trace(s)`
  if (onBlocked === 'fail') {
    throw new GateError('SECRETS_FOUND', `the gates found something in ${count}`, {
      hint: 'Nothing was published. A secret that is real must be revoked first: it is in the trace file already. Then repair the trace, or set "on-blocked: hold" to publish the others.'
    })
  }
  if (blocked < candidates.length) return
  throw new GateError('NOTHING_LEFT', `the gates hold back all of ${count}`, {
    hint: 'Nothing was published. The report names the places.'
  })
}
