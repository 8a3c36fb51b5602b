/**
 * Where the TruffleHog comes from that is run: the one that the workflow vouches for, else a pinned release archive.
 *
 * The cache keeps the archive, not the program: at every run it is copied to the private folder, hashed on the way and
 * unpacked from the copy, so that nobody who can write to the cache can put another program in its place. A program in
 * PATH is not used: it could only be trusted where it equals the one in a verified archive, and that one is at hand then.
 */
import { createHash, randomBytes, type Hash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { access, chmod, constants, copyFile, lstat, mkdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { GateError } from '../../errors.js'
import { scanFailed } from './failure.js'
import { archiveName, programName, type Pin, type Platform } from './pins.js'
import { runProgram } from './process.js'

export interface BinarySource {
  /** The input `trufflehog-path`; undefined for a pinned release. */
  readonly given: string | undefined
  /** The runner's tool cache (RUNNER_TOOL_CACHE), where there is one. */
  readonly toolCache: string | undefined
  /** Undefined where TruffleHog has no release for this machine. */
  readonly platform: Platform | undefined
  readonly pins: readonly Pin[]
  /** Address below which releases are found as `v{version}/{archive}`. */
  readonly releases: string
  readonly fetch: typeof fetch
}

export interface Binary {
  readonly path: string
  readonly kind: 'given' | 'cached' | 'downloaded'
  /** Of the pinned release; undefined for a given program. */
  readonly version: string | undefined
  /** Lower-case hex SHA-256 of the archive; of a given program see `programHash`. */
  readonly sha256: string | undefined
  /** Of a given program it is not known: undefined. */
  readonly readsPipes: boolean | undefined
}

const OFFER = 'Give the path of a TruffleHog that you vouch for in trufflehog-path.'
/** Release archives have 30 to 40 MB. */
const MAX_ARCHIVE = 512 * 1024 * 1024
const DOWNLOAD_TIMEOUT_MS = 5 * 60_000
const UNPACK_TIMEOUT_MS = 2 * 60_000

/**
 * Gets hold of a program to run.
 *
 * @param folder private to this run; the program is unpacked there
 * @throws GateError where there is none that may be trusted
 */
export async function obtainBinary(source: BinarySource, folder: string): Promise<Binary> {
  return source.given === undefined ? await pinned(source, folder) : await given(source.given)
}

async function given(path: string): Promise<Binary> {
  try {
    const real = await realpath(path)
    if (!(await stat(real)).isFile()) throw new Error('not a file')
    await access(real, constants.X_OK)
    return { path: real, kind: 'given', version: undefined, sha256: undefined, readsPipes: undefined }
  } catch {
    throw notAProgram()
  }
}

/** Lower-case hex SHA-256 of a given program, for the report: it is large, and nothing waits for this. @throws GateError */
export async function programHash({ path }: Binary): Promise<string> {
  try {
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    return hash.digest('hex')
  } catch {
    throw notAProgram()
  }
}

function notAProgram(): GateError {
  return scanFailed(
    'trufflehog-path does not name a program that can be run.',
    'Check the path, and that the file is executable.'
  )
}

async function pinned(source: BinarySource, folder: string): Promise<Binary> {
  const { platform, pins } = source
  if (platform === undefined) throw scanFailed('There is no TruffleHog release for this machine.', OFFER)
  const archive = join(folder, 'archive.tar.gz')
  for (const { version, sha256: hashes, readsPipes } of pins) {
    const sha256 = hashes[platform]
    if (sha256 === undefined) continue
    const kind = await fetchArchive(source, version, platform, sha256, archive)
    if (kind === undefined) continue
    return { path: await unpack(archive, folder, platform), kind, version, sha256, readsPipes }
  }
  const known = pins.some(({ sha256 }) => sha256[platform] !== undefined)
  if (!known) throw scanFailed('There is no pinned TruffleHog release for this machine.', OFFER)
  throw scanFailed(
    'TruffleHog could not be downloaded.',
    `Check that the runner can reach the releases of TruffleHog, and run again. Else: ${OFFER}`,
    { retryable: true }
  )
}

/** Puts the verified archive at `target`. Undefined where neither the cache nor the releases have it. */
async function fetchArchive(
  source: BinarySource,
  version: string,
  platform: Platform,
  sha256: string,
  target: string
): Promise<'cached' | 'downloaded' | undefined> {
  const cached =
    source.toolCache === undefined
      ? undefined
      : join(source.toolCache, 'trufflehog-archive', version, platform, 'archive.tar.gz')
  if (cached !== undefined) {
    const found = await copyHashed(cached, target)
    if (found !== undefined && found !== sha256) {
      throw scanFailed(
        `The TruffleHog ${version} archive in the tool cache is not the one that was released.`,
        'Remove the folder trufflehog-archive from the runner’s tool cache, and find out who changed it.'
      )
    }
    if (found !== undefined) return 'cached'
  }
  const url = `${source.releases}/v${version}/${archiveName(version, platform)}`
  const found = await download(source.fetch, url, target)
  if (found === undefined) return undefined
  if (found !== sha256) {
    throw scanFailed(
      `The TruffleHog ${version} archive that was downloaded is not the one that was released.`,
      `Something between the runner and the releases changes downloads. ${OFFER}`
    )
  }
  if (cached !== undefined) await store(target, cached)
  return 'downloaded'
}

/** Copies a file and gives the SHA-256 of what was copied; undefined where there is no such file. */
async function copyHashed(from: string, to: string): Promise<string | undefined> {
  const exists = await access(from).then(
    () => true,
    () => false
  )
  if (!exists) return undefined
  try {
    const hash = createHash('sha256')
    await pipeline(createReadStream(from), tap(hash), createWriteStream(to, { mode: 0o600 }))
    return hash.digest('hex')
  } catch {
    throw scanFailed('The TruffleHog archive in the tool cache could not be read.')
  }
}

/** Undefined where the archive is not to be had: no network, no such release, cut off on the way. */
async function download(get: typeof fetch, url: string, to: string): Promise<string | undefined> {
  try {
    const response = await get(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) })
    if (!response.ok || response.body === null) return undefined
    const hash = createHash('sha256')
    await pipeline(Readable.from(response.body), tap(hash), createWriteStream(to, { mode: 0o600 }))
    return hash.digest('hex')
  } catch {
    return undefined
  }
}

/** Passes bytes on and hashes them; too many are an error. */
function tap(hash: Hash): Transform {
  let size = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      size += chunk.length
      hash.update(chunk)
      if (size > MAX_ARCHIVE) done(new Error('too large'))
      else done(null, chunk)
    }
  })
}

/** Keeps a verified archive for later runs. Without it they download again: nothing here is worth failing for. */
async function store(archive: string, cached: string): Promise<void> {
  const partial = `${cached}.${randomBytes(6).toString('hex')}`
  try {
    await mkdir(dirname(cached), { recursive: true })
    await copyFile(archive, partial)
    await rename(partial, cached)
  } catch {
    await rm(partial, { force: true }).catch(() => undefined)
  }
}

/** Unpacks the one program of an archive with the system's tar. */
async function unpack(archive: string, folder: string, platform: Platform): Promise<string> {
  const program = programName(platform)
  const target = join(folder, 'program')
  await mkdir(target, { mode: 0o700 })
  try {
    const { code } = await runProgram(tarProgram(), ['-xzf', archive, '-C', target, program], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '' },
      stop: AbortSignal.timeout(UNPACK_TIMEOUT_MS)
    })
    const path = join(target, program)
    if (code !== 0 || !(await lstat(path)).isFile()) throw new Error('not unpacked')
    await chmod(path, 0o700)
    return path
  } catch {
    throw scanFailed('The TruffleHog archive could not be unpacked.', `The runner needs the program tar. ${OFFER}`)
  }
}

/** On Windows the system's own: another tar in PATH would take `C:` for the name of a machine. */
function tarProgram(): string {
  return process.platform === 'win32' ? join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'tar.exe') : 'tar'
}
