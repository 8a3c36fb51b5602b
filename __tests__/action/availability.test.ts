import { describe, expect, test } from '@jest/globals'
import { INPUTS, property, type InputName } from '../../src/action/inputs.js'
import { readInputs } from '../../src/action/read-inputs.js'
import { InputError } from '../../src/errors.js'

function read(inputs: Record<string, string>) {
  return readInputs(
    Object.fromEntries(
      Object.entries({ repo: 'file:out', ...inputs }).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
    )
  )
}

function errorOf(inputs: Record<string, string>): InputError {
  try {
    read(inputs)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error('the inputs were accepted')
}

/** What else such a value demands, or does not read. */
function beside(value: string): Record<string, string> {
  return value === 'remove' ? { repo: 'owner/name', 'trace-ids': 'a' } : {}
}

describe('values that need what this version does not have', () => {
  test.each<[InputName, string]>([
    ['command', 'remote'],
    ['command', 'remove'],
    ['traces', 'a.jsonl\nhf://datasets/o/n@main'],
    ['auth', 'oidc'],
    ['publish', 'true'],
    ['gated', 'false'],
    ['gated', 'manual'],
    ['migrate-remote', 'true']
  ])('%s: %j is refused by name', (name, value) => {
    const error = errorOf({ [name]: value, ...beside(value) })
    expect([error.code, error.exitCode]).toEqual(['NOT_AVAILABLE', 2])
    expect(error.message).toMatch(new RegExp(`^This step cannot run: "${name}": .* this version`))
  })

  test.each<[InputName, string]>([
    ['command', 'check'],
    ['scope', 'all'],
    ['repo', 'owner/dataset'],
    ['repo', ''],
    ['trufflehog-path', '/opt/trufflehog'],
    ['policy', 'other.yml'],
    ['create-pr', 'true'],
    ['auth', 'token'],
    ['hf-token', 'hf_x'],
    ['known-secrets', 'correct horse'],
    ['llm-review', 'require'],
    ['quality-gate', 'off'],
    ['trufflehog', 'false'],
    ['trufflehog', 'true'],
    ['policy', '.opentraces/policy.yml'],
    ['on-blocked', 'hold'],
    ['pr-comment', 'always'],
    ['pr-comment', 'changes'],
    ['pr-comment', 'failures'],
    ['pr-comment', 'never'],
    ['dry-run', 'true']
  ])('%s: %s is taken', (name, value) => {
    expect(read({ [name]: value })[property(name)]).toEqual(INPUTS[name].type.parse(value))
  })

  test('they are reported together with what is wrong, and then the code is that of wrong inputs', () => {
    const error = errorOf({ gated: 'true', publish: 'true', assess: 'maybe' })
    expect(error.code).toBe('INPUT_INVALID')
    expect(error.message).toContain('"gated": ')
    expect(error.message).toContain('"publish": ')
    expect(error.message).toContain('"assess" must be')
  })

  test('a value that is not even valid is not called unavailable as well', () => {
    expect(errorOf({ repo: 'nonsense' }).message.match(/"repo"/g)).toHaveLength(1)
  })

  test.each(['comment', 'export'])(
    'the command %s is taken, and is not asked for inputs that it does not read',
    (command) => {
      expect(read({ command, repo: '' }).command).toBe(command)
    }
  )
})
