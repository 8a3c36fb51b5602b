/** Documents reach the scanner while traces are read, and whatever it does with them, the run comes to an end. */
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { GateResult, OpenTrace, ScanBatch } from '../../../src/gates/gate.js'
import { allOf } from '../../../src/gates/reading.js'
import { trufflehogGate } from '../../../src/gates/trufflehog/gate.js'
import { rawTrace } from '../../support/records.js'
import { batchOf, isEmpty, tempFolder } from '../batch.js'
import { eventually, fakeScanner, givenBinary, isAlive, pidIn, script } from './fakes.js'
import { fakeToken, programInPath, REAL, realTitle } from './real.js'

const describeReal = REAL === '' ? describe.skip : describe

/** Scans what `traces` gives with a program, and checks that nothing is left. */
async function scanned(
  program: string,
  batch: ScanBatch,
  traces: AsyncIterable<OpenTrace> = allOf(batch),
  timeoutMs = 20_000
): Promise<GateResult> {
  const tempRoot = tempFolder()
  const gate = trufflehogGate({
    binary: givenBinary(program),
    verify: false,
    tempRoot,
    mask: () => undefined,
    timeoutMs: () => timeoutMs
  })
  try {
    return await gate.inspect(batch, traces)
  } finally {
    expect(isEmpty(tempRoot)).toBe(true)
  }
}

/** A trace with a text of its own. */
const large = (id: string, megabytes: number): Record<string, unknown> =>
  rawTrace(id, { steps: [{ step_index: 0, role: 'user', content: `${id} ${'word '.repeat(megabytes * 200_000)}` }] })

test('a trace is read by the scanner before the next one is made', async () => {
  const seen = join(tempFolder(), 'seen')
  const batch = batchOf([rawTrace('a'), rawTrace('b')])
  async function* oneByOne(): AsyncGenerator<OpenTrace> {
    for await (const trace of allOf(batch)) {
      if (trace.traceIndex === 1) expect(await eventually(() => existsSync(seen), 10_000)).toBe(true)
      yield trace
    }
  }
  // It reads pipe after pipe, with a look at each one that it has read.
  const program = fakeScanner({ begin: `sed() { case $document in 0) : > ${seen};; esac; command sed "$@"; }` })
  expect((await scanned(program, batch, oneByOne())).findings).toEqual([])
})

test('a slow scanner holds up the reading of traces', async () => {
  const started = join(tempFolder(), 'started')
  const batch = batchOf(Array.from({ length: 20 }, (_, i) => large(String(i), 2)))
  let made = 0
  async function* counted(): AsyncGenerator<OpenTrace> {
    for await (const trace of allOf(batch)) {
      if (!existsSync(started)) made++
      yield trace
    }
  }
  await scanned(fakeScanner({ begin: `sleep 2; : > ${started}` }), batch, counted())
  // 8 MB may wait, of twice 2 MB each; all of them were made within the two seconds.
  expect(made).toBeLessThan(6)
})

describe('a scanner that', () => {
  test('opens no pipe is stopped', async () => {
    const own = join(tempFolder(), 'pid')
    const program = script(`echo $$ > ${own}; sleep 600`)
    const batch = batchOf([rawTrace('a')])
    await expect(scanned(program, batch, allOf(batch), 700)).rejects.toThrow(/any further within 1 seconds/)
    expect(await eventually(() => !isAlive(pidIn(own)))).toBe(true)
  })

  test('reads a pipe but does not go on with it is stopped', async () => {
    const batch = batchOf([large('a', 4), large('b', 8), large('c', 8)])
    const program = fakeScanner({ begin: 'cat() { head -c 1000 "$1" > /dev/null; sleep 600 < "$1"; }' })
    await expect(scanned(program, batch, allOf(batch), 700)).rejects.toThrow(/any further within 1 seconds/)
  })

  test('leaves a document in the middle and reads the others is not believed', async () => {
    const batch = batchOf([large('a', 2), rawTrace('b'), rawTrace('c')])
    const program = fakeScanner({
      begin: 'cat() { if [ "$1" = 0 ]; then head -c 1000 "$1"; else command cat "$@"; fi; }'
    })
    await expect(scanned(program, batch)).rejects.toThrow(/read 5 of 6 documents/)
  })

  test('dies among the documents ends the run at once', async () => {
    const batch = batchOf(Array.from({ length: 8 }, (_, i) => large(String(i), 2)))
    let made = 0
    async function* counted(): AsyncGenerator<OpenTrace> {
      for await (const trace of allOf(batch)) {
        made++
        yield trace
      }
    }
    const program = fakeScanner({ begin: 'sed() { kill -9 $$; }' })
    await expect(scanned(program, batch, counted())).rejects.toThrow(/was killed/)
    expect(made).toBeLessThan(8)
  })

  test('waits for traces that nobody can read is ended', async () => {
    const own = join(tempFolder(), 'pid')
    const batch = batchOf([rawTrace('a'), rawTrace('b')])
    async function* broken(): AsyncGenerator<OpenTrace> {
      for await (const trace of allOf(batch)) {
        if (trace.traceIndex === 1) throw new Error('unreadable')
        yield trace
      }
    }
    await expect(scanned(fakeScanner({ begin: `echo $$ > ${own}` }), batch, broken())).rejects.toThrow('unreadable')
    expect(!existsSync(own) || (await eventually(() => !isAlive(pidIn(own))))).toBe(true)
  })
})

describe('a scanner that reads files only', () => {
  /** Like versions after 3.92.5, which pass over what is no regular file. */
  const NOT_REGULAR =
    'case $paths in */*) ;; *) echo \'{"level":"info-0","msg":"finished scanning","bytes":0,"chunks":0}\' >&2; exit 0;; esac'

  test('gets scratch files, for this user only, that are removed', async () => {
    const listing = join(tempFolder(), 'listing')
    // The second repeats the first: what was read for nothing is read again, and what is left goes on from there.
    const long = 'in both of them '.repeat(20)
    const batch = batchOf([
      rawTrace('a', { task: { description: long } }),
      rawTrace('b', { task: { description: long } })
    ])
    const program = fakeScanner({ begin: `${NOT_REGULAR}; ls -l $paths | cut -c 1-10 > ${listing}` })
    expect((await scanned(program, batch)).checks).toMatchObject([{ version: '9.9.9' }])
    expect(readFileSync(listing, 'utf8').trim().split('\n')).toEqual(Array<string>(4).fill('-rw-------'))
  })

  test('is not believed where it reads nothing again', async () => {
    const program = fakeScanner({
      begin: `echo '{"level":"info-0","msg":"finished scanning","bytes":0,"chunks":0}' >&2; exit 0`
    })
    await expect(scanned(program, batchOf([rawTrace('a')]))).rejects.toThrow(/read 0 of 2 documents/)
  })
})

describeReal(realTitle('the real TruffleHog'), () => {
  test('finds the same in files as in pipes', async () => {
    const token = fakeToken.npm()
    const batch = batchOf([rawTrace('a', { task: { description: `one ${token}` } }), large('b', 1)])
    const program = script(`
for arg in "$@"; do if [ -p "$arg" ]; then echo '{"level":"info-0","msg":"finished scanning","bytes":0,"chunks":0}' >&2; exit 0; fi; done
exec "${REAL}" "$@"`)
    const [files, pipes] = [await scanned(program, batch), await scanned(REAL, batch)]
    expect(files.findings).toMatchObject([{ traceIndex: 0, pointer: '/task/description', detector: 'NpmToken' }])
    expect(pipes.findings).toEqual(files.findings)
    expect(pipes.checks[0]?.details.bytes).toBe(files.checks[0]?.details.bytes)
  })
})

test('where the system has no program for pipes, there are scratch files', async () => {
  const tools = tempFolder()
  for (const name of ['cat', 'sed', 'tail', 'wc', 'tr', 'ls', 'mktemp', 'rm', 'cut']) {
    symlinkSync(programInPath(name), join(tools, name))
  }
  const listing = join(tempFolder(), 'listing')
  const before = process.env.PATH
  process.env.PATH = tools
  try {
    await scanned(fakeScanner({ begin: `ls -l $paths | cut -c 1 > ${listing}` }), batchOf([rawTrace('a')]))
  } finally {
    process.env.PATH = before
  }
  expect(readFileSync(listing, 'utf8')).toBe('-\n-\n')
})

test('many small traces pass through pipes', async () => {
  const batch = batchOf(Array.from({ length: 300 }, (_, i) => rawTrace(`t${String(i)}`)))
  const { checks, findings } = await scanned(fakeScanner(), batch)
  expect(findings).toEqual([])
  expect(checks[0]?.details.bytes).toBeGreaterThan(300 * 2 * 3200)
})
