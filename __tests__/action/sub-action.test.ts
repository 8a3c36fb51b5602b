/** The sub-actions: what their files offer, and that no input makes one of them publish. */
import { describe, expect, test } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { COMMANDS, INPUT_LIST } from '../../src/action/inputs.js'
import { OUTPUTS } from '../../src/action/outputs.js'
import { readInputs } from '../../src/action/read-inputs.js'
import { SUB_ACTION_INPUT, SUB_ACTIONS } from '../../src/action/sub-action.js'
import { InputError } from '../../src/errors.js'

const ROOT = join(import.meta.dirname, '..', '..')

interface ActionFile {
  description: string
  inputs: Record<string, { description: string; required: boolean; default: string }>
  outputs: Record<string, { description: string }>
  runs: { using: string; main: string }
}

function actionFile(folder: string): ActionFile {
  return parse(readFileSync(join(ROOT, folder, 'action.yml'), 'utf8')) as ActionFile
}

/** What a runner hands over: every declared input with its default, and whatever the workflow gives instead or besides. */
function environment(folder: string, given: Record<string, string>): Record<string, string> {
  const declared = Object.entries(actionFile(folder).inputs).map(([name, input]) => [name, input.default] as const)
  return Object.fromEntries(
    [...declared, ...Object.entries(given)].map(([name, value]) => [
      `INPUT_${name.toUpperCase()}`,
      value.startsWith('${{') ? 'token-of-the-job' : value
    ])
  )
}

test('every folder with an action.yml is a sub-action', () => {
  const folders = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .filter(({ name }) => readdirSync(join(ROOT, name)).includes('action.yml'))
  expect(folders.map(({ name }) => name).sort()).toEqual([...SUB_ACTIONS].sort())
})

describe.each([...SUB_ACTIONS])('%s/action.yml', (command) => {
  const { description, inputs, outputs, runs } = actionFile(command)

  test('has the inputs that its command reads, as the table describes them, and the one that binds it', () => {
    const { [SUB_ACTION_INPUT]: binding, ...others } = inputs
    expect(binding).toMatchObject({ required: false, default: command })
    expect(Object.entries(others)).toEqual(
      INPUT_LIST.filter(([name, input]) => name !== 'command' && input.commands.includes(command)).map(
        ([name, input]) => [name, { description: input.description, required: false, default: input.default }]
      )
    )
  })

  test('has outputs of the table, and none of a publication', () => {
    const table = Object.entries(OUTPUTS).map(([name, text]) => [name, { description: text }] as const)
    expect(Object.entries(outputs)).toEqual(table.filter(([name]) => name in outputs))
    expect(Object.keys(outputs)).toEqual(expect.arrayContaining(['outcome', 'exit-code', 'error-code']))
    for (const name of ['published', 'uploaded', 'shard', 'commit', 'checksums'])
      expect(outputs).not.toHaveProperty(name)
  })

  test('runs the bundle of the action on Node 24', () => {
    expect(runs).toEqual({ using: 'node24', main: '../dist/index.js' })
    expect(description.length).toBeLessThanOrEqual(125)
  })

  test('runs its command where the workflow says nothing', () => {
    expect(readInputs(environment(command, {})).command).toBe(command)
    expect(readInputs(environment(command, { command: '' })).command).toBe(command)
    expect(readInputs(environment(command, { command: ` ${command} ` })).command).toBe(command)
  })

  test.each(COMMANDS.filter((other) => other !== command))('cannot be made to %s', (other) => {
    const message = refusal(command, { command: other })
    expect(message).toContain(`"command" cannot be chosen here: this sub-action is there for ${command} alone`)
  })

  test.each(['', ' ', 'push', 'remove', 'Check', 'check,push', 'remote'])('cannot be unbound by %j', (value) => {
    expect(refusal(command, { [SUB_ACTION_INPUT]: value })).toContain(`"${SUB_ACTION_INPUT}" has to stay`)
    expect(refusal(command, { [SUB_ACTION_INPUT]: value, command: 'push' })).toContain(
      `"${SUB_ACTION_INPUT}" has to stay`
    )
  })

  test.each(SUB_ACTIONS)('bound to %s instead, it does that and no more', (other) => {
    expect(refusal(command, { [SUB_ACTION_INPUT]: other, command: 'push' })).toContain(`there for ${other} alone`)
  })
})

test('no sub-action is for a command that publishes or changes a dataset', () => {
  expect(SUB_ACTIONS.filter((one) => ['push', 'remote', 'remove', 'review'].includes(one))).toEqual([])
})

test('the action itself runs any command', () => {
  expect(readInputs({ INPUT_COMMAND: 'push' }).command).toBe('push')
  expect(readInputs({}).command).toBe('push')
})

function refusal(folder: string, given: Record<string, string>): string {
  try {
    readInputs(environment(folder, given))
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
  throw new Error('the inputs were taken')
}
