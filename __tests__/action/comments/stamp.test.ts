/** The hidden lines of a comment, and who has to do what about the comments that are there. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { nextStep, type OwnComment } from '../../../src/action/comments/decide.js'
import {
  compareStamps,
  joinBody,
  readBody,
  shortened,
  splitBody,
  type Stamp
} from '../../../src/action/comments/stamp.js'

const MARKER = '<!-- opentraces-push:default -->'

const number = fc.integer({ min: 1, max: 999_999_999_999_999 })
const sha = fc.stringMatching(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
const stamps: fc.Arbitrary<Stamp> = fc.record({
  runId: number,
  attempt: number,
  headSha: fc.option(sha, { nil: undefined })
})

describe('a stamp', () => {
  test('comes back as it was written, whatever the text is', () => {
    fc.assert(
      fc.property(stamps, fc.string({ unit: 'binary' }), (stamp, text) => {
        const { marker, text: kept } = splitBody(`${MARKER}\n${text}`)
        const body = joinBody(marker, { stamp, text: kept })
        expect(readBody(MARKER, body)).toEqual({ stamp, text: kept })
        // As a browser sends it.
        expect(readBody(MARKER, body.replaceAll('\n', '\r\n'))).toEqual({ stamp, text: kept })
      })
    )
  })

  test('is hidden by GitHub: a comment of HTML that nothing in it can end', () => {
    for (const headSha of ['-->', 'main', '', '--> @everyone', 'A'.repeat(40)]) {
      const [, line] = joinBody(MARKER, { stamp: { runId: 1, attempt: 1, headSha }, text: 'x' }).split('\n')
      expect(line).toBe('<!-- opentraces-push-run id=1 attempt=1 head=- -->')
    }
  })

  test.each([
    'id=1 attempt=1',
    'id=-1 attempt=1 head=-',
    'id=1e9 attempt=1 head=-',
    'id=1234567890123456 attempt=1 head=-',
    ' id=1 attempt=1 head=-'
  ])('that reads %j is none', (line) => {
    const read = readBody(MARKER, `${MARKER}\n<!-- opentraces-push-run ${line} -->\ntext`)
    expect(read?.stamp).toBeUndefined()
  })

  test('orders runs by id, then attempt; none is the oldest', () => {
    const order = [undefined, [9, 9], [10, 1], [10, 2], [11, 1], [100, 1]].map((one) =>
      one === undefined ? undefined : { runId: one[0]!, attempt: one[1]!, headSha: undefined }
    )
    for (const [n, a] of order.entries()) {
      for (const [m, b] of order.entries()) expect(Math.sign(compareStamps(a, b))).toBe(Math.sign(n - m))
    }
  })
})

test('the short form is the heading and where the rest is', () => {
  expect(shortened('\n### Two are blocked\n\n| a |\n')).toBe(
    '### Two are blocked\n\nThe rest is longer than a comment may be here. The whole report is in the job summary.'
  )
})

const comments = fc.uniqueArray(
  fc.record<OwnComment>({
    id: fc.integer({ min: 1, max: 30 }),
    url: fc.constant(undefined),
    stamp: fc.option(
      fc.record({ runId: fc.integer({ min: 1, max: 4 }), attempt: fc.constant(1), headSha: fc.constant(undefined) }),
      { nil: undefined }
    ),
    text: fc.constantFrom('a', 'b')
  }),
  { selector: ({ id }) => id, maxLength: 6 }
)

test('of all runs that see the same comments, the newest one alone writes, and the oldest comment alone remains', () => {
  fc.assert(
    fc.property(comments, fc.integer({ min: 1, max: 4 }), fc.boolean(), (seen, runId, mayCreate) => {
      const step = nextStep(seen, { stamp: { runId, attempt: 1, headSha: undefined }, text: 'a', mayCreate }, {})
      const ids = seen.map(({ id }) => id).sort((a, b) => a - b)
      const isNewest = seen.every(({ stamp }) => (stamp?.runId ?? 0) <= runId)
      if (ids.length === 0) expect(step.kind).toBe(mayCreate ? 'create' : 'stay-silent')
      else if (!isNewest) expect(step).toMatchObject({ kind: 'give-way', surplus: [] })
      else {
        expect(step).toMatchObject({ kind: 'keep', keeper: { id: ids[0] }, surplus: ids.slice(1) })
        const keeper = seen.find(({ id }) => id === ids[0])!
        expect(step).toHaveProperty('isCurrent', keeper.text === 'a' && keeper.stamp?.runId === runId)
      }
    })
  )
})
