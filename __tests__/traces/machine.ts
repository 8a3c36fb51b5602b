/** A machine made of temporary files, for the search for staged traces. */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect } from '@jest/globals'
import { LoadError } from '../../src/errors.js'
import { collect, type Collected } from '../../src/traces/collect.js'

/** A machine: the checkout in `work`, the CLI's home in `home/.opentraces`, and something else in `else`. */
let machine: string
beforeEach(() => {
  machine = realpathSync(mkdtempSync(join(tmpdir(), 'collect-')))
  chmodSync(machine, 0o755)
  for (const folder of ['work', 'home', 'else']) mkdirSync(join(machine, folder))
})
afterEach(() => {
  rmSync(machine, { recursive: true, force: true })
})

/** Files by path; a text that starts with `→` is a symlink to what follows, from the machine's root if it starts with `/`. */
export function make(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    const full = join(machine, path)
    mkdirSync(dirname(full), { recursive: true })
    const target = content.startsWith('→') ? content.slice(1) : undefined
    if (target === undefined) writeFileSync(full, content)
    else symlinkSync(target.startsWith('/') ? join(machine, target) : target, full)
  }
}

export interface Where {
  workingDirectory?: string
  workspace?: string
}

export function run(entries: readonly string[], where: Where = {}): Promise<Collected> {
  return collect({
    entries,
    workingDirectory: join(machine, where.workingDirectory ?? 'work'),
    workspace: where.workspace ?? join(machine, 'work'),
    cliHome: join(machine, 'home', '.opentraces')
  })
}

/** What is found, as reports show it; `!` stands before entries that matched nothing. */
export async function found(entries: readonly string[], where?: Where): Promise<string[]> {
  const { files, unmatched } = await run(entries, where)
  return [...files.map(({ shown }) => shown), ...unmatched.map((entry) => `! ${entry}`)]
}

export async function expectFailure(entries: readonly string[], where?: Where): Promise<LoadError> {
  const error = await run(entries, where).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(LoadError)
  expect((error as LoadError).exitCode).toBe(4)
  return error as LoadError
}

/** The absolute path of something on the machine. */
export function at(...path: string[]): string {
  return join(machine, ...path)
}

/** A state of the CLI: status by id, or the whole entry. */
export const state = (traces: Record<string, unknown>): string =>
  JSON.stringify({
    state_version: '5',
    traces: Object.fromEntries(
      Object.entries(traces).map(([id, entry]) => [
        id,
        typeof entry === 'string' ? { trace_id: id, status: entry, file_path: `/home/me/x/${id}.jsonl` } : entry
      ])
    )
  })
