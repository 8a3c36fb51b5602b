/** The gates of a walk, with what the report says of them. */
import type { AllowEntry } from '../gates/policy.js'
import type { Report, ReportTrace } from '../report/model.js'
import { shortList, type Collected } from '../traces/collect.js'
import { dropLine } from './drop-line.js'
import { runGates, type Gating } from './gating.js'
import type { PushPorts } from './push.js'
import { narrow, widen } from './scope.js'
import type { Candidate, Staging } from './staging.js'

/**
 * Runs the gates over the candidates in scope, and takes what they found into the report.
 *
 * @throws GateError where one could not do its work
 */
export async function judge(
  staging: Staging,
  collected: Collected,
  positions: readonly number[],
  onBlocked: 'fail' | 'hold',
  ports: PushPorts,
  report: Report
): Promise<Gating> {
  const review = ports.review?.(collected.files)
  const judged = narrow(staging, positions)
  const gating = widen(await runGates(ports.gates, judged, ports.policy, ports.now(), review), positions)
  report.checks_run = gating.checks.map(({ gate, tool, version, details }) => ({ gate, tool, version, ...details }))
  for (const [i, findings] of gating.findings) {
    const trace = report.traces[i] as ReportTrace
    trace.status = onBlocked === 'fail' ? 'blocked' : 'held'
    trace.findings = findings.map(({ gate, detector, pointer, length, fingerprint, message, verified }) => {
      const shown = { gate, detector, pointer, length, fingerprint, message }
      return verified === undefined ? shown : { ...shown, verified }
    })
    // Its task may be where it was found.
    delete trace.task
    // A gate hides an id or a file name that holds what it found.
    if (findings.some(({ traceId }) => traceId === '*')) trace.trace_id = '*'
    if (findings.some(({ file }) => file === '*')) trace.file = '*'
    const drop = dropLine(trace, collected.committed)
    if (drop !== undefined) trace.drop = drop
  }
  report.warnings.push(...gating.warnings)
  reportAllows(gating, report)
  report.counts[onBlocked === 'fail' ? 'blocked' : 'held'] = gating.findings.size
  ports.log.info(`${String(gating.findings.size)} trace(s) with findings.`)
  return gating
}

function reportAllows({ allows, allowed }: Gating, report: Report): void {
  const entry = ({ fingerprint, reason, expires }: AllowEntry) => {
    return { fingerprint, reason, ...(expires === undefined ? {} : { expires }) }
  }
  report.policy = {
    used: allows.used.map(entry),
    unused: allows.unused.map(entry),
    expired: allows.expired.map(entry),
    allowed_findings: allowed
  }
  const names = (entries: readonly AllowEntry[]): string => shortList(entries.map(({ fingerprint }) => fingerprint))
  if (allows.expired.length > 0) {
    report.warnings.push(`Entries of the allow list have expired: ${names(allows.expired)}.`)
  }
  if (allows.unused.length > 0) {
    report.notices.push(`No finding matches these entries of the allow list: ${names(allows.unused)}.`)
  }
}

/** Of each trace the first version that no gate holds back: a clean one counts also where an earlier one is held. */
export function distinctClean({ candidates, duplicateOf }: Staging, { findings }: Gating): Candidate[] {
  const taken = new Set<number>()
  return candidates.filter((_, i) => {
    if (findings.has(i)) return false
    let first = i
    for (let of = duplicateOf.get(i); of !== undefined; of = duplicateOf.get(of)) first = of
    if (taken.has(first)) return false
    taken.add(first)
    return true
  })
}
