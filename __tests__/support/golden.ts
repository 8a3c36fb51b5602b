/** Reads the reference results of `__tests__/fixtures/golden`. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const ROOT = join(import.meta.dirname, '..', 'fixtures', 'golden')

export function goldenText(folder: 'quality' | 'upstream' | 'corpus', name: string): string {
  return gunzipSync(readFileSync(join(ROOT, folder, `${name}.gz`))).toString('utf8')
}

export function goldenJson(folder: 'quality' | 'upstream', name: string): unknown {
  return JSON.parse(goldenText(folder, name))
}

/** Names of the corpus files, without `.gz`. */
export function corpusFiles(): string[] {
  return readdirSync(join(ROOT, 'corpus')).map((name) => name.replace(/\.gz$/, ''))
}

/** The lines of a JSONL text, ended by LF only. */
export function jsonLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

export interface GoldenTrace {
  /** Line of the set's file, from 1. */
  line: number
  trace_id: string
  content_hash: string
  jsonl_sha256: string
  overall_utility: number
  personas: Record<
    string,
    {
      total_score: number
      pass_rate: number
      category_scores: Record<string, number>
      scores: number[]
      skipped: string[]
      not_passed: Record<string, string[]>
    }
  >
}

export interface GoldenStats {
  total_traces: number
  total_steps: number
  total_tokens: number
  avg_steps_per_session: number
  avg_cost_usd: number | null
  total_cost_usd: number | null
  success_rate: number | null
  top_dependencies: [string, number][]
  model_counts: Record<string, number>
  agent_counts: Record<string, number>
  date_range: string
}

/** One set of `golden/quality`. `traces`, `batch` and `quality_json_text` are absent in the abridged sets 34, 35 and 45. */
export interface GoldenSet {
  name: string
  lines: string[]
  expected: {
    settings: { repo_id: string; assessed_at: string; USER: string | null }
    summary: Record<string, unknown>
    quality_json_text?: string
    batch?: { persona_averages: Record<string, number>; preservation_average: null }
    gate: { passed: boolean; failures?: string[]; failure_count?: number; first?: string[] }
    stats: GoldenStats
    card_block_text: string
    traces?: GoldenTrace[]
  }
}

/** All 38 sets in the order of their names. */
export function goldenSets(): GoldenSet[] {
  return readdirSync(join(ROOT, 'quality'))
    .filter((file) => file.endsWith('.expected.json.gz'))
    .sort()
    .map((file) => {
      const name = file.replace('.expected.json.gz', '')
      return {
        name,
        lines: jsonLines(goldenText('quality', `${name}.jsonl`)),
        expected: goldenJson('quality', `${name}.expected.json`) as GoldenSet['expected']
      }
    })
}
