import { appendFileSync, truncateSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { piecesOf, tracesOf, valueFingerprint, type ScanBatch, type ScanTrace } from '../../src/gates/gate.js'
import { reportPointer } from '../../src/traces/shape.js'
import { rawTrace } from '../support/records.js'
import { batchOf, batchOfLines } from './batch.js'

async function read(batch: ScanBatch): Promise<ScanTrace[]> {
  const traces: ScanTrace[] = []
  for await (const trace of tracesOf(batch)) traces.push(trace)
  return traces
}

describe('tracesOf', () => {
  test('gives every record back as it was published, whatever its characters', async () => {
    const raw = [rawTrace('a'), rawTrace('b', { task: { description: 'Größe → 😀' } }), rawTrace('c')]
    const batch = batchOf(raw)
    const traces = await read(batch)
    expect(traces.map(({ traceId, traceIndex, line }) => [traceId, traceIndex, line])).toEqual([
      ['a', 0, 1],
      ['b', 1, 2],
      ['c', 2, 3]
    ])
    expect(traces[1]?.record).toMatchObject({ trace_id: 'b', task: { description: 'Größe → 😀' } })
  })

  test('reads only the lines that are asked for', async () => {
    const { shardFile, lines } = batchOf([rawTrace('a'), rawTrace('b'), rawTrace('c')])
    const traces = await read({ shardFile, lines: [lines[2]!, lines[0]!] })
    expect(traces.map(({ traceId, traceIndex }) => [traceId, traceIndex])).toEqual([
      ['c', 0],
      ['a', 1]
    ])
  })

  test.each<[string, (batch: ScanBatch) => ScanBatch]>([
    ['is gone', ({ lines }) => ({ shardFile: '/nowhere/shard.jsonl', lines })],
    [
      'was cut',
      (batch) => {
        truncateSync(batch.shardFile, 100)
        return batch
      }
    ],
    [
      'is no UTF-8',
      (batch) => {
        writeFileSync(batch.shardFile, Buffer.alloc(batch.lines[0]!.length, 0xff))
        return batch
      }
    ],
    [
      'is no JSON',
      (batch) => {
        writeFileSync(batch.shardFile, 'x'.repeat(batch.lines[0]!.length))
        return batch
      }
    ],
    [
      'holds no object',
      (batch) => {
        const { length } = batch.lines[0]!
        writeFileSync(batch.shardFile, JSON.stringify('x'.repeat(length - 2)))
        return batch
      }
    ],
    [
      'holds another trace there',
      (batch) => ({ ...batch, lines: batch.lines.map((line) => ({ ...line, traceId: 'other' })) })
    ],
    [
      'is shorter than its table',
      (batch) => {
        appendFileSync(batch.shardFile, '{}')
        return { ...batch, lines: batch.lines.map((line) => ({ ...line, length: line.length + 1000 })) }
      }
    ]
  ])('fails closed where the shard %s', async (_, change) => {
    await expect(read(change(batchOf([rawTrace('a')])))).rejects.toMatchObject({ code: 'SCAN_FAILED', exitCode: 3 })
  })
})

test('piecesOf gives every string that is data, each key right before its value', async () => {
  const text = JSON.stringify({
    trace_id: 'a',
    steps: [
      {
        content: 'said\n"so"',
        tool_calls: [{ input: { 'my key': ['x', { deep: 'y' }], n: 7, whole: 1.0, '': 'nameless', empty: '' } }]
      }
    ],
    system_prompts: { main: 'be kind' }
  })
  const [trace] = await read(batchOfLines([text], ['staging/one.jsonl']))
  expect(piecesOf(trace!).map(({ place, path, text }) => [place, reportPointer(path), text])).toEqual([
    ['file-name', '', 'staging/one.jsonl'],
    ['trace-id', '/trace_id', 'a'],
    ['value', '/steps/0/content', 'said\n"so"'],
    ['key', '/steps/0/tool_calls/0/input/*', 'my key'],
    ['value', '/steps/0/tool_calls/0/input/*/0', 'x'],
    ['key', '/steps/0/tool_calls/0/input/*/1/*', 'deep'],
    ['value', '/steps/0/tool_calls/0/input/*/1/*', 'y'],
    ['key', '/steps/0/tool_calls/0/input/*', 'n'],
    ['key', '/steps/0/tool_calls/0/input/*', 'whole'],
    ['value', '/steps/0/tool_calls/0/input/*', 'nameless'],
    ['key', '/steps/0/tool_calls/0/input/*', 'empty'],
    ['key', '/system_prompts/*', 'main'],
    ['value', '/system_prompts/*', 'be kind']
  ])
})

test('piecesOf sees the same in a record that needs the lossless parser', async () => {
  const plain = '{"trace_id":"a","metadata":{"k":["v"],"n":1}}'
  const lossless = '{"trace_id":"a","metadata":{"k":["v"],"n":1.0}}'
  const [one, two] = await read(batchOfLines([plain, lossless]))
  expect(piecesOf(two!)).toEqual(piecesOf(one!))
})

test('a fingerprint depends on detector and value, and on how they are divided', () => {
  const all = [
    valueFingerprint('th', 'Github', 'secret'),
    valueFingerprint('th', 'Github', 'secret2'),
    valueFingerprint('th', 'Githubs', 'ecret')
  ]
  expect(new Set(all).size).toBe(3)
  for (const one of all) expect(one).toMatch(/^th_[0-9a-f]{12}$/)
  expect(valueFingerprint('th', 'Github', 'secret')).toBe(all[0])
})
