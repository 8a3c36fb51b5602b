/**
 * `npm run bench`: prints figures, asserts nothing. Every figure is of a whole process that runs the committed bundle;
 * medians of several runs, so that one noisy run does not count.
 *
 *     npm run bench -- [--runs N] [--only NAME]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeTraces } from './traces.mjs'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' }, only: { type: 'string' } } })
const runs = Number(values.runs)
const root = join(import.meta.dirname, '..')
const MB = 1e6

const benches = {
  push: benchPush,
  memory: benchMemory
}

console.log(`Node ${process.version}, ${process.platform} ${process.arch}`)
for (const [name, bench] of Object.entries(benches)) {
  if (values.only !== undefined && values.only !== name) continue
  const folder = mkdtempSync(join(tmpdir(), 'opentraces-bench-'))
  try {
    bench(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Read, validate, migrate, hash and write 500 real traces into a new dataset. */
function benchPush(folder) {
  const staged = writeTraces(join(folder, 'staged.jsonl'), (records) => records === 500)
  const idle = measure(runs, folder, 'nothing.jsonl', { 'INPUT_IF-NO-TRACES': 'ignore' })
  const push = measure(runs, folder, 'staged.jsonl')
  print(`push of ${staged.records} traces, ${(staged.bytes / MB).toFixed(1)} MB`, push)
  print('start alone (nothing staged)', idle)
}

/** Peak memory does not grow with what is staged. */
function benchMemory(folder) {
  const staged = writeTraces(join(folder, 'staged.jsonl'), (_, bytes) => bytes >= 2 ** 30)
  print(
    `push of ${staged.records} traces, ${(staged.bytes / 2 ** 30).toFixed(2)} GiB`,
    measure(1, folder, 'staged.jsonl')
  )
}

/** Runs the bundle some times, each into a new dataset, and returns the usage of each run. */
function measure(times, folder, traces, inputs = {}) {
  return Array.from({ length: times }, (_, i) => {
    const work = join(folder, `run-${i}`)
    const usage = join(folder, 'usage.json')
    const started = performance.now()
    const run = spawnSync(
      process.execPath,
      ['--import', join(root, 'bench', 'usage.mjs'), join(root, 'dist', 'index.js')],
      {
        encoding: 'utf8',
        env: {
          PATH: process.env.PATH,
          HOME: folder,
          BENCH_USAGE: usage,
          RUNNER_TEMP: folder,
          INPUT_TRACES: traces,
          INPUT_REPO: `file:${work}`,
          INPUT_TRUFFLEHOG: 'false',
          'INPUT_WORKING-DIRECTORY': folder,
          'INPUT_OUTPUT-DIR': join(folder, 'output'),
          ...inputs
        }
      }
    )
    const seconds = (performance.now() - started) / 1000
    if (run.status !== 0) throw new Error(`the push failed (exit code ${run.status}):\n${run.stdout}${run.stderr}`)
    rmSync(work, { recursive: true, force: true })
    return { ...JSON.parse(readFileSync(usage, 'utf8')), seconds }
  })
}

function print(title, all) {
  const median = (key) => all.map((one) => one[key]).sort((a, b) => a - b)[Math.floor(all.length / 2)]
  console.log(
    `${title}: ${median('cpuSeconds').toFixed(2)} CPU s, ${median('seconds').toFixed(2)} s wall, ` +
      `peak ${median('peakMiB').toFixed(0)} MiB (median of ${all.length})`
  )
}
