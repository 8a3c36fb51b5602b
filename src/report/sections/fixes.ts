/** What costs most points and how to get them back; and how the traces fared in every check. */
import { PERSONAS } from '../../quality/types.js'
import { thousands } from '../../traces/text.js'
import { decimal } from '../figures.js'
import { blocks, details, LEFT, plain, RIGHT, table } from '../markdown.js'
import type { Report, ReportCheck } from '../model.js'
import type { Page } from './page.js'
import { personaName } from './scores.js'

export function topFixes({ fixes, batch }: Report, { level }: Page, rows: number): string {
  if (fixes === undefined || fixes.length === 0 || rows === 0) return ''
  const of = batch === undefined ? '' : ` of ${thousands(batch.quality.trace_count)}`
  const lines = fixes
    .slice(0, rows)
    .map(({ persona, name, traces, gain, fix }) => [
      `${personaName(persona)} ${plain(name, 120)}`,
      `${thousands(traces)}${of}`,
      `−${decimal(gain, 1)}`,
      plain(fix, 300)
    ])
  return blocks(
    `${level} Top fixes (what costs most points)`,
    table(['Check', 'Traces', 'Costs', 'How to fix it'], lines, [LEFT, RIGHT, RIGHT, LEFT])
  )
}

/** Folded away; the checks that most traces fail come first. */
export function everyCheck({ quality_checks: checks }: Report, rows: number): string {
  if (checks === undefined || checks.length === 0 || rows === 0) return ''
  const ordered = [...checks].sort((a, b) => missed(b) - missed(a) || order(a) - order(b))
  const lines = ordered
    .slice(0, rows)
    .map((check) => [
      `${personaName(check.persona)} ${plain(check.name, 120)}`,
      thousands(check.passed),
      thousands(check.partial),
      thousands(check.failed),
      thousands(check.skipped),
      decimal(check.weight, 1),
      missed(check) === 0 ? '' : plain(check.fix, 300)
    ])
  const grid = table(['Check', 'Passed', 'Partly', 'Failed', 'Skipped', 'Weight', 'How to fix it'], lines, [
    LEFT,
    RIGHT,
    RIGHT,
    RIGHT,
    RIGHT,
    RIGHT,
    LEFT
  ])
  return details('Quality, check by check', grid)
}

function missed({ partial, failed }: ReportCheck): number {
  return partial + failed
}

function order({ persona }: ReportCheck): number {
  return PERSONAS.indexOf(persona)
}
