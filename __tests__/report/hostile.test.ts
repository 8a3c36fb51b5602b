import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { annotations, MOST_ANNOTATIONS } from '../../src/report/annotations.js'
import { COMMENT_BYTES, renderComment } from '../../src/report/comment.js'
import type { Report } from '../../src/report/model.js'
import { renderSummary, SUMMARY_BYTES } from '../../src/report/summary.js'
import { brokenTables, ofType, parse, readAsMore, tableRules } from './gfm.js'
import { blocked, published } from './cases.js'
import { hostileReport } from './hostile.js'

const RUN = 'https://github.com/acme/app/actions/runs/9/attempts/1'

interface Rendering {
  readonly page: string
  readonly bytes: number
  /** Addresses that may be clicked. */
  readonly links: readonly (string | undefined)[]
}

const RENDERINGS: readonly (readonly [name: string, render: (report: Report) => Rendering])[] = [
  ['summary', (report) => ({ page: renderSummary(report), bytes: SUMMARY_BYTES, links: own(report) })],
  ['comment', (report) => ({ page: renderComment(report, { key: 'k' }), bytes: COMMENT_BYTES, links: own(report) })],
  [
    'comment out of an untrusted report',
    (report) => ({
      page: renderComment(report, { key: 'k', reportedBy: 'pull request', runUrl: RUN }),
      bytes: COMMENT_BYTES,
      links: [RUN]
    })
  ]
]

function own({ dataset_url: dataset, commit, run }: Report): (string | undefined)[] {
  return [dataset, commit?.url, run.run_url]
}

describe.each(RENDERINGS)('%s', (_, render) => {
  test('keeps its budget and its form, and nothing hostile survives in it', () => {
    fc.assert(
      fc.property(hostileReport, (report) => {
        const { page, bytes, links } = render(report)
        expect(Buffer.byteLength(page)).toBeLessThanOrEqual(bytes)
        const root = parse(page)

        expect(ofType(root, 'table')).toHaveLength(tableRules(page))
        expect(brokenTables(root)).toEqual([])
        expect(htmlOf(root)).toEqual([])
        expect(ofType(root, 'code').filter(({ lang }) => lang !== 'sh' && lang !== 'yaml')).toEqual([])
        expect(folds(root)).toBe(0)

        expect(ofType(root, 'link').filter(({ url }) => !links.includes(url))).toEqual([])
        for (const type of ['image', 'imageReference', 'linkReference', 'definition', 'footnoteReference'] as const) {
          expect(ofType(root, type)).toEqual([])
        }
        expect([...ofType(root, 'delete'), ...ofType(root, 'thematicBreak')]).toEqual([])
        expect(readAsMore(root)).toEqual([])
        expect(page.replaceAll('\n', '')).not.toMatch(/[^\P{C}]|[\u2028\u2029]/u)
        expect(page).not.toMatch(/^\s*::|^##\[/m)
      }),
      { numRuns: 25 }
    )
  })

  test('of the widest texts and longest lists says what is left out, and still tells what is blocked', () => {
    const { page, bytes } = render(widest())
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(bytes)
    expect(page).toContain('_Shortened to fit: ')
    expect(page).toMatch(/^#+ ⛔ Blocked: these traces will not be published \(400\)$/m)
    expect(brokenTables(parse(page))).toEqual([])
  })
})

/** Four bytes a character, five backticks a word: nothing takes more room. */
function widest(): Report {
  const wide = '🙂'.repeat(600)
  const words = '@🙂 '.repeat(300)
  const report = { ...blocked(), ...published(), outcome: 'blocked' as const }
  const [finding] = blocked().traces[0]!.findings
  const many = <T>(item: T): T[] => Array.from({ length: 400 }, () => item)
  return {
    ...report,
    policy: { used: many({ fingerprint: wide, reason: words }), unused: [], expired: [], allowed_findings: 0 },
    traces: many({
      ...blocked().traces[0]!,
      trace_id: wide,
      file: wide,
      findings: Array.from({ length: 12 }, () => ({ ...finding!, message: words, pointer: wide, detector: wide })),
      task: wide,
      unknown_fields: many(wide)
    }),
    invalid: many({ file: wide, line: 1, message: words, pointer: wide }),
    notices: many(words),
    warnings: many(words),
    quality_checks: many({ ...report.quality_checks![0]!, name: words, fix: words }),
    checks_run: many({ gate: wide, tool: words, version: words, [wide]: wide })
  }
}

const OWN_HTML = /^(?:<!-- opentraces-push:k -->|<details><summary>[\w ,'()]+<\/summary>|<\/details>|<\/?sub>)$/

function htmlOf(root: ReturnType<typeof parse>): string[] {
  return ofType(root, 'html')
    .map(({ value }) => value)
    .filter((value) => !OWN_HTML.test(value))
}

/** How many are open at the end; none may be closed before it was opened. */
function folds(root: ReturnType<typeof parse>): number {
  let open = 0
  for (const { value } of ofType(root, 'html')) {
    if (value.startsWith('<details>')) open++
    if (value === '</details>') open--
    expect(open).toBeGreaterThanOrEqual(0)
  }
  return open
}

test('nothing of an untrusted report is there to be copied', () => {
  fc.assert(
    fc.property(hostileReport, (report) => {
      const root = parse(renderComment(report, { key: 'k', reportedBy: 'pull request' }))
      expect(ofType(root, 'code')).toEqual([])
      expect(ofType(root, 'link')).toEqual([])
    }),
    { numRuns: 15 }
  )
})

test('annotations: at most ten a kind, one line each, no text that means more than it says', () => {
  fc.assert(
    fc.property(hostileReport, fc.nat({ max: 12 }), (report, taken) => {
      const all = annotations(report, { taken: { error: taken } })
      for (const kind of ['error', 'warning', 'notice'] as const) {
        const most = kind === 'error' ? Math.max(0, MOST_ANNOTATIONS - taken) : MOST_ANNOTATIONS
        expect(all.filter((one) => one.kind === kind).length).toBeLessThanOrEqual(most)
      }
      for (const { title, message, file } of all) {
        expect(`${title} ${message}`).not.toMatch(
          /[^\P{C}]|[\u2028\u2029]|[@#<>`|]|::|:\/\/|www\.|\b[a-z][a-z0-9]*-\d/iu
        )
        expect(file ?? 'a').toMatch(/^[\w. +=/-]+$/)
        expect(Array.from(message).length).toBeLessThan(400)
      }
    }),
    { numRuns: 40 }
  )
})
