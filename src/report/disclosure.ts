/** What of a report may stand on a page that anybody can read. */
import type { Report } from './model.js'

/**
 * The report as it may be shown and written: where `disclosed` is false, without the statistics and scorecards of the
 * dataset and without texts of tasks. Scores of staged traces stay: the traces are in the repository itself.
 */
export function disclosable(report: Report): Report {
  if (report.disclosed !== false) return report
  const shown = structuredClone(report)
  delete shown.dataset
  delete shown.quality
  delete shown.index
  delete shown.baseline?.dataset
  for (const trace of shown.traces) delete trace.task
  return shown
}
