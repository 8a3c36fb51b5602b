/**
 * Sub-actions: the same bundle, offered in folders of its own for commands that publish nothing, so that whoever approves a
 * workflow sees at a glance what a job cannot do.
 */
import type { Command } from './inputs.js'

/** Each has a folder with an `action.yml`. */
export const SUB_ACTIONS = ['check', 'comment', 'export'] as const satisfies readonly Command[]

/**
 * The input by which such an `action.yml` names itself, as a default. Nothing else tells the bundle where it was started
 * from. A runner hands over every declared input, given or not: a workflow can change the value, even to nothing, and
 * cannot take the input away. So what counts is that it is there, and its values are commands that publish nothing.
 */
export const SUB_ACTION_INPUT = 'sub-action'

/**
 * The inputs of a sub-action as those of the action itself, with its command.
 *
 * @param texts of the inputs as given, trimmed, by name
 */
export function bindToSubAction(texts: ReadonlyMap<string, string>): {
  readonly texts: ReadonlyMap<string, string>
  /** What is wrong; follows the heading of an error. */
  readonly problem?: string
} {
  const only = texts.get(SUB_ACTION_INPUT)
  if (only === undefined) return { texts }
  const bound = new Map(texts)
  bound.delete(SUB_ACTION_INPUT)
  if (!(SUB_ACTIONS as readonly string[]).includes(only)) {
    return { texts: bound, problem: `"${SUB_ACTION_INPUT}" has to stay as the sub-action sets it` }
  }
  const command = texts.get('command') ?? ''
  bound.set('command', only)
  if (command === '' || command === only) return { texts: bound }
  return { texts: bound, problem: `"command" cannot be chosen here: this sub-action is there for ${only} alone` }
}
