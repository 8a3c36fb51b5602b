/** What surrounds the run: a runner of Actions, or a person's terminal. The one place that knows which. */
import * as core from '@actions/core'
import { runsInActions, type Environment } from './environment.js'
import { actionsLog, terminalLog, type Log } from './log.js'

export interface Runtime {
  readonly env: Environment
  readonly log: Log
  /** Masks a value in everything that is logged from now on. A terminal has no masks; there it would print the value. */
  readonly setSecret: (value: string) => void
  /** Undefined where nobody reads outputs. */
  readonly setOutput: ((name: string, value: string) => void) | undefined
}

/** @param process the process itself, handed in by the entry; the toolkit writes to the same one */
export function connect(process: {
  readonly env: Environment
  readonly stdout: { write(text: string): unknown }
}): Runtime {
  const { env, stdout } = process
  const inActions = runsInActions(env)
  return {
    env,
    log: inActions ? actionsLog(core) : terminalLog(stdout, env.RUNNER_DEBUG === '1'),
    setSecret: inActions ? core.setSecret : () => undefined,
    // Without the file, the toolkit would print a command that runners no longer accept.
    setOutput: (env.GITHUB_OUTPUT ?? '') === '' ? undefined : core.setOutput
  }
}
