import { describe, expect, test } from '@jest/globals'
import type { SegmentRef } from '../../../src/dataset/index/head.js'
import { planMerge } from '../../../src/dataset/index/merge.js'

/** A generator of numbers in [0, 1) that is the same in every run. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

interface Life {
  /** The most segments that there ever were. */
  most: number
  /** Of them, those of 125,000 traces and more. */
  full: number
  /** Traces written into segments for every trace published. */
  written: number
}

/** Pushes of so many traces each: what a dataset's index goes through, with every trace accounted for. */
function live(pushes: readonly number[]): Life {
  let segments: SegmentRef[] = []
  let total = 0
  let written = 0
  let most = 0
  for (const [i, rows] of pushes.entries()) {
    const { kept, merged } = planMerge(segments, rows)
    expect(new Set([...kept, ...merged])).toEqual(new Set(segments))
    expect(kept.length + merged.length).toBe(segments.length)
    const size = merged.reduce((sum, segment) => sum + segment.rows, rows)
    total += rows
    written += size
    segments = [...kept, { path: String(i), size: 0, rows: size, gitOid: '' }]
    expect(segments.reduce((sum, segment) => sum + segment.rows, 0)).toBe(total)
    most = Math.max(most, segments.length)
  }
  return { most, full: segments.filter(({ rows }) => rows >= 125_000).length, written: written / Math.max(total, 1) }
}

const classes = (traces: number): number => Math.floor(Math.log2(Math.max(traces, 1)) / 2) + 1

describe('the number of segments grows with the logarithm of the dataset', () => {
  const next = random(1)
  test.each<[string, number[]]>([
    ['1,000 pushes of one trace', Array.from({ length: 1000 }, () => 1)],
    ['1,000 pushes of ten traces', Array.from({ length: 1000 }, () => 10)],
    ['1,000 pushes of 1 to 50 traces', Array.from({ length: 1000 }, () => 1 + Math.floor(next() * 50))],
    ['1,000 pushes of very different sizes', Array.from({ length: 1000 }, () => Math.ceil(10 ** (next() * 3)))],
    ['ever smaller pushes', Array.from({ length: 1000 }, (_, i) => 1000 - i)],
    ['ever larger pushes', Array.from({ length: 1000 }, (_, i) => i + 1)],
    ['one large push, then small ones', [20_000, ...Array.from({ length: 1000 }, () => 1)]],
    ['pushes of nothing', Array.from({ length: 50 }, () => 0)]
  ])('%s: 20 at most, three of a size class, each trace written once a class', (_, pushes) => {
    const life = live(pushes)
    const total = pushes.reduce((sum, rows) => sum + rows, 0)
    expect(life.most).toBeLessThanOrEqual(20)
    expect(life.most - life.full).toBeLessThanOrEqual(3 * classes(total))
    expect(life.written).toBeLessThanOrEqual(classes(total) + 1)
  })
})

test('in a dataset of millions, full segments are left alone and the rest stay few', () => {
  const next = random(2)
  const pushes = Array.from({ length: 4000 }, () => Math.ceil(next() * 2500))
  const total = pushes.reduce((sum, rows) => sum + rows, 0)
  expect(total).toBeGreaterThan(4_000_000)
  const life = live(pushes)
  expect(life.full).toBeLessThanOrEqual(total / 125_000)
  expect(life.most - life.full).toBeLessThanOrEqual(27)
  expect(life.written).toBeLessThan(9)
})

test('a merge never makes a segment of more than 250,000 traces', () => {
  const segments = [124_999, 124_998, 124_997, 100_000, 66_000, 3].map((rows, i) => ({
    path: String(i),
    size: 0,
    rows,
    gitOid: ''
  }))
  const { kept, merged } = planMerge(segments, 70_000)
  const size = merged.reduce((sum, { rows }) => sum + rows, 70_000)
  expect(size).toBeGreaterThanOrEqual(125_000)
  expect(size).toBeLessThan(250_000)
  expect(kept.length).toBe(4)
})

test('a push that is large itself takes nothing in', () => {
  const segments = [1, 1, 1, 1].map((rows, i) => ({ path: String(i), size: 0, rows, gitOid: '' }))
  expect(planMerge(segments, 500_000)).toEqual({ kept: segments, merged: [] })
})
