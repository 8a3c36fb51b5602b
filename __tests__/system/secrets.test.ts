/**
 * How many planted secrets the committed bundle holds back, how many harmless traces, and what a scanner of another house
 * finds in all that was published. `npm run bench:secrets` prints the tables by kind, context and place.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { betterleaks, type LeakFound } from '../support/betterleaks.js'
import { runBundle } from '../support/bundle.js'
import { corpusFiles, goldenSets, goldenText, jsonLines } from '../support/golden.js'
import { LACKING, plantAll, pushPlanted, type PlantedTrace, type PlantScript } from '../support/planted.js'

const { TRUFFLEHOG_PATH, BETTERLEAKS_PATH } = process.env
const lacking = [
  ...LACKING,
  ...(TRUFFLEHOG_PATH === undefined ? ['TruffleHog'] : []),
  ...(BETTERLEAKS_PATH === undefined ? ['betterleaks'] : [])
]
const suite = lacking.length === 0 ? describe : describe.skip
const title = lacking.length === 0 ? '' : ` (skipped: no ${lacking.join(', ')}; .ci/tools installs the scanners)`

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)
const SEEDS: Readonly<Record<PlantScript, readonly number[]>> = {
  plant: upTo(10),
  disguises: upTo(3),
  more_disguises: upTo(3)
}
const SCRIPTS = (Object.keys(SEEDS) as PlantScript[]).filter((script) =>
  existsSync(join(import.meta.dirname, '..', 'support', `${script}.py`))
)
const SCANNERS = {
  'with TruffleHog': { trufflehog: 'true', 'trufflehog-path': TRUFFLEHOG_PATH ?? '' },
  'with the bundled rules alone': { trufflehog: 'false' }
}
type Scanners = keyof typeof SCANNERS

/** The share of planted secrets that must be held back. */
function demanded(script: PlantScript, scanners: Scanners): number {
  if (script !== 'plant') return 0.95
  return scanners === 'with TruffleHog' ? 0.99 : 0.97
}

const RUNS = SCRIPTS.flatMap((script) =>
  (Object.keys(SCANNERS) as Scanners[]).map((scanners) => [script, scanners] as const)
)

interface Exception {
  readonly rule: string
  /** The run that published it. */
  readonly run: string
  readonly value: RegExp
  readonly reason: string
}

/** What betterleaks reports and we publish nevertheless. */
const EXCEPTIONS: readonly Exception[] = [
  {
    rule: 'private-key',
    run: 'golden',
    value: /^-----BEGIN[ A-Z]+PRIVATE KEY-----"/,
    reason:
      'Sets 23 and 24 have, for the scorer, traces in which only the first line of a key stands. Where those of two traces are in one piece of what betterleaks reads at a time, it takes them for the first and the last line of one key. There is no key behind either.'
  }
]

suite(`secrets${title}`, () => {
  let root: string
  const planted = new Map<PlantScript, readonly PlantedTrace[]>()
  /** The workspaces of the runs that published, by name. */
  const published = new Map<string, string>()

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'opentraces-secrets-'))
    for (const script of SCRIPTS) planted.set(script, await plantAll(script, SEEDS[script]))
  }, 180_000)
  afterAll(() => rm(root, { recursive: true, force: true }))

  async function workspace(name: string): Promise<string> {
    const folder = join(root, name.replaceAll(' ', '-'))
    await mkdir(folder)
    published.set(name, folder)
    return folder
  }

  test.each(RUNS)(
    '%s.py %s: enough is held back, and nothing harmless',
    async (script, scanners) => {
      const traces = planted.get(script)!
      const folder = await workspace(`${script} ${scanners}`)
      const { missed, falseAlarms, secrets, clean, run } = await pushPlanted(folder, traces, SCANNERS[scanners])
      expect([run.exitCode, run.report.outcome]).toEqual([0, 'published'])
      // Every kind in every context, by the scripts' own tables.
      expect(secrets).toBe(SEEDS[script].length * 22 * (script === 'plant' ? 11 : 10))
      expect(clean).toBeGreaterThan(SEEDS[script].length * 40)

      const told = missed.map(({ kind, context, place }) => `missed: ${kind}, ${context}, ${place}`)
      expect((secrets - missed.length) / secrets >= demanded(script, scanners) ? [] : told).toEqual([])
      const alarms = falseAlarms.map((trace) => {
        const { findings } = run.report.traces.find(({ line }) => line === traces.indexOf(trace) + 1)!
        return { ...trace, ours: findings.some(({ gate }) => gate !== 'trufflehog') }
      })
      const ownAlarms = alarms.filter(({ ours }) => ours)
      expect(ownAlarms.map(({ context, place }) => `false alarm: ${context} in ${place}`)).toEqual([])
      // Some detectors of TruffleHog take any word of 32 letters near the name of a company: look-alikes may meet one.
      expect(alarms.length).toBeLessThanOrEqual(script === 'plant' ? 0 : clean / 100)

      // What the report says is what the dataset holds: as often as it was planted, for what no gate found.
      const [leaked, alarming] = [new Set(missed), new Set(falseAlarms)]
      const expected = traces
        .filter((trace) => (trace.secret === null ? !alarming.has(trace) : leaked.has(trace)))
        .map(({ id }) => id)
      expect((await publishedTraces(folder)).map(idOf).sort()).toEqual(expected.sort())
    },
    120_000
  )

  test.each(Object.keys(SCANNERS) as Scanners[])(
    'the corpus raises no alarm, the golden sets where they hold a fake key, %s',
    async (scanners) => {
      // Betterleaks reads what the first of the two publishes; the second publishes the same.
      const folder = await workspace(scanners === 'with TruffleHog' ? 'golden' : 'golden again')
      await mkdir(join(folder, 'staged'))
      for (const name of corpusFiles()) await writeFile(join(folder, 'staged', name), goldenText('corpus', name))
      const sets = goldenSets()
      for (const { name, lines } of sets) {
        // The sets use ids again, which one push may not; the end of an id is its own here, the start as it was.
        const own = lines.map((line, i) => {
          const record = JSON.parse(line) as { trace_id: string }
          return `${JSON.stringify({ ...record, trace_id: `${record.trace_id}.${name}.${String(i + 1)}` })}\n`
        })
        await writeFile(join(folder, 'staged', `${name}.jsonl`), own.join(''))
      }
      const { exitCode, report } = await runBundle(folder, {
        traces: 'staged/*.jsonl',
        repo: 'file:dataset',
        'on-blocked': 'hold',
        ...SCANNERS[scanners]
      })
      const held = report.traces.filter(({ findings }) => findings.length > 0)
      expect([exitCode, report.traces.length > 2000]).toEqual([0, true])
      const elsewhere = held.filter(({ file }) => !/\/2[34]_secrets_/.test(file))
      expect(elsewhere.map(({ file, line, findings }) => [file, line, findings])).toEqual([])
      // By eye: the lines whose key has the length and the alphabet of a real one. The others are near misses on purpose.
      for (const set of ['23_secrets_user', '24_secrets_nouser']) {
        const lines = held.filter(({ file }) => file.includes(set)).map(({ line }) => line)
        expect(lines).toEqual(expect.arrayContaining([3, 7, 9, 29]))
      }
    },
    120_000
  )

  test('betterleaks finds nothing in what was published but what is explained here', async () => {
    const again = [...published].filter(([name]) => name !== 'golden again')
    expect(again.map(([name]) => name)).toEqual([...RUNS.map((run) => run.join(' ')), 'golden'])
    // The proof that it works: what was staged is full of them.
    const staged = await betterleaks(BETTERLEAKS_PATH!, [
      join(published.get('plant with TruffleHog')!, 'planted.jsonl')
    ])
    expect(staged.found.length).toBeGreaterThan(500)

    const left: string[] = []
    for (const [name, folder] of again) {
      const decoded = await decode(folder)
      const { complete, bytes, found } = await betterleaks(BETTERLEAKS_PATH!, [join(folder, 'dataset'), decoded])
      expect([complete, bytes >= (await sizeOf(join(folder, 'dataset', 'data')))]).toEqual([true, true])
      for (const one of found) {
        if (isExplained(name, one)) continue
        left.push(`${name}: ${one.rule} in ${one.path.slice(root.length)}:${String(one.line)}`)
      }
    }
    expect(left).toEqual([])
    expect(EXCEPTIONS.length).toBeLessThanOrEqual(5)
  }, 120_000)
})

function isExplained(name: string, { rule, value }: LeakFound): boolean {
  return EXCEPTIONS.some((one) => one.rule === rule && one.run === name && one.value.test(value))
}

interface Published {
  readonly trace_id: string
}

const idOf = ({ trace_id: id }: Published): string => id

async function publishedTraces(folder: string): Promise<Published[]> {
  const data = join(folder, 'dataset', 'data')
  const shards = await Promise.all((await readdir(data)).map((name) => readFile(join(data, name), 'utf8')))
  return shards.flatMap(jsonLines).map((line) => JSON.parse(line) as Published)
}

/** The strings of each published trace, decoded, in a file of its own: in JSON text an escape hides what stands behind it. */
async function decode(folder: string): Promise<string> {
  const decoded = join(folder, 'decoded')
  await mkdir(decoded)
  for (const [i, trace] of (await publishedTraces(folder)).entries()) {
    await writeFile(join(decoded, `${String(i)}.txt`), [...strings(trace)].join('\n\n'))
  }
  return decoded
}

/** Every string of a JSON value, the names of fields among them. */
function* strings(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (Array.isArray(value)) for (const item of value) yield* strings(item)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      yield key
      yield* strings(item)
    }
  }
}

async function sizeOf(folder: string): Promise<number> {
  let size = 0
  for (const name of await readdir(folder)) size += (await stat(join(folder, name))).size
  return size
}
