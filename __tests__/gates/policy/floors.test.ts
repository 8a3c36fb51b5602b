import { describe, expect, test } from '@jest/globals'
import { INPUTS } from '../../../src/action/inputs.js'
import {
  LLM_REVIEWS,
  NO_POLICY,
  ON_BLOCKED,
  parsePolicy,
  QUALITY_GATES,
  type Policy
} from '../../../src/gates/policy.js'
import { allowsVisibility, enforceFloors, type FlooredInputs } from '../../../src/gates/policy/floors.js'

describe('floors', () => {
  const STRICT: FlooredInputs = {
    trufflehog: true,
    qualityGate: 'enforce',
    onBlocked: 'fail',
    llmReview: 'always',
    visibility: 'private',
    publish: false,
    repo: 'acme/agent-traces'
  }
  const WEAK: FlooredInputs = {
    trufflehog: false,
    qualityGate: 'off',
    onBlocked: 'hold',
    llmReview: 'off',
    visibility: 'public',
    publish: true,
    repo: 'mallory/traces'
  }
  const policyOf = (require: Policy['require']): Policy => ({ ...NO_POLICY, require })
  const allFloors = parsePolicy(`version: 1
require:
  trufflehog: true
  quality-gate: enforce
  on-blocked: fail
  llm-review: require
  max-visibility: private
  repos: [acme/agent-traces, 'file:out/dataset']
`)

  test('without a policy everything goes', () => {
    expect(enforceFloors(WEAK, NO_POLICY)).toEqual([])
    expect(allowsVisibility(NO_POLICY, 'public')).toBe(true)
  })

  test('the strictest inputs satisfy every floor', () => {
    expect(enforceFloors(STRICT, allFloors)).toEqual([])
  })

  test('every violation is said', () => {
    expect(enforceFloors(WEAK, allFloors)).toEqual([
      '"trufflehog" is false, but the policy requires it to be true.',
      '"quality-gate" is off, but the policy requires enforce.',
      '"on-blocked" is hold, but the policy requires fail.',
      '"llm-review" is off, but the policy requires require or run or always.',
      '"visibility" is public, but the policy allows private at most.',
      '"publish" is true, but the policy allows private datasets only.',
      'The dataset is not among those that the policy allows: acme/agent-traces, file:out/dataset.'
    ])
  })

  // Rows: the floor; columns: what the input says. Written out by hand from the interface.
  test.each<
    [Policy['require'], Partial<Record<keyof FlooredInputs, string[]>>, Partial<Record<keyof FlooredInputs, string[]>>]
  >([
    [{ 'quality-gate': 'off' }, { qualityGate: ['off', 'report', 'enforce'] }, {}],
    [{ 'quality-gate': 'report' }, { qualityGate: ['report', 'enforce'] }, { qualityGate: ['off'] }],
    [{ 'quality-gate': 'enforce' }, { qualityGate: ['enforce'] }, { qualityGate: ['off', 'report'] }],
    [{ 'on-blocked': 'hold' }, { onBlocked: ['hold', 'fail'] }, {}],
    [{ 'on-blocked': 'fail' }, { onBlocked: ['fail'] }, { onBlocked: ['hold'] }],
    [{ 'llm-review': 'off' }, { llmReview: ['off', 'require', 'run', 'always'] }, {}],
    [{ 'llm-review': 'require' }, { llmReview: ['require', 'run', 'always'] }, { llmReview: ['off'] }],
    [{ 'llm-review': 'run' }, { llmReview: ['run', 'always'] }, { llmReview: ['off', 'require'] }],
    [{ 'llm-review': 'always' }, { llmReview: ['always'] }, { llmReview: ['off', 'require', 'run'] }]
  ])('%j', (require, enough, tooWeak) => {
    const judge = (input: string, value: string) =>
      enforceFloors({ ...STRICT, [input]: value }, policyOf(require)).length
    for (const [input, values] of Object.entries(enough)) {
      expect(values.map((value) => judge(input, value))).toEqual(values.map(() => 0))
    }
    for (const [input, values] of Object.entries(tooWeak)) {
      expect(values.map((value) => judge(input, value))).toEqual(values.map(() => 1))
    }
  })

  test('trufflehog: false demands nothing', () => {
    expect(enforceFloors({ ...STRICT, trufflehog: false }, policyOf({ trufflehog: false }))).toEqual([])
  })

  test('a visibility that nobody asked for is judged by the dataset that is there', () => {
    const policy = policyOf({ 'max-visibility': 'private' })
    expect(enforceFloors({ ...STRICT, visibility: undefined }, policy)).toEqual([])
    expect([allowsVisibility(policy, 'private'), allowsVisibility(policy, 'public')]).toEqual([true, false])
    const open = policyOf({ 'max-visibility': 'public' })
    expect(enforceFloors({ ...STRICT, visibility: 'public', publish: true }, open)).toEqual([])
    expect(allowsVisibility(open, 'public')).toBe(true)
  })

  test('datasets are told apart to the letter, and without one nothing is violated', () => {
    const policy = policyOf({ repos: ['acme/agent-traces'] })
    const of = (repo: string | undefined) => enforceFloors({ ...STRICT, repo }, policy).length
    expect(['acme/agent-traces', 'Acme/agent-traces', 'acme/agent-traces2', 'file:acme/agent-traces'].map(of)).toEqual([
      0, 1, 1, 1
    ])
    expect(of(undefined)).toBe(0)
  })
})

test('the floors know exactly the values that the inputs of the action take', () => {
  const values = (input: 'quality-gate' | 'on-blocked' | 'llm-review') => [...INPUTS[input].type.options].sort()
  expect(values('quality-gate')).toEqual([...QUALITY_GATES].sort())
  expect(values('on-blocked')).toEqual([...ON_BLOCKED].sort())
  expect(values('llm-review')).toEqual([...LLM_REVIEWS].sort())
})
