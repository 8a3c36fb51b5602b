/** The published dataset as a baseline: what it was before this run. */
import { PERSONAS, type QualitySummary } from '../quality/types.js'
import type { ReportBaseline } from '../report/model.js'
import type { DatasetFigures } from './publish.js'

/** A page names the first ones; what `quality.json` lists can be ten thousand. */
const MAX_FAILURES = 100

/**
 * @param revision of the dataset that was read; undefined where there is none yet
 * @param quality of the dataset as it was then, without the new traces; undefined where nothing is assessed
 * @returns undefined where there is no dataset yet
 */
export function datasetBaseline(
  revision: string | undefined,
  { statistics }: DatasetFigures,
  quality: QualitySummary | undefined
): ReportBaseline['dataset'] {
  if (revision === undefined) return undefined
  const facts = { revision, traces: statistics.totalTraces }
  if (quality === undefined || quality.trace_count === 0) return { ...facts, persona_averages: {} }
  return {
    ...facts,
    persona_averages: Object.fromEntries(
      PERSONAS.flatMap((persona) => {
        const score = quality.persona_scores[persona]
        return score === undefined ? [] : [[persona, score.average]]
      })
    ),
    overall_utility: quality.overall_utility,
    gate_status: quality.gate_status,
    gate_failures: shortened(quality.gate_failures)
  }
}

function shortened(failures: readonly string[]): string[] {
  const rest = failures.length - MAX_FAILURES
  return rest <= 0 ? [...failures] : [...failures.slice(0, MAX_FAILURES), `and ${String(rest)} more lines`]
}
