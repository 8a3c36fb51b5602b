/**
 * What this version cannot do yet. A value that needs it is refused. Each entry goes when its part is built.
 */
import { INPUTS, property, type CamelCase, type InputName, type Inputs } from './inputs.js'

interface Entry {
  readonly input: InputName
  readonly applies: (inputs: Partial<Inputs>) => boolean
  /** What is not available; follows `"<input>": `. */
  readonly sentence: string
}

/** @param applies is asked only where the input has a valid value */
function entry<Name extends InputName>(
  input: Name,
  applies: (value: Inputs[CamelCase<Name>]) => boolean,
  sentence: string
): Entry {
  const key = property(input)
  return {
    input,
    applies: (inputs) => Object.hasOwn(inputs, key) && applies(inputs[key] as Inputs[CamelCase<Name>]),
    sentence
  }
}

const REFUSED: readonly Entry[] = [
  entry(
    'command',
    (value) => !['push', 'check', 'review', 'comment', 'export'].includes(value),
    'push, check, review, comment and export are the only commands of this version'
  ),
  entry(
    'traces',
    (value) => value.some((one) => one.startsWith('hf://')),
    'reading the traces of another dataset is not available in this version'
  ),
  entry('auth', (value) => value === 'oidc', 'trusted publishing is not available in this version'),
  entry('publish', (value) => value, 'making a dataset public is not available in this version'),
  entry('gated', (value) => value !== undefined, 'setting access requests is not available in this version'),
  entry('migrate-remote', (value) => value, 'rewriting published shards is not available in this version')
]

/** Of the inputs that the command reads, those whose value needs something that is not built. */
export function refusals(inputs: Partial<Inputs>): readonly Entry[] {
  return REFUSED.filter((one) => isRead(one.input, inputs) && one.applies(inputs))
}

function isRead(input: InputName, { command }: Partial<Inputs>): boolean {
  return command !== undefined && (INPUTS[input].commands as readonly string[]).includes(command)
}
