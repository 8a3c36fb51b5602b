/** The environment variables of the process, always handed in: nothing in this room reaches for `process`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Whether a runner reads our output. It sets this variable itself and lets no workflow change it. */
export function runsInActions(env: Environment): boolean {
  return env.GITHUB_ACTIONS === 'true'
}
