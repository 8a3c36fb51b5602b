import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { COMMANDS, INPUTS, INPUT_LIST } from '../../src/action/inputs.js'
import { OUTPUTS } from '../../src/action/outputs.js'
import { between, inputsTable, outputsTable } from '../support/action-tables.js'

const ROOT = join(import.meta.dirname, '..', '..')
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const ACTION = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as {
  name: string
  description: string
  branding: { icon: string; color: string }
  inputs: Record<string, { description: string; required: boolean; default: string }>
  outputs: Record<string, { description: string }>
  runs: { using: string; main: string }
}

/** The contract: workflows hang on these names and defaults. */
const CONTRACT: [name: string, value: string][] = [
  ['command', 'push'],
  ['traces', ''],
  ['if-no-traces', 'auto'],
  ['working-directory', ''],
  ['head', ''],
  ['scope', 'auto'],
  ['repo', ''],
  ['hf-token', ''],
  ['auth', 'auto'],
  ['hub-url', ''],
  ['visibility', ''],
  ['license', ''],
  ['publish', 'false'],
  ['gated', ''],
  ['assess', 'true'],
  ['quality-gate', 'report'],
  ['trufflehog', 'true'],
  ['trufflehog-path', ''],
  ['trufflehog-verify', 'false'],
  ['known-secrets', ''],
  ['policy', '.opentraces/policy.yml'],
  ['on-blocked', 'fail'],
  ['llm-review', 'off'],
  ['llm-base-url', ''],
  ['llm-model', ''],
  ['llm-api-key', ''],
  ['llm-max-tokens', '1000000'],
  ['migrate-remote', 'false'],
  ['dry-run', 'false'],
  ['create-pr', 'false'],
  ['max-wait', '10m'],
  ['output-dir', ''],
  ['report-path', ''],
  ['pr-comment', 'changes'],
  ['comment-key', 'default'],
  ['disclose', 'false'],
  ['github-token', '${{ github.token }}'],
  ['format', 'agent-trace'],
  ['remote-action', 'list'],
  ['remote-name', ''],
  ['trace-ids', ''],
  ['reason', '']
]

const CONTRACT_OUTPUTS =
  'outcome exit-code error-code retryable skip-reason published repo dataset-url visibility shard commit commit-url staged uploaded duplicates blocked held invalid overall-quality gate-status persona-scores migrated report checksums export-path remotes'

describe('action.yml', () => {
  test('offers the inputs of the contract in its order, with its defaults', () => {
    expect(Object.entries(ACTION.inputs).map(([name, input]) => [name, input.default])).toEqual(CONTRACT)
  })

  test('says of every input what the table says', () => {
    expect(ACTION.inputs).toEqual(
      Object.fromEntries(
        INPUT_LIST.map(([name, input]) => [
          name,
          { description: input.description, required: false, default: input.default }
        ])
      )
    )
    expect(Object.keys(ACTION.inputs)).toEqual(Object.keys(INPUTS))
  })

  test('offers the outputs of the contract in its order, described as the table does', () => {
    expect(Object.keys(ACTION.outputs).join(' ')).toBe(CONTRACT_OUTPUTS)
    expect(Object.entries(ACTION.outputs)).toEqual(
      Object.entries(OUTPUTS).map(([name, description]) => [name, { description }])
    )
  })

  test('runs the bundle on Node 24', () => {
    expect(ACTION.runs).toEqual({ using: 'node24', main: 'dist/index.js' })
  })

  test('is fit for the marketplace: a description of at most 125 characters, and branding', () => {
    expect(ACTION.description.length).toBeLessThanOrEqual(125)
    expect(ACTION.branding).toEqual({ icon: expect.any(String), color: expect.any(String) })
  })
})

describe('README.md', () => {
  test('has the table of inputs that the code has', () => {
    expect(between(README, 'inputs')).toBe(inputsTable())
  })

  test('has the table of outputs that the code has', () => {
    expect(between(README, 'outputs')).toBe(outputsTable())
  })

  test('explains every exit code', () => {
    const codes = [...between(README, 'exit-codes').matchAll(/^\| `(\d)` \| \S/gm)].map(([, code]) => code)
    expect(codes).toEqual(['0', '1', '2', '3', '4', '7'])
  })
})

describe('the table of inputs', () => {
  test('check reads all that push reads', () => {
    const readBy = (command: (typeof COMMANDS)[number]) =>
      INPUT_LIST.filter(([, { commands }]) => commands.includes(command)).map(([name]) => name)
    expect(readBy('check')).toEqual(readBy('push'))
  })

  test('every default is a value that the input accepts', () => {
    const refused = INPUT_LIST.filter(
      ([, input]) => !input.default.startsWith('${{') && !input.type.safeParse(input.default).success
    )
    expect(refused).toEqual([])
  })

  test('exactly these inputs are secret', () => {
    expect(INPUT_LIST.filter(([, { secret }]) => secret).map(([name]) => name)).toEqual([
      'hf-token',
      'known-secrets',
      'llm-api-key',
      'github-token'
    ])
  })
})
