/** The line for a shell that takes a trace out of what is staged. */
import type { ReportTrace } from '../report/model.js'

/**
 * Those of one file must be run from the last line to the first: each leaves the numbers before its own as they are.
 *
 * @param committed ids that the CLI's state calls committed: only the CLI may drop those, or they would be missed
 * @returns undefined where the id or the file may not be shown
 */
export function dropLine(
  { trace_id: id, file, line }: ReportTrace,
  committed: ReadonlySet<string>
): string | undefined {
  if (committed.has(id)) return `opentraces reject ${quoted(id)}`
  if (id === '*' || file === '*') return undefined
  // Such a file is one record.
  if (file.endsWith('.json')) return `rm -- ${quoted(file)}`
  return `sed -i.bak ${String(line)}d ${quoted(file)}`
}

/** For a POSIX shell. */
function quoted(text: string): string {
  if (/^[\w./][\w./-]*$/.test(text)) return text
  // Below the home of the user, which a quoted tilde would not be.
  if (text.startsWith('~/')) return `~/${quoted(text.slice(2))}`
  const inner = `'${text.replaceAll("'", `'\\''`)}'`
  return text.startsWith('-') ? `./${inner}` : inner
}
