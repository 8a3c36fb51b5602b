/** The real TruffleHog, where this machine has one. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { randomInt } from 'node:crypto'
import type { GateResult, ScanBatch } from '../../../src/gates/gate.js'
import { trufflehogGate } from '../../../src/gates/trufflehog/gate.js'
import { resultOf, tempFolder } from '../batch.js'
import { givenBinary } from './fakes.js'

const given = process.env.TRUFFLEHOG_PATH ?? ''
/** Its path; empty where there is none. */
export const REAL = given === '' ? programInPath('trufflehog') : given

/** A program's path; empty where PATH does not have it. */
export function programInPath(name: string): string {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, process.platform === 'win32' ? `${name}.exe` : name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not in this folder.
    }
  }
  return ''
}

/** The name of tests that need the real program; without it they are skipped, and their name says why. */
export function realTitle(name: string): string {
  return REAL === '' ? `${name} (skipped: no trufflehog in TRUFFLEHOG_PATH or PATH)` : name
}

export interface RealScan extends GateResult {
  masked: string[]
}

/** Scans a batch with the real program, without asking any provider. */
export async function scanWithReal(batch: ScanBatch, program = REAL): Promise<RealScan> {
  const masked: string[] = []
  const gate = trufflehogGate({
    binary: givenBinary(program),
    verify: false,
    tempRoot: tempFolder(),
    mask: (value) => masked.push(value)
  })
  return { ...(await resultOf(gate, batch)), masked }
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export function randomText(length: number, alphabet = LETTERS): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
}

/** Fakes of kinds that TruffleHog knows by form alone. */
export const fakeToken = {
  huggingFace: (): string => `hf_${randomText(34)}`,
  npm: (): string => `npm_${randomText(36)}`,
  gitlab: (): string => `glpat-${randomText(20)}`
}
