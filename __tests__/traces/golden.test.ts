import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { canonicalRecord, hashedRecordText } from '../../src/traces/canonical.js'
import { parseJson, type JsonObject } from '../../src/traces/json.js'
import { parseTrace, readRecord, TraceError } from '../../src/traces/parse.js'
import { jsonPointer, leastLineLength, recordShape } from '../../src/traces/shape.js'
import { corpusFiles, goldenJson, goldenSets, goldenText, jsonLines } from '../support/golden.js'
import { goldenRecords } from '../support/records.js'

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

describe('records of real sessions, migrated to the current schema', () => {
  const hashes = goldenJson('upstream', 'content-hashes.json') as {
    file: string
    line: number
    from: string
    'hash_migrated_0.9.0': string
    patches: number
  }[]
  const lineDigests = goldenJson('upstream', 'migrated-lines-sha256.json') as Record<string, string[]>

  test.each(corpusFiles())('%s: hash, line and number of patches of every record are the reference’s', (file) => {
    const traces = jsonLines(goldenText('corpus', file)).map((line) => parseTrace(line))
    const expected = hashes.filter((entry) => entry.file === file).sort((a, b) => a.line - b.line)
    expect(traces.length).toBeGreaterThan(0)
    expect(traces.map(({ contentHash }) => contentHash)).toEqual(expected.map((entry) => entry['hash_migrated_0.9.0']))
    expect(traces.map(({ line }) => sha256(line))).toEqual(lineDigests[file])
    expect(traces.map(({ record }) => record.patches.length)).toEqual(expected.map(({ patches }) => patches))
    expect(traces.map(({ migratedFrom }) => migratedFrom)).toEqual(expected.map(({ from }) => from))
    // The estimate that refuses lines too long to be published must never refuse one of these.
    for (const { line } of traces) {
      expect(leastLineLength(parseJson(line), recordShape)).toBeLessThanOrEqual(line.length)
    }
    // What is published is what a later run reads: nothing changes a second time.
    for (const trace of traces) {
      const again = parseTrace(trace.line)
      expect(again.line).toBe(trace.line)
      expect(again.identityHash).toBe(trace.identityHash)
      expect(again.migratedFrom).toBeUndefined()
    }
  })

  test('the migrated lines equal the reference’s text, character by character', () => {
    const file = 'hermes_0.3.3_schema0.3.0.jsonl'
    const lines = jsonLines(goldenText('corpus', file)).map((line) => parseTrace(line).line)
    expect(lines).toEqual(jsonLines(goldenText('upstream', `migrated-0.9.0__${file}`)))
  })
})

describe('the golden sets: hash and line of every record', () => {
  const sets = goldenSets().filter(({ expected }) => expected.traces !== undefined)

  test.each(sets.map((set) => [set.name, set] as const))('%s', (_, set) => {
    const found = [...goldenRecords(set)].map((record) => {
      const { contentHash, line } = canonicalRecord(record)
      expect(sha256(hashedRecordText(record))).toBe(contentHash)
      return { hash: contentHash, line: sha256(line) }
    })
    expect(found).toEqual(
      set.expected.traces!.map(({ content_hash, jsonl_sha256 }) => ({ hash: content_hash, line: jsonl_sha256 }))
    )
  })

  test('cover 953 records', () => {
    expect(sets.reduce((sum, set) => sum + set.expected.traces!.length, 0)).toBe(953)
  })
})

describe('canonicalisation cases of the reference', () => {
  interface Case {
    name: string
    input?: string
    canonical?: string
    sha256?: string
    jsonl_line?: string
    valid?: boolean
    errors?: { loc: (string | number)[] }[]
  }
  const cases = goldenJson('upstream', 'canonical.json') as Case[]
  /** The reference takes `"7"` for 7; what the CLI writes is never sloppy, so this project refuses it. */
  const SLOPPY: Record<string, string> = {
    str_num_coerce: '/metrics/total_steps',
    bool_coerce: '/security/scanned',
    str_step_index: '/steps/0/step_index'
  }
  const problem = (text: string): TraceError => {
    try {
      parseTrace(text)
    } catch (error) {
      if (error instanceof TraceError) return error
      throw error
    }
    throw new Error('it was accepted')
  }

  const valid = cases.filter(({ name, canonical }) => canonical !== undefined && !(name in SLOPPY))
  test.each(valid.map((one) => [one.name, one] as const))('%s', (_, { input, canonical, sha256: hash, jsonl_line }) => {
    const { record } = readRecord(parseJson(input!) as JsonObject)
    expect(hashedRecordText(record!)).toBe(canonical)
    expect(canonicalRecord(record!).contentHash).toBe(hash)
    expect(canonicalRecord(record!).line).toBe(jsonl_line)
  })

  test.each(Object.entries(SLOPPY))('%s is refused', (name, pointer) => {
    expect(problem(cases.find((one) => one.name === name)!.input!)).toMatchObject({ reason: 'invalid', pointer })
  })

  const invalid = cases.filter(({ errors }) => errors !== undefined)
  test.each(invalid.map((one) => [one.name, one] as const))('%s is refused there', (_, { input, errors }) => {
    // The content of a map is reported at the map.
    const places = errors!.map(({ loc }) => jsonPointer(loc).replace(/(\/contributor)\/type$/, '$1'))
    expect(problem(input!)).toMatchObject({ reason: 'invalid', pointer: places[0] })
  })

  test('an integer that no reader of the dataset could load is refused with its place', () => {
    expect(problem(cases.find(({ name }) => name === 'floats2')!.input!)).toMatchObject({ pointer: '/metadata/*' })
  })
})
