import { describe, expect, test } from '@jest/globals'
import { parsePolicy, type Policy } from '../../../src/gates/policy.js'
import { appliedAllows } from '../../../src/gates/policy/allows.js'

describe('allow entries', () => {
  const policy = parsePolicy(`version: 1
allow:
  - { fingerprint: th_aaaaaaaaaaaa, reason: lasting }
  - { fingerprint: th_bbbbbbbbbbbb, reason: ends, expires: 2026-12-31 }
  - { fingerprint: th_cccccccccccc, reason: no longer found }
`)
  const found = ['th_aaaaaaaaaaaa', 'th_bbbbbbbbbbbb', 'th_dddddddddddd']
  const names = (moment: string) => {
    const applied = appliedAllows(policy, found, new Date(moment))
    return Object.fromEntries(
      Object.entries(applied).map(([key, entries]) => [
        key,
        (entries as Policy['allow']).map(({ fingerprint }) => fingerprint.slice(3, 4)).join('')
      ])
    )
  }

  test.each([
    ['2026-12-31T00:00:00Z', { used: 'ab', unused: 'c', expired: '' }],
    ['2026-12-31T23:59:59.999Z', { used: 'ab', unused: 'c', expired: '' }],
    ['2027-01-01T00:00:00Z', { used: 'a', unused: 'c', expired: 'b' }],
    ['2027-01-01T05:00:00+14:00', { used: 'ab', unused: 'c', expired: '' }],
    ['2026-12-31T20:00:00-05:00', { used: 'a', unused: 'c', expired: 'b' }]
  ])('at %s', (moment, expected) => {
    expect(names(moment)).toEqual(expected)
  })

  test('an entry that is expired and not found is expired, not unused', () => {
    const { expired, unused } = appliedAllows(policy, [], new Date('2030-01-01'))
    expect(expired.map(({ fingerprint }) => fingerprint)).toEqual(['th_bbbbbbbbbbbb'])
    expect(unused).toHaveLength(2)
  })
})
