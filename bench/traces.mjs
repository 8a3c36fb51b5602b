/** Makes large staged files out of the real traces of the fixtures. */
import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const CORPUS = join(import.meta.dirname, '..', '__tests__', 'fixtures', 'golden', 'corpus')

/** The lines of all corpus records. */
export function corpusLines() {
  return readdirSync(CORPUS)
    .sort()
    .flatMap((name) =>
      gunzipSync(readFileSync(join(CORPUS, name)))
        .toString('utf8')
        .split('\n')
    )
    .filter((line) => line !== '')
}

/**
 * Writes corpus records, over and over, each with ids of its own, until `enough(records, bytes)`. Files of another name
 * hold other records.
 *
 * @returns {{ records: number, bytes: number }}
 */
export function writeTraces(file, enough, name = '') {
  const lines = corpusLines()
  const sink = openSync(file, 'w')
  let records = 0
  let bytes = 0
  try {
    while (!enough(records, bytes)) {
      const suffix = `${name}${records}`
      const line = lines[records % lines.length]
        .replace(/("trace_id":\s*"[^"]*)"/, `$1-${suffix}"`)
        .replace(/("session_id":\s*"[^"]*)"/, `$1-${suffix}"`)
      bytes += writeSync(sink, `${line}\n`)
      records++
    }
  } finally {
    closeSync(sink)
  }
  return { records, bytes }
}
