/**
 * The second half of a walk: what the dataset holds, what of the batch is new, and one commit on top of it; all of it
 * again where somebody else was faster.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { renderCard } from '../dataset/card.js'
import { compareWithPublished, tombstoneKeys, type Verdict } from '../dataset/dedupe.js'
import { withIndex, type DatasetIndex, type IndexSource } from '../dataset/index/index.js'
import { shardRows } from '../dataset/index/rows.js'
import type { IndexRow } from '../dataset/index/segment.js'
import type { DatasetTotals } from '../dataset/index/totals.js'
import { datasetInfosText } from '../dataset/infos.js'
import type { CommitPlan, FileWrite } from '../dataset/plan.js'
import { readShard, shardPath } from '../dataset/shard.js'
import { statisticsOf, type DatasetStatistics } from '../dataset/statistics.js'
import { parseTombstones, TOMBSTONES_PATH } from '../dataset/tombstones.js'
import { ActionError, GateError, LoadError, UnsafeDedupeError } from '../errors.js'
import {
  readAll,
  StaleRevisionError,
  type CommitResult,
  type DatasetStore,
  type Revision,
  type StoredFile
} from '../hub/store.js'
import type { Policy } from '../gates/policy.js'
import { thresholdsWith } from '../quality/gate.js'
import { assessedAt, qualityJson, resumeBatch, summarise } from '../quality/summary.js'
import { SCORER_VERSION, type QualitySummary, type ScoredRow } from '../quality/types.js'
import { SCHEMA_VERSION } from '../traces/schema.js'
import { buildFile, type BuiltFile } from '../traces/spool.js'
import { score, type Candidate, type Staging } from './staging.js'

/** Everything with an effect, and what the inputs say about the dataset. */
export interface PublishOptions {
  readonly store: DatasetStore
  readonly now: () => Date
  /** Random hex digits. */
  readonly randomHex: (digits: number) => string
  readonly sleep: (milliseconds: number) => Promise<void>
  /** How long to go on against contention, in milliseconds. */
  readonly maxWait: number
  /** A private folder for the shard while it is built. */
  readonly workFolder: string
  /** Whether card and `quality.json` carry the scorecard. */
  readonly assess: boolean
  /** For the card of a dataset that this run creates. */
  readonly license: string | undefined
  /** As asked for; undefined leaves an existing dataset as it is, and makes a new one private. */
  readonly visibility: 'public' | 'private' | undefined
  readonly allowsVisibility: (found: 'public' | 'private') => boolean
  /** Plan, but do not commit. */
  readonly dryRun: boolean
  /** Minimums of the quality gate, in place of the usual ones. */
  readonly policy: Pick<Policy, 'quality'>
  /** Candidates that a gate holds back: looked up, because what is published already has leaked. */
  readonly held: readonly Candidate[]
  readonly info: (message: string) => void
}

/** What the dataset looked like, what became of the batch, and what was committed. */
export interface Publication {
  /** One a considered candidate, in their order. */
  readonly verdicts: readonly Verdict[]
  /** Of those that are held. */
  readonly held: ReadonlyMap<Candidate, Verdict>
  /** What was read; undefined where there is no dataset yet. */
  readonly revision: Revision | undefined
  readonly before: DatasetFigures
  /** The scorecard of the dataset as it was; undefined without `assess`. */
  readonly qualityBefore: QualitySummary | undefined
  readonly after: DatasetFigures
  readonly index: {
    readonly shardsRead: readonly string[]
    readonly shardsGone: readonly string[]
    readonly rebuilt: DatasetIndex['rebuilt']
    readonly bytesRead: number
  }
  /** The scorecard of the dataset with the new traces; undefined without `assess`. */
  readonly quality: QualitySummary | undefined
  /** Undefined where nothing was new. */
  readonly shard: { readonly path: string; readonly built: BuiltFile; readonly traces: number } | undefined
  readonly plan: CommitPlan | undefined
  /** Undefined after a dry run and where nothing was new. */
  readonly commit: CommitResult | undefined
  readonly visibility: 'public' | 'private' | undefined
}

export interface DatasetFigures {
  readonly shards: number
  readonly statistics: DatasetStatistics
}

/**
 * Publishes the candidates that the dataset does not hold yet.
 *
 * @param considered the candidates that passed the gates, without duplicates among themselves
 * @throws UnsafeDedupeError where the dataset cannot be read, LoadError where contention does not end
 */
export async function publish(
  staging: Staging,
  considered: readonly Candidate[],
  options: PublishOptions
): Promise<Publication> {
  const deadline = options.now().getTime() + options.maxWait
  for (let attempt = 1; ; attempt++) {
    try {
      const planned = await planPublication(staging, considered, options)
      if (planned.plan === undefined || options.dryRun) return planned
      return { ...planned, commit: await options.store.commit(planned.plan) }
    } catch (error) {
      if (!(error instanceof StaleRevisionError)) throw error
      const pause = backoff(attempt, options.randomHex)
      if (options.now().getTime() + pause > deadline) {
        throw new LoadError(
          'CONFLICT',
          `others kept committing to ${options.store.repo}: ${String(attempt)} attempts`,
          {
            hint: 'Nothing was published. Run again later, raise "max-wait", or let the pushing jobs wait for each other with "concurrency".',
            retryable: true
          }
        )
      }
      options.info(`The dataset changed while this push was being made (attempt ${String(attempt)}): planning again.`)
      await options.sleep(pause)
    }
  }
}

/** Milliseconds to wait: doubling from 100 to 5,000, of which a random half or more is taken. */
function backoff(attempt: number, randomHex: (digits: number) => string): number {
  const most = Math.min(5000, 100 * 2 ** Math.min(attempt - 1, 10))
  return Math.round(most / 2 + (most / 2) * (parseInt(randomHex(4), 16) / 0xffff))
}

async function planPublication(
  staging: Staging,
  considered: readonly Candidate[],
  options: PublishOptions
): Promise<Publication> {
  const { revision, visibility } = await options.store.state()
  assertVisibility(visibility, revision === undefined, options)
  const dataset = await Dataset.open(options.store, revision)
  const tombstones = tombstoneKeys(parseTombstones(await dataset.text(TOMBSTONES_PATH)))
  const source: IndexSource = {
    files: dataset.files,
    readBytes: (path, range) => dataset.bytes(path, range),
    readShard: (file) => dataset.guarded(file.path, () => readShard(file.path, dataset.stream(file.path), score)),
    scorerVersion: SCORER_VERSION
  }
  return withIndex(source, async (index) => {
    const published = await index.find(considered.map(({ entry }) => entry.row))
    const verdicts = considered.map(({ entry }, i) => compareWithPublished(entry, published[i] ?? {}, tombstones))
    const heldKeys = await index.find(options.held.map(({ entry }) => entry.row))
    const held = new Map(
      options.held.map((one, i) => [one, compareWithPublished(one.entry, heldKeys[i] ?? {}, tombstones)])
    )
    const fresh = considered.filter((_, i) => verdicts[i]?.kind === 'new')
    const before = figures(index.totals, index.shards.length)
    const indexFacts = (): Publication['index'] => ({
      shardsRead: index.fresh.map(({ shard }) => shard),
      shardsGone: index.gone,
      rebuilt: index.rebuilt,
      bytesRead: dataset.bytesRead
    })
    const qualityBefore = await assess(index, index.totals, [], options)
    const facts = { verdicts, held, revision, before, qualityBefore, visibility }
    if (fresh.length === 0) {
      return {
        ...facts,
        index: indexFacts(),
        after: before,
        quality: qualityBefore,
        shard: undefined,
        plan: undefined,
        commit: undefined
      }
    }

    const shards = index.shards.map(({ path }) => path)
    const path = shardPath(options.now(), shards, options.randomHex(8))
    const built = await buildFile(
      staging.spool,
      fresh.map(({ spooled }) => spooled),
      join(options.workFolder, 'shard.jsonl')
    )
    const oid = await options.store.objectId({ path, ...built })
    const rows = shardRows(
      path,
      fresh.map(({ entry }) => entry)
    )
    const change = await index.extend({ ...rows, file: { path, size: built.size, oid } })
    const after = figures(change.totals, index.shards.length + 1)
    const quality = await assess(index, change.totals, rows.rows, options)
    const writes: FileWrite[] = [
      ...(await describe(dataset, after, quality, options)),
      { path, content: { file: built.file, size: built.size, sha256: built.sha256 } },
      ...change.writes
    ]
    const plan: CommitPlan = {
      parent: revision,
      title: `Add ${String(fresh.length)} trace${fresh.length === 1 ? '' : 's'}`,
      description: `${path}\nsha256: ${built.sha256}`,
      marker: createHash('sha256').update(`${path}\n${built.sha256}`).digest('hex'),
      writes,
      deletes: change.deletes
    }
    return {
      ...facts,
      index: indexFacts(),
      after,
      quality,
      shard: { path, built, traces: fresh.length },
      plan,
      commit: undefined
    }
  })
}

/** Before anything is sent: a dataset that is more public than somebody asked for stops the run. */
function assertVisibility(found: 'public' | 'private' | undefined, absent: boolean, options: PublishOptions): void {
  const { visibility: asked, store } = options
  if (found === 'public' && asked === 'private') {
    throw new GateError('VISIBILITY_DIFFERS', `${store.repo} is public, but the input "visibility" says private`, {
      hint: 'Nothing was sent. Make the dataset private in its settings on the Hub, or leave the input out.'
    })
  }
  const actual = found ?? (absent ? (asked ?? 'private') : undefined)
  if (actual !== undefined && !options.allowsVisibility(actual)) {
    throw new GateError(
      'VISIBILITY_DIFFERS',
      `${store.repo} is or would be ${actual}, which the policy does not allow`,
      {
        hint: 'Nothing was sent. See "max-visibility" in the policy.'
      }
    )
  }
}

function figures(totals: DatasetTotals, shards: number): DatasetFigures {
  return { shards, statistics: statisticsOf(totals.tally) }
}

/** The scorecard of the dataset with the new traces. */
async function assess(
  index: DatasetIndex,
  { scores }: DatasetTotals,
  added: readonly IndexRow[],
  options: PublishOptions
): Promise<QualitySummary | undefined> {
  if (!options.assess) return undefined
  const rows = [...(await index.scoredRows()), ...added.filter((row) => row.totals !== undefined)] as ScoredRow[]
  return summarise(resumeBatch(scores, rows, thresholdsWith(options.policy.quality)), assessedAt(options.now()))
}

/** The files that say what the dataset is; those that would not change are left out. */
async function describe(
  dataset: Dataset,
  after: DatasetFigures,
  quality: QualitySummary | undefined,
  options: PublishOptions
): Promise<FileWrite[]> {
  const writes: FileWrite[] = []
  const put = (path: string, existing: string | undefined, text: string): void => {
    if (text !== existing) writes.push({ path, content: Buffer.from(text, 'utf8') })
  }
  const { repo } = options.store
  const infos = await dataset.text(INFOS_PATH)
  put(INFOS_PATH, infos, datasetInfosText(infos, datasetName(repo), undefined))
  if (quality !== undefined) put(QUALITY_PATH, undefined, qualityJson(quality))
  const card = await dataset.text(CARD_PATH)
  const { shards, statistics } = after
  const { license } = options
  const thresholds = thresholdsWith(options.policy.quality)
  const input = { repo, license, statistics, shards, quality, thresholds, schemaVersion: SCHEMA_VERSION }
  put(CARD_PATH, card, renderCard(card, input))
  return writes
}

const INFOS_PATH = 'dataset_infos.json'
const QUALITY_PATH = 'quality.json'
const CARD_PATH = 'README.md'

/** `owner/name` → `name`; `file:some/folder` → `folder`. */
function datasetName(repo: string): string {
  return (
    repo
      .replace(/^file:/, '')
      .split(/[\\/]/)
      .filter((part) => part !== '')
      .at(-1) ?? 'traces'
  )
}

/** One dataset at one revision. Whatever cannot be read of it makes dropping duplicates unsafe. */
class Dataset {
  bytesRead = 0

  private constructor(
    private readonly store: DatasetStore,
    private readonly revision: Revision | undefined,
    readonly files: readonly StoredFile[]
  ) {}

  static async open(store: DatasetStore, revision: Revision | undefined): Promise<Dataset> {
    if (revision === undefined) return new Dataset(store, revision, [])
    try {
      return new Dataset(store, revision, await store.list(revision))
    } catch (error) {
      throw unreadable('DATASET_UNREADABLE', 'the files of the dataset cannot be listed', error)
    }
  }

  stream(path: string): AsyncIterable<Uint8Array> {
    return this.store.read(this.revision as Revision, path)
  }

  async bytes(path: string, range?: { start: number; end: number }): Promise<Uint8Array> {
    const bytes = await this.guarded(path, () => readAll(this.store, this.revision as Revision, path, range))
    this.bytesRead += bytes.length
    return bytes
  }

  /** The text of a file; undefined where the dataset has none. */
  async text(path: string): Promise<string | undefined> {
    if (!this.files.some((file) => file.path === path)) return undefined
    return (await this.guarded(path, () => readAll(this.store, this.revision as Revision, path))).toString('utf8')
  }

  async guarded<T>(path: string, read: () => Promise<T>): Promise<T> {
    try {
      return await read()
    } catch (error) {
      throw unreadable('SHARD_UNREADABLE', `${path} of the dataset cannot be read`, error)
    }
  }
}

function unreadable(code: 'DATASET_UNREADABLE' | 'SHARD_UNREADABLE', message: string, error: unknown): unknown {
  // Contention is tried again; what already says why it ends the run is passed on.
  if (error instanceof StaleRevisionError || error instanceof ActionError) return error
  return new UnsafeDedupeError(code, message, {
    hint: 'Duplicates cannot be told from new traces without it. Run again; nothing was published.',
    retryable: true,
    cause: error
  })
}
