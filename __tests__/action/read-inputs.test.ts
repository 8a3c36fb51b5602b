import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { INPUT_LIST } from '../../src/action/inputs.js'
import { readInputs } from '../../src/action/read-inputs.js'
import { editDistance, suggest } from '../../src/action/suggest.js'
import { InputError } from '../../src/errors.js'

/** The variables that a runner makes of a `with:` block. */
function env(inputs: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ repo: 'file:out', ...inputs }).map(([name, value]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      value
    ])
  )
}

function errorOf(inputs: Record<string, string>): InputError {
  try {
    readInputs(env(inputs))
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error('the inputs were accepted')
}

const DEFAULTS = {
  command: 'push',
  traces: [],
  ifNoTraces: 'auto',
  workingDirectory: undefined,
  head: undefined,
  scope: 'auto',
  repo: { home: 'file', path: 'out' },
  hfToken: undefined,
  auth: 'auto',
  hubUrl: undefined,
  visibility: undefined,
  license: undefined,
  publish: false,
  gated: undefined,
  assess: true,
  qualityGate: 'report',
  trufflehog: true,
  trufflehogPath: undefined,
  trufflehogVerify: false,
  knownSecrets: [],
  policy: '.opentraces/policy.yml',
  onBlocked: 'fail',
  llmReview: 'off',
  llmBaseUrl: undefined,
  llmModel: undefined,
  llmApiKey: undefined,
  llmMaxTokens: 1_000_000,
  migrateRemote: false,
  dryRun: false,
  createPr: false,
  maxWait: 600_000,
  outputDir: undefined,
  reportPath: undefined,
  prComment: 'changes',
  commentKey: 'default',
  disclose: false,
  githubToken: undefined,
  format: 'agent-trace',
  remoteAction: 'list',
  remoteName: undefined,
  traceIds: [],
  reason: undefined
}

describe('what is read', () => {
  test('nothing given: the defaults, every input under its name', () => {
    expect(readInputs(env({}))).toStrictEqual(DEFAULTS)
  })

  test('what a runner sends for this action.yml where only repo is given: the defaults again, and the token', () => {
    const action = parse(readFileSync(join(import.meta.dirname, '..', '..', 'action.yml'), 'utf8')) as {
      inputs: Record<string, { default: string }>
    }
    const sent = Object.fromEntries(
      Object.entries(action.inputs).map(([name, input]) => [
        name,
        input.default.replace('${{ github.token }}', 'ghs_x1')
      ])
    )
    expect(readInputs(env({ ...sent, repo: 'file:out' }))).toStrictEqual({ ...DEFAULTS, githubToken: 'ghs_x1' })
  })

  test('empty and blank values count as not given', () => {
    const empty = Object.fromEntries(INPUT_LIST.map(([name], i) => [name, i % 2 === 0 ? '' : ' \n']))
    expect(readInputs(env({ ...empty, repo: ' file:out\n' }))).toStrictEqual(DEFAULTS)
  })

  test('white space around values goes, types are applied', () => {
    expect(
      readInputs(
        env({
          traces: 'a/*.jsonl\n\n  b \n',
          'dry-run': ' True ',
          assess: 'FALSE',
          'hf-token': ' hf_x\n',
          visibility: 'public',
          license: 'MIT',
          'max-wait': '90s'
        })
      )
    ).toMatchObject({
      traces: ['a/*.jsonl', 'b'],
      dryRun: true,
      assess: false,
      hfToken: 'hf_x',
      visibility: 'public',
      license: 'mit',
      maxWait: 90_000
    })
  })

  test('variables that are no inputs are not looked at', () => {
    const others = {
      PATH: '/bin',
      MY_INPUT_X: '1',
      input_x: '2',
      INPUT_Repo: 'file:other',
      INPUTS: '3',
      HF_TOKEN: 'hf_e'
    }
    expect(readInputs({ ...env({}), ...others })).toStrictEqual(DEFAULTS)
  })
})

describe('what is refused', () => {
  test('a boolean that is none: the input, the value and what is allowed', () => {
    const error = errorOf({ 'dry-run': 'yes' })
    expect(error.message).toBe(
      'The inputs are wrong: "dry-run" must be one of true, True, TRUE, false, False, FALSE, but is "yes".'
    )
    expect([error.code, error.exitCode, error.retryable]).toEqual(['INPUT_INVALID', 2, false])
  })

  test('everything that is wrong, in one error', () => {
    const { message } = errorOf({
      comand: 'check',
      'dry-run': '1',
      'if-no-traces': 'never',
      repo: 'traces',
      visibility: 'public',
      'max-wait': 'soon',
      'remote-name': 'origin'
    })
    expect(message.split('\n')).toEqual([
      'The inputs are wrong, for 7 reasons:',
      '- "comand" is not an input of this action; did you mean "command"?',
      '- "if-no-traces" must be one of auto, error, warn, ignore, but is "never"',
      expect.stringMatching(/^- "repo" must be owner\/dataset .*, but is "traces"$/),
      '- "dry-run" must be one of true, True, TRUE, false, False, FALSE, but is "1"',
      '- "max-wait" must be a duration such as 10m, 90s or 1h, or 0, and at most 24h, but is "soon"',
      '- "visibility" public needs "license": say under which licence the traces may be used',
      '- "remote-name" means nothing to the command push, only to remote'
    ])
  })

  test.each([
    ['comand', 'command'],
    ['hf_token', 'hf-token'],
    ['hf token', 'hf-token'],
    ['HF-TOKEM', 'hf-token'],
    ['on-bloked', 'on-blocked'],
    ['dryrun', 'dry-run'],
    ['licence', 'license'],
    ['visibilty', 'visibility'],
    ['tracse', 'traces']
  ])('an unknown input %s: did you mean %s?', (typed, meant) => {
    expect(errorOf({ [typed]: 'x' }).message).toContain(`did you mean "${meant}"?`)
  })

  test('an unknown input is refused even without a value, and far from any name without a suggestion', () => {
    expect(errorOf({ unrelated: '' }).message).toBe(
      'The inputs are wrong: "unrelated" is not an input of this action; if it is a variable of your workflow, do not let its name start with INPUT_.'
    )
  })

  test('inputs that the command does not read, unless empty or as by default', () => {
    const { message } = errorOf({ format: 'atif', 'trace-ids': 'a\nb', 'remote-action': 'list', reason: '' })
    expect(message).toContain('"format" means nothing to the command push, only to export')
    expect(message).toContain('"trace-ids" means nothing to the command push, only to remove')
    expect(message).not.toContain('remote-action')
    expect(message).not.toContain('"reason"')
  })

  test('a default in another spelling is still the default; a token that every step has is not "given"', () => {
    const { message } = errorOf({
      command: 'remote',
      trufflehog: 'True',
      'max-wait': '600s',
      traces: 'x',
      'github-token': 'ghs_1'
    })
    expect(message).toContain('"traces" means nothing to the command remote')
    expect(message).not.toMatch(/"(?:trufflehog|max-wait|github-token)"/)
  })

  test('remove without trace-ids', () => {
    expect(errorOf({ command: 'remove' }).message).toContain('"trace-ids" must name the traces to remove')
  })

  test('publish and private at once', () => {
    expect(errorOf({ publish: 'true', visibility: 'private' }).message).toContain('exclude each other')
  })

  test('visibility public with a wrong licence complains about the licence once', () => {
    const { message } = errorOf({ visibility: 'public', license: 'a b' })
    expect(message.match(/"license"/g)).toHaveLength(1)
  })
})

describe('what messages show', () => {
  test('never the value of a secret input, whatever is wrong with it', () => {
    for (const name of ['hf-token', 'llm-api-key', 'github-token']) {
      const { message } = errorOf({ [name]: 'top secret value' })
      expect(message).toContain(`"${name}" must be one word`)
      expect(message).not.toMatch(/top|secret value/)
    }
    expect(errorOf({ 'known-secrets': 'abc\nlonger-secret' }).message).not.toMatch(/abc|longer/)
  })

  test('no secret that was pasted into another input', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 6 }).filter((text) => /^[!-~]+$/.test(text) && text.includes('7')),
        fc.constantFrom(...INPUT_LIST.map(([name]) => name).filter((name) => name !== 'repo')),
        (token, name) => {
          const { message } = errorOf({ 'hf-token': token, [name]: `${token} `.repeat(2), 'no-such-input': '' })
          expect(message).not.toContain(token)
        }
      )
    )
  })

  test('nothing that looks like a token or holds a password', () => {
    for (const text of ['hf_abcdef', 'ghp_abcdef', 'sk-abc', 'https://me:pass@x.example/a']) {
      expect(errorOf({ repo: text, 'dry-run': text, 'hub-url': text }).message).not.toContain(text.slice(3))
    }
  })

  test('long and hostile values cut and on one line', () => {
    const { message } = errorOf({ scope: `x\n::error::\u001b[31m\u202e${'y'.repeat(500)}` })
    expect(message.split('\n')).toHaveLength(1)
    expect(message).toContain('but is "x\\n::error::\uFFFD[31m\uFFFDyyy')
    expect(message.length).toBeLessThan(250)
  })
})

describe('suggestions', () => {
  test('distances as counted by hand', () => {
    expect(editDistance('', 'abc')).toBe(3)
    expect(editDistance('abc', 'abc')).toBe(0)
    expect(editDistance('kitten', 'sitting')).toBe(3)
    expect(editDistance('ab', 'ba')).toBe(1)
    expect(editDistance('tracse', 'traces')).toBe(1)
    expect(editDistance('flaw', 'lawn')).toBe(2)
  })

  test('a distance is symmetric, and at least the difference of the lengths', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = editDistance(a, b)
        expect(editDistance(b, a)).toBe(distance)
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length))
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length))
        expect(distance === 0).toBe(a === b)
      })
    )
  })

  test('a very long name costs nothing', () => {
    expect(suggest('x'.repeat(1_000_000), ['command'])).toBeUndefined()
  })
})
