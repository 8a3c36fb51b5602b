import { expect, test } from '@jest/globals'
import { placeFingerprint, valueFingerprint } from '../../src/gates/fingerprint.js'

test('a fingerprint of a key depends on the value alone', () => {
  expect(valueFingerprint('secret')).toMatch(/^fp_[0-9a-f]{12}$/)
  expect(valueFingerprint('secret')).toBe(valueFingerprint('secret'))
  expect(valueFingerprint('secret2')).not.toBe(valueFingerprint('secret'))
})

test('a fingerprint of a place depends on every part of it, and on how they are divided', () => {
  const place = { gate: 'privacy', detector: 'emails', traceId: 'a', pointer: '/task/description' }
  const all = [
    place,
    { ...place, gate: 'known-values' },
    { ...place, detector: 'email' },
    { ...place, detector: 'emailsa', traceId: '' },
    { ...place, traceId: 'b' },
    { ...place, pointer: '/task' }
  ].map(placeFingerprint)
  expect(new Set(all).size).toBe(all.length)
  for (const one of all) expect(one).toMatch(/^at_[0-9a-f]{12}$/)
})
