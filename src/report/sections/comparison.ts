/** What is staged, against what was staged at the base and against what is published. */
import { thousands } from '../../traces/text.js'
import { plural, shortId } from '../figures.js'
import { blocks, code, details, plain } from '../markdown.js'
import type { Report } from '../model.js'
import { more, traceName } from './page.js'

/** A few lines in words: they are read at a glance on any screen. */
export function comparison(report: Report, rows: number): string {
  const { counts, baseline } = report
  if (counts.staged === 0) return ''
  const lines = [staged(report), published(report), ...(baseline?.missing ?? []).map((reason) => plain(reason, 300))]
  const list = lines
    .filter((line) => line !== undefined)
    .map((line) => `- ${line}`)
    .join('\n')
  return blocks(list, removed(report, rows))
}

function staged({ counts, baseline }: Report): string {
  const all = `**${plural(counts.staged, 'trace')} staged**`
  const base = baseline?.base
  if (base === undefined) return all
  const name = base.name === undefined ? '' : `${code(base.name)} at `
  const moves = `${thousands(base.added)} new · ${thousands(base.changed)} changed · ${thousands(base.removed)} removed`
  return `${all}: ${moves} against the base, ${name}${code(shortId(base.commit))} (${plural(base.traces, 'trace')})`
}

function published({ traces, baseline, counts }: Report): string | undefined {
  const dataset = baseline?.dataset
  if (dataset === undefined) return undefined
  const fresh = traces.filter(({ status }) => status === 'clean' || status === 'uploaded').length
  return (
    `${thousands(fresh)} new to the dataset · ${thousands(counts.duplicates)} already published ` +
    `(dataset at ${code(shortId(dataset.revision))}, ${plural(dataset.traces, 'trace')})`
  )
}

function removed({ baseline }: Report, rows: number): string {
  const base = baseline?.base
  const ids = base?.removed_ids ?? []
  if (base === undefined || ids.length === 0 || rows === 0) return ''
  const list = ids
    .slice(0, rows)
    .map((id) => `- ${traceName(id)}`)
    .join('\n')
  return details(
    `Traces that are gone (${thousands(base.removed)})`,
    blocks(list, more(base.removed, Math.min(rows, ids.length)))
  )
}
