/** Numbers as people read them. */
import { fixed, thousands } from '../traces/text.js'

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${thousands(n)} ${n === 1 ? one : many}`
}

/** Keeps what belongs together on one line of a narrow screen. */
export const TIED = '\u00a0'

/** `71.8 %` */
export function percent(x: number): string {
  return `${fixed(x, 1)}${TIED}%`
}

/** What became of a figure: `+0.4`, `±0`; what got worse by a point or more stands out. */
export function delta(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined) return ''
  const tenths = Math.round((after - before) * 10)
  if (tenths === 0) return '±0'
  const text = `${tenths > 0 ? '+' : '−'}${fixed(Math.abs(tenths) / 10, 1)}`
  return tenths <= -10 ? `**${text}**` : text
}

export function signed(n: bigint): string {
  return n === 0n ? '±0' : n > 0n ? `+${thousands(n)}` : `−${thousands(-n)}`
}

/** One scale for all personas, beside which the gate has its own minimum for each. */
export function grade(x: number): 'good' | 'fair' | 'low' {
  return x >= 80 ? 'good' : x >= 60 ? 'fair' : 'low'
}

/**
 * With a fixed number of decimals, its whole part in groups of three. Long rows of digits are never shown as they are:
 * GitHub reads seven of them as the id of a commit.
 */
export function decimal(x: number, digits: 0 | 1 | 2): string {
  const [whole, fraction] = fixed(Math.abs(x), digits).split('.') as [string, string?]
  return `${x < 0 ? '−' : ''}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${fraction === undefined ? '' : `.${fraction}`}`
}

export function bytes(n: number): string {
  if (n < 1000) return `${String(n)} B`
  if (n < 1_000_000) return `${decimal(n / 1000, 1)} kB`
  return n < 1_000_000_000 ? `${decimal(n / 1_000_000, 1)} MB` : `${decimal(n / 1_000_000_000, 2)} GB`
}

/** US dollars. */
export function money(x: number | null | undefined): string {
  return x === null || x === undefined ? 'n/a' : `$${decimal(x, 2)}`
}

/** What became of an amount. */
export function moneyDelta(before: number | null, after: number | null): string {
  if (before === null || after === null) return before === after ? '' : 'changed'
  const cents = Math.round((after - before) * 100)
  return cents === 0 ? '±0' : `${cents > 0 ? '+' : '−'}${money(Math.abs(cents) / 100)}`
}

/** @param milliseconds */
export function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${decimal(milliseconds, 0)} ms` : `${decimal(milliseconds / 1000, 1)} s`
}

/** A commit as people name it. */
export function shortId(revision: string): string {
  return revision.slice(0, 7)
}
