/** Keeps secrets out of the log: must run before anything is written to it. */
import type { Environment } from './environment.js'
import { INPUT_LIST, SHORTEST_SECRET } from './inputs.js'
import { splitLines } from './input-types.js'

/** Where the Hub's own tools look for a token, and we do too. */
const TOKEN_VARIABLES = ['HF_TOKEN', 'HUGGINGFACE_TOKEN']

/**
 * Has the runner mask the value of every secret input, line by line as well, because a log shows them line by line. Works
 * on the raw environment, so that an error about the inputs is masked too. Lines that no secret is as short as (the braces
 * of a JSON key file) stay, or the log would be unreadable.
 */
export function maskSecrets(env: Environment, setSecret: (value: string) => void): void {
  const names = INPUT_LIST.filter(([, { secret }]) => secret).map(([name]) => `INPUT_${name.toUpperCase()}`)
  const values = new Set<string>()
  for (const variable of [...names, ...TOKEN_VARIABLES]) {
    const text = env[variable]?.trim() ?? ''
    for (const value of [text, ...splitLines(text)]) if (value.length >= SHORTEST_SECRET) values.add(value)
  }
  for (const value of values) setSecret(value)
}
