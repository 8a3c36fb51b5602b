/**
 * From any released schema to the current one, without loss (reference: opentraces-schema 0.9.0, `migrations`). Every
 * step but one is "new fields get their defaults"; the one is `outcome.patch`, a session's whole diff, which schema 0.6
 * replaced by `patches[]`.
 */
import { createHash } from 'node:crypto'
import { isJsonArray, isJsonObject, property, toMap, type JsonObject, type JsonValue } from './json.js'
import { SCHEMA_VERSION } from './schema.js'
import type { Path, UnknownField } from './shape.js'
import { strip, withLineFeeds } from './text.js'

export type VersionRelation = 'current' | 'older' | 'newer' | 'unreadable'

/** How a record's `schema_version` stands to ours. Absent is current, as in the reference. */
export function relateVersion(version: JsonValue | undefined, current = SCHEMA_VERSION): VersionRelation {
  if (version === undefined || version === current) return 'current'
  if (typeof version !== 'string') return 'unreadable'
  const theirs = versionNumbers(version)
  const ours = versionNumbers(current) as number[]
  if (theirs === undefined) return 'unreadable'
  for (const [i, number] of theirs.entries()) {
    const own = ours[i] as number
    if (number !== own) return number > own ? 'newer' : 'older'
  }
  return 'current'
}

function versionNumbers(version: string): number[] | undefined {
  return /^\d{1,9}\.\d{1,9}\.\d{1,9}$/.test(version) ? version.split('.').map(Number) : undefined
}

export interface Migrated {
  record: JsonObject
  /** What the reference would have dropped: kept with the fields that no schema knows. */
  leftOver: UnknownField[]
  /** The pointer of a legacy field with a type that no schema allowed. */
  invalid?: { path: Path; message: string }
}

/** Moves what the current schema has no place for. The input is not changed. */
export function migrate(record: JsonObject): Migrated {
  const outcome = property(record, 'outcome')
  if (outcome === undefined || !isJsonObject(outcome)) return { record, leftOver: [] }
  const patch = property(outcome, 'patch')
  if (patch === undefined) return { record, leftOver: [] }
  const path = ['outcome', 'patch']
  if (patch !== null && typeof patch !== 'string') {
    return { record, leftOver: [], invalid: { path, message: 'expected a string' } }
  }

  const migrated = toMap(record)
  const newOutcome = toMap(outcome)
  newOutcome.delete('patch')
  migrated.set('outcome', newOutcome)
  if (patch === null || patch === '') return { record: migrated, leftOver: [] }

  const leftOver: UnknownField[] = []
  if (!keepAsLegacy(migrated, patch)) leftOver.push({ path, value: patch })
  const patches = migrated.get('patches')
  if (patches === undefined || patches === null || (isJsonArray(patches) && patches.length === 0)) {
    const rebuilt = patchesFromDiff(patch)
    if (rebuilt.length > 0) migrated.set('patches', rebuilt)
  }
  return { record: migrated, leftOver }
}

/** Sets `metadata.legacy.patch` where there is room for it; false where something else stands there. */
function keepAsLegacy(record: Map<string, JsonValue>, patch: string): boolean {
  const metadata = objectOrNew(record.get('metadata'))
  const legacy = metadata && objectOrNew(property(metadata, 'legacy'))
  if (metadata === undefined || legacy === undefined) return false
  const existing = property(legacy, 'patch')
  if (existing !== undefined) return existing === patch
  record.set('metadata', toMap(metadata).set('legacy', toMap(legacy).set('patch', patch)))
  return true
}

/** What is absent counts as empty; undefined where something else than an object stands there. */
function objectOrNew(value: JsonValue | undefined): JsonObject | undefined {
  if (value === undefined) return new Map<string, JsonValue>()
  return isJsonObject(value) ? value : undefined
}

/** One patch a file of a unified diff; ids are content addresses, so that the same diff always gives the same ones. */
export function patchesFromDiff(diff: string): JsonObject[] {
  const patches: JsonObject[] = []
  for (const block of fileBlocks(diff)) {
    const filePath = pathOf(block)
    if (filePath === undefined) continue
    patches.push({
      patch_id: createHash('sha256').update(`${filePath}\n${block}`).digest('hex'),
      file_path: filePath,
      capture_method: ['legacy_outcome_patch_migration'],
      limitations: ['reconstructed_from_outcome_patch']
    })
  }
  return patches
}

/** A diff cut before every line that begins with `--- ` and something behind it, lines ended by LF, the last by nothing. */
function fileBlocks(diff: string): string[] {
  const text = withLineFeeds(diff)
  const starts: number[] = []
  for (let at = text.startsWith('--- ') ? 0 : nextLine(text, '--- ', 0); at !== -1; at = nextLine(text, '--- ', at)) {
    if (lineAt(text, at).length > '--- '.length) starts.push(at)
  }
  // The line feed before the next block ends this one's last line.
  return starts.map((start, i) => text.slice(start, i + 1 < starts.length ? (starts[i + 1] as number) - 1 : undefined))
}

/** Offset of the next line behind this offset's that begins so, or -1. */
function nextLine(text: string, start: string, from: number): number {
  const found = text.indexOf(`\n${start}`, from)
  return found === -1 ? -1 : found + 1
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start)
  return text.slice(start, end === -1 ? undefined : end)
}

/** The path behind the change, or before it where the file was deleted. */
function pathOf(block: string): string | undefined {
  const before = barePath(lineAt(block, 0).slice('--- '.length))
  let added = nextLine(block, '+++ ', 0)
  while (added !== -1 && lineAt(block, added).length === '+++ '.length) added = nextLine(block, '+++ ', added)
  const after = added === -1 ? '' : barePath(lineAt(block, added).slice('+++ '.length))
  const real = (path: string): boolean => path !== '' && path !== '/dev/null'
  return [after, before].find(real)
}

function barePath(text: string): string {
  const path = strip(text).split('\t', 1)[0] as string
  return /^[ab]\//.test(path) ? path.slice(2) : path
}
