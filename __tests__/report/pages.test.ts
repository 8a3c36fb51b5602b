/**
 * The pages of the usual runs, as Markdown files that a person has read and compared with what the report says.
 * `UPDATE_PAGES=1 npm test -- __tests__/report/pages.test.ts` writes them anew.
 */
import { describe, expect, test } from '@jest/globals'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderComment } from '../../src/report/comment.js'
import { renderSummary } from '../../src/report/summary.js'
import * as cases from './cases.js'

const PAGES: readonly (readonly [name: string, page: string])[] = [
  ['comment-ready', renderComment(cases.pullRequest(), { key: 'default' })],
  ['comment-blocked', renderComment(cases.blocked(), { key: 'default' })],
  ['comment-leaked', renderComment(cases.leaked(), { key: 'default' })],
  ['comment-quality-gate', renderComment(cases.failingGate(), { key: 'nightly-2' })],
  ['comment-unchanged', renderComment(cases.unchanged(), { key: 'default' })],
  [
    'comment-untrusted',
    renderComment(cases.blocked(), {
      key: 'default',
      reportedBy: 'pull request',
      runUrl: 'https://github.com/acme/app/actions/runs/99'
    })
  ],
  ['summary-published', renderSummary(cases.published())],
  ['summary-undisclosed', renderSummary(cases.undisclosed())],
  ['summary-failed', renderSummary(cases.failed())]
]

test.each(PAGES)('%s', (name, page) => {
  const file = join(import.meta.dirname, 'pages', `${name}.md`)
  if (process.env.UPDATE_PAGES === '1') writeFileSync(file, page)
  expect(page).toBe(readFileSync(file, 'utf8'))
})

describe('in the first lines of a comment', () => {
  const top = (report: ReturnType<typeof cases.pullRequest>): string[] =>
    renderComment(report, { key: 'default' }).split('\n').slice(0, 2)

  test.each([
    ['ready', cases.pullRequest(), '### ✅ opentraces: 12 traces ready, quality gate passes'],
    ['unchanged', cases.unchanged(), '### ✅ opentraces: 14 traces ready, nothing changed'],
    ['blocked', cases.blocked(), '### ⛔ opentraces: 2 of 15 staged traces blocked, 1 line invalid'],
    ['leaked', cases.leaked(), '### ⛔ opentraces: 1 published trace would be blocked today'],
    ['below the quality gate', cases.failingGate(), '### ⛔ opentraces: 1 trace held back, quality gate fails'],
    ['broken', cases.failed(), '### ❌ opentraces: failed, nothing was published']
  ])('%s', (_, report, verdict) => {
    expect(top(report)).toEqual(['<!-- opentraces-push:default -->', verdict])
  })
})

test('a report of an untrusted run says so first, and what it links to is never its own word', () => {
  const report = cases.blocked()
  report.run.run_url = 'https://github.com/acme/app/actions/runs/666'
  const page = renderComment(report, { key: 'default', reportedBy: 'pull request' })
  expect(page.split('\n')[1]).toContain('as the pull request’s own run reports it')
  expect(page.split('\n')[3]).toBe('> [!WARNING]')
  expect(page).not.toMatch(/\]\(/)
  expect(page).not.toContain('```')
})

test.each(['', 'a b', '-->', 'x'.repeat(65), '-a', 'ä'])('%j is no key of a comment', (key) => {
  expect(() => renderComment(cases.pullRequest(), { key })).toThrow('comment-key')
})

test('a pull request whose traces cannot be compared says why', () => {
  const report = cases.pullRequest()
  report.baseline = { missing: ['The base could not be read: the commit is not in the checkout (fetch_depth).'] }
  expect(renderComment(report, { key: 'default' })).toContain(
    '- The base could not be read: the commit is not in the checkout (`fetch_depth`).'
  )
})
