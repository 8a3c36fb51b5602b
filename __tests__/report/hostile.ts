/** Reports whose author wants the page to say something else. */
import fc from 'fast-check'
import { reportSchema, type Report } from '../../src/report/model.js'
import { blocked, published } from './cases.js'

export const NASTY = [
  '@octocat',
  'a@b.example',
  '#1',
  'GH-1',
  'JIRA-42',
  'acme/app#7',
  'acme/app@deadbeef',
  'deadbeefdeadbeefdeadbeefdeadbeefdeadbeef',
  '1234567',
  '&#64;octocat',
  '&commat;octocat',
  'https://evil.example/a',
  'www.evil.example',
  'mailto:a@b.example',
  '[click](https://evil.example)',
  '![x](https://evil.example/x.png)',
  '[ref]: https://evil.example',
  '[^1]',
  '<https://evil.example>',
  '<img src=x onerror=alert(1)>',
  '<!-- opentraces-push:default -->',
  '-->',
  '</details>',
  '<details open><summary>x</summary>',
  '</code></pre></td></table>',
  '| a | b |',
  '\\|',
  '\n|---|---|\n',
  '`',
  '``',
  '```',
  '\n```\n',
  '~~~',
  '**bold**',
  '__bold__',
  '~~gone~~',
  '\n\n# heading\n\n',
  '\n---\n',
  '\n===\n',
  '\n> [!IMPORTANT]\n> x\n',
  '- [ ] task',
  '1. one',
  ':tada:',
  '$\\text{x}$',
  '::error::x',
  '\n::set-output name=x::y\n',
  '##[error]x',
  '%0A::warning::x',
  '\u202Egnp.exe',
  '\u2066x\u2069',
  '\u200Bx\u200D',
  '\u0000\u001b[31m',
  '\u2028x\u2029',
  'e' + '\u0301'.repeat(60),
  '\ud800',
  '\u{E0041}',
  '…'.repeat(200),
  '🙂'.repeat(500),
  'x'.repeat(3000)
] as const

/** Fields that hold one of a few words or a number's digits: anything else in them is no report. */
const FIXED = new Set([
  'schema',
  'outcome',
  'status',
  'change',
  'scope',
  'scoring_mode',
  'gate_status',
  'persona',
  'visibility',
  'rebuilt',
  'steps',
  'tokens'
])

const hostileText = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...NASTY), { maxLength: 4 }).map((parts) => parts.join(' ')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) }
)

/** Every text that may be anything is hostile, every list has any length, and the outcome is any. */
export const hostileReport: fc.Arbitrary<Report> = fc
  .record({
    texts: fc.array(hostileText, { minLength: 5, maxLength: 40 }),
    length: fc.oneof({ weight: 6, arbitrary: fc.nat({ max: 12 }) }, { weight: 1, arbitrary: fc.nat({ max: 400 }) }),
    full: fc.boolean(),
    outcome: fc.constantFrom(...reportSchema.shape.outcome.options),
    statuses: fc.array(fc.constantFrom(...['clean', 'blocked', 'held', 'leaked', 'invalid', 'duplicate']), {
      minLength: 1
    }),
    number: fc.oneof(fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER), fc.constant(0))
  })
  .map(({ texts, length, full, outcome, statuses, number }) => {
    let at = 0
    const next = (): string => texts[at++ % texts.length] as string
    const walk = (value: unknown, key: string): unknown => {
      if (typeof value === 'string') return FIXED.has(key) || (key === 'gate' && GATES.has(value)) ? value : next()
      if (typeof value === 'number')
        return Number.isInteger(value) && value > 0 && !PERCENTAGES.has(key) ? number : value
      if (Array.isArray(value)) return manyOf(value, lengthOf(key, length)).map((item) => walk(item, ''))
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [key === 'timings' ? next() : name, walk(item, name)])
      )
    }
    const start: Report = { ...blocked(), ...(full ? published() : {}), outcome, warnings: ['x'], notices: ['y'] }
    const report = walk(start, '') as Report
    report.traces.forEach((trace, i) => {
      trace.status = statuses[i % statuses.length] as (typeof report.traces)[number]['status']
      trace.unknown_fields = [next()]
      trace.drop = next()
    })
    return reportSchema.parse(report)
  })

const GATES = new Set(['off', 'report', 'enforce'])
const PERCENTAGES = new Set([
  'conformance',
  'training',
  'rl',
  'analytics',
  'domain',
  'overall',
  'average',
  'individual',
  'min',
  'max',
  'before',
  'after',
  'overall_utility',
  'success_rate'
])

function lengthOf(key: string, length: number): number {
  return key === 'findings' ? length % 12 : length
}

function manyOf(items: readonly unknown[], length: number): unknown[] {
  return items.length === 0 ? [] : Array.from({ length }, (_, i) => items[i % items.length])
}
