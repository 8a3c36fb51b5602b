/** What a section knows of the page that it stands on, and what several sections show alike. */
import { thousands } from '../../traces/text.js'
import { code } from '../markdown.js'
import type { ReportTrace } from '../model.js'

export interface Page {
  /** Of the headings of its sections. */
  readonly level: '###' | '####'
  /**
   * False where an untrusted run wrote the report: then nothing of it is fit to be clicked, or to be copied into a shell or
   * a policy.
   */
  readonly trusted: boolean
}

/** A trace's id; of a UUID its first group, beside which the file and line stand. */
export function traceName(id: string): string {
  return code(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) ? id.slice(0, 8) : id)
}

export function placeOf({ file, line }: Pick<ReportTrace, 'file' | 'line'>): string {
  return code(`${file}:${String(line)}`)
}

/** What a list leaves out, as a line below it; undefined where it leaves out nothing. */
export function more(all: number, shown: number): string | undefined {
  return all > shown ? `… and ${thousands(all - shown)} more, in report.json.` : undefined
}
