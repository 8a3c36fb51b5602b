import { randomInt } from 'node:crypto'
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import type { Gate, OpenTrace, ScanBatch, ScanTrace } from '../../src/gates/gate.js'
import { allOf, inspectAll, tracesOf } from '../../src/gates/reading.js'
import { rulesGate } from '../../src/gates/rules/gate.js'
import { piecesOf } from '../../src/gates/texts.js'
import { reportPointer } from '../../src/traces/shape.js'
import { rawTrace } from '../support/records.js'
import { batchOf, batchOfLines, resultOf } from './batch.js'
import { randomText } from './trufflehog/real.js'

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

describe('inspectAll', () => {
  // Made in each test: its folder goes with the test.
  const three = (): ScanBatch => batchOf(['a', 'b', 'c'].map((id) => rawTrace(id)))
  const gate = (name: string, inspect: Gate['inspect']): Gate => ({ name, inspect })
  const collects = (seen: string[]): Gate =>
    gate('collects', async (_, traces) => {
      for await (const { traceId } of traces) seen.push(traceId)
      return { findings: [], checks: [] }
    })

  test('gives every trace to every gate, in step', async () => {
    const seen: string[] = []
    await inspectAll([collects(seen), collects(seen), collects(seen)], three())
    expect(seen).toEqual(['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'])
  })

  test('a gate that leaves early, reads nothing or fails holds up nobody, and the failure is the result', async () => {
    const seen: string[] = []
    const leaves = gate('leaves', async (_, traces) => {
      for await (const { traceId } of traces) if (traceId === 'b') break
      return { findings: [], checks: [] }
    })
    const idle = gate('idle', () => Promise.resolve({ findings: [], checks: [] }))
    const fails = gate('fails', () => Promise.reject(new Error('no scanner')))
    await expect(inspectAll([leaves, fails, idle, collects(seen)], three())).rejects.toThrow('no scanner')
    expect(seen).toEqual(['a', 'b', 'c'])
  })

  test('a batch that cannot be read fails every gate', async () => {
    const gone = { ...three(), shardFile: '/nowhere/shard.jsonl' }
    await expect(inspectAll([collects([]), collects([])], gone)).rejects.toMatchObject({ code: 'SCAN_FAILED' })
  })
})

describe('texts that repeat', () => {
  const long = 'All of this is in both traces. '.repeat(20)
  const says = (id: string, content: string): Record<string, unknown> =>
    rawTrace(id, { steps: [{ step_index: 0, role: 'user', content }] })

  async function opened(batch: ScanBatch): Promise<OpenTrace[]> {
    const traces: OpenTrace[] = []
    for await (const trace of allOf(batch)) traces.push(trace)
    return traces
  }

  test('an earlier trace’s long text is named, not given again; short ones and those of another field are', async () => {
    const [one, two, three] = await opened(
      batchOf([says('a', long), says('b', long), rawTrace('c', { task: { description: long } })])
    )
    const given = (trace: OpenTrace): boolean =>
      trace.texts.some(({ piece, text }) => piece.place === 'value' && text === long)
    expect([given(one!), given(two!), given(three!)]).toEqual([true, false, true])
    expect(two!.repeats.map(({ piece }) => reportPointer(piece.path))).toEqual(['/steps/0/content'])
    expect(two!.texts.some(({ text }) => text === 'claude-code')).toBe(true)
  })

  test('a text that stands twice in one trace is given twice', async () => {
    const steps = [0, 1].map((step_index) => ({ step_index, role: 'user', content: long }))
    const [trace] = await opened(batchOf([rawTrace('a', { steps })]))
    expect(trace!.texts.filter(({ text }) => text === long)).toHaveLength(2)
  })

  test('what a gate finds in one is found in all that hold it', async () => {
    const secret = `npm_${randomText(36)}`
    const rules = rulesGate({ mask: () => undefined, randomInt })
    const leaky = `${long}\n${secret}`
    const { findings } = await resultOf(
      rules,
      batchOf([says('a', leaky), says('b', 'clean'), says('c', leaky), rawTrace('d', { task: { description: leaky } })])
    )
    expect(findings.map(({ traceId, pointer }) => `${traceId} ${pointer}`)).toEqual([
      'a /steps/0/content',
      'c /steps/0/content',
      'd /task/description'
    ])
  })
})

test('what a reading takes for more of a token than there is, is no finding of its own', async () => {
  const rules = rulesGate({ mask: () => undefined, randomInt })
  const token = `ghp_${randomText(36)}`
  const disguised = Buffer.from(token).toString('base64')
  const { findings } = await resultOf(
    rules,
    batchOf([
      rawTrace('a', { metadata: { note: `line\n${token}\nend` } }),
      rawTrace('b', { metadata: { note: `the token ${disguised} of another` } })
    ])
  )
  expect(findings.map(({ traceId, length }) => [traceId, length])).toEqual([
    ['a', 40],
    ['b', 40]
  ])
})
