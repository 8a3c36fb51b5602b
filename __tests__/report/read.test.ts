import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { InputError } from '../../src/errors.js'
import { readReport, REPORT_BYTES } from '../../src/report/read.js'
import { blocked, published, pullRequest, undisclosed } from './cases.js'

test.each([pullRequest(), blocked(), published(), undisclosed()])(
  'what a run writes is read as it was ($outcome)',
  (report) => {
    expect(readReport(JSON.stringify(report, null, 2))).toEqual(report)
  }
)

function problem(text: string): InputError {
  try {
    readReport(text)
  } catch (error) {
    expect(error).toBeInstanceOf(InputError)
    return error as InputError
  }
  throw new Error('it was taken')
}

/** A valid report with one field of the given JSON. */
function withField(name: string, json: string): string {
  return JSON.stringify({ ...pullRequest(), [name]: 0 }).replace(`"${name}":0`, `"${name}":${json}`)
}

describe('hostile files end in an input error that quotes nothing of them', () => {
  const mark = 'm4rk3r'
  test.each([
    ['nothing', ''],
    ['no JSON', `{"${mark}": `],
    ['another value', `"${mark}"`],
    ['null', 'null'],
    ['a list', `["${mark}"]`],
    ['an unknown outcome', withField('outcome', `"${mark}"`)],
    ['a number that is infinite', withField('timings', `{"${mark}": 1e999}`)],
    ['a score beyond the scale', withField('traces', `[{"trace_id":"${mark}","scores":{"overall":1e308}}]`)],
    ['nested deeper than a report', withField('traces', `${'['.repeat(200_000)}${']'.repeat(200_000)}`)],
    ['nested objects', withField('run', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`)],
    ['lists of a million numbers', withField('traces', `[${'1,'.repeat(1_000_000)}1]`)],
    ['many lists', withField('invalid', `[${'[1],'.repeat(40_000)}[1]]`)],
    ['statistics that are no numbers', withField('dataset', `{"before":{"steps":"${mark}"},"after":{}}`)],
    ['a prototype in the place of the report', `{"__proto__": ${JSON.stringify(pullRequest())}}`]
  ])('%s', (_, text) => {
    const { message, hint, exitCode } = problem(text)
    expect(message + hint).not.toContain(mark)
    expect(exitCode).toBe(2)
  })

  test('more than ten megabytes, in bytes and not in characters', () => {
    const report = JSON.stringify(pullRequest())
    expect(problem(report.padEnd(REPORT_BYTES + 1)).message).toContain('10 MiB')
    expect(readReport(report.padEnd(REPORT_BYTES - 1000)).outcome).toBe('checked')
    expect(problem(withField('repo', `"${'€'.repeat(REPORT_BYTES / 3)}"`)).message).toContain('10 MiB')
  })

  test('any text at all', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json(),
          fc.json().map((j) => withField('run', j))
        ),
        (text) => {
          try {
            readReport(text)
          } catch (error) {
            expect(error).toBeInstanceOf(InputError)
          }
        }
      )
    )
  })
})

test('long texts are cut, whatever field they are in', () => {
  const report = { ...blocked(), repo: 'x'.repeat(100_000), timings: { ['y'.repeat(9000)]: 1 } }
  const read = readReport(JSON.stringify(report))
  expect(read.repo).toHaveLength(2000)
  expect(Object.keys(read.timings)[0]).toHaveLength(200)
})

test('fields of a later version are left out, and no prototype comes in', () => {
  const text = withField('notices', '[],"later":{"a":1},"__proto__":{"polluted":true}')
  const read = readReport(text)
  expect(read).toEqual({ ...pullRequest(), notices: [] })
  expect('polluted' in read).toBe(false)
})
