/**
 * The TruffleHog gate: every string and every published byte of a batch through a real TruffleHog, in one process. Any
 * result is a finding; without proof of a complete scan there is no result at all.
 */
import { randomInt } from 'node:crypto'
import type { CheckRun, Gate, GateResult, OpenTrace, ScanBatch } from '../gate.js'
import { writeDetectors } from './detectors.js'
import { obtainBinary, programHash, type Binary, type BinarySource } from './binary.js'
import { withPrivateFolder } from './cleanup.js'
import { scanAll, subfolder } from './handover.js'
import { GATE, locate } from './locate.js'
import type { ScanOutcome } from './scanner.js'

export interface TrufflehogOptions {
  readonly binary: BinarySource
  /** Let TruffleHog ask the providers whether a secret works: sends it to them. */
  readonly verify: boolean
  /** The folder for temporary files (RUNNER_TEMP). They take about twice the size of the batch where there are no pipes. */
  readonly tempRoot: string
  /** Makes the log hide a value. Called for every secret that is found, before anything is said about it. */
  readonly mask: (value: string) => void
  /** How long it may take to read that many bytes, or to get any further with them, in milliseconds; see `scanTimeout`. */
  readonly timeoutMs?: (bytes: number) => number
  /** Milliseconds, never going back. */
  readonly now?: () => number
}

/** A slow runner reads 1 MB/s; asking providers takes as long as they take. */
export function scanTimeout(bytes: number, verify: boolean): number {
  return 120_000 + bytes / 1000 + (verify ? 600_000 : 0)
}

/** The gate over TruffleHog, pinned or given. */
export function trufflehogGate(options: TrufflehogOptions): Gate {
  return { name: GATE, inspect: (batch, traces) => inspect(options, batch, traces) }
}

async function inspect(
  options: TrufflehogOptions,
  batch: ScanBatch,
  traces: AsyncIterable<OpenTrace>
): Promise<GateResult> {
  if (batch.lines.length === 0) return { findings: [], checks: [] }
  const now = options.now ?? (() => performance.now())
  return await withPrivateFolder(options.tempRoot, async (folder) => {
    const binary = await obtainBinary(options.binary, folder)
    const home = await subfolder(folder, 'home')
    const config = await writeDetectors(folder)
    const start = now()
    let hashing: Promise<string> | undefined
    const hash = (): Promise<string> => (hashing ??= programHash(binary))
    // While TruffleHog reads the last of them, this process has nothing else to do.
    const read = andThen(traces, () => {
      if (binary.sha256 === undefined) hash().catch(() => undefined)
    })
    const outcome = await scanAll(batch, read, {
      folder,
      request: {
        program: binary.path,
        traces: batch.lines.length,
        config,
        planted: plantedSecret(),
        verify: options.verify,
        home,
        mask: options.mask
      },
      readsPipes: binary.readsPipes,
      timeoutMs: options.timeoutMs ?? ((bytes) => scanTimeout(bytes, options.verify))
    })
    const durationMs = now() - start
    const checks = [checkRun(binary, binary.sha256 ?? (await hash()), outcome, options.verify, durationMs)]
    return { findings: await locate(batch, outcome.hits, options), checks }
  })
}

async function* andThen<T>(items: AsyncIterable<T>, done: () => void): AsyncGenerator<T> {
  yield* items
  done()
}

/**
 * A fake token of a kind that TruffleHog knows by form alone, new in every run. Letters only, random: nothing in a trace
 * can be equal to it.
 */
function plantedSecret(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  return 'hf_' + Array.from({ length: 34 }, () => letters.charAt(randomInt(letters.length))).join('')
}

function checkRun(binary: Binary, sha256: string, outcome: ScanOutcome, verify: boolean, durationMs: number): CheckRun {
  const differs = binary.version !== undefined && binary.version !== outcome.version
  return {
    gate: GATE,
    tool: 'TruffleHog',
    version: binary.version ?? outcome.version,
    details: {
      source: binary.kind,
      [binary.kind === 'given' ? 'program_sha256' : 'archive_sha256']: sha256,
      ...(differs ? { calls_itself: outcome.version } : {}),
      verified_with_providers: verify,
      bytes: outcome.bytes,
      chunks: outcome.chunks,
      duration_ms: Math.round(durationMs)
    }
  }
}
