import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isLarge, needsLfs, withLfsRules } from '../../src/hub/hugging-face/attributes.js'
import { askedWait, backoff } from '../../src/hub/hugging-face/waits.js'
import type { FileWrite } from '../../src/dataset/plan.js'
import { fakeClock, planOf } from '../support/hub/helpers.js'
import { isTracked } from '../support/hub/attributes.js'

describe('how long a server asks to wait', () => {
  const now = Date.UTC(2026, 0, 1)
  test.each<[Record<string, string>, number | undefined]>([
    [{ RateLimit: '"api";r=0;t=55' }, 56_000],
    [{ RateLimit: '"api"; r=0; t=0' }, 1000],
    [{ RateLimit: '"api";r=1;t=55' }, undefined],
    [{ RateLimit: '"api";r=1;t=55', 'Retry-After': '7' }, 8000],
    [{ RateLimit: 'nonsense', 'Retry-After': '0' }, 1000],
    [{ 'Retry-After': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 31_000],
    [{ 'Retry-After': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 1000],
    [{ 'Retry-After': 'soon' }, undefined],
    [{ 'Retry-After': '-5' }, undefined],
    [{ 'Retry-After': '99999999999999999999' }, undefined],
    [{}, undefined]
  ])('%j', (headers, expected) => {
    expect(askedWait(new Headers(headers), now)).toBe(expected)
  })

  test('own waits double up to 16 s, and half of each is chance', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, chance) => {
        const wait = backoff(attempt, { ...fakeClock(), random: () => chance })
        const most = attempt < 4 ? [1000, 2000, 4000, 8000][attempt]! : 16_000
        expect(wait).toBeGreaterThanOrEqual(most / 2)
        expect(wait).toBeLessThanOrEqual(most)
      })
    )
  })
})

describe('rules for large files', () => {
  const MIB = 1024 * 1024
  const large = (path: string, size = 11 * MIB): FileWrite => ({ path, content: { file: '/none', size, sha256: '' } })
  const planWith = (...writes: FileWrite[]) => planOf('p', {}, { writes })

  test.each<[string, FileWrite[], string, string | undefined]>([
    ['a shard', [large('data/a.jsonl')], '', 'data/*.jsonl filter=lfs diff=lfs merge=lfs -text\n'],
    [
      'two of them',
      [large('data/a.jsonl'), large('data/b.jsonl')],
      '',
      'data/*.jsonl filter=lfs diff=lfs merge=lfs -text\n'
    ],
    ['a file in the root', [large('big.json')], '# x', '# x\n/big.json filter=lfs diff=lfs merge=lfs -text\n'],
    ['a file without an extension', [large('index/0/part')], '', 'index/0/* filter=lfs diff=lfs merge=lfs -text\n'],
    ['one that a rule covers', [large('data/a.jsonl')], '*.jsonl filter=lfs diff=lfs merge=lfs -text', undefined],
    [
      'a rule for something else',
      [large('data/a.jsonl')],
      '*.jsonl text\n',
      expect.stringContaining('data/*.jsonl filter') as never
    ],
    ['a name that would need quoting', [large('data/a b.jsonl')], '', undefined],
    ['10 MiB exactly', [large('data/a.jsonl', 10 * MIB)], '', undefined],
    [
      'many that are large together',
      Array.from({ length: 9 }, (_, i) => large(`data/${String(i)}.jsonl`, 8 * MIB)),
      '',
      expect.stringContaining('data/*.jsonl') as never
    ]
  ])('%s', (_, writes, current, expected) => {
    const plan = planWith(...writes)
    expect(needsLfs(plan) ? withLfsRules(plan, current) : undefined).toEqual(expected)
  })

  test('a plan with its own .gitattributes is left as it is', () => {
    expect(needsLfs(planWith(large('data/a.jsonl'), { path: '.gitattributes', content: Buffer.from('') }))).toBe(false)
  })

  test('whatever was there, afterwards the Hub tracks the file, the old text is kept and nothing is added twice', () => {
    const name = fc.stringMatching(/^[\w-]{1,8}(\.[a-z]{1,5}){0,2}$/)
    const path = fc
      .tuple(fc.array(fc.stringMatching(/^\w{1,6}$/), { maxLength: 3 }), name)
      .map(([folders, file]) => [...folders, file].join('/'))
    const lines = fc.array(fc.oneof(fc.constant('*.bin filter=lfs -text'), fc.constant('# note'), fc.string()), {
      maxLength: 4
    })
    fc.assert(
      fc.property(path, lines, (file, text) => {
        const plan = planWith(large(file))
        const before = text.join('\n')
        const after = withLfsRules(plan, before) ?? before
        expect(after.startsWith(before)).toBe(true)
        expect(isTracked(file, after)).toBe(true)
        expect(withLfsRules(plan, after)).toBeUndefined()
      })
    )
  })

  test('what looks binary is large', () => {
    expect(isLarge({ size: 4, sample: Buffer.from('a\0bc') })).toBe(true)
    expect(isLarge({ size: 4, sample: Buffer.from('abcd') })).toBe(false)
  })
})
