/**
 * The entry `configs` of the front matter: which files are data. Without it `datasets` takes every JSON file of the
 * dataset for data, `quality.json` and the index included, and cannot load it (measured with 5.2).
 */
import { isMap, isSeq, Scalar, type Document, type YAMLMap, type YAMLSeq } from 'yaml'
import { globMatches } from './glob.js'
import { invalidCard, type YamlEntries } from './yaml-entries.js'

const SHARDS = 'data/traces_*.jsonl'
const SPLIT = 'train'

/** The config that covers the shards. */
export const TRACES_CONFIG = { config_name: 'default', data_files: [{ split: SPLIT, path: SHARDS }] }

/** A config or a split of it; the keys that matter here. */
interface Entry {
  readonly config_name?: unknown
  readonly default?: unknown
  readonly data_dir?: unknown
  readonly data_files?: unknown
  readonly split?: unknown
  readonly path?: unknown
}

/**
 * Makes sure that the config `default` covers the shards. Other configs stay as they are, and so does what a `default`
 * config holds besides. Where its patterns cover the shards already, ours is not added: `datasets` would give every
 * trace twice.
 *
 * @throws LoadError `CARD_INVALID` where `configs` has a form that no reader accepts, or where another config is marked
 *   as the default: a dataset with two of them cannot be loaded at all
 */
export function updateConfigs(entries: YamlEntries): void {
  const configs = entries.value('configs') ?? []
  if (!Array.isArray(configs) || !configs.every(isEntry)) throw invalidCard('`configs` is not a list of configs')
  const index = configs.findIndex((config) => config.config_name === TRACES_CONFIG.config_name)
  const config = configs[index]
  if (config === undefined && configs.some((other) => other.default === true)) {
    throw invalidCard('a config with another name than "default" is marked as the default')
  }
  if (config !== undefined && coversShards(config)) return
  const { document } = entries
  const list = sequence(document, entries.node('configs'), configs)
  if (config === undefined) list.items.push(document.createNode(TRACES_CONFIG))
  else {
    const map = mapping(document, list.items[index], config)
    map.set('data_files', withShards(document, map.get('data_files', true), config.data_files ?? []))
    list.items[index] = map
  }
  entries.set('configs', list)
}

function coversShards(config: Entry): boolean {
  const folder = folderOf(config.data_dir)
  const files = config.data_files
  // A folder without patterns: all its files.
  const patterns = files === undefined || files === null ? (folder === '' ? [] : ['*']) : patternsOf(files)
  if (patterns.some((pattern) => isEveryShard(folder + relative(pattern)))) return true
  if (folder !== '') throw invalidCard('the config "default" has a `data_dir` that leaves the traces out')
  return false
}

function folderOf(dataDir: unknown): string {
  if (dataDir === undefined || dataDir === null) return ''
  if (typeof dataDir !== 'string') throw invalidCard('`data_dir` of the config "default" is not a path')
  const path = relative(dataDir).replace(/\/+$/, '')
  return path === '' || path === '.' ? '' : `${path}/`
}

function relative(path: string): string {
  return path.replace(/^(?:\.?\/+)+/, '')
}

/** Names as far apart as names of shards can be: what matches them matches all. */
const SHARD_NAMES = ['data/traces_20260101T000000Z_0123abcd.jsonl', 'data/traces_99991231T235959Z_fedc9876.jsonl']

function isEveryShard(pattern: string): boolean {
  return SHARD_NAMES.every((name) => globMatches(pattern, name))
}

/** Whether a pattern can match nothing but shards. */
function isOnlyShards(pattern: unknown): boolean {
  return typeof pattern === 'string' && /^data\/traces_[^/]*\.jsonl$/.test(relative(pattern))
}

/** Every pattern of `data_files`, which is a pattern, a list of patterns, or a list of splits with their patterns. */
function patternsOf(files: unknown): string[] {
  if (typeof files === 'string') return [files]
  if (!Array.isArray(files)) throw unreadableFiles()
  return (files as unknown[]).flatMap((item) => {
    if (typeof item === 'string') return [item]
    if (!isEntry(item)) throw unreadableFiles()
    const paths: readonly unknown[] = Array.isArray(item.path) ? item.path : [item.path]
    if (!paths.every((path) => typeof path === 'string')) throw unreadableFiles()
    return paths
  })
}

function unreadableFiles(): Error {
  return invalidCard('`data_files` of the config "default" is not a list of patterns or of splits')
}

/** `data_files` with our pattern in the split for training, in the form that it has. */
function withShards(document: Document, node: unknown, files: unknown): unknown {
  if (typeof files === 'string') return document.createNode(withPattern(files))
  const items = files as readonly unknown[]
  const list = sequence(document, node, items)
  if (items.length > 0 && items.every((item) => typeof item === 'string')) return addPattern(list, items)
  const index = items.findIndex((item) => isEntry(item) && item.split === SPLIT)
  if (index === -1) {
    list.items.push(document.createNode(TRACES_CONFIG.data_files[0]))
    return list
  }
  const split = items[index] as Entry
  const map = mapping(document, list.items[index], split)
  const path = split.path
  if (typeof path === 'string') map.set('path', withPattern(path))
  else {
    const paths = path as readonly unknown[]
    map.set('path', addPattern(sequence(document, map.get('path', true), paths), paths))
  }
  list.items[index] = map
  return list
}

function withPattern(pattern: string): string | string[] {
  return isOnlyShards(pattern) ? SHARDS : [pattern, SHARDS]
}

/** Ours takes the place of patterns for some of the shards, which would be given twice. */
function addPattern(list: YAMLSeq, patterns: readonly unknown[]): YAMLSeq {
  list.items = [...list.items.filter((_, i) => !isOnlyShards(patterns[i])), new Scalar(SHARDS)]
  return list
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The node itself, or a copy where it is an alias or missing: what an alias names is not ours to change. */
function sequence(document: Document, node: unknown, value: readonly unknown[]): YAMLSeq {
  return isSeq(node) ? node : document.createNode([...value])
}

function mapping(document: Document, node: unknown, value: Entry): YAMLMap {
  return isMap(node) ? node : document.createNode({ ...value })
}
