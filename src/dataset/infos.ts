/**
 * `dataset_infos.json`: the declaration of a dataset's columns (source: `datasets`, Features; facts: Hub, loading).
 * Without it `datasets` guesses types from the first rows and fails where later ones differ. `num_bytes` and `splits`
 * are not declared: a figure that is out of date makes loading fail.
 */
import { isDeepStrictEqual } from 'node:util'
import { GateError } from '../errors.js'
import { relateVersion } from '../traces/migrate.js'
import { SCHEMA_VERSION } from '../traces/schema.js'
import { recordShape, type Shape } from '../traces/shape.js'

/** A column's type as `datasets` writes it: a leaf has `_type`, a list holds its item's type, all else is a struct. */
export type Feature = { readonly [key: string]: Feature | string } | readonly [Feature]

const JSON_FEATURE: Feature = { _type: 'Json' }
const valueFeature = (dtype: string): Feature => ({ dtype, _type: 'Value' })

/**
 * Columns of released schemas that the current one has no more. Shards are never rewritten unasked, so records of every
 * released schema can stand beside each other.
 */
const FORMER_FIELDS: Readonly<Record<string, Readonly<Record<string, Feature>>>> = {
  outcome: { patch: valueFeature('string') },
  attribution: { version: valueFeature('string') }
}

/** The columns of all released schemas, in the order of the current one. */
export function recordFeatures(): Record<string, Feature> {
  const features: Record<string, Feature> = {}
  for (const [name, shape] of recordShape.fields) {
    const feature = featureOf(shape)
    features[name] = Object.hasOwn(FORMER_FIELDS, name) ? { ...(feature as object), ...FORMER_FIELDS[name] } : feature
  }
  return features
}

function featureOf(shape: Shape): Feature {
  switch (shape.kind) {
    case 'model':
      return Object.fromEntries([...shape.fields].map(([name, field]) => [name, featureOf(field)]))
    case 'list':
      return [featureOf(shape.item)]
    case 'map':
      return JSON_FEATURE
    case 'integer':
      return valueFeature('int64')
    case 'float':
      return valueFeature('float64')
    case 'boolean':
      return valueFeature('bool')
    case 'string':
    case 'enum':
      return valueFeature('string')
  }
}

/** The entry that `datasets` uses for every config that has none of its own. */
const KEY = 'default'

/** Figures of a state of the data that is gone with the next push. */
const OUTDATED: ReadonlySet<string> = new Set([
  'splits',
  'num_bytes',
  'num_examples',
  'download_checksums',
  'download_size',
  'post_processing_size',
  'dataset_size',
  'size_in_bytes'
])

type Entry = Readonly<Record<string, unknown>>

/**
 * The file's text: indented by two, no line feed at the end. An existing one that declares all our columns is returned as
 * it is. Otherwise its entry `default` is brought up to date, which keeps description, citation, homepage, licence and
 * other entries. What `datasets` could not read is replaced: it makes every load of the dataset fail.
 *
 * @param existing the file as it is, undefined where there is none
 * @param datasetName the last part of the dataset's name
 * @param license stated where the file states none yet; undefined: none is invented
 * @throws GateError `SCHEMA_AHEAD` where the file declares a newer schema than ours
 */
export function datasetInfosText(
  existing: string | undefined,
  datasetName: string,
  license: string | undefined
): string {
  const entries = entriesOf(existing)
  const own = entries?.[KEY]
  const before = isEntry(own) ? own : {}
  refuseNewer(before.version)
  const after = updated(before, datasetName, license)
  const sound = entries !== undefined && Object.values(entries).every(isEntry)
  if (existing !== undefined && sound && isDeepStrictEqual(before, after)) return existing
  const others = Object.entries(entries ?? {}).filter(([, entry]) => isEntry(entry))
  return JSON.stringify({ ...Object.fromEntries(others), [KEY]: after }, null, 2)
}

function entriesOf(text: string | undefined): Entry | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isEntry(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refuseNewer(version: unknown): void {
  const declared = isEntry(version) ? version.version_str : version
  if (typeof declared !== 'string' || relateVersion(declared) !== 'newer') return
  throw new GateError(
    'SCHEMA_AHEAD',
    `The dataset declares a newer schema than ${SCHEMA_VERSION}, which this version writes.`,
    {
      hint: 'Use a newer version of this action. Nothing was changed.'
    }
  )
}

function updated(before: Entry, datasetName: string, license: string | undefined): Entry {
  const [major, minor, patch] = SCHEMA_VERSION.split('.').map(Number)
  const columns = recordFeatures()
  const written: Entry = {
    description: before.description ?? '',
    citation: before.citation ?? '',
    homepage: before.homepage ?? '',
    license: (before.license ?? '') === '' ? (license ?? '') : before.license,
    features: includes(before.features, columns) ? before.features : columns,
    builder_name: 'json',
    dataset_name: before.dataset_name ?? datasetName,
    config_name: KEY,
    version: { version_str: SCHEMA_VERSION, major, minor, patch }
  }
  const others = Object.entries(before).filter(([key]) => !Object.hasOwn(written, key) && !OUTDATED.has(key))
  return { ...written, ...Object.fromEntries(others) }
}

/** Whether declared columns hold all of ours with the same types, in either way of writing lists. */
function includes(declared: unknown, columns: Feature): boolean {
  if (Array.isArray(columns)) {
    const item: unknown = Array.isArray(declared)
      ? declared[0]
      : isEntry(declared) && declared._type === 'List'
        ? declared.feature
        : undefined
    return includes(item, columns[0] as Feature)
  }
  return (
    isEntry(declared) &&
    Object.entries(columns).every(([key, column]) =>
      typeof column === 'string' ? declared[key] === column : includes(declared[key], column)
    )
  )
}
