/** The committed bundle over so many traces that threads take the disguises off: see `src/gates/readers.ts`. */
import { randomInt } from 'node:crypto'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { BUNDLE, runBundle } from '../support/bundle.js'
import { rawTrace } from '../support/records.js'

const hasThreads = availableParallelism() > 1
const threaded = hasThreads ? test : test.skip
const title = hasThreads ? '' : ' (skipped: one processor, so there are no threads)'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const token = `npm_${Array.from({ length: 36 }, () => ALPHABET[randomInt(62)]!).join('')}`
const TRACES = 100

let root: string
let workspace: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'opentraces-threads-'))
  workspace = join(root, 'work')
  await mkdir(join(workspace, 'temp'), { recursive: true })
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** A hundred kilobytes of its own each; one of them holds a token in base64. */
async function stage(leaky: number | undefined): Promise<void> {
  const lines = Array.from({ length: TRACES }, (_, i) => {
    const rows = Array.from(
      { length: 2000 },
      (_, row) => `row ${String(row)} of trace ${String(i)}: nothing to see here`
    )
    if (i === leaky) rows.splice(1000, 0, `auth = ${Buffer.from(`token=${token}`).toString('base64')}`)
    return JSON.stringify(rawTrace(`trace-${String(i)}`, { metadata: { log: rows.join('\n') } }))
  })
  await writeFile(join(workspace, 'traces.jsonl'), `${lines.join('\n')}\n`)
}

const INPUTS = { traces: 'traces.jsonl', repo: 'file:dataset' }

test('what is disguised is found, in the trace that holds it', async () => {
  await stage(63)
  const { exitCode, report, log } = await runBundle(workspace, { ...INPUTS, 'on-blocked': 'hold' })
  expect([exitCode, report.outcome, report.counts.uploaded]).toEqual([0, 'published', TRACES - 1])
  const held = report.traces.filter(({ findings }) => findings.length > 0)
  expect(held.map(({ trace_id: id, findings }) => [id, findings.map(({ detector }) => detector)])).toEqual([
    ['trace-63', ['npm-token']]
  ])
  expect(log.replaceAll(/^::add-mask::.*$/gm, '')).not.toContain(token.slice(4, 20))
}, 60_000)

threaded(
  `a bundle whose thread cannot start publishes nothing${title}`,
  async () => {
    const folder = join(root, 'broken', 'dist')
    await cp(dirname(BUNDLE), folder, { recursive: true })
    await rm(join(folder, 'reader.js'))
    const bundle = join(folder, 'index.js')
    await stage(undefined)
    const large = await runBundle(workspace, INPUTS, { bundle })
    expect([large.exitCode, large.report.error?.code, large.report.counts.uploaded]).toEqual([3, 'SCAN_FAILED', 0])
    await writeFile(join(workspace, 'traces.jsonl'), `${JSON.stringify(rawTrace('small'))}\n`)
    const small = await runBundle(workspace, INPUTS, { bundle })
    expect([small.exitCode, small.report.counts.uploaded]).toEqual([0, 1])
  },
  60_000
)
