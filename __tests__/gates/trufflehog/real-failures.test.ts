/** The real TruffleHog, made to fail: it often calls that a success. */
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { writeDetectors } from '../../../src/gates/trufflehog/detectors.js'
import { Patience } from '../../../src/gates/trufflehog/patience.js'
import { believed, scan, type ScanOutcome, type ScanRequest } from '../../../src/gates/trufflehog/scanner.js'
import { rawTrace } from '../../support/records.js'
import { batchOf, isEmpty, tempFolder } from '../batch.js'
import { eventually, isAlive, pidIn, script } from './fakes.js'
import { fakeToken, REAL, realTitle, scanWithReal } from './real.js'

const describeReal = REAL === '' ? describe.skip : describe

const FAILED = { code: 'SCAN_FAILED', exitCode: 3 }

interface Request extends ScanRequest {
  /** Holds the documents. */
  scratch: string
  bytes: number
}

/** The documents of one trace with a planted token, as files. */
async function requestFor(content = 'text\n', timeoutMs = 60_000): Promise<Request> {
  const [scratch, planted] = [tempFolder(), fakeToken.huggingFace()]
  const text = `${content}${planted}\n`
  writeFileSync(join(scratch, '0'), text)
  writeFileSync(join(scratch, '0.line'), `${planted}\n`)
  const patience = new Patience()
  patience.grant(timeoutMs)
  const home = tempFolder()
  return {
    program: REAL,
    folder: home,
    paths: [scratch],
    scratch,
    traces: 1,
    config: await writeDetectors(tempFolder()),
    bytes: Buffer.byteLength(text) + planted.length + 1,
    planted,
    verify: false,
    patience,
    home,
    mask: () => undefined
  }
}

async function judged(request: Request): Promise<ScanOutcome> {
  return believed(await scan(request), request.traces, request.bytes)
}

describeReal(realTitle('the real TruffleHog'), () => {
  test('is believed where it read everything', async () => {
    const { hits, bytes, chunks, version } = await judged(await requestFor())
    expect({ hits, chunks }).toEqual({ hits: [], chunks: 2 })
    expect(bytes).toBeGreaterThan(40)
    expect(version).toMatch(/^(\d+\.\d+\.\d+|dev)$/)
  })

  test('passes over a folder behind a symbolic link', async () => {
    const request = await requestFor()
    const link = join(tempFolder(), 'link')
    symlinkSync(request.scratch, link)
    await expect(judged({ ...request, paths: [link] })).rejects.toMatchObject(FAILED)
  })

  test('passes over a file that is a symbolic link', async () => {
    const request = await requestFor()
    const folder = tempFolder()
    symlinkSync(join(request.scratch, '0'), join(folder, '0'))
    symlinkSync(join(request.scratch, '0.line'), join(folder, '0.line'))
    await expect(judged({ ...request, paths: [folder] })).rejects.toMatchObject(FAILED)
  })

  test('passes over a folder that is not there', async () => {
    const request = await requestFor()
    await expect(judged({ ...request, paths: [join(request.scratch, 'gone')] })).rejects.toMatchObject(FAILED)
  })

  test('passes over one file of several that looks like an image, with more bytes read than there are', async () => {
    const request = await requestFor('text '.repeat(20_000))
    const svg = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">\n${request.planted}\n`
    writeFileSync(join(request.scratch, '1'), svg)
    writeFileSync(join(request.scratch, '1.line'), `${request.planted}\n`)
    await expect(judged({ ...request, traces: 2, bytes: request.bytes + svg.length })).rejects.toMatchObject({
      ...FAILED,
      message: expect.stringContaining('read 3 of 4 documents')
    })
  })

  test('does not take its configuration', async () => {
    const program = script(`exec "${REAL}" "$@" --config=/nowhere/config.yml`)
    await expect(judged({ ...(await requestFor()), program })).rejects.toMatchObject(FAILED)
  })

  test('does not know an option', async () => {
    const program = script(`exec "${REAL}" "$@" --results=bogus`)
    await expect(judged({ ...(await requestFor()), program })).rejects.toMatchObject(FAILED)
  })

  test('is killed from outside', async () => {
    const program = script(`"${REAL}" "$@" & sleep 0.1; kill -9 $!; wait $!`)
    await expect(judged({ ...(await requestFor('text '.repeat(4_000_000))), program })).rejects.toMatchObject(FAILED)
  })

  test('is told to stop, which it would call a success', async () => {
    const program = script(`"${REAL}" "$@" & sleep 0.7; kill -TERM $!; wait $!`)
    await expect(judged({ ...(await requestFor('text '.repeat(12_000_000))), program })).rejects.toMatchObject(FAILED)
  })

  test('takes too long, and is gone then', async () => {
    const pid = join(tempFolder(), 'pid')
    const program = script(`echo $$ > "${pid}"; exec "${REAL}" "$@"`)
    await expect(judged({ ...(await requestFor('text '.repeat(4_000_000), 300)), program })).rejects.toMatchObject(
      FAILED
    )
    expect(existsSync(pid)).toBe(true)
    expect(await eventually(() => !isAlive(pidIn(pid)))).toBe(true)
  })

  test('writes nothing into its home', async () => {
    const request = await requestFor()
    await judged(request)
    expect(isEmpty(request.home)).toBe(true)
  })

  test('scans in one process, however many traces there are', async () => {
    const count = join(tempFolder(), 'count')
    const program = script(`echo run >> "${count}"; exec "${REAL}" "$@"`)
    const { findings } = await scanWithReal(
      batchOf(Array.from({ length: 300 }, (_, i) => rawTrace(`t${String(i)}`))),
      program
    )
    expect(findings).toEqual([])
    expect(readFileSync(count, 'utf8')).toBe('run\n')
  })
})
