/**
 * Makes a large dataset in a folder, quickly: shards of 100 made-up traces each, and the index that as many pushes would
 * have left. Nothing but the index can tell what a shard holds: a push that read one would fail.
 *
 *     node synthetic.js FOLDER SHARDS
 */
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { withIndex, type ListedFile } from '../src/dataset/index/index.js'
import { shardRows, type TraceEntry } from '../src/dataset/index/rows.js'
import { SCORER_VERSION } from '../src/quality/types.js'

const TRACES = 100
const [folder, count] = process.argv.slice(2) as [string, string]
const files = new Map<string, Uint8Array>()

function listed([path, bytes]: [string, Uint8Array]): ListedFile {
  const oid = createHash('sha1')
    .update(`blob ${String(bytes.length)}\0`)
    .update(bytes)
    .digest('hex')
  return { path, size: bytes.length, oid }
}

function madeUp(n: number): TraceEntry {
  const key = (kind: string): Buffer =>
    createHash('sha256')
      .update(`${kind} ${String(n)}`)
      .digest()
      .subarray(0, 16)
  const traceId = key('id').toString('hex')
  return {
    traceId,
    row: {
      keys: Buffer.concat([key('content'), key('identity'), key('trace'), key('session')]),
      generation: 0n,
      idPrefix: traceId.slice(0, 8),
      // Most pass every minimum, as in a dataset that somebody looks after.
      totals: [900, 700, 600, 800, n % 50 === 0 ? 400 : 750],
      cost: n / 100
    },
    figures: {
      agent: 'claude-code',
      model: `model-${String(n % 5)}`,
      dependencies: [`package-${String(n % 40)}`],
      steps: 40n,
      tokens: 100_000n,
      cost: n / 100,
      success: n % 2 === 0,
      dates: ['2026-01-01', '2026-01-02']
    }
  }
}

const listing: ListedFile[] = []
for (let i = 0; i < Number(count); i++) {
  const minute = new Date(Date.UTC(2025, 0, 1, 0, i)).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const path = `data/traces_${minute}_00000000.jsonl`
  const entries = Array.from({ length: TRACES }, (_, t) => madeUp(i * TRACES + t))
  const lines = Buffer.from(entries.map(({ traceId }) => `no trace: ${traceId}\n`).join(''))
  const file = listed([path, lines])
  await withIndex(
    {
      files: [...listing, ...[...files].map(listed)],
      scorerVersion: SCORER_VERSION,
      readBytes: (name, range) => {
        const bytes = files.get(name) as Uint8Array
        return Promise.resolve(range === undefined ? bytes : bytes.subarray(range.start, range.end))
      },
      readShard: ({ path: name }) => Promise.reject(new Error(`read: ${name}`))
    },
    async (index) => {
      const change = await index.extend({ ...shardRows(path, entries), file })
      for (const { path: name, content } of change.writes) files.set(name, content)
      for (const name of change.deletes) files.delete(name)
    }
  )
  listing.push(file)
  await put(path, lines)
}
for (const [path, bytes] of files) await put(path, bytes)

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), bytes)
}
