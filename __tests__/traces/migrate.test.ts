/** From older schemas without loss. The records of real sessions are in `golden.test.ts`. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { JsonValue } from '../../src/traces/json.js'
import { patchesFromDiff, relateVersion } from '../../src/traces/migrate.js'
import { parseTrace } from '../../src/traces/parse.js'
import { rawTrace } from '../support/records.js'

const DIFF = 'diff --git a/x.ts b/x.ts\n--- a/x.ts\n+++ b/x.ts\n@@ -1 +1 @@\n-a\n+b\n'

/** What the reference makes of one block of a diff. */
const patch = (path: string, block: string): Record<string, unknown> => ({
  patch_id: createHash('sha256').update(`${path}\n${block}`).digest('hex'),
  file_path: path,
  capture_method: ['legacy_outcome_patch_migration'],
  limitations: ['reconstructed_from_outcome_patch']
})
const OWN = patch('x.ts', DIFF.trimEnd().split('\n').slice(1).join('\n'))

/** A record of schema 0.3.0; `members` may take fields away by setting them undefined. */
function migrated(outcome: Record<string, unknown>, members: Record<string, unknown> = {}): Record<string, JsonValue> {
  const { line } = parseTrace(JSON.stringify(rawTrace('t', { schema_version: '0.3.0', outcome, ...members })))
  expect(parseTrace(line).line).toBe(line)
  return JSON.parse(line) as Record<string, JsonValue>
}

describe('outcome.patch', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>, unknown, unknown[]]>([
    ['goes to metadata.legacy', { patch: DIFF }, {}, { legacy: { patch: DIFF } }, [OWN]],
    ['joins other metadata', { patch: DIFF }, { metadata: { n: 1 } }, { n: 1, legacy: { patch: DIFF } }, [OWN]],
    [
      'joins other legacy fields',
      { patch: DIFF },
      { metadata: { legacy: { a: 1 }, n: 2 } },
      { legacy: { a: 1, patch: DIFF }, n: 2 },
      [OWN]
    ],
    [
      'is there already',
      { patch: DIFF },
      { metadata: { legacy: { patch: DIFF } } },
      { legacy: { patch: DIFF } },
      [OWN]
    ],
    [
      'another one is there',
      { patch: DIFF },
      { metadata: { legacy: { patch: 'other' } } },
      { legacy: { patch: 'other' }, unknown_fields: { '/outcome/patch': DIFF } },
      [OWN]
    ],
    [
      'null is there',
      { patch: DIFF },
      { metadata: { legacy: { patch: null } } },
      { legacy: { patch: null }, unknown_fields: { '/outcome/patch': DIFF } },
      [OWN]
    ],
    ...['text', 5, null, [1], true].map(
      (legacy): [string, Record<string, unknown>, Record<string, unknown>, unknown, unknown[]] => [
        `legacy is ${JSON.stringify(legacy)}`,
        { patch: DIFF },
        { metadata: { legacy } },
        { legacy, unknown_fields: { '/outcome/patch': DIFF } },
        [OWN]
      ]
    ),
    ['no diff in it', { patch: 'see the commit' }, {}, { legacy: { patch: 'see the commit' } }, []],
    ['empty', { patch: '' }, {}, {}, []],
    ['null', { patch: null }, {}, {}, []],
    ['empty patches', { patch: DIFF }, { patches: [] }, { legacy: { patch: DIFF } }, [OWN]]
  ])('%s', (_, outcome, members, metadata, patches) => {
    const record = migrated({ committed: true, ...outcome }, members)
    expect(record.metadata).toEqual(metadata)
    expect(record.patches).toMatchObject(patches)
    expect((record.patches as unknown[]).length).toBe(patches.length)
    expect(record.outcome).not.toHaveProperty('patch')
    expect(record.outcome).toMatchObject({ committed: true })
    expect(record.schema_version).toBe('0.9.0')
  })

  test('leaves patches alone that are there', () => {
    const own = { patch_id: 'p', file_path: 'mine.ts' }
    const record = migrated({ patch: DIFF }, { patches: [own] })
    expect(record.patches).toMatchObject([own])
    expect(record.metadata).toEqual({ legacy: { patch: DIFF } })
  })

  test.each([5, 1.5, true, [DIFF], { a: DIFF }])('%j is refused with its place', (value) => {
    expect(() => migrated({ patch: value })).toThrow(/^\/outcome\/patch: expected a string/)
  })

  test.each([
    ['metadata', null],
    ['metadata', [1]],
    ['patches', null],
    ['patches', 'text']
  ])('%s of a wrong type (%j) stays an error', (field, value) => {
    // The reference rebuilds patches where they are null; without a diff in it, null stays and is an error.
    expect(() => migrated({ patch: 'no diff' }, { [field]: value })).toThrow(new RegExp(`^/${field}: expected`))
  })

  test('is migrated whatever version the record states, and in records with special numbers', () => {
    const text = JSON.stringify(rawTrace('t', { outcome: { patch: DIFF }, metadata: { '1': '@' } }))
    const trace = parseTrace(text.replace('"@"', '1.0'))
    expect(trace.migratedFrom).toBeUndefined()
    expect(trace.line).toContain(`"metadata":{"1":1.0,"legacy":{"patch":${JSON.stringify(DIFF)}}}`)
    expect(trace.record.patches).toMatchObject([OWN])
  })
})

describe('patches of a diff', () => {
  const pathsOf = (diff: string): unknown[] =>
    (patchesFromDiff(diff) as { file_path: string }[]).map(({ file_path }) => file_path)

  test.each([
    ['two files', '--- a/x\n+++ b/x\n-1\n--- a/y\n+++ b/y\n+2', ['x', 'y']],
    ['a new file', '--- /dev/null\n+++ b/new.ts\n+1', ['new.ts']],
    ['a deleted file', '--- a/old.ts\n+++ /dev/null\n-1', ['old.ts']],
    ['nothing on either side', '--- /dev/null\n+++ /dev/null', []],
    ['quoted paths, not unquoted', '--- "a/\\303\\251.ts"\n+++ "b/\\303\\251.ts"', ['"b/\\303\\251.ts"']],
    ['a time behind a tab', '--- a/x\t2026-01-01\n+++ b/x y\t2026-01-01', ['x y']],
    ['one prefix only', '--- a/a/b\n+++ b/b/a', ['b/a']],
    ['no prefix', '--- x\n+++ x', ['x']],
    ['CRLF', '--- a/x\r\n+++ b/x\r\n-1\r\n', ['x']],
    [
      'a removed line that starts with "-- ", as in the reference',
      '--- a/q.sql\n+++ b/q.sql\n--- note\n+1',
      ['q.sql', 'note']
    ],
    ['a rename without content', 'diff --git a/x b/y\nrename from x\nrename to y', []],
    ['a binary file', 'diff --git a/x b/x\nBinary files a/x and b/x differ', []],
    ['no second header', '--- a/x\n-1', ['x']],
    ['an empty header', '--- \n+++ b/x', []],
    ['nothing', '', []]
  ])('%s', (_, diff, paths) => {
    expect(pathsOf(diff)).toEqual(paths)
  })

  test('a block runs to the next one, whatever is in between', () => {
    const first = '--- a/x\n+++ b/x\n-1\ndiff --git a/y b/y\nindex 1..2'
    const second = '--- a/y\n+++ b/y\n+2'
    expect(patchesFromDiff(`${first}\n${second}\n`)).toEqual([patch('x', first), patch('y', second)])
  })

  test('lines end where the reference ends them, and are joined by line feeds', () => {
    expect(patchesFromDiff('--- a/x\u2028+++ b/x\r\n+1\u000c+2\r+3')).toEqual([
      patch('x', '--- a/x\n+++ b/x\n+1\n+2\n+3')
    ])
  })
})

describe('versions', () => {
  test.each<[JsonValue | undefined, string]>([
    [undefined, 'current'],
    ['0.9.0', 'current'],
    ['0.1.0', 'older'],
    ['0.8.99', 'older'],
    ['0.9.1', 'newer'],
    ['0.10.0', 'newer'],
    ['1.0.0', 'newer'],
    ['999999999.0.0', 'newer'],
    ['9999999999999999999999.0.0', 'unreadable'],
    ['0.9', 'unreadable'],
    ['0.9.0.0', 'unreadable'],
    ['v0.9.0', 'unreadable'],
    ['0.9.0\n', 'unreadable'],
    ['-1.0.0', 'unreadable'],
    ['', 'unreadable'],
    [null, 'unreadable'],
    [9, 'unreadable'],
    [['0.9.0'], 'unreadable']
  ])('%j is %s', (version, relation) => {
    expect(relateVersion(version)).toBe(relation)
  })

  test('an absent version is the current one', () => {
    const trace = parseTrace('{"trace_id":"t","session_id":"s","agent":{"name":"a"}}')
    expect(trace.migratedFrom).toBeUndefined()
    expect(trace.record.schema_version).toBe('0.9.0')
  })
})
