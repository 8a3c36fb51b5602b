/**
 * `npm run bench`: prints figures, asserts nothing. Every figure is of a whole process; medians of several runs, so that
 * one noisy run does not count.
 *
 *     npm run bench -- [--runs N] [--only NAME] [--bundle dist/index.js]
 *
 * The comparison with the reference needs a Python with `opentraces` (PYTHON_DATASETS_5, as `.ci/tools` prints it).
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { writeTraces } from './traces.mjs'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    only: { type: 'string' },
    bundle: { type: 'string', default: join(root, 'dist', 'index.js') }
  }
})
const runs = Number(values.runs)
const bundle = resolve(values.bundle)
const MB = 1e6

const benches = {
  assess: benchAssess,
  push: benchPush,
  growth: benchGrowth,
  memory: benchMemory
}

console.log(`Node ${process.version}, ${process.platform} ${process.arch}`)
for (const [name, bench] of Object.entries(benches)) {
  if (values.only !== undefined && values.only !== name) continue
  const folder = mkdtempSync(join(tmpdir(), 'opentraces-bench-'))
  try {
    await bench(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Read, migrate, validate, hash, score and render 500 real traces: by this action's code, and by the reference. */
function benchAssess(folder) {
  const staged = writeTraces(join(folder, 'staged.jsonl'), (records) => records === 500)
  const what = `read, validate, hash, score and render ${staged.records} traces, ${(staged.bytes / MB).toFixed(1)} MB`
  const program = build(folder, 'assess')
  const python = reference()
  const output = (i, who) => {
    const target = join(folder, `${who}-${i}`)
    mkdirSync(target)
    return target
  }
  const ours = []
  const theirs = []
  // In turns: what else the machine does meets both.
  for (let i = 0; i < runs; i++) {
    ours.push(
      usageOf(folder, [...measured(), program, join(folder, 'staged.jsonl'), output(i, 'ours')], process.execPath)
    )
    if (python === undefined) continue
    const script = join(import.meta.dirname, 'reference.py')
    const { stdout } = succeed(python.path, [script, join(folder, 'staged.jsonl'), output(i, 'reference')])
    theirs.push(JSON.parse(stdout))
  }
  print(what, ours)
  if (python === undefined) {
    console.log('the reference: no Python with opentraces found (PYTHON_DATASETS_5; .ci/tools installs it)')
    return
  }
  print(`the reference on ${python.version}`, theirs)
  const ratio = (key) => (median(ours, key) / median(theirs, key)).toFixed(2)
  console.log(`of the reference: ${ratio('cpuSeconds')} of its CPU time, ${ratio('peakMiB')} of its memory`)
}

/** The same, and published: 500 real traces into a new dataset. */
function benchPush(folder) {
  const staged = writeTraces(join(folder, 'staged.jsonl'), (records) => records === 500)
  const idle = measure(runs, folder, 'nothing.jsonl', { 'INPUT_IF-NO-TRACES': 'ignore' })
  const push = measure(runs, folder, 'staged.jsonl')
  print(`push of ${staged.records} traces, ${(staged.bytes / MB).toFixed(1)} MB`, push)
  print('start alone (nothing staged)', idle)
}

/** A push does not cost more because much is published already. */
async function benchGrowth(folder) {
  const program = build(folder, 'synthetic')
  let first
  for (const shards of [1, 100, 1000]) {
    const dataset = join(folder, `dataset-${shards}`)
    succeed(process.execPath, [program, dataset, String(shards)])
    // A folder hashes files anew as long as their time of modification is fresh.
    await setTimeout(2100)
    const all = []
    for (let i = -1; i < runs; i++) {
      let records = 0
      writeTraces(join(folder, 'staged.jsonl'), () => records++ === 10, `${shards}-${i}`)
      const usage = pushInto(folder, dataset, 'staged.jsonl')
      if (usage.report.index.shards_read.length > 0 || usage.report.counts.uploaded !== 10) {
        throw new Error(`a shard was read, or a trace is missing: ${JSON.stringify(usage.report.index)}`)
      }
      // The first one fills the folder's table of object ids.
      if (i >= 0) all.push({ ...usage, bytesRead: usage.report.index.bytes_read })
    }
    print(`push of 10 traces into ${shards} shard(s) of 100`, all)
    first ??= median(all, 'cpuSeconds')
    const ratio = (median(all, 'cpuSeconds') / first).toFixed(2)
    console.log(
      `  no shard read, ${median(all, 'bytesRead').toLocaleString('en')} bytes of the index read, ${ratio} of the first's CPU time`
    )
  }
}

/** Peak memory does not grow with what is staged. */
function benchMemory(folder) {
  const staged = writeTraces(join(folder, 'staged.jsonl'), (_, bytes) => bytes >= 2 ** 30)
  print(
    `push of ${staged.records} traces, ${(staged.bytes / 2 ** 30).toFixed(2)} GiB`,
    measure(1, folder, 'staged.jsonl')
  )
}

/** Bundles a program of this folder as the action is bundled. */
function build(folder, name) {
  const ncc = join(root, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js')
  const out = join(folder, `${name}-bundle`)
  succeed(process.execPath, [
    ncc,
    'build',
    join(import.meta.dirname, `${name}.ts`),
    '--out',
    out,
    '--no-cache',
    '--quiet'
  ])
  return join(out, 'index.js')
}

/** A Python that has the reference, and its version. */
function reference() {
  const cache =
    process.env.OPENTRACES_CI_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'opentraces-push-action-ci')
  const path = process.env.PYTHON_DATASETS_5 ?? join(cache, 'python-datasets-5', 'bin', 'python')
  if (!existsSync(path)) return undefined
  const program = 'import opentraces, platform; print("Python", platform.python_version())'
  const { status, stdout } = spawnSync(path, ['-c', program], { encoding: 'utf8' })
  return status === 0 ? { path, version: stdout.trim() } : undefined
}

/** Runs the bundle some times, each into a new dataset, and returns the usage of each run. */
function measure(times, folder, traces, inputs = {}) {
  return Array.from({ length: times }, (_, i) => {
    const dataset = join(folder, `run-${i}`)
    const usage = pushInto(folder, dataset, traces, inputs)
    rmSync(dataset, { recursive: true, force: true })
    return usage
  })
}

function pushInto(folder, dataset, traces, inputs = {}) {
  const output = join(folder, 'output')
  const usage = usageOf(folder, [...measured(), bundle], process.execPath, {
    PATH: process.env.PATH,
    HOME: folder,
    RUNNER_TEMP: folder,
    INPUT_TRACES: traces,
    INPUT_REPO: `file:${dataset}`,
    INPUT_TRUFFLEHOG: 'false',
    'INPUT_WORKING-DIRECTORY': folder,
    'INPUT_OUTPUT-DIR': output,
    ...inputs
  })
  return { ...usage, report: JSON.parse(readFileSync(join(output, 'report.json'), 'utf8')) }
}

function measured() {
  return ['--import', join(import.meta.dirname, 'usage.mjs')]
}

/** What a process used that `usage.mjs` is preloaded into. */
function usageOf(folder, args, command, env = process.env) {
  const usage = join(folder, 'usage.json')
  const started = performance.now()
  succeed(command, args, { ...env, BENCH_USAGE: usage })
  return { ...JSON.parse(readFileSync(usage, 'utf8')), seconds: (performance.now() - started) / 1000 }
}

function succeed(command, args, env = process.env) {
  const run = spawnSync(command, args, { encoding: 'utf8', cwd: root, env, maxBuffer: 2 ** 28 })
  if (run.status !== 0) throw new Error(`${command} failed (exit code ${run.status}):\n${run.stdout}${run.stderr}`)
  return run
}

function median(all, key) {
  return all.map((one) => one[key]).sort((a, b) => a - b)[Math.floor(all.length / 2)]
}

function print(title, all) {
  const wall = all[0].seconds === undefined ? '' : `${median(all, 'seconds').toFixed(2)} s wall, `
  console.log(
    `${title}: ${median(all, 'cpuSeconds').toFixed(2)} CPU s, ${wall}` +
      `peak ${median(all, 'peakMiB').toFixed(0)} MiB (median of ${all.length})`
  )
}
