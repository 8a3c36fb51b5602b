/** How the traces were checked, so that a reader can tell what a clean result is worth. */
import { thousands } from '../../traces/text.js'
import { duration, shortId } from '../figures.js'
import { blocks, code, details, plain, table } from '../markdown.js'
import type { Report } from '../model.js'
import { more } from './page.js'

/** Figures shown of one check. */
const MOST_FIGURES = 12

export function howChecked({ checks_run: runs, timings }: Report, rows: number): string {
  if (runs.length === 0 || rows === 0) return ''
  const lines = runs.slice(0, rows).map(({ gate, tool, version, ...figures }) => [
    code(String(gate ?? '')),
    plain([tool, version].filter((part) => part !== undefined).join(' '), 120),
    Object.entries(figures)
      .slice(0, MOST_FIGURES)
      .map(([name, value]) => `${plain(name.replaceAll('_', ' '), 60)} ${figure(value)}`)
      .join(' · ')
  ])
  const phases = Object.entries(timings)
    .slice(0, MOST_FIGURES)
    .map(([phase, time]) => `${plain(phase, 60)} ${duration(time)}`)
  return details(
    'How this was checked',
    blocks(
      table(['Gate', 'With', 'What it looked at'], lines),
      more(runs.length, rows),
      phases.length === 0 ? undefined : `Time: ${phases.join(' · ')}`
    )
  )
}

function figure(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? thousands(value) : code(String(value))
  return /^[0-9a-f]{64}$/.test(value) ? code(`${shortId(value)}…`) : plain(value, 120)
}

/** The entries of the policy's allow list, folded away. */
export function allowList({ policy }: Report, rows: number): string {
  if (policy === undefined) return ''
  const entries = (['expired', 'used', 'unused'] as const).flatMap((state) =>
    policy[state].map((entry) => ({ state, ...entry }))
  )
  if (entries.length === 0 || rows === 0) return ''
  const lines = entries
    .slice(0, rows)
    .map(({ state, fingerprint, expires, reason }) => [
      code(fingerprint),
      STATES[state],
      expires === undefined ? 'never' : plain(expires, 40),
      plain(reason, 200)
    ])
  return details(
    `Allow list of the policy (${thousands(entries.length)})`,
    blocks(table(['Entry', 'State', 'Ends', 'Reason'], lines), more(entries.length, rows))
  )
}

const STATES = {
  used: 'used',
  unused: 'unused: no finding matches it',
  expired: '⚠️ expired: what it matched blocks again'
}
