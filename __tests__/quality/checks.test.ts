/** What the golden sets do not reach: integers beyond 2^53, maps, hostile names, purity. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { CHECKS, scoreTrace, type CheckResult, type ScoreSettings } from '../../src/quality/score.js'
import { PERSONAS } from '../../src/quality/types.js'
import { parseTrace } from '../../src/traces/parse.js'
import { goldenSets } from '../support/golden.js'
import { goldenRecords, rawTrace } from '../support/records.js'

function resultOf(
  id: string,
  text: string,
  settings?: ScoreSettings
): Pick<CheckResult, 'score' | 'passed' | 'skipped'> {
  const card = scoreTrace(parseTrace(text), settings)
  const found = PERSONAS.flatMap((persona) => card.personas[persona].results).find(({ check }) => check.id === id)
  const { score, passed, skipped } = found!
  return { score, passed, skipped }
}

const judged = (score: number, passed: boolean): unknown => ({ score, passed, skipped: false })
const SKIPPED = { score: 0, passed: false, skipped: true }

function raw(changes: Record<string, unknown>): string {
  return JSON.stringify(rawTrace('3f2b8c1e-0000-4000-8000-000000000000', changes))
}

describe('the tables', () => {
  const all = PERSONAS.flatMap((persona) => CHECKS[persona])

  test('hold 62 checks with ids of their own and weights that count', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(62)
    for (const { weight } of all) expect(weight).toBeGreaterThan(0)
  })

  test.each(all.map((check) => [check.id, check.fix]))('%s says in one line how to fix it', (_, fix) => {
    expect(fix).toMatch(/^[A-Z][^\n|`<>]{20,150}\.$/)
  })
})

describe('integers of any size', () => {
  const steps = (first: string, second: string): string =>
    raw({ steps: ['FIRST', 'SECOND'].map((step_index) => ({ step_index, role: 'agent' })) })
      .replace('"FIRST"', first)
      .replace('"SECOND"', second)

  test('two indices that are one double are two indices', () => {
    expect(resultOf('C8', steps('9007199254740992', '9007199254740993'))).toEqual(judged(1, true))
    expect(resultOf('C8', steps('9007199254740993', '9007199254740992'))).toEqual(judged(0.5, false))
    expect(resultOf('C8', steps('9007199254740993', '9007199254740993'))).toEqual(judged(0.5, false))
    expect(resultOf('C8', steps('-9007199254740993', '5'))).toEqual(judged(1, true))
  })

  test('token counts and totals are compared as integers', () => {
    const usage = (tokens: string): string =>
      raw({ steps: [{ step_index: 0, role: 'agent', token_usage: { input_tokens: 'N', output_tokens: 1 } }] }).replace(
        '"N"',
        tokens
      )
    expect(resultOf('A5', usage('9223372036854775807'))).toEqual(judged(1, true))
    expect(resultOf('A5', usage('-9223372036854775808'))).toEqual(judged(0, false))
    const total = raw({ metrics: { total_steps: 'N' } }).replace('"N"', '9007199254740993')
    expect(resultOf('C18', total)).toEqual(judged(1, true))
    expect(resultOf('A7', total)).toEqual(judged(0, false))
  })
})

describe('maps', () => {
  // An integer-like key makes the reader build a Map.
  test.each([{}, { 7: 1 }])('step_fidelity is found beside %j', (others) => {
    expect(resultOf('A4', raw({ metadata: { ...others, step_fidelity: 'conversation_turn' } }))).toEqual(SKIPPED)
    expect(resultOf('A4', raw({ metadata: { ...others, step_fidelity: ['conversation_turn'] } }))).toEqual(
      judged(0, false)
    )
  })

  test('a system prompt is found under its own key only', () => {
    const steps = ['toString', '__proto__', 'h', ''].map((system_prompt_hash, step_index) => {
      return { step_index, role: 'agent', system_prompt_hash }
    })
    expect(resultOf('C28', raw({ steps, system_prompts: { h: 'x' } }))).toEqual(judged(0.333, false))
    expect(resultOf('T4', raw({ system_prompts: { '12': '' } }))).toEqual(judged(1, true))
    expect(resultOf('T4', raw({ system_prompts: {} }))).toEqual(judged(0, false))
  })
})

describe('code points, not UTF-16 units', () => {
  test.each([
    ['😀'.repeat(16), 0],
    ['😀'.repeat(31), 0],
    ['😀'.repeat(32), 1],
    ['a'.repeat(31), 0],
    ['a'.repeat(32), 1]
  ])('trace_id %s', (id, score) => {
    expect(resultOf('C2', JSON.stringify(rawTrace(id)))).toEqual(judged(score, false))
  })

  test.each([
    ['😀'.repeat(10), 0.5],
    [` \u0085${'😀'.repeat(11)}\u001c`, 1],
    [`\ufeff${'a'.repeat(10)}`, 1],
    ['\u0085\u001f ', 0]
  ])('description %j', (description, score) => {
    expect(resultOf('D3', raw({ task: { description } }))).toEqual(judged(score, score === 1))
  })
})

/** As Python's `json.dumps` writes a string; made here in another way than in `src`. */
function escaped(text: string): string {
  return Array.from(JSON.stringify(text), (char) =>
    char >= ' ' && char <= '~'
      ? char
      : Array.from({ length: char.length }, (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')
  ).join('')
}

describe('C24: secrets', () => {
  const leaks = (changes: Record<string, unknown>): boolean => !resultOf('C24', raw(changes)).passed
  const inTask = (description: string): boolean => leaks({ task: { description } })

  test.each([
    ['sk-ant-api', 'a'.repeat(19), '_'],
    ['sk-proj-', 'a'.repeat(19), 'Z'],
    ['ghp_', 'a'.repeat(35), '9'],
    ['AKIA', 'A'.repeat(15), '9'],
    ['-----BEGIN RSA  PRIVATE ', 'KEY----', '-']
  ])('%s', (start, middle, last) => {
    expect(inTask(`x${start}${middle}${last}y`)).toBe(true)
    expect(inTask(`${start}${middle}`)).toBe(false)
    expect(inTask(`${start}${middle}\u00e9${last}`)).toBe(false)
    expect(inTask(`${start}\n${middle}${last}`)).toBe(false)
  })

  test('white space inside a key header is the space: all other is escaped in the text that is searched', () => {
    expect(inTask('-----BEGIN RSA PRIVATE KEY-----')).toBe(true)
    for (const space of ['\n', '\t', '\u00a0', '\u2028', '\ufeff', '\u3000']) {
      expect(inTask(`-----BEGIN${space}RSA PRIVATE KEY-----`)).toBe(false)
    }
  })

  test('is found wherever the published line holds it: keys, ids, metadata', () => {
    const key = `ghp_${'a1B2'.repeat(9)}`
    expect(leaks({ metadata: { [key]: 1 } })).toBe(true)
    expect(leaks({ metadata: { 7: [{ deep: key }] } })).toBe(true)
    expect(leaks({ tool_definitions: [{ [key]: {} }] })).toBe(true)
    expect(leaks({ trace_id: key })).toBe(true)
    expect(leaks({ session_id: `${key.slice(0, 39)} ` })).toBe(false)
  })

  test('agrees with a search of the escaped text on texts made of hostile pieces', () => {
    // The five patterns as the facts state them, on the text that the reference searches.
    const patterns = [
      /sk-ant-api\w{20,}/,
      /sk-proj-\w{20,}/,
      /ghp_[A-Za-z0-9]{36,}/,
      /AKIA[A-Z0-9]{16}/,
      /-----BEGIN\s+\w+\s+PRIVATE\s+KEY-----/
    ]
    const pieces = ['sk-ant-api', 'sk-proj-', 'ghp_', 'AKIA', '-----BEGIN', 'PRIVATE', 'KEY-----', 'RSA', ' ', '  ']
    const runs = ['A'.repeat(16), 'a'.repeat(18), '0a'.repeat(10), 'u00e9', '\\u00e9', '_']
    const breaks = ['\\', '"', '\n', '\u001f', '\u007f', '\u0085', '\u00a0', '\u00e9', '\u2028', '\ufeff', '\u{1f600}']
    let hits = 0
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces, ...pieces, ...runs, ...breaks), { maxLength: 9 }), (parts) => {
        const text = parts.join('')
        const expected = patterns.some((pattern) => pattern.test(escaped(text)))
        if (expected) hits++
        expect(inTask(text)).toBe(expected)
      }),
      { numRuns: 3000, seed: 24 }
    )
    expect(hits).toBeGreaterThan(20)
  })
})

describe('C25: home folders', () => {
  const names = (userName: string | null, description: string): boolean =>
    !resultOf('C25', raw({ task: { description } }), { userName }).passed

  test('only where a user is named, and only with the slash behind the name', () => {
    expect(names('runner', 'cd /Users/runner/work')).toBe(true)
    expect(names('runner', 'cd /Users/runner')).toBe(false)
    expect(names('runner', 'cd /users/runner/work')).toBe(false)
    expect(names('run', 'cd /Users/runner/work')).toBe(false)
    expect(names('.*', 'cd /Users/runner/work')).toBe(false)
    expect(names(null, 'cd /Users/null/work')).toBe(false)
    expect(names('', 'cd /Users//work')).toBe(false)
    expect(resultOf('C25', raw({ metadata: { '/Users/runner/': 1 } }), { userName: 'runner' }).passed).toBe(false)
  })

  test('a name that the escaped text cannot hold is not found', () => {
    expect(names('jos\u00e9', '/Users/jos\u00e9/')).toBe(false)
    expect(names('a\u007f', '/Users/a\u007f/')).toBe(false)
    expect(names('a"b', '/Users/a"b/')).toBe(false)
  })

  test('a name that looks like an escape is found where the escaped text holds it', () => {
    expect(names('jos\\u00e9', '/Users/jos\u00e9/')).toBe(true)
    expect(names('jos\\u00e9', '/Users/josé')).toBe(false)
    expect(names('a\\\\b', '/Users/a\\b/')).toBe(true)
    expect(names('a\\b', '/Users/a\\b/')).toBe(false)
    const id = JSON.stringify(rawTrace('/Users/jos\u00e9/'))
    expect(resultOf('C25', id, { userName: 'jos\\u00e9' }).passed).toBe(false)
  })
})

describe('C1: the schema version', () => {
  test('is that of the scorer, unless another is given', () => {
    expect(resultOf('C1', raw({}))).toEqual(judged(1, true))
    expect(resultOf('C1', raw({}), { schemaVersion: '0.10.0' })).toEqual(judged(0, false))
  })
})

describe('thresholds', () => {
  test.each([
    [1, 2, false],
    [4, 7, true]
  ])('C13: tokens on %d of %d agent steps', (withTokens, all, passed) => {
    const steps = Array.from({ length: all }, (_, i) => {
      return { step_index: i, role: 'agent', token_usage: { cache_read_tokens: i < withTokens ? 1 : 0 } }
    })
    expect(resultOf('C13', raw({ steps }))).toEqual(judged(withTokens / all, passed))
  })

  test('C28: white space is a reference like any other', () => {
    const steps = [{ step_index: 0, role: 'agent', system_prompt_hash: ' ' }]
    expect(resultOf('C28', raw({ steps }))).toEqual(judged(0, false))
  })
})

describe('RL1 to RL3: evidence of the outcome', () => {
  const patch = { patch_id: 'p', file_path: 'a.ts' }

  test.each([
    [{ committed: true }, [], 1, true, 0, false],
    [{ committed: true }, [patch], 1, true, 1, true],
    [{ commit_sha: 'abc', success: false }, [], 0.3, false, 1, true],
    [{ commit_sha: ' ', success: false }, [], 0.3, false, 1, true],
    [{ success: false }, [patch], 0.3, false, 1, true],
    [{ commit_sha: '', success: false }, [], 0.6, true, 1, true],
    [{ success: true }, [], 0, false, 1, true]
  ])('%j with patches %j', (outcome, patches, rl1, rl1Passed, rl3, rl3Passed) => {
    const text = raw({ execution_context: 'devtime', outcome, patches })
    expect(resultOf('RL1', text)).toEqual(judged(rl1, rl1Passed))
    expect(resultOf('RL3', text)).toEqual(judged(rl3, rl3Passed))
  })

  test('RL2: a reward counts with any source that is not empty', () => {
    expect(resultOf('RL2', raw({ outcome: { reward: 0, reward_source: ' ' } }))).toEqual(judged(0.9, true))
    expect(resultOf('RL2', raw({ outcome: { reward: 1, reward_source: '' } }))).toEqual(judged(0, false))
  })

  test("an old record's diff counts after migration", () => {
    const outcome = { committed: true, patch: '--- a/x.ts\n+++ b/x.ts\n@@ -1 +1 @@\n-a\n+b\n' }
    expect(resultOf('RL3', raw({ schema_version: '0.3.0', outcome }))).toEqual(judged(1, true))
  })
})

test('scoring changes nothing and depends on nothing but its arguments', () => {
  const set = goldenSets().find(({ name }) => name === '27_fuzz_a')!
  const user = process.env.USER
  for (const record of goldenRecords(set)) {
    deepFreeze(record)
    const first = scoreTrace({ record, line: '"/Users/somebody/"' })
    process.env.USER = 'somebody'
    try {
      expect(scoreTrace({ record, line: '"/Users/somebody/"' })).toEqual(first)
    } finally {
      if (user === undefined) delete process.env.USER
      else process.env.USER = user
    }
  }
})

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  Object.values(value).forEach(deepFreeze)
}
