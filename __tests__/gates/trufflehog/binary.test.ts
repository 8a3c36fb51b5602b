import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { obtainBinary, type BinarySource } from '../../../src/gates/trufflehog/binary.js'
import { trufflehogGate } from '../../../src/gates/trufflehog/gate.js'
import { PINS, platformOf, type Pin } from '../../../src/gates/trufflehog/pins.js'
import { rawTrace } from '../../support/records.js'
import { batchOf, resultOf, tempFolder } from '../batch.js'
import { fakeScanner } from './fakes.js'

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const text = (path: string): string => readFileSync(path, 'utf8')

/** A release archive with these members; a member that is a number is a link. */
function archiveOf(make: (folder: string) => void, members = ['trufflehog']): Buffer {
  const folder = tempFolder()
  make(folder)
  const archive = join(tempFolder(), 'a.tar.gz')
  execFileSync('tar', ['-czf', archive, '-C', folder, ...members])
  return readFileSync(archive)
}

const program = (body: string) => (folder: string) => {
  writeFileSync(join(folder, 'trufflehog'), body, { mode: 0o755 })
}

/** A place for releases on this machine; `files` are what it has, by path. */
let server: Server
let releases: string
let files: Map<string, Buffer | 'cut off'>
let asked: string[]

beforeEach(async () => {
  files = new Map()
  asked = []
  server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const content = files.get(path)
    if (content === undefined) response.writeHead(404).end('not found')
    else if (content === 'cut off') {
      response.writeHead(200, { 'content-length': '1000' }).write('only so much')
      setTimeout(() => response.destroy(), 50)
    } else response.end(content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  releases = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/releases`
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

function publish(version: string, content: Buffer | 'cut off'): void {
  files.set(`/releases/v${version}/trufflehog_${version}_linux_amd64.tar.gz`, content)
}

function pin(version: string, content: Buffer): Pin {
  return { version, sha256: { linux_amd64: sha256(content) }, readsPipes: false }
}

function sourceOf(pins: readonly Pin[], changes: Partial<BinarySource> = {}): BinarySource {
  return { given: undefined, toolCache: tempFolder(), platform: 'linux_amd64', pins, releases, fetch, ...changes }
}

function cachedArchive(source: BinarySource, version: string): string {
  return join(source.toolCache!, 'trufflehog-archive', version, 'linux_amd64', 'archive.tar.gz')
}

describe('a pinned release', () => {
  test('is downloaded once, and unpacked from the cache afterwards', async () => {
    const archive = archiveOf(program('version one'))
    publish('2.0.0', archive)
    const source = sourceOf([pin('2.0.0', archive)])
    const first = await obtainBinary(source, tempFolder())
    expect(first).toMatchObject({ kind: 'downloaded', version: '2.0.0', sha256: sha256(archive) })
    expect(text(first.path)).toBe('version one')
    expect(statSync(first.path).mode & 0o777).toBe(0o700)
    expect(readFileSync(cachedArchive(source, '2.0.0'))).toEqual(archive)

    const folder = tempFolder()
    const second = await obtainBinary(source, folder)
    expect(second).toMatchObject({ kind: 'cached', version: '2.0.0' })
    expect(second.path.startsWith(folder)).toBe(true)
    expect(text(second.path)).toBe('version one')
    expect(asked).toHaveLength(1)
  })

  test('in the cache that was changed is not run, and not quietly replaced', async () => {
    const archive = archiveOf(program('version one'))
    publish('2.0.0', archive)
    const source = sourceOf([pin('2.0.0', archive)])
    await obtainBinary(source, tempFolder())
    writeFileSync(cachedArchive(source, '2.0.0'), archiveOf(program('malware')))
    await expect(obtainBinary(source, tempFolder())).rejects.toMatchObject({ code: 'SCAN_FAILED', exitCode: 3 })
    expect(asked).toHaveLength(1)
  })

  test('that comes changed over the network is neither run nor kept', async () => {
    publish('2.0.0', archiveOf(program('malware')))
    const source = sourceOf([pin('2.0.0', archiveOf(program('version one'))), pin('1.0.0', archiveOf(program('old')))])
    const folder = tempFolder()
    await expect(obtainBinary(source, folder)).rejects.toMatchObject({ code: 'SCAN_FAILED', exitCode: 3 })
    expect(existsSync(dirname(cachedArchive(source, '2.0.0')))).toBe(false)
    expect(existsSync(join(folder, 'program'))).toBe(false)
    expect(asked).toHaveLength(1)
  })

  test('that is not to be had gives way to the next older one, from the cache or the network', async () => {
    const [newest, older, oldest] = ['c', 'b', 'a'].map((body) => archiveOf(program(body))) as [Buffer, Buffer, Buffer]
    publish('2.0.0', 'cut off')
    publish('1.0.0', oldest)
    const pins = [pin('3.0.0', newest), pin('2.0.0', older), pin('1.0.0', oldest)]
    const source = sourceOf(pins)
    const first = await obtainBinary(source, tempFolder())
    expect([first.version, first.kind, text(first.path)]).toEqual(['1.0.0', 'downloaded', 'a'])
    publish('2.0.0', older)
    const second = await obtainBinary(source, tempFolder())
    expect([second.version, second.kind, text(second.path)]).toEqual(['2.0.0', 'downloaded', 'b'])
  })

  test('nowhere to be had is an error that may pass', async () => {
    const source = sourceOf([pin('2.0.0', Buffer.from('x'))], { releases: 'http://127.0.0.1:1/releases' })
    await expect(obtainBinary(source, tempFolder())).rejects.toMatchObject({ code: 'SCAN_FAILED', retryable: true })
  })

  test('without a hash for the machine is passed over', async () => {
    const archive = archiveOf(program('older'))
    publish('1.0.0', archive)
    const pins = [
      { version: '2.0.0', sha256: { windows_amd64: '0'.repeat(64) }, readsPipes: false },
      pin('1.0.0', archive)
    ]
    expect((await obtainBinary(sourceOf(pins), tempFolder())).version).toBe('1.0.0')
    expect(asked).toHaveLength(1)
  })

  test.each([undefined, 'linux_riscv64'])('for a machine without releases (%s) is an error', async (platform) => {
    await expect(obtainBinary(sourceOf(PINS, { platform }), tempFolder())).rejects.toMatchObject({
      code: 'SCAN_FAILED',
      retryable: false
    })
    expect(asked).toEqual([])
  })

  test('needs no cache', async () => {
    const archive = archiveOf(program('x'))
    publish('1.0.0', archive)
    for (const toolCache of [undefined, '/dev/null/nowhere']) {
      const binary = await obtainBinary(sourceOf([pin('1.0.0', archive)], { toolCache }), tempFolder())
      expect(binary.kind).toBe('downloaded')
    }
  })

  test.each<[string, Buffer]>([
    ['has no program', archiveOf((folder) => writeFileSync(join(folder, 'README'), 'x'), ['README'])],
    ['has a link in its place', archiveOf((folder) => symlinkSync('/bin/sh', join(folder, 'trufflehog')))],
    ['has a folder in its place', archiveOf((folder) => mkdirSync(join(folder, 'trufflehog')))],
    ['is no archive', Buffer.from('hello')]
  ])('whose archive %s is not run', async (_, archive) => {
    publish('1.0.0', archive)
    await expect(obtainBinary(sourceOf([pin('1.0.0', archive)]), tempFolder())).rejects.toMatchObject({
      code: 'SCAN_FAILED',
      exitCode: 3
    })
  })

  test('unpacks the program and nothing else', async () => {
    const archive = archiveOf(
      (folder) => {
        program('x')(folder)
        writeFileSync(join(folder, 'tar'), 'y')
      },
      ['trufflehog', 'tar']
    )
    publish('1.0.0', archive)
    const { path } = await obtainBinary(sourceOf([pin('1.0.0', archive)]), tempFolder())
    expect(existsSync(join(dirname(path), 'tar'))).toBe(false)
  })

  test('scans, and the report says which one and what it calls itself', async () => {
    const archive = archiveOf(program(text(fakeScanner())))
    publish('2.0.0', archive)
    const gate = trufflehogGate({
      binary: sourceOf([pin('2.0.0', archive)]),
      verify: false,
      tempRoot: tempFolder(),
      mask: () => undefined
    })
    const { checks } = await resultOf(gate, batchOf([rawTrace('a')]))
    expect(checks).toMatchObject([
      {
        gate: 'trufflehog',
        version: '2.0.0',
        details: { source: 'downloaded', archive_sha256: sha256(archive), calls_itself: '9.9.9' }
      }
    ])
  })

  test.each([
    ['reads pipes gets', true, 'p'],
    ['passes over pipes gets no', false, '-']
  ])('that %s pipes', async (_, readsPipes, type) => {
    const listing = join(tempFolder(), 'listing')
    const archive = archiveOf(program(text(fakeScanner({ begin: `ls -l $paths | cut -c 1 >> ${listing}` }))))
    publish('2.0.0', archive)
    const gate = trufflehogGate({
      binary: sourceOf([{ ...pin('2.0.0', archive), readsPipes }]),
      verify: false,
      tempRoot: tempFolder(),
      mask: () => undefined
    })
    expect((await resultOf(gate, batchOf([rawTrace('a')]))).findings).toEqual([])
    expect(text(listing)).toBe(`${type}\n${type}\n`)
  })
})

test('the pinned releases go from new to old, and every hash is one', () => {
  const numbers = PINS.map(({ version }) => version.split('.').map(Number))
  const sorted = [...numbers].sort((a, b) => b[0]! - a[0]! || b[1]! - a[1]! || b[2]! - a[2]!)
  expect(numbers).toEqual(sorted)
  for (const { sha256: hashes } of PINS) {
    for (const hash of Object.values(hashes)) expect(hash).toMatch(/^[0-9a-f]{64}$/)
  }
  expect(new Set(PINS.flatMap(({ sha256: hashes }) => Object.values(hashes))).size).toBe(14)
})

test.each([
  ['linux', 'x64', 'linux_amd64'],
  ['darwin', 'arm64', 'darwin_arm64'],
  ['win32', 'x64', 'windows_amd64'],
  ['linux', 'ia32', undefined],
  ['freebsd', 'x64', undefined]
] as const)('%s on %s is %s', (system, machine, expected) => {
  expect(platformOf(system, machine)).toBe(expected)
})
