/** Turns the environment of the step into typed inputs, or into one error that names everything that is wrong. */
import { InputError } from '../errors.js'
import { refusals } from './availability.js'
import type { Environment } from './environment.js'
import { INPUT_LIST, property, type InputDefinition, type InputName, type Inputs } from './inputs.js'
import { splitLines } from './input-types.js'
import { quoted } from './plain-text.js'
import { bindToSubAction } from './sub-action.js'
import { suggest } from './suggest.js'

const PREFIX = 'INPUT_'

interface Problem {
  readonly text: string
  /** Right in itself, but for a later version. */
  readonly unavailable?: true
}

/**
 * Reads the inputs as the runner hands them over: `INPUT_` and the name in upper case, dashes kept, spaces as `_`. White
 * space around a value is dropped; an empty value is an absent one, as an expression without a result leaves it.
 *
 * @throws InputError with all problems at once, one a line
 */
export function readInputs(env: Environment): Inputs {
  const { texts, problem } = bindToSubAction(inputTexts(env))
  const values = new Map<InputName, unknown>()
  const problems: Problem[] = [...(problem === undefined ? [] : [{ text: problem }]), ...unknownInputs(texts)]
  const secrets = INPUT_LIST.filter(([, { secret }]) => secret).flatMap(([name]) => splitLines(texts.get(name) ?? ''))

  for (const [name, definition] of INPUT_LIST) {
    const text = texts.get(name) ?? ''
    const result = definition.type.safeParse(text === '' ? defaultText(definition) : text)
    if (result.success) values.set(name, result.data)
    else {
      const shown = mayBeShown(text, definition, secrets) ? `, but is ${quoted(text)}` : ''
      problems.push(...result.error.issues.map(({ message }) => ({ text: `"${name}" ${message}${shown}` })))
    }
  }

  const inputs = Object.fromEntries([...values].map(([name, value]) => [property(name), value])) as Partial<Inputs>
  problems.push(...contradictions(inputs), ...unreadInputs(inputs, values, texts))
  for (const { input, sentence } of refusals(inputs))
    problems.push({ text: `"${input}": ${sentence}`, unavailable: true })
  if (problems.length > 0) throw inputError(problems)
  return inputs as Inputs
}

/** Trimmed, by input name, unknown ones included. A variable with small letters is none of the runner's. */
function inputTexts(env: Environment): Map<string, string> {
  const texts = new Map<string, string>()
  for (const [variable, value] of Object.entries(env)) {
    if (variable.startsWith(PREFIX) && variable === variable.toUpperCase()) {
      texts.set(variable.slice(PREFIX.length).toLowerCase(), value?.trim() ?? '')
    }
  }
  return texts
}

/** The text that stands for nothing given. An expression has a value only in a workflow. */
function defaultText(definition: InputDefinition): string {
  return definition.default.startsWith('${{') ? '' : definition.default
}

function unknownInputs(texts: ReadonlyMap<string, string>): Problem[] {
  const known = INPUT_LIST.map(([name]) => name)
  return [...texts.keys()]
    .filter((name) => !(known as string[]).includes(name))
    .map((name) => {
      const nearest = suggest(name, known)
      const advice =
        nearest === undefined
          ? `if it is a variable of your workflow, do not let its name start with ${PREFIX}`
          : `did you mean "${nearest}"?`
      return { text: `${quoted(name)} is not an input of this action; ${advice}` }
    })
}

/** Inputs that are each right, and wrong together. */
function contradictions(inputs: Partial<Inputs>): Problem[] {
  const problems: Problem[] = []
  if (inputs.visibility === 'public' && Object.hasOwn(inputs, 'license') && inputs.license === undefined) {
    problems.push({ text: '"visibility" public needs "license": say under which licence the traces may be used' })
  }
  if (inputs.publish === true && inputs.visibility === 'private') {
    problems.push({ text: '"publish" and "visibility" private exclude each other' })
  }
  if (inputs.command === 'remove' && inputs.traceIds?.length === 0) {
    problems.push({ text: '"trace-ids" must name the traces to remove, one id a line' })
  }
  return problems
}

/** Inputs that were given, differ from their default, and mean nothing to the command. */
function unreadInputs(
  { command }: Partial<Inputs>,
  values: ReadonlyMap<InputName, unknown>,
  texts: ReadonlyMap<string, string>
): Problem[] {
  if (command === undefined) return []
  return INPUT_LIST.filter(([name, definition]) => {
    if (definition.commands.includes(command) || (texts.get(name) ?? '') === '') return false
    // Every step has the value of an expression, whether its author thought of it or not.
    if (definition.default.startsWith('${{')) return false
    const usual = definition.type.safeParse(definition.default).data
    return !values.has(name) || JSON.stringify(values.get(name)) !== JSON.stringify(usual)
  }).map(([name, definition]) => ({
    text: `"${name}" means nothing to the command ${command}, only to ${definition.commands.join(', ')}`
  }))
}

const LOOKS_SECRET = /\b(?:hf_|gh[a-z]_|github_pat_|sk-|xox[a-z]-|AKIA)|PRIVATE KEY|\/\/[^/]*@/

/** A value may be shown unless it is a secret, or one that was pasted into the wrong input. */
function mayBeShown(text: string, definition: InputDefinition, secrets: readonly string[]): boolean {
  return definition.secret !== true && !LOOKS_SECRET.test(text) && !secrets.some((secret) => text.includes(secret))
}

function inputError(problems: readonly Problem[]): InputError {
  const onlyUnavailable = problems.every(({ unavailable }) => unavailable)
  const heading = onlyUnavailable ? 'This step cannot run' : 'The inputs are wrong'
  const texts = problems.map(({ text }) => text)
  const message =
    texts.length === 1
      ? `${heading}: ${texts.join()}.`
      : `${heading}, for ${String(texts.length)} reasons:\n${texts.map((text) => `- ${text}`).join('\n')}`
  return new InputError(message, {
    code: onlyUnavailable ? 'NOT_AVAILABLE' : 'INPUT_INVALID',
    hint: onlyUnavailable
      ? 'Leave out what is named above, or use a version of this action that has it.'
      : 'Correct the "with:" block of the step. Nothing was read, sent or written.'
  })
}
