/**
 * What `reference.py` does, by this action's own code: read, migrate, validate, hash, score, render.
 *
 *     node assess.js STAGED.jsonl FOLDER
 *
 * Writes the lines, quality.json and README.md into FOLDER.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stage } from '../src/commands/staging.js'
import { renderCard } from '../src/dataset/card.js'
import { shardRows } from '../src/dataset/index/rows.js'
import { addShard, emptyTotals } from '../src/dataset/index/totals.js'
import { statisticsOf } from '../src/dataset/statistics.js'
import { boundYoungGeneration } from '../src/heap.js'
import { assessedAt, qualityJson, resumeBatch, summarise } from '../src/quality/summary.js'
import type { ScoredRow } from '../src/quality/types.js'
import { SCHEMA_VERSION } from '../src/traces/schema.js'

boundYoungGeneration()
const [staged, folder] = process.argv.slice(2) as [string, string]
const files = [{ path: staged, shown: staged, format: 'jsonl' as const }]
const collected = { files, sources: [], unmatched: [], committed: new Set<string>() }
const { candidates } = await stage(collected, join(folder, 'shard.jsonl'))
const rows = shardRows(
  'data/traces_20260101T000000Z_00000000.jsonl',
  candidates.map(({ entry }) => entry)
)
const totals = emptyTotals()
addShard(totals, rows)
const quality = summarise(resumeBatch(totals.scores, rows.rows as readonly ScoredRow[]), assessedAt(new Date()))
await writeFile(join(folder, 'quality.json'), qualityJson(quality))
const card = renderCard(undefined, {
  repo: 'bench/traces',
  license: 'cc-by-4.0',
  statistics: statisticsOf(totals.tally),
  shards: 1,
  quality,
  schemaVersion: SCHEMA_VERSION
})
await writeFile(join(folder, 'README.md'), card)
