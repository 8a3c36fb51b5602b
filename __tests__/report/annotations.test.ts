import { expect, test } from '@jest/globals'
import { annotations, MOST_ANNOTATIONS } from '../../src/report/annotations.js'
import { blocked, failingGate, leaked, published, pullRequest } from './cases.js'

test('blocked traces and invalid lines are errors at their places', () => {
  expect(annotations(blocked())).toEqual([
    {
      kind: 'error',
      title: 'Trace blocked',
      message: 'trufflehog Github: There is a GitHub token.',
      file: 'traces/week-1.jsonl',
      line: 1
    },
    {
      kind: 'error',
      title: 'Trace blocked',
      message: 'known-values NPM_TOKEN: There is the value of NPM_TOKEN, encoded (base64).',
      file: 'traces/week-1.jsonl',
      line: 4
    },
    {
      kind: 'error',
      title: 'Invalid trace',
      message: 'agent.name: a text is missing',
      file: 'traces/week-3.jsonl',
      line: 40
    }
  ])
})

test('what is held back in a run that goes on is a warning, new content of a published id a notice', () => {
  expect(annotations(published()).map(({ kind, title }) => [kind, title])).toEqual([
    ['warning', 'Trace held back'],
    ['warning', 'Invalid trace'],
    ['notice', 'Trace with new content']
  ])
  expect(annotations(failingGate())[0]).toMatchObject({ kind: 'warning', message: /^taken down on 2026/ as never })
})

test('a published trace that a gate blocks today is an error', () => {
  expect(annotations(leaked()).map(({ title }) => title)).toEqual(['Published trace would be blocked'])
})

test('a clean run has none', () => {
  expect(annotations(pullRequest())).toEqual([])
})

test('the last of ten says how many places are left out, and those of the step count', () => {
  const report = blocked()
  const [, , , one] = report.traces
  report.traces = Array.from({ length: 25 }, (_, i) => ({ ...one!, line: i + 1 }))
  report.invalid = []
  const all = annotations(report)
  expect(all).toHaveLength(MOST_ANNOTATIONS)
  expect(all[8]).toMatchObject({ line: 9 })
  expect(all[9]).toEqual({
    kind: 'error',
    title: 'And more',
    message: '16 more places: the job summary and report.json have them.'
  })
  expect(annotations(report, { taken: { error: 1 } })).toHaveLength(9)
  expect(annotations(report, { taken: { error: 12 } })).toEqual([])
})

test.each([
  ['a.jsonl', '', 'a.jsonl'],
  ['a b/c.jsonl', 'sub/dir', 'sub/dir/a b/c.jsonl'],
  ['*', '', undefined],
  ['../a.jsonl', '', undefined],
  ['a/../../b.jsonl', '', undefined],
  ['/etc/passwd', '', undefined],
  ['~/.opentraces/a.jsonl', '', undefined],
  ['a,line=9.jsonl', '', undefined],
  ['a\n::error::x', '', undefined],
  ['a:b.jsonl', '', undefined]
])('the place %j below %j is %j', (file, folder, shown) => {
  const report = { ...pullRequest(), invalid: [{ file, line: 3, message: 'no' }] }
  const [one] = annotations(report, { folder })
  expect(one!.file).toBe(shown)
  expect(one!.line).toBe(shown === undefined ? undefined : 3)
})

test('a message is words on one line', () => {
  const report = {
    ...pullRequest(),
    invalid: [{ file: 'a', line: 1, message: 'ask @octocat\n::error::see https://a.example #1 GH-1 <b> [x](y)\u202E' }]
  }
  expect(annotations(report)[0]!.message).toBe('ask octocat : error: see https: a.example 1 GH 1 b x (y)')
})
