/** Lines that are no traces. */
import { thousands } from '../../traces/text.js'
import { blocks, code, plain, table } from '../markdown.js'
import type { Report } from '../model.js'
import { more, placeOf, type Page } from './page.js'

export function invalidLines({ invalid }: Report, { level }: Page, rows: number): string {
  if (invalid.length === 0) return ''
  const lines = invalid.slice(0, rows).map((one) => {
    const field = one.pointer === undefined || one.pointer === '' ? '' : ` (${code(one.pointer)})`
    return [placeOf(one), `${plain(one.message, 200)}${field}`]
  })
  return blocks(
    `${level} ❌ Invalid (${thousands(invalid.length)})`,
    lines.length === 0 ? undefined : table(['File:line', 'Why'], lines),
    more(invalid.length, rows)
  )
}
