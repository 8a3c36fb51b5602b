/** A `report.json` that another run wrote: hostile until it is read. */
import { InputError } from '../errors.js'
import { reportSchema, type Report } from './model.js'

/** Largest report that is read, in bytes of UTF-8. */
export const REPORT_BYTES = 10 * 1024 * 1024
/** Longest text kept of it, in UTF-16 units: far more than any page shows of one value. */
const LONGEST_TEXT = 2000
/** More entries than this in one list are no report. */
const LONGEST_LIST = 50_000
const MOST_VALUES = 1_000_000
const DEEPEST = 10

/**
 * The report in a text. What is in it is still only what its author claims: `renderComment` with `reportedBy` says so.
 *
 * @throws InputError, and nothing else, whatever the text holds
 */
export function readReport(text: string): Report {
  // A unit of UTF-16 takes one to three bytes: the length alone settles most texts.
  if (text.length > REPORT_BYTES || Buffer.byteLength(text) > REPORT_BYTES) {
    throw refused(`it is larger than ${String(REPORT_BYTES / 1024 / 1024)} MiB`)
  }
  const parsed = reportSchema.safeParse(bounded(parse(text)))
  if (!parsed.success) throw refused(problemsOf(parsed.error.issues.map(({ path }) => path)))
  return parsed.data
}

function refused(why: string): InputError {
  return new InputError(`the report cannot be used: ${why}`, {
    hint: 'The file must be the report.json of a run of this action, as its artifact holds it. Check "report-path" and the step that downloads it.'
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw refused('it is not JSON')
  }
}

/** The value with long texts cut. Sizes are settled here, because a schema looks at every entry of a list first. */
function bounded(value: unknown): unknown {
  let left = MOST_VALUES
  const walk = (one: unknown, depth: number): unknown => {
    if (--left < 0 || depth > DEEPEST) throw refused('it holds more than a report has')
    if (typeof one === 'string') return one.length > LONGEST_TEXT ? `${one.slice(0, LONGEST_TEXT - 1)}…` : one
    if (typeof one !== 'object' || one === null) return one
    if (Array.isArray(one)) {
      if (one.length > LONGEST_LIST) throw refused('it holds more than a report has')
      return one.map((item) => walk(item, depth + 1))
    }
    // Names of timings and figures are shown, too.
    return Object.fromEntries(Object.entries(one).map(([key, item]) => [key.slice(0, 200), walk(item, depth + 1)]))
  }
  return walk(value, 0)
}

/** Names places by our own words only: a field's name is the file's author's choice. */
function problemsOf(paths: readonly (readonly PropertyKey[])[]): string {
  const known = Object.keys(reportSchema.shape)
  const fields = new Set(paths.map(([first]) => (known.includes(String(first)) ? `"${String(first)}"` : 'its form')))
  return `not of the form of a report in ${[...fields].slice(0, 5).join(', ')}`
}
