/** The course of a review: parts, budget, messages, giving up, and what is not asked again. */
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { ScanBatch } from '../../../src/gates/gate.js'
import { CLEAN, codesIn, completion, fails, ModelServer, says, send, shown } from '../../support/model-server.js'
import { rawTrace } from '../../support/records.js'
import { batchOf, tempFolder } from '../batch.js'
import { inspect, modelAt, reasons } from './model.js'

let server: ModelServer
beforeEach(async () => {
  server = await ModelServer.start()
})
afterEach(async () => {
  await server.stop()
})

describe('a long trace', () => {
  const words = Array.from({ length: 4000 }, (_, i) => `word${String(i)}`)
  const long = rawTrace('a', {
    steps: [
      {
        step_index: 0,
        role: 'agent',
        content: words.slice(0, 2000).join(' '),
        tool_calls: [{ tool_call_id: 't', tool_name: 'Bash', input: { command: words.slice(2000, 2100).join(' ') } }],
        observations: [{ source_call_id: 't', content: words.slice(2100).join(' ') }]
      }
    ]
  })

  test('is shown in overlapping parts that leave nothing out', async () => {
    expect(reasons(await inspect(batchOf([long]), 'run', modelAt(server, { partSize: 9000 })))).toEqual([])
    expect(server.requests.length).toBeGreaterThan(3)
    const parts = server.requests.map(shown)
    for (const [i, word] of words.entries()) {
      const pair = [word, words[i + 1]].join(i === 1999 || i === 2099 || i === 3999 ? '' : ' ')
      if (words[i + 1] !== undefined && i !== 1999 && i !== 2099)
        expect(parts.some((part) => part.includes(pair))).toBe(true)
    }
  })

  test.each([
    [{ shareable: 'no' }, 'not-shareable'],
    [{ shareable: 'manual_review' }, 'manual-review'],
    [{ missed_sensitive_data: 'maybe' }, 'maybe-sensitive']
  ])('is as bad as its worst part: %j', async (bad, reason) => {
    server.answer = says((request) => ({ ...CLEAN, ...(shown(request).includes('word3000 ') ? bad : {}) }))
    expect(reasons(await inspect(batchOf([long]), 'run', modelAt(server, { partSize: 9000 })))).toEqual([reason])
  })

  test('is held where one part cannot be reviewed', async () => {
    server.answer = (request, response, n) => (n === 2 ? fails(402) : says(CLEAN))(request, response, n)
    expect(reasons(await inspect(batchOf([long]), 'run', modelAt(server, { partSize: 9000 })))).toEqual([
      'payment-required'
    ])
  })

  test('is shown in smaller parts to a model that takes less', async () => {
    server.answer = (request, response, n) => {
      const isTooLong = shown(request).length > 20_000
      return (isTooLong ? fails(400, '{"error":{"code":"context_length_exceeded"}}') : says(CLEAN))(
        request,
        response,
        n
      )
    }
    expect(reasons(await inspect(batchOf([long]), 'run', modelAt(server)))).toEqual([])
    expect(server.requests.length).toBeGreaterThan(2)
  })

  test('is held where a server cuts off the end, however small the part', async () => {
    server.answer = (request, response) => {
      send(response, completion(JSON.stringify({ ...codesIn(request), end_code: '', ...CLEAN })))
    }
    expect(reasons(await inspect(batchOf([long]), 'run', modelAt(server)))).toEqual(['not-read-whole'])
    expect(server.requests.length).toBeLessThan(8)
  })
})

describe('the budget', () => {
  test('holds what does not fit, without a request for it', async () => {
    const batch = batchOf([rawTrace('a', { metadata: { big: 'word '.repeat(20_000) } }), rawTrace('b')])
    const result = await inspect(batch, 'run', modelAt(server, { maxTokens: 20_000 }))
    expect(result.findings.map(({ traceId, detector }) => [traceId, detector])).toEqual([['a', 'budget']])
    expect(server.requests).toHaveLength(1)
  })

  test('is for the whole run, and counts what the server counts', async () => {
    server.answer = (request, response) => {
      send(response, completion(JSON.stringify({ ...codesIn(request), ...CLEAN }), {}, { total_tokens: 30_000 }))
    }
    const batch = batchOf(Array.from({ length: 12 }, (_, i) => rawTrace(`t${String(i)}`)))
    const model = modelAt(server, { maxTokens: 100_000 })
    const result = await inspect(batch, 'run', model)
    expect(server.requests.length).toBeLessThan(8)
    expect(reasons(result)).toEqual(Array.from({ length: 12 - server.requests.length }, () => 'budget'))
    expect(result.checks[0]!.details.tokens).toBe(30_000 * server.requests.length)
  })

  test('of nothing sends nothing', async () => {
    expect(reasons(await inspect(batchOf([rawTrace('a')]), 'run', modelAt(server, { maxTokens: 1 })))).toEqual([
      'budget'
    ])
    expect(server.requests).toEqual([])
  })
})

describe('what is said', () => {
  test('host, model and cost once before, and the cost after', async () => {
    const model = modelAt(server)
    const result = await inspect(batchOf([rawTrace('a'), rawTrace('b')]), 'run', model)
    expect(model.messages).toHaveLength(2)
    expect(model.messages[0]).toMatch(
      new RegExp(
        `^The texts of 2 trace\\(s\\) go to ${server.host} for review by the model "acme/judge-1": about [\\d,]+ tokens in 2 request`
      )
    )
    expect(model.messages[1]).toMatch(/^The review took 2 request\(s\) and about [\d,]+ tokens\.$/)
    const planned = Number(/about ([\d,]+) tokens/.exec(model.messages[0]!)![1]!.replaceAll(',', ''))
    const took = result.checks[0]!.details.tokens as number
    expect(Math.abs(planned - took) / took).toBeLessThan(0.5)
    expect(result.checks).toMatchObject([
      {
        gate: 'llm-review',
        tool: server.host,
        version: 'acme/judge-1',
        details: { mode: 'run', reviewed: 2, held: 0, requests: 2 }
      }
    ])
  })

  test('the progress of a long review', async () => {
    const model = modelAt(server, { tick: 4000 })
    await inspect(batchOf(Array.from({ length: 20 }, (_, i) => rawTrace(`t${String(i)}`))), 'run', model)
    const progress = model.messages.filter((message) =>
      /^\d+ of about 20 request\(s\), \d+ of 20 trace\(s\) done\.$/.test(message)
    )
    expect(progress.length).toBeGreaterThan(1)
    expect(progress.length).toBeLessThan(20)
  })

  test('nothing where nothing is sent', async () => {
    const model = modelAt(server)
    await inspect(batchOf([]), 'run', model)
    await inspect(batchOf([rawTrace('a')]), 'require', model)
    expect(model.messages).toEqual([])
  })
})

describe('an endpoint that is of no use', () => {
  const batch = (): ScanBatch => batchOf(Array.from({ length: 30 }, (_, i) => rawTrace(`t${String(i)}`)))

  test.each([
    [401, 'unauthorised', 8],
    [402, 'payment-required', 8],
    [404, 'not-found', 8],
    // Three in a row, each asked four times, and those that were on their way.
    [500, 'server-error', 32]
  ])('is given up after some requests: %i', async (status, reason, most) => {
    server.answer = fails(status)
    expect(reasons(await inspect(batch(), 'run', modelAt(server)))).toEqual(Array.from({ length: 30 }, () => reason))
    expect(server.requests.length).toBeLessThanOrEqual(most)
  })

  test('is not given up because single answers are bad', async () => {
    server.answer = (request, response, n) => {
      if (shown(request).includes('Fix the build of t1')) send(response, completion('bad'))
      else return says(CLEAN)(request, response, n)
    }
    expect(reasons(await inspect(batch(), 'run', modelAt(server)))).toHaveLength(11)
    expect(server.requests).toHaveLength(30)
  })
})

describe('what is not asked again', () => {
  test('what the cache holds: by content, model and question', async () => {
    const cacheFolder = join(tempFolder(), 'deep', 'cache')
    const first = await inspect(batchOf([rawTrace('a'), rawTrace('b')]), 'run', modelAt(server, { cacheFolder }))
    expect(server.requests).toHaveLength(2)
    const again = await inspect(batchOf([rawTrace('a'), rawTrace('b')]), 'run', modelAt(server, { cacheFolder }))
    expect(server.requests).toHaveLength(2)
    expect(again.reviews.map(({ from }) => from)).toEqual(['cached', 'cached'])
    expect(again.reviews.map(({ review }) => review)).toEqual(first.reviews.map(({ review }) => review))
    await inspect(batchOf([rawTrace('a')]), 'run', modelAt(server, { cacheFolder, model: 'another' }))
    await inspect(batchOf([rawTrace('a', { dependencies: ['x'] })]), 'run', modelAt(server, { cacheFolder }))
    expect(server.requests).toHaveLength(4)
  })

  test('a bad verdict neither; but a failure is tried again', async () => {
    const cacheFolder = join(tempFolder(), 'cache')
    server.answer = says({ ...CLEAN, shareable: 'no' })
    await inspect(batchOf([rawTrace('a')]), 'run', modelAt(server, { cacheFolder }))
    expect(reasons(await inspect(batchOf([rawTrace('a')]), 'run', modelAt(server, { cacheFolder })))).toEqual([
      'not-shareable'
    ])
    expect(server.requests).toHaveLength(1)
    server.answer = fails(402)
    await inspect(batchOf([rawTrace('b')]), 'run', modelAt(server, { cacheFolder }))
    server.answer = says(CLEAN)
    expect(reasons(await inspect(batchOf([rawTrace('b')]), 'run', modelAt(server, { cacheFolder })))).toEqual([])
  })

  test('the same trace twice in a batch', async () => {
    const result = await inspect(batchOf([rawTrace('a'), rawTrace('a')]), 'run', modelAt(server))
    expect(server.requests).toHaveLength(1)
    expect(result.reviews.map(({ from, traceIndex }) => [from, traceIndex])).toEqual([
      ['reviewed', 0],
      ['reviewed', 1]
    ])
  })
})
