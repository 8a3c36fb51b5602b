import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '../../src/action/log.js'
import { maskSecrets } from '../../src/action/mask.js'
import { setOutputs } from '../../src/action/outputs.js'
import { connect } from '../../src/action/runtime.js'
import { appendSummary } from '../../src/action/summary.js'

let folder = ''
let stdout = ''
const savedEnv = { ...process.env }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'push-action-'))
  stdout = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    stdout += String(chunk)
    return true
  })
})

afterEach(() => {
  jest.restoreAllMocks()
  process.env = { ...savedEnv }
  rmSync(folder, { recursive: true })
})

function recordingLog(): Log & { warnings: string[] } {
  const warnings: string[] = []
  const nothing = () => undefined
  return {
    warnings,
    info: nothing,
    notice: nothing,
    warning: (text) => warnings.push(text),
    error: nothing,
    debug: nothing,
    group: (_, fn) => fn()
  }
}

describe('outputs', () => {
  /** Reads the file of outputs as the runner does: `name<<delimiter`, the value, `delimiter`. */
  function parse(text: string): Record<string, string> {
    const values: Record<string, string> = {}
    const lines = text.split('\n')
    while (lines.length > 1) {
      const [name, delimiter] = lines.shift()!.split('<<') as [string, string]
      const value = lines.splice(0, lines.indexOf(delimiter))
      lines.shift()
      values[name] = value.join('\n')
    }
    return values
  }

  test('reach the file of the runner, several lines and look-alikes of outputs included', () => {
    const file = join(folder, 'output')
    writeFileSync(file, '')
    process.env.GITHUB_OUTPUT = file
    const { setOutput, log } = connect(process)
    const values = {
      outcome: 'published',
      'exit-code': '0',
      'persona-scores': '{\n"a": 1\n}',
      shard: 'x\npublished<<EOF\ntrue\nEOF',
      'skip-reason': ''
    } as const
    setOutputs(values, setOutput, log)
    expect(parse(readFileSync(file, 'utf8'))).toEqual(values)
    expect(stdout).toBe('')
  })

  test('go nowhere outside Actions', () => {
    delete process.env.GITHUB_OUTPUT
    const { setOutput, log } = connect(process)
    setOutputs({ outcome: 'published' }, setOutput, log)
    expect([setOutput, stdout]).toEqual([undefined, ''])
  })

  test('that cannot be written give a warning that quotes nothing', () => {
    process.env.GITHUB_OUTPUT = join(folder, 'absent')
    const log = recordingLog()
    setOutputs({ outcome: 'published' }, connect(process).setOutput, log)
    expect(log.warnings).toEqual(['The outputs of this step could not be written (no file).'])
  })
})

describe('the summary', () => {
  test('is appended to, each part on a line of its own', async () => {
    const file = join(folder, 'summary')
    const env = { GITHUB_STEP_SUMMARY: file }
    await appendSummary('# one', env, recordingLog())
    await appendSummary('two — zwölf\n', env, recordingLog())
    expect(readFileSync(file, 'utf8')).toBe('# one\ntwo — zwölf\n')
  })

  test('outside Actions there is none', async () => {
    const log = recordingLog()
    await appendSummary('# one', {}, log)
    await appendSummary('# one', { GITHUB_STEP_SUMMARY: '' }, log)
    expect(log.warnings).toEqual([])
  })

  test('that cannot be written gives a warning, no error', async () => {
    const log = recordingLog()
    await appendSummary('# one', { GITHUB_STEP_SUMMARY: folder }, log)
    await appendSummary('# one', { GITHUB_STEP_SUMMARY: join(folder, 'no', 'file') }, log)
    expect(log.warnings).toHaveLength(2)
    // The reason is at most the code of the system: jest's realms hide it, a run shows it.
    for (const warning of log.warnings) {
      expect(warning).toMatch(/^The job summary could not be written \((?:EISDIR|ENOENT|unknown reason)\)\.$/)
    }
  })
})

describe('masks', () => {
  const env = {
    'INPUT_HF-TOKEN': ' hf_input\n',
    'INPUT_LLM-API-KEY': 'key-1',
    'INPUT_GITHUB-TOKEN': 'ghs_1',
    'INPUT_KNOWN-SECRETS': 'first secret\r\n  second\n{\n',
    HF_TOKEN: 'hf_env',
    HUGGINGFACE_TOKEN: '',
    INPUT_REPO: 'owner/dataset'
  }

  test('every secret input, whole and line by line, and the tokens of the environment', () => {
    const masked: string[] = []
    maskSecrets(env, (value) => masked.push(value))
    expect(masked).toEqual([
      'hf_input',
      'first secret\r\n  second\n{',
      'first secret',
      'second',
      'key-1',
      'ghs_1',
      'hf_env'
    ])
  })

  test('in Actions they are commands of the runner', () => {
    process.env.GITHUB_ACTIONS = 'true'
    maskSecrets({ 'INPUT_HF-TOKEN': 'hf_100%' }, connect(process).setSecret)
    expect(stdout).toBe('::add-mask::hf_100%25\n')
  })

  test('outside Actions nothing is printed', () => {
    delete process.env.GITHUB_ACTIONS
    maskSecrets(env, connect(process).setSecret)
    expect(stdout).toBe('')
  })
})

describe('the log', () => {
  test('speaks to the runner in Actions and to the terminal elsewhere', () => {
    process.env.GITHUB_ACTIONS = 'true'
    connect(process).log.warning('a')
    delete process.env.GITHUB_ACTIONS
    delete process.env.RUNNER_DEBUG
    const { log } = connect(process)
    log.warning('b')
    log.debug('c')
    process.env.RUNNER_DEBUG = '1'
    connect(process).log.debug('d')
    expect(stdout).toBe('::warning::a\nWarning: b\nDebug: d\n')
  })
})
