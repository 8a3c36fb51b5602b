/** Keeps secrets out of the log: must run before anything is written to it. */
import type { Environment } from './environment.js'
import { INPUT_LIST, SHORTEST_SECRET } from './inputs.js'
import { splitLines } from './input-types.js'

/** Where the Hub's own tools look for a token, and we do too. */
const TOKEN_VARIABLES = ['HF_TOKEN', 'HUGGINGFACE_TOKEN']

const SECRET_INPUTS = INPUT_LIST.filter(([, { secret }]) => secret).map(([name]) => name)

function variableOf(input: string): string {
  return `INPUT_${input.toUpperCase()}`
}

/** The text of every secret input that was given, by its name. */
export function secretInputs(env: Environment): Record<string, string> {
  const given = SECRET_INPUTS.map((name) => [name, env[variableOf(name)]?.trim() ?? ''] as const)
  return Object.fromEntries(given.filter(([, text]) => text !== ''))
}

/** Shortest line of a secret of several lines that is masked by itself, in UTF-16 units. */
const SHORTEST_LINE = 8

/** Has the runner mask values as they turn up, each once; those of several lines line by line, too, as a log shows them. */
export function valueMasker(setSecret: (value: string) => void): (value: string) => void {
  const masked = new Set<string>()
  return (value) => {
    const lines = splitLines(value).filter((line) => line.length >= SHORTEST_LINE)
    for (const text of [value, ...lines]) {
      if (masked.has(text)) continue
      masked.add(text)
      setSecret(text)
    }
  }
}

/**
 * Has the runner mask the value of every secret input, line by line as well, because a log shows them line by line. Works
 * on the raw environment, so that an error about the inputs is masked too. Lines that no secret is as short as (the braces
 * of a JSON key file) stay, or the log would be unreadable.
 */
export function maskSecrets(env: Environment, setSecret: (value: string) => void): void {
  const names = SECRET_INPUTS.map(variableOf)
  const values = new Set<string>()
  for (const variable of [...names, ...TOKEN_VARIABLES]) {
    const text = env[variable]?.trim() ?? ''
    for (const value of [text, ...splitLines(text)]) if (value.length >= SHORTEST_SECRET) values.add(value)
  }
  for (const value of values) setSecret(value)
}
