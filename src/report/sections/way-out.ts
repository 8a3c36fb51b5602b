/** What to do about traces that are held back. */
import { blocks, code, details, fence, isFaithful } from '../markdown.js'
import type { Report, ReportFinding, ReportTrace } from '../model.js'
import { stopped } from '../verdict.js'
import { more, type Page } from './page.js'

/** Gates whose findings are no secrets: there is nothing to revoke. */
const NO_SECRETS = ['deny', 'privacy', 'llm-review']
const FINGERPRINT = /^[a-z]{1,12}_[0-9a-f]{12}$/

/** @param rows at most so many commands and entries */
export function wayOut(report: Report, { level, trusted }: Page, rows: number): string {
  const traces = stopped(report).filter(({ findings }) => findings.length > 0)
  if (traces.length === 0) return ''
  const found = traces.flatMap(({ findings }) => findings)
  const steps = [
    ...(found.some(({ gate }) => !NO_SECRETS.includes(gate)) ? [REVOKE] : []),
    ...(traces.some(({ status }) => status === 'leaked') ? [TAKE_DOWN] : []),
    ...(traces.some(({ status }) => status !== 'leaked') ? [DROP] : []),
    ...(found.some(({ gate }) => gate === 'llm-review') ? [READ_AGAIN] : []),
    ALLOW
  ]
  const list = steps.map((step, i) => `${String(i + 1)}. ${step}`).join('\n')
  return blocks(`${level} What to do`, list, trusted ? toCopy(traces, found, rows) : NOT_HERE)
}

const REVOKE =
  '**Revoke what is real, now**: it is in the trace file already, and in the history of git if that is committed.'
const TAKE_DOWN =
  'Make the dataset private, or delete the shards that hold the published traces: this version cannot take single traces down.'
const DROP = 'Drop or repair the traces.'
const READ_AGAIN = 'What the review could not clear, read yourself; or repair it and have it reviewed again.'
const ALLOW =
  'What is harmless can be allowed: its entry goes under `allow:` in the policy on the default branch, with a reason of your own.'
const NOT_HERE = 'Commands and entries to copy are left out here: this report comes from a run that is not trusted.'

function toCopy(traces: readonly ReportTrace[], found: readonly ReportFinding[], rows: number): string {
  if (rows === 0) return ''
  return blocks(drops(traces, rows), entries(found, rows))
}

function drops(traces: readonly ReportTrace[], rows: number): string {
  const all = traces.flatMap(({ drop }) => drop ?? [])
  // Each leaves the line numbers before its own as they are: the last line goes first.
  const lines = all.filter(isFaithful).reverse()
  if (lines.length === 0) return ''
  const hidden = all.length - lines.length
  return details(
    'Commands that drop the traces',
    blocks(
      'Run them where the traces are staged, in this order:',
      fence(lines.slice(0, rows), 'sh'),
      more(lines.length, rows),
      hidden === 0 ? undefined : `${String(hidden)} more cannot be shown: a name in them is too long or not printable.`
    )
  )
}

function entries(found: readonly ReportFinding[], rows: number): string {
  const names = new Map<string, string>()
  for (const { fingerprint, gate, detector } of found) {
    if (FINGERPRINT.test(fingerprint))
      names.set(fingerprint, `${gate} ${detector}`.replace(/[^\w .-]/g, ' ').slice(0, 80))
  }
  if (names.size === 0) return ''
  const lines = [...names]
    .slice(0, rows)
    .flatMap(([fingerprint, name]) => [`  - fingerprint: ${fingerprint} # ${name}`, '    reason: why it is harmless'])
  return details(
    'Entries for the allow list',
    blocks(`In ${code('.opentraces/policy.yml')}:`, fence(['allow:', ...lines], 'yaml'), more(names.size, rows))
  )
}
