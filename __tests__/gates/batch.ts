/** Batches for the gates, spooled as a push spools them, and places for what they write. */
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from '@jest/globals'
import type { Gate, GateResult, ScanBatch, ScanLine } from '../../src/gates/gate.js'
import { inspectAll } from '../../src/gates/reading.js'
import { parseTrace } from '../../src/traces/parse.js'

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A new folder that is removed after the test. */
export function tempFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gate-test-')))
  folders.push(folder)
  return folder
}

export function isEmpty(folder: string): boolean {
  return readdirSync(folder).length === 0
}

/** Writes the shard of some traces; `files` names the staged file of each. */
export function batchOf(records: readonly Record<string, unknown>[], files: readonly string[] = []): ScanBatch {
  return batchOfLines(
    records.map((record) => parseTrace(JSON.stringify(record)).line),
    files
  )
}

export function batchOfLines(texts: readonly string[], files: readonly string[] = []): ScanBatch {
  const shardFile = join(tempFolder(), 'shard.jsonl')
  let offset = 0
  const lines = texts.map((text, i): ScanLine => {
    const length = Buffer.byteLength(text)
    const traceId = (JSON.parse(text) as { trace_id: string }).trace_id
    const line = { offset, length, traceId, file: files[i] ?? 'staging/traces.jsonl', line: i + 1 }
    offset += length + 1
    return line
  })
  writeFileSync(shardFile, texts.map((text) => text + '\n').join(''))
  return { shardFile, lines }
}

/** What one gate says of a batch. */
export async function resultOf(gate: Gate, batch: ScanBatch): Promise<GateResult> {
  const [result] = await inspectAll([gate], batch)
  return result!
}
