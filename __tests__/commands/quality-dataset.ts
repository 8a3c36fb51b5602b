/** What the tests of a dataset's scorecard compare: everything that a push leaves there, whatever its shards are called. */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { INDEX_PATH, parseHead } from '../../src/dataset/index/head.js'
import { decodeSegment } from '../../src/dataset/index/segment.js'
import { readAll, type DatasetStore } from '../../src/hub/store.js'

/** The files of a dataset by path. */
export type DatasetFiles = ReadonlyMap<string, Buffer>

export async function folderFiles(folder: string): Promise<DatasetFiles> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(
    await Promise.all(
      files.map(async (file): Promise<[string, Buffer]> => [
        relative(folder, file).split(sep).join('/'),
        await readFile(file)
      ])
    )
  )
}

export async function storeFiles(store: DatasetStore): Promise<DatasetFiles> {
  const { revision } = await store.state()
  if (revision === undefined) throw new Error('there is no dataset')
  const files = new Map<string, Buffer>()
  for (const { path } of await store.list(revision)) files.set(path, await readAll(store, revision, path))
  return files
}

export interface Published {
  readonly quality: string
  /** Without the number of shards, which a split changes. */
  readonly card: string
  readonly infos: string
  readonly totals: Totals
  /** One text a trace, in the order of the dataset. */
  readonly entries: readonly string[]
  readonly lines: readonly string[]
  readonly shards: number
}

/** The totals of the index as plain values; counters as pairs, because the order of the names counts. */
export interface Totals {
  readonly scores: Readonly<Record<'sums' | 'min' | 'max', readonly number[]>> & { readonly scored: number }
  readonly tally: Readonly<Record<'models' | 'agents' | 'dependencies', readonly (readonly [string, number])[]>> &
    Readonly<Record<string, unknown>>
}

export function published(files: DatasetFiles): Published {
  const text = (path: string): string => (files.get(path) as Buffer).toString('utf8')
  const head = parseHead(text(INDEX_PATH))
  if (head === undefined) throw new Error('the head of the index cannot be read')
  const entries = new Map<string, string[]>()
  for (const { path } of head.segments) {
    for (const { shard, rows } of decodeSegment(files.get(path) as Buffer)) {
      if (head.shards.find((known) => known.path === shard)?.segment !== path) continue
      const texts = rows.map(({ keys, generation, idPrefix, totals, cost }) => {
        // Infinity and -0 have no JSON of their own.
        const exact = (value: number | null | undefined): string => (Object.is(value, -0) ? '-0' : String(value))
        return [Buffer.from(keys).toString('hex'), generation, idPrefix, totals?.map(exact), exact(cost)].join(' ')
      })
      entries.set(shard, texts)
    }
  }
  const shards = [...files.keys()].filter((path) => path.startsWith('data/')).sort()
  return {
    quality: text('quality.json'),
    card: text('README.md').replace(/^\| Shards \| [\d,]+ \|$/m, '| Shards | |'),
    infos: text('dataset_infos.json'),
    totals: {
      scores: head.totals.scores,
      tally: {
        ...head.totals.tally,
        models: [...head.totals.tally.models],
        agents: [...head.totals.tally.agents],
        dependencies: [...head.totals.tally.dependencies]
      }
    },
    entries: head.shards.flatMap(({ path }) => entries.get(path) as string[]),
    lines: shards.flatMap((path) => text(path).split('\n').slice(0, -1)),
    shards: shards.length
  }
}
