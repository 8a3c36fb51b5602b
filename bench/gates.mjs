/**
 * `npm run bench:gates -- --trufflehog PATH`: what the gates cost over 50 MB of real traces, by phase, beside what
 * TruffleHog alone takes for the same strings.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { denyGate } from '../src/gates/deny/gate.ts'
import { knownValuesGate } from '../src/gates/known/gate.ts'
import { NO_POLICY } from '../src/gates/policy.ts'
import { privacyGate } from '../src/gates/privacy/gate.ts'
import { allOf, inspectAll, tracesOf } from '../src/gates/reading.ts'
import { rulesGate } from '../src/gates/rules/gate.ts'
import { piecesOf } from '../src/gates/texts.ts'
import { trufflehogGate } from '../src/gates/trufflehog/gate.ts'
import { scanArguments } from '../src/gates/trufflehog/scanner.ts'
import { boundYoungGeneration } from '../src/heap.ts'
import { parseTrace } from '../src/traces/parse.ts'
import { corpusLines, writeTraces } from './traces.mjs'

boundYoungGeneration()
const { values } = parseArgs({
  options: {
    trufflehog: { type: 'string' },
    mb: { type: 'string', default: '50' },
    runs: { type: 'string', default: '3' }
  }
})
const folder = mkdtempSync(join(tmpdir(), 'opentraces-bench-'))
const runs = Number(values.runs)
const records = corpusLines().length

/** A record of its own: what repeats in it repeats, but no long text is that of another copy of the record. */
function apart(value, copy) {
  if (typeof value === 'string') return value.length < 64 ? value : `${copy} ${value}`
  if (Array.isArray(value)) return value.map((item) => apart(item, copy))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, apart(item, copy)]))
}

function batchOf(file) {
  const shardFile = join(folder, 'shard.jsonl')
  const out = openSync(shardFile, 'w')
  let offset = 0
  const lines = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((text, i) => {
      const copy = Math.floor(i / records)
      const { line } = parseTrace(JSON.stringify({ ...apart(JSON.parse(text), copy), trace_id: `trace-${i}` }))
      const length = writeSync(out, `${line}\n`) - 1
      const entry = { offset, length, traceId: JSON.parse(line).trace_id, file: 'traces.jsonl', line: i + 1 }
      offset += length + 1
      return entry
    })
  closeSync(out)
  return { shardFile, lines }
}

/** The decoded strings of each trace as one file, as somebody would who has TruffleHog and a script. */
async function decoded(batch) {
  const scratch = join(folder, 'decoded')
  mkdirSync(scratch)
  let bytes = 0
  for await (const trace of tracesOf(batch)) {
    const out = openSync(join(scratch, String(trace.traceIndex)), 'w')
    bytes += writeSync(
      out,
      piecesOf(trace)
        .map(({ text }) => text)
        .join('\n')
    )
    closeSync(out)
  }
  return { scratch, bytes }
}

async function timed(name, work) {
  const times = []
  const cpus = []
  for (let i = 0; i < runs; i++) {
    const cpu = process.cpuUsage()
    const start = performance.now()
    await work()
    times.push((performance.now() - start) / 1000)
    const { user, system } = process.cpuUsage(cpu)
    cpus.push((user + system) / 1e6)
  }
  const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]
  console.log(`${name}: ${median(times).toFixed(2)} s wall, ${median(cpus).toFixed(2)} s CPU in this process`)
  return median(times)
}

try {
  const staged = writeTraces(join(folder, 'staged.jsonl'), (_, bytes) => bytes >= Number(values.mb) * 1e6)
  const batch = batchOf(join(folder, 'staged.jsonl'))
  const { scratch, bytes } = await decoded(batch)
  console.log(`${staged.records} traces, ${(staged.bytes / 1e6).toFixed(1)} MB, ${(bytes / 1e6).toFixed(1)} MB decoded`)

  let sizes = { own: 0, disguised: 0, views: 0 }
  await timed('reading alone', async () => {
    for await (const _ of tracesOf(batch));
  })
  await timed('reading, texts without their disguise included', async () => {
    sizes = { own: 0, views: 0 }
    for await (const { texts } of allOf(batch)) {
      for (const { text, disguise } of texts) sizes[disguise === '' ? 'own' : 'views'] += text.length
    }
  })
  console.log(
    `  ${(sizes.own / 1e6).toFixed(1)} M characters of their own, ${(sizes.views / 1e6).toFixed(1)} M in views`
  )
  const hide = () => undefined
  const known = Array.from({ length: 20 }, (_, i) => ({ name: `v${i}`, value: `${i}-not-in-any-trace-${i * 7}` }))
  const gates = {
    'known values': knownValuesGate(known),
    rules: rulesGate({ mask: hide, randomInt: (n) => Math.floor(Math.random() * n) }),
    'deny patterns': denyGate([{ pattern: 'Zyxw Corp', regex: false, 'ignore-case': true }]),
    privacy: privacyGate(NO_POLICY)
  }
  for (const [name, gate] of Object.entries(gates))
    await timed(`gate ${name}, reading included`, () => inspectAll([gate], batch))
  const all = Object.values(gates)
  await timed('these gates together', () => inspectAll(all, batch))
  if (values.trufflehog !== undefined) {
    const binary = { given: values.trufflehog, pins: {}, fetch }
    const trufflehog = trufflehogGate({ binary, verify: false, tempRoot: folder, mask: hide })
    const alone = await timed('TruffleHog alone on the decoded strings', () => {
      const config = join(folder, 'empty.yaml')
      closeSync(openSync(config, 'w'))
      const args = scanArguments([scratch], config, false).filter(
        (arg) => !arg.startsWith('--config') && arg !== '--fail'
      )
      const { status } = spawnSync(values.trufflehog, args, { stdio: 'ignore' })
      if (status !== 0) throw new Error(`TruffleHog ended with ${status}`)
      return Promise.resolve()
    })
    await timed('gate trufflehog, reading included', () => inspectAll([trufflehog], batch))
    const whole = await timed('all gates', () => inspectAll([...all, trufflehog], batch))
    console.log(`all gates / TruffleHog alone: ${(whole / alone).toFixed(2)}`)
  }
  console.log(`peak memory of this process: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
