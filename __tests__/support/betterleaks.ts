/** betterleaks, a scanner of another house, as a second opinion on what was published. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { jsonLines } from './golden.js'

export interface LeakFound {
  readonly rule: string
  readonly path: string
  /** From 1. */
  readonly line: number
  readonly value: string
}

export interface LeakScan {
  readonly complete: boolean
  readonly bytes: number
  readonly found: readonly LeakFound[]
}

interface OutputLine {
  readonly finding?: {
    readonly rule_id: string
    readonly match: { readonly value: string }
    readonly location: { readonly path: string; readonly start_line: number }
  }
  readonly scan?: { readonly state: string; readonly bytes_scanned: number }
}

/** Scans files and folders; marks in the text that ask it to look away do not count. It asks no provider. */
export async function betterleaks(program: string, paths: readonly string[]): Promise<LeakScan> {
  const scratch = await mkdtemp(join(tmpdir(), 'opentraces-betterleaks-'))
  try {
    const output = join(scratch, 'found.jsonl')
    const quiet = ['--silent', '--no-banner', '--no-color', '--exit-code', '0']
    await promisify(execFile)(program, ['fs', ...paths, '--output', output, '--no-allow-signatures', ...quiet], {
      // Settings of the machine that runs the test must not change what it looks for.
      env: { PATH: process.env.PATH, HOME: scratch },
      maxBuffer: 2 ** 26
    })
    const lines = jsonLines(await readFile(output, 'utf8')).map((line) => JSON.parse(line) as OutputLine)
    const scan = lines.findLast((line) => line.scan !== undefined)?.scan
    return {
      complete: scan?.state === 'complete',
      bytes: scan?.bytes_scanned ?? 0,
      found: lines.flatMap(({ finding }) =>
        finding === undefined
          ? []
          : [
              {
                rule: finding.rule_id,
                path: finding.location.path,
                line: finding.location.start_line,
                value: finding.match.value
              }
            ]
      )
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
