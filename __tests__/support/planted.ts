/** Traces with fake secrets planted in them, made by `plant.py` and its like, and what a push holds back of them. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { runBundle, type BundleRun } from './bundle.js'
import { jsonLines } from './golden.js'

export interface PlantedTrace {
  readonly id: string
  /** Of the secret; `clean` for look-alikes. */
  readonly kind: string
  /** How it stands in its text. */
  readonly context: string
  /** Where in the record. */
  readonly place: string
  /** Null for look-alikes. */
  readonly secret: string | null
  readonly line: string
}

/** What the scripts need beside Python, and what of it this machine lacks. */
export const LACKING = ['python3', 'openssl', 'ssh-keygen'].filter((name) => {
  try {
    execFileSync('which', [name], { stdio: 'ignore' })
    return false
  } catch {
    return true
  }
})

/** The scripts that plant, without `.py`: each says who wrote it and what that person knew of the rules. */
export type PlantScript = 'plant' | 'disguises' | 'more_disguises'

/** One run of a script. Same seed, same traces, private keys apart. */
export function plant(script: PlantScript, seed: number): PlantedTrace[] {
  const folder = mkdtempSync(join(tmpdir(), 'opentraces-plant-'))
  try {
    execFileSync('python3', argumentsOf(script, folder, seed))
    return readPlanted(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The runs of a script with several seeds, in their order; as many at a time as there are processors. */
export async function plantAll(script: PlantScript, seeds: readonly number[]): Promise<PlantedTrace[]> {
  const folder = mkdtempSync(join(tmpdir(), 'opentraces-plant-'))
  try {
    const waiting = [...seeds]
    const work = async (): Promise<void> => {
      for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
        await promisify(execFile)('python3', argumentsOf(script, join(folder, String(seed)), seed))
      }
    }
    await Promise.all(Array.from({ length: availableParallelism() }, work))
    return seeds.flatMap((seed) => readPlanted(join(folder, String(seed))))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function argumentsOf(script: PlantScript, folder: string, seed: number): string[] {
  return [join(import.meta.dirname, `${script}.py`), folder, '--seed', String(seed)]
}

function readPlanted(folder: string): PlantedTrace[] {
  const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Record<
    string,
    Pick<PlantedTrace, 'kind' | 'context' | 'place' | 'secret'>
  >
  return jsonLines(readFileSync(join(folder, 'traces.jsonl'), 'utf8')).map((line) => {
    const id = (JSON.parse(line) as { trace_id: string }).trace_id
    return { id, line, ...truth[id]! }
  })
}

export interface Outcome {
  /** Traces with a secret that were not held back. */
  readonly missed: readonly PlantedTrace[]
  /** Clean traces that were. */
  readonly falseAlarms: readonly PlantedTrace[]
  readonly secrets: number
  readonly clean: number
  readonly run: BundleRun
}

/** Pushes traces with the committed bundle into the dataset `dataset` of a folder; what a gate finds is held back. */
export async function pushPlanted(
  folder: string,
  planted: readonly PlantedTrace[],
  inputs: Record<string, string>
): Promise<Outcome> {
  writeFileSync(join(folder, 'planted.jsonl'), planted.map(({ line }) => `${line}\n`).join(''))
  const run = await runBundle(folder, {
    traces: 'planted.jsonl',
    repo: 'file:dataset',
    'on-blocked': 'hold',
    ...inputs
  })
  const held = new Set(run.report.traces.filter(({ findings }) => findings.length > 0).map(({ line }) => line))
  const isHeld = (_: PlantedTrace, i: number): boolean => held.has(i + 1)
  const blocked = planted.filter(isHeld)
  return {
    missed: planted.filter((trace, i) => trace.secret !== null && !isHeld(trace, i)),
    falseAlarms: blocked.filter(({ secret }) => secret === null),
    secrets: planted.filter(({ secret }) => secret !== null).length,
    clean: planted.filter(({ secret }) => secret === null).length,
    run
  }
}
