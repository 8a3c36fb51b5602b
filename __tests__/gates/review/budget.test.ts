/** Tokens are set aside before they are spent, and never twice; verdicts are kept, and damage is no verdict. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { estimateTokens, TokenBudget } from '../../../src/gates/review/budget.js'
import { folderCache } from '../../../src/gates/review/cache.js'
import { tempFolder } from '../batch.js'
import { randomHex } from './model.js'

describe('the budget', () => {
  const request = (tokens: number) => () => Promise.resolve({ tokens })

  test('is refused where it does not hold what is asked', () => {
    const budget = new TokenBudget(100)
    expect(budget.allow(101)).toBeUndefined()
    expect(budget.allow(60)).toBeDefined()
    expect(budget.allow(41)).toBeUndefined()
    expect(budget.allow(40)).toBeDefined()
  })

  test('gets back what was not needed, and counts what was', async () => {
    const budget = new TokenBudget(100)
    const allowance = budget.allow(80)!
    await allowance.spend(80, request(30))
    expect(budget.used).toBe(30)
    expect(budget.allow(30)).toBeUndefined()
    allowance.close()
    expect(budget.allow(70)).toBeDefined()
  })

  test('goes on with what a trace has left, then with what the run has left, then no more', async () => {
    const budget = new TokenBudget(100)
    const allowance = budget.allow(50)!
    expect(await allowance.spend(50, request(20))).toEqual({ tokens: 20 })
    // 30 of its own are left, and 50 of the run.
    expect(await allowance.spend(60, request(60))).toEqual({ tokens: 60 })
    expect(await allowance.spend(21, request(1))).toBeUndefined()
    expect(await allowance.spend(20, request(20))).toEqual({ tokens: 20 })
    expect(budget.used).toBe(100)
  })

  test('is overdrawn by an answer that cost more than it could, and closed then', async () => {
    const budget = new TokenBudget(100)
    const allowance = budget.allow(50)!
    await allowance.spend(50, request(500))
    allowance.close()
    expect(budget.used).toBe(500)
    expect(budget.allow(1)).toBeUndefined()
  })
})

test('texts of other scripts are not taken for short ones', () => {
  expect(estimateTokens('abcdef')).toBe(2)
  expect(estimateTokens('漢字')).toBe(2)
})

describe('the cache', () => {
  const key = { subject: 's', host: 'h', model: 'm', promptVersion: 'p' }
  const review = {
    shareable: 'no',
    missed: 'maybe',
    evidence: [{ category: 'credential', pointer: '/steps/0/content' }],
    model: 'm',
    reviewedAt: '2026-01-02T00:00:00.000Z',
    promptVersion: 'p'
  } as const

  test('gives back what was put, for exactly that key', async () => {
    const cache = folderCache(join(tempFolder(), 'cache'), randomHex)
    await cache.put(key, review)
    expect(await cache.get(key)).toEqual(review)
    for (const name of Object.keys(key)) expect(await cache.get({ ...key, [name]: 'other' })).toBeUndefined()
  })

  test.each([
    ['half of it', (text: string) => text.slice(0, text.length / 2)],
    ['another value', (text: string) => text.replace('"no"', '"sure"')],
    ['more than there is', (text: string) => text.replace('"review":{', '"review":{"x":1,')],
    ['the entry of another content', (text: string) => text.replace('"subject":"s"', '"subject":"t"')],
    ['nothing', () => '']
  ])('takes %s for nothing', async (_, damage) => {
    const folder = tempFolder()
    const cache = folderCache(folder, randomHex)
    await cache.put(key, review)
    const path = join(folder, readdirSync(folder)[0]!)
    writeFileSync(path, damage(readFileSync(path, 'utf8')))
    expect(await cache.get(key)).toBeUndefined()
  })

  test('that cannot be written is none', async () => {
    const folder = join(tempFolder(), 'file')
    writeFileSync(folder, '')
    const cache = folderCache(folder, randomHex)
    await cache.put(key, review)
    expect(await cache.get(key)).toBeUndefined()
  })
})
