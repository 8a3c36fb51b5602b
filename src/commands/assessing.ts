/** The scorecard of a batch on its own: scores, quality gate, and what to fix. */
import { addMarks, emptyFixes, topFixes } from '../quality/fixes.js'
import { assertGate, thresholdsWith } from '../quality/gate.js'
import { assessedAt, averagesOf, batchOf, minimumsOf, summarise } from '../quality/summary.js'
import { byPersona } from '../quality/score.js'
import type { Report } from '../report/model.js'
import type { PushInputs, PushPorts } from './push.js'
import type { Candidate } from './staging.js'

/** More would be a list of everything. */
const FIXES = 5

/**
 * Scores what the gates let pass, and takes it into the report.
 *
 * @param considered those in scope
 * @returns `enforce`, which stops the run where the inputs say so and the gate fails: GateError `QUALITY_GATE`
 */
export function assess(
  considered: readonly Candidate[],
  scope: 'changed' | 'all',
  { assess: shown, qualityGate }: Pick<PushInputs, 'assess' | 'qualityGate'>,
  { policy, now }: Pick<PushPorts, 'policy' | 'now'>,
  report: Report
): { enforce: () => void } {
  const rows = considered.flatMap(({ entry: { row } }) =>
    row.totals === undefined ? [] : [{ idPrefix: row.idPrefix, totals: row.totals }]
  )
  const batch = batchOf(rows, thresholdsWith(policy.quality))
  if (rows.length > 0 && (shown || qualityGate !== 'off')) {
    const minimums = minimumsOf(batch)
    report.batch = {
      scope,
      gate: qualityGate,
      quality: summarise(batch, assessedAt(now())),
      minimums: byPersona((persona) => {
        const { average, individual, tracesBelow } = minimums[persona]
        return { average, individual, traces_below: tracesBelow }
      })
    }
    const fixes = emptyFixes()
    for (const { marks } of considered) addMarks(fixes, marks)
    report.fixes = topFixes(fixes, FIXES).map(({ persona, check, gain, traces }) => {
      return { id: check.id, persona, name: check.name, gain, traces, fix: check.fix }
    })
    report.quality_checks = [...fixes.checks.values()].map(({ persona, check, passed, partial, failed, skipped }) => {
      const { id, name, weight, fix } = check
      return { id, persona, name, weight, passed, partial, failed, skipped, fix }
    })
  }
  return {
    enforce: () => {
      if (qualityGate === 'enforce' && rows.length > 0) assertGate(batch.gate, averagesOf(batch.sums))
    }
  }
}
