import { describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { parse } from 'yaml'
import {
  joinCard,
  newFrontMatter,
  sizeCategory,
  splitCard,
  updateFrontMatter,
  type FrontMatterInput
} from '../../src/dataset/front-matter.js'
import { ActionError } from '../../src/errors.js'
import type { QualitySummary } from '../../src/quality/types.js'

const score = (average: number) => ({ average, min: 0, max: 100 })
const quality: QualitySummary = {
  scorer_version: '0.9.0',
  scoring_mode: 'deterministic',
  assessed_at: '2026-01-02T03:04:05.678901+00:00',
  trace_count: 3,
  persona_scores: {
    conformance: score(80),
    training: score(44.9),
    rl: score(100),
    analytics: score(0),
    domain: score(59.5)
  },
  overall_utility: 56.9,
  gate_status: 'failing',
  gate_failures: []
}
const scored: FrontMatterInput = { totalTraces: 3, quality }
const plain: FrontMatterInput = { totalTraces: 3, quality: undefined }

const SCORES = `conformance_score: 80.0
training_score: 44.9
rl_score: 100.0
analytics_score: 0.0
domain_score: 59.5
overall_quality: 56.9
`
const CONFIGS = `configs:
- config_name: default
  data_files:
  - split: train
    path: data/traces_*.jsonl
`
/** What an update without scores leaves as it is. */
const COMPLETE = `tags:
- opentraces
- agent-traces
size_categories:
- n<1K
${CONFIGS}`

function codeOf(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    return [error.code, error.exitCode, error.retryable]
  }
  return 'no error'
}

describe('a new front matter', () => {
  const KEYS = `tags:
  - opentraces
  - agent-traces
task_categories:
  - text-generation
language:
  - en
size_categories:
  - n<1K
${CONFIGS}`

  test('has the reference’s keys in the reference’s order and invents no licence', () => {
    expect(newFrontMatter(plain, undefined)).toBe(KEYS)
    expect(newFrontMatter(scored, 'cc-by-4.0')).toBe(`license: cc-by-4.0\n${KEYS}${SCORES}`)
  })

  test('a licence that YAML takes for something else is quoted', () => {
    for (const license of ['no', '1.0', 'a: b', '---', '# x', 'x\ny']) {
      expect(parse(newFrontMatter(plain, license), { version: '1.1' })).toMatchObject({ license })
    }
  })

  test('is left alone by the next update', () => {
    const text = newFrontMatter(scored, 'mit')
    expect(updateFrontMatter(text, scored)).toBe(text)
  })
})

test.each([
  [0, 'n<1K'],
  [100, 'n<1K'],
  [999, 'n<1K'],
  [1000, '1K<n<10K'],
  [9999, '1K<n<10K'],
  [10_000, '10K<n<100K'],
  [99_999, '10K<n<100K'],
  [100_000, '100K<n<1M'],
  [1_000_000, '1M<n<10M'],
  [10_000_000, '10M<n<100M'],
  [100_000_000, '100M<n<1B'],
  [1e9, '1B<n<10B'],
  [1e12, 'n>1T']
])('%d traces are %s', (traces, category) => {
  expect(sizeCategory(traces)).toBe(category)
})

describe('splitting', () => {
  test('the front matter ends at a line of three dashes, not at dashes in a value', () => {
    const yaml = 'pretty_name: a --- b\ntext: |\n  ---\n  x\nmore: "---"\n'
    expect(splitCard(`---\n${yaml}---\nbody\n---\n`)).toEqual({ yaml, body: 'body\n---\n' })
    expect(joinCard(yaml, 'body')).toBe(`---\n${yaml}---\nbody`)
  })

  test.each([
    ['', undefined, ''],
    ['# title\n---\n', undefined, '# title\n---\n'],
    ['--- x\na\n---\n', undefined, '--- x\na\n---\n'],
    ['----\n', undefined, '----\n'],
    ['\n \n---\na: 1\n---  \n', 'a: 1\n', ''],
    ['---\n---\nx', '', 'x'],
    ['---\na: 1\n---', 'a: 1\n', '']
  ])('%j', (text, yaml, body) => {
    expect(splitCard(text)).toEqual({ yaml, body })
  })

  test('without an end it is refused', () => {
    expect(codeOf(() => splitCard('---\nlicense: mit\n'))).toEqual(['CARD_INVALID', 4, false])
    expect(codeOf(() => splitCard('---'))).toEqual(['CARD_INVALID', 4, false])
  })
})

describe('an existing front matter', () => {
  const HARD = `# ours since 2024
license: mit   # never relicense
"pretty_name":   "Caf\\u00e9 --- traces"
extra_gated_prompt: >-
  You agree
  to be kind.

extra_gated_fields:
    Company:   text
    "I agree": {type: checkbox,   default: false}
anchors: &a
- 1.50
- 0x1F
- ~
again: *a

`
  test('keeps its bytes; missing keys go to the end', () => {
    expect(updateFrontMatter(HARD, plain)).toBe(`${HARD}${COMPLETE}`)
  })

  test('is returned as it is where nothing of ours changes', () => {
    const odd = `size_categories: n<1K\ntags: [  a, agent-traces,opentraces ] # x\n${CONFIGS}other:    1\n`
    expect(updateFrontMatter(odd, plain)).toBe(odd)
    expect(updateFrontMatter(`${odd}${SCORES}`, scored)).toBe(`${odd}${SCORES}`)
  })

  test('empty or only a comment: ours are added', () => {
    expect(parse(updateFrontMatter('', scored))).toEqual(parse(`${COMPLETE}${SCORES}`))
    expect(updateFrontMatter('# todo\n', plain)).toMatch(/^# todo\ntags:/)
  })

  test.each([
    ['block', 'tags:\n- x # mine\n# c\n- opentraces\n', 'tags:\n- x # mine\n# c\n- opentraces\n- agent-traces\n'],
    ['indented', 'tags:\n    - x\n', 'tags:\n  - x\n  - opentraces\n  - agent-traces\n'],
    ['flow', 'tags: ["x", y] # c\n', 'tags: ["x", y, opentraces, agent-traces] # c\n'],
    ['a word', 'tags: x\n', 'tags:\n  - x\n  - opentraces\n  - agent-traces\n'],
    ['nothing', 'tags:\n', 'tags:\n  - opentraces\n  - agent-traces\n'],
    ['nothing but a comment', 'tags: # todo\n', 'tags:\n  - opentraces\n  - agent-traces\n# todo\n'],
    ['numbers', 'tags: [3, 1.50]\n', 'tags: [3, 1.50, opentraces, agent-traces]\n']
  ])('tags are added to %s', (_, before, after) => {
    const rest = `z: 1\n${COMPLETE.replace(/^tags:\n(- .*\n)*/, '')}`
    expect(updateFrontMatter(before + rest, plain)).toBe(after + rest)
  })

  test('the size is set in place, comments stay', () => {
    const text = COMPLETE.replace('- n<1K', '- 1K<n<10K # measured').replace('tags:', '# about size below\ntags:')
    expect(updateFrontMatter(text, plain)).toBe(text.replace('1K<n<10K', 'n<1K'))
    expect(updateFrontMatter(COMPLETE, { ...plain, totalTraces: 1000 })).toBe(COMPLETE.replace('n<1K', '1K<n<10K'))
    expect(updateFrontMatter(COMPLETE.replace(':\n- n<1K', ': [n>1T, x]'), plain)).toContain(
      'size_categories: [n<1K]\n'
    )
  })

  test('scores are set, changed in place, and taken out without a scorecard', () => {
    expect(updateFrontMatter(COMPLETE, scored)).toBe(COMPLETE + SCORES)
    const before = `rl_score: 12\nlicense: mit\n# why\noverall_quality: 1.0 # ours\n# end\n${COMPLETE}`
    expect(updateFrontMatter(before, scored)).toBe(
      `rl_score: 100.0\nlicense: mit\n# why\noverall_quality: 56.9 # ours\n# end\n${COMPLETE}` +
        SCORES.replace(/rl_score.*\n/, '').replace(/overall_quality.*\n/, '')
    )
    expect(updateFrontMatter(before, plain)).toBe(`license: mit\n# why\n# end\n${COMPLETE}`)
    const empty = { ...quality, persona_scores: {} }
    expect(updateFrontMatter(COMPLETE + SCORES, { ...scored, quality: empty })).toBe(
      `${COMPLETE}overall_quality: 56.9\n`
    )
  })

  test('a block text above keeps its last blank lines when the score below it goes', () => {
    const text = `gated: |+\n  a\n\noverall_quality: 1.0\n\n"z": 'b'\n${COMPLETE}`
    expect(updateFrontMatter(text, plain)).toBe(`gated: |+\n  a\n\n"z": 'b'\n${COMPLETE}`)
  })

  test('an alias inside a list of ours stays one', () => {
    const rest = COMPLETE.replace(/^tags:\n(- .*\n)*/, '')
    expect(updateFrontMatter(`"w":   &w x\ntags: [*w]\n${rest}`, plain)).toBe(
      `"w":   &w x\ntags: [*w, opentraces, agent-traces]\n${rest}`
    )
  })

  test('a mapping in flow style, or with explicit keys, still holds everything', () => {
    for (const text of [
      '{license: mit, tags: [x]}\n',
      '? license\n: mit\n? tags\n: [x]\n',
      '  license: mit\n  tags: [x]\n'
    ]) {
      expect(parse(updateFrontMatter(text, plain))).toEqual({
        ...(parse(COMPLETE) as object),
        license: 'mit',
        tags: ['x', 'opentraces', 'agent-traces']
      })
    }
  })

  test('what an alias or a merge key brings in is not lost, and its source not changed', () => {
    const aliased = 'words: &w [x, y]\ntags: *w\n'
    expect(parse(updateFrontMatter(aliased, plain))).toMatchObject({
      words: ['x', 'y'],
      tags: ['x', 'y', 'opentraces', 'agent-traces']
    })
    const merged = 'base: &b\n  tags: [x]\n<<: *b\n'
    expect(parse(updateFrontMatter(merged, plain), { merge: true })).toMatchObject({
      base: { tags: ['x'] },
      tags: ['x', 'opentraces', 'agent-traces']
    })
  })

  test.each([
    ['not YAML', 'a: b: c\n'],
    ['a key twice', 'license: mit\nlicense: apache-2.0\n'],
    ['a text', 'just a text\n'],
    ['a list', '- a\n'],
    ['a second document', 'a: 1\n...\nb: 2\n'],
    ['an alias to nothing', 'a: *b\n'],
    [
      'aliases without end',
      'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]\n'
    ],
    ['an anchor on a score that is taken out', 'rl_score: &s 3\nmine: *s\n'],
    ['an anchor on tags that grow', 'tags: &t [x]\nmine: *t\n'],
    ['an anchor on a word that becomes a list', 'tags: &t x\nmine: *t\n'],
    ['tags of maps', 'tags:\n- a: 1\n'],
    ['tags as a map', 'tags: {a: 1}\n'],
    ['configs as a map', 'configs: {config_name: default}\n'],
    ['configs of words', 'configs: [default]\n'],
    ['data files as a map', 'configs: [{config_name: default, data_files: {train: x}}]\n'],
    ['a path that is a number', 'configs: [{config_name: default, data_files: [{split: train, path: 3}]}]\n'],
    ['another default', 'configs: [{config_name: sft, default: true, data_files: sft.parquet}]\n'],
    ['another folder', 'configs: [{config_name: default, data_dir: sft}]\n']
  ])('%s is refused, with a text that quotes nothing', (_, text) => {
    expect(codeOf(() => updateFrontMatter(text, plain))).toEqual(['CARD_INVALID', 4, false])
  })

  test('the error names the line in README.md, not what is in it', () => {
    expect(() => updateFrontMatter('ok: 1\nhf_SECRET: a: b\n', plain)).toThrow(/line 3 is not valid YAML/)
    expect(() => updateFrontMatter('ok: 1\nhf_SECRET: a: b\n', plain)).not.toThrow(/SECRET/)
  })

  test('what the library warns of does not reach the log, which it would quote', () => {
    const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    updateFrontMatter('? [hf_SECRET]\n: 1\nx: !unknown hf_SECRET\n', plain)
    const count = warnings.mock.calls.length
    warnings.mockRestore()
    expect(count).toBe(0)
  })
})

/** Entries that nobody but their owner may touch, in styles that a YAML writer would change. */
const FOREIGN = [
  'license: mit   # mine\n',
  '"pretty_name":   \'a --- "b"\'\n',
  'annotations_creators:\n    - none   # yes\n    -   machine\n',
  'extra_gated_prompt: |+\n  line\n\n   more\n\n',
  'folded: >-\n  some\n  folded text\n\n  and more\n',
  'dataset_info: {features: [ {name: x,dtype: string} ],  splits: []}\n',
  'long: ' + 'word '.repeat(60) + 'end\n',
  'date: 2026-01-01\nfloat: 1.50\nhex: 0x1F\nnothing: ~\nempty:\n',
  '# a comment of its own\n',
  '\n\n',
  'multi: "one\n  two"\n',
  'emoji: "\\U0001F680 caf\\u00e9"\n'
]
const OWN = [
  'tags:\n- x # c\n',
  'tags: [a,b]\n',
  'tags:\n',
  'size_categories:\n  - 1K<n<10K # c\n  # d\n',
  'size_categories: n<1K\n',
  'configs:\n  - config_name: other\n    data_files: x.jsonl\n',
  'configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: x.jsonl\n',
  'rl_score: 1\n',
  'overall_quality: 3.25 # c\n',
  'domain_score:\n'
]
const keyOf = (entry: string): string => entry.split(':')[0] as string

test('property: foreign entries keep bytes and order, ours are right, and a second update changes nothing', () => {
  const entries = fc
    .tuple(
      fc.shuffledSubarray(FOREIGN),
      fc.uniqueArray(fc.constantFrom(...OWN), { selector: keyOf }),
      fc.array(fc.double({ noNaN: true }), { minLength: 40, maxLength: 40 })
    )
    .map(([foreign, own, order]) => {
      const all = [...foreign, ...own].map((entry, i) => ({ entry, at: order[i] as number }))
      return { foreign: new Set(foreign), sorted: all.sort((a, b) => a.at - b.at).map(({ entry }) => entry) }
    })
  fc.assert(
    fc.property(entries, fc.boolean(), fc.nat(5000), ({ foreign, sorted }, withQuality, totalTraces) => {
      const before = sorted.join('')
      const input = { totalTraces, quality: withQuality ? quality : undefined }
      const after = updateFrontMatter(before, input)
      let at = 0
      for (const entry of sorted.filter((one) => foreign.has(one) && one.trim() !== '')) {
        const found = after.indexOf(entry, at)
        expect([entry, found >= at]).toEqual([entry, true])
        at = found + entry.length
      }
      expect(updateFrontMatter(after, input)).toBe(after)
      const value = parse(after) as Record<string, unknown>
      expect(value.tags).toEqual(expect.arrayContaining(['opentraces', 'agent-traces']))
      expect([value.size_categories].flat()).toEqual([sizeCategory(totalTraces)])
      expect(value.rl_score).toBe(withQuality ? 100 : undefined)
      expect(value.overall_quality).toBe(withQuality ? 56.9 : undefined)
      const defaults = (value.configs as Record<string, unknown>[]).filter((c) => c.config_name === 'default')
      expect(JSON.stringify(defaults)).toContain('data/traces_*.jsonl')
      expect(defaults).toHaveLength(1)
    }),
    { numRuns: 500 }
  )
})
