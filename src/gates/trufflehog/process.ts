/** Running a program so that nothing of it is left when the run is over. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { undoneAtExit } from './cleanup.js'

export interface ProgramOptions {
  readonly cwd: string
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  /** Ends the program when it is aborted. */
  readonly stop: AbortSignal
  /** A throw ends the program and is what `runProgram` throws. */
  readonly onStdout?: (chunk: Buffer) => void
  readonly onStderr?: (chunk: Buffer) => void
}

export interface ProgramEnd {
  /** Null where a signal ended it. */
  readonly code: number | null
  /** Whether `stop` ended it. */
  readonly stopped: boolean
}

/**
 * Runs a program in a process group of its own and ends the whole group with it, at a stop, or with this process.
 *
 * @throws the system's error where the program cannot be started
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions
): Promise<ProgramEnd> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own. On Windows it would be a console of its own, and a tree is ended there without groups.
    detached: process.platform !== 'win32',
    windowsHide: true
  })
  const end = (): void => {
    endGroup(child)
  }
  return await undoneAtExit(end, () => watch(child, end, options))
}

function watch(child: ChildProcess, end: () => void, options: ProgramOptions): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    let failure: Error | undefined
    const { stop } = options
    stop.addEventListener('abort', end)
    if (stop.aborted) end()
    const guarded = (handle: ((chunk: Buffer) => void) | undefined) => (chunk: Buffer) => {
      if (failure !== undefined || handle === undefined) return
      try {
        handle(chunk)
      } catch (error) {
        failure = error as Error
        end()
      }
    }
    child.stdout?.on('data', guarded(options.onStdout))
    child.stderr?.on('data', guarded(options.onStderr))
    child.on('error', (error) => {
      failure ??= error
      // A program that never started has no `close` to wait for on every platform.
      if (child.pid === undefined) settle(null)
    })
    // Whatever it started would keep the pipes open, and go on.
    child.on('exit', end)
    child.on('close', settle)
    function settle(code: number | null): void {
      stop.removeEventListener('abort', end)
      if (failure === undefined) resolve({ code, stopped: stop.aborted })
      else reject(failure)
    }
  })
}

/** Ends the program and what it started. SIGKILL, because TruffleHog ignores SIGTERM and calls a SIGINT a success. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  if (process.platform === 'win32') {
    const taskkill = join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'taskkill.exe')
    spawnSync(taskkill, ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
    return
  }
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // No process of the group is left.
  }
}
