/** Every way in which a scan can go wrong ends the run, and leaves nothing behind. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { GateError } from '../../../src/errors.js'
import type { GateResult } from '../../../src/gates/gate.js'
import { scanTimeout, trufflehogGate } from '../../../src/gates/trufflehog/gate.js'
import { scanEnvironment } from '../../../src/gates/trufflehog/scanner.js'
import { rawTrace } from '../../support/records.js'
import { batchOf, resultOf, isEmpty, tempFolder } from '../batch.js'
import { eventually, fakeScanner, givenBinary, isAlive, pidIn, script, type FakeParts } from './fakes.js'

const VALUE = 'a-value-that-nobody-may-see'

/** Scans two traces with a program and checks that no scratch file is left. */
async function inspect(program: string, timeoutMs = 20_000): Promise<{ result: GateResult; masked: string[] }> {
  const masked: string[] = []
  const tempRoot = tempFolder()
  const gate = trufflehogGate({
    binary: givenBinary(program),
    verify: false,
    tempRoot,
    mask: (value) => masked.push(value),
    timeoutMs: () => timeoutMs
  })
  try {
    return { result: await resultOf(gate, batchOf([rawTrace('a'), rawTrace('b')])), masked }
  } finally {
    expect(isEmpty(tempRoot)).toBe(true)
  }
}

async function expectFailure(program: string, timeoutMs?: number): Promise<GateError> {
  const error: unknown = await inspect(program, timeoutMs).then(
    () => undefined,
    (reason: unknown) => reason
  )
  expect(error).toBeInstanceOf(GateError)
  const failure = error as GateError
  expect([failure.code, failure.exitCode]).toEqual(['SCAN_FAILED', 3])
  expect(`${failure.message} ${failure.hint}`).not.toContain(VALUE)
  expect(failure.cause).toBeUndefined()
  return failure
}

test('a scanner that behaves is believed', async () => {
  const { result, masked } = await inspect(fakeScanner())
  expect(result.findings).toEqual([])
  expect(masked).toEqual([])
  expect(result.checks).toMatchObject([
    { tool: 'TruffleHog', version: '9.9.9', details: { source: 'given', chunks: 1 } }
  ])
})

test('without traces there is nothing to run', async () => {
  const gate = trufflehogGate({
    binary: givenBinary('/nowhere'),
    verify: false,
    tempRoot: '/nowhere',
    mask: () => undefined
  })
  expect(await resultOf(gate, batchOf([]))).toEqual({ findings: [], checks: [] })
})

describe('a scan without proof fails', () => {
  test.each<[string, FakeParts, RegExp]>([
    ['ends at once with exit code 0', { begin: 'exit 0' }, /exit code 0/],
    ['ends at once with exit code 183', { begin: 'exit 183' }, /exit code 183/],
    ['ends with exit code 0 after results', { end: 'exit 0' }, /exit code 0/],
    ['ends with exit code 1', { end: 'exit 1' }, /exit code 1/],
    ['never says that it finished', { finished: '{"level":"info-0","msg":"running source"}' }, /did not finish/],
    ['says so in a sentence only', { finished: 'finished scanning bytes=999999999 chunks=1' }, /did not finish/],
    [
      'says so without amounts',
      { finished: '{"level":"info-0","msg":"finished scanning","trufflehog_version":"9.9.9"}' },
      /did not finish/
    ],
    [
      'read less than there is',
      { finished: '{"level":"info-0","msg":"finished scanning","bytes":5000,"chunks":1}' },
      /passed over/
    ],
    ['passed over one trace', { documents: '0*' }, /read 2 of 4 documents/],
    ['passed over the published lines', { documents: '?' }, /read 2 of 4 documents/],
    ['read no document to its end', { begin: 'tail() { echo nothing; }' }, /read 0 of 4 documents/],
    ['logged an error', { results: `echo '{"level":"error","msg":"${VALUE}"}' >&2` }, /logged an error/],
    ['was killed', { end: 'kill -9 $$' }, /was killed/],
    ['was killed before it began', { begin: 'kill -9 $$' }, /was killed/],
    ['prints what is no result', { results: `echo '${VALUE}'` }, /does not know/],
    ['prints half a result', { results: `printf '{"DetectorName":"Github","Raw":"${VALUE}'` }, /does not know/],
    ['prints a result without a secret', { results: 'result 0 1 Github ""' }, /does not know/],
    ['found something in no document of ours', { results: `result /etc/passwd 1 Github ${VALUE}` }, /does not know/],
    ['found something in a document too many', { results: `result 2 1 Github ${VALUE}` }, /does not know/],
    ['found something in a line too many', { results: `result 2.line 1 Github ${VALUE}` }, /does not know/],
    [
      'prints a line without an end',
      { results: 'dd if=/dev/zero bs=1048576 count=20 2>/dev/null | tr "\\\\0" x' },
      /does not know/
    ]
  ])('a scanner that %s', async (_, parts, message) => {
    expect((await expectFailure(fakeScanner(parts))).message).toMatch(message)
  })
})

describe('a program that cannot be run fails', () => {
  test('it is not there', async () => {
    expect((await expectFailure(join(tempFolder(), 'trufflehog'))).message).toMatch(/trufflehog-path/)
  })

  test('it is a folder', async () => {
    expect((await expectFailure(tempFolder())).message).toMatch(/trufflehog-path/)
  })

  test('it is not executable', async () => {
    const path = join(tempFolder(), 'trufflehog')
    writeFileSync(path, '#!/bin/sh\n', { mode: 0o644 })
    expect((await expectFailure(path)).message).toMatch(/trufflehog-path/)
  })

  test('it is no program', async () => {
    const path = join(tempFolder(), 'trufflehog')
    writeFileSync(path, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0]), { mode: 0o755 })
    await expectFailure(path)
  })

  test('its interpreter is not there', async () => {
    const path = join(tempFolder(), 'trufflehog')
    writeFileSync(path, '#!/nowhere/sh\n', { mode: 0o755 })
    expect((await expectFailure(path)).message).toMatch(/could not be started/)
  })
})

test('there is no room for scratch files', async () => {
  const file = join(tempFolder(), 'file')
  writeFileSync(file, '')
  const gate = trufflehogGate({
    binary: givenBinary(fakeScanner()),
    verify: false,
    tempRoot: join(file, 'temp'),
    mask: () => undefined
  })
  await expect(resultOf(gate, batchOf([rawTrace('a')]))).rejects.toMatchObject({
    code: 'SCAN_FAILED',
    hint: expect.stringContaining('temporary folder')
  })
})

test('a scanner that hangs is ended, with all that it started', async () => {
  const pids = tempFolder()
  const program = fakeScanner({
    begin: `echo $$ > ${pids}/own; trap '' TERM INT HUP; sleep 600 & echo $! > ${pids}/child; wait; sleep 600`
  })
  const start = Date.now()
  expect((await expectFailure(program, 1_000)).message).toMatch(/any further within 1 seconds/)
  expect(Date.now() - start).toBeLessThan(10_000)
  expect(await eventually(() => !isAlive(pidIn(`${pids}/own`)) && !isAlive(pidIn(`${pids}/child`)))).toBe(true)
})

test('what a scanner leaves running is ended with it, and does not hold up the run', async () => {
  const pids = tempFolder()
  const start = Date.now()
  await inspect(fakeScanner({ begin: `sleep 600 & echo $! > ${pids}/child` }))
  expect(Date.now() - start).toBeLessThan(10_000)
  expect(await eventually(() => !isAlive(pidIn(`${pids}/child`)))).toBe(true)
})

test('a scanner that fails by its output is ended at once', async () => {
  const pids = tempFolder()
  const start = Date.now()
  await expectFailure(fakeScanner({ results: `echo $$ > ${pids}/own; echo nonsense; sleep 600` }))
  expect(Date.now() - start).toBeLessThan(10_000)
  expect(await eventually(() => !isAlive(pidIn(`${pids}/own`)))).toBe(true)
})

test('values are masked whole and in parts before the scan is judged', async () => {
  const masked: string[] = []
  const gate = trufflehogGate({
    binary: givenBinary(
      fakeScanner({
        results:
          `printf '{"SourceMetadata":{"Data":{"Filesystem":{"file":"%s"}}},"DetectorName":"AWS","DecoderName":"PLAIN",` +
          `"Verified":false,"Raw":"AKIAEXAMPLEEXAMPLE12","RawV2":"AKIAEXAMPLEEXAMPLE12:secretsecretsecret"}\\n' 0`,
        end: 'exit 1'
      })
    ),
    verify: false,
    tempRoot: tempFolder(),
    mask: (value) => masked.push(value)
  })
  await expect(resultOf(gate, batchOf([rawTrace('a')]))).rejects.toMatchObject({ code: 'SCAN_FAILED' })
  expect(masked).toEqual(['AKIAEXAMPLEEXAMPLE12', 'AKIAEXAMPLEEXAMPLE12:secretsecretsecret', 'secretsecretsecret'])
})

test('a result of the fake is a finding at the place that it names', async () => {
  const { result, masked } = await inspect(
    fakeScanner({ results: `result 1 65 'Some<b>' ${VALUE}; result 1.line 1 Other short` })
  )
  expect(masked).toEqual([VALUE, 'short'])
  expect(result.findings).toMatchObject([
    { traceIndex: 1, traceId: 'b', detector: 'unnamed', length: VALUE.length },
    { traceIndex: 1, traceId: 'b', detector: 'Other', length: 5, pointer: '', place: 'line' }
  ])
  expect(JSON.stringify(result)).not.toContain(VALUE)
})

test('what only the published line holds is a finding of the whole record', async () => {
  // In the JSON that the fake prints, the quotes are escaped.
  const value = String.raw`'\"lifecycle\":\"provisional\"'`
  const { result } = await inspect(fakeScanner({ results: `result 0 61 Kind ${value}` }))
  expect(result.findings).toMatchObject([
    { traceIndex: 0, pointer: '', place: 'line', length: 25 },
    { traceIndex: 1, pointer: '', place: 'line', length: 25 }
  ])
  expect(result.findings[0]?.message).not.toContain('approximate')
})

test('the scanner gets no token and no option from the environment', async () => {
  const dump = join(tempFolder(), 'env')
  const names = ['HF_TOKEN', 'GITHUB_TOKEN', 'TUI_PARENT', 'HTTPS_PROXY']
  const before = names.map((name) => [name, process.env[name]] as const)
  for (const name of names) process.env[name] = VALUE
  try {
    await inspect(fakeScanner({ begin: `env > ${dump}; pwd > ${dump}.cwd; echo "$@" > ${dump}.args` }))
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    }
  }
  const environment = readFileSync(dump, 'utf8')
  expect(environment).not.toContain(VALUE)
  const [home, temp] = ['HOME', 'TMPDIR'].map((name) => new RegExp(`^${name}=(.*)$`, 'm').exec(environment)?.[1])
  expect(dirname(home ?? '')).toBe(dirname(readFileSync(`${dump}.cwd`, 'utf8').trim()))
  expect(temp).toBe(home)
  const given = readFileSync(`${dump}.args`, 'utf8').trim().split(' ')
  expect(given).toEqual(expect.arrayContaining(['--no-update', '--no-verification', '--local-dev', '--json', '--fail']))
  // Else a document that takes longer than a minute is given up.
  expect(given).toContain('--archive-timeout=24h')
  expect(given).toContain('--results=verified,unverified,unknown,filtered_unverified')
})

test('proxies and certificates are for verification only', () => {
  const own = { HTTPS_PROXY: 'http://proxy', SSL_CERT_FILE: '/certs', HF_TOKEN: VALUE, PATH: '/bin' }
  expect(Object.keys(scanEnvironment(own, '/home', false)).sort()).toEqual([
    'GOGC',
    'HOME',
    'PATH',
    'TEMP',
    'TMP',
    'TMPDIR'
  ])
  expect(scanEnvironment(own, '/home', true)).toMatchObject({ HTTPS_PROXY: 'http://proxy', SSL_CERT_FILE: '/certs' })
  expect(JSON.stringify(scanEnvironment(own, '/home', true))).not.toContain(VALUE)
})

test('the time that a scan gets grows with its size', () => {
  expect(scanTimeout(0, false)).toBeGreaterThanOrEqual(60_000)
  expect(scanTimeout(1 << 30, false)).toBeGreaterThan(15 * 60_000)
  expect(scanTimeout(1 << 20, true)).toBeGreaterThan(scanTimeout(1 << 20, false))
})

test('pipes and their folder are for this user only', async () => {
  const listing = join(tempFolder(), 'listing')
  await inspect(fakeScanner({ begin: `ls -ld .. . $paths | cut -c 1-10 > ${listing}` }))
  expect(readFileSync(listing, 'utf8').trim().split('\n')).toEqual(
    [...Array<string>(2).fill('drwx------'), ...Array<string>(4).fill('prw-------')].toSorted()
  )
})

test('a folder of temporary files behind a symbolic link is scanned all the same', async () => {
  const real = tempFolder()
  const link = join(tempFolder(), 'link')
  mkdirSync(join(real, 'temp'))
  symlinkSync(join(real, 'temp'), link)
  const seen = join(tempFolder(), 'seen')
  const gate = trufflehogGate({
    binary: givenBinary(fakeScanner({ begin: `pwd -P > ${seen}` })),
    verify: false,
    tempRoot: link,
    mask: () => undefined
  })
  await resultOf(gate, batchOf([rawTrace('a')]))
  expect(readFileSync(seen, 'utf8').startsWith(join(real, 'temp'))).toBe(true)
})

test('a given program is run where its link leads, and hashed', async () => {
  const link = join(tempFolder(), 'th')
  symlinkSync(fakeScanner(), link)
  const { result } = await inspect(link)
  expect(result.checks[0]?.details.program_sha256).toMatch(/^[0-9a-f]{64}$/)
})

test('a script that is no scanner at all fails', async () => {
  await expectFailure(script('echo hello'))
})
