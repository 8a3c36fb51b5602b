/** The way to the model, against a server on this machine that misbehaves in every way. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { endpointOf, HUGGING_FACE_ROUTER } from '../../../src/gates/review/endpoint.js'
import { ReviewFailure } from '../../../src/gates/review/reasons.js'
import { InputError } from '../../../src/errors.js'
import { completion, fails, ModelServer, send, type Answering } from '../../support/model-server.js'
import { modelAt, type TestModelOptions } from './model.js'

const SECRET_TEXT = 'Zanzibar-Lighthouse'
const prompt = { system: 'You judge.', user: `The recording: ${SECRET_TEXT}` }

let server: ModelServer
beforeEach(async () => {
  server = await ModelServer.start((_, response) => {
    send(response, completion('fine', {}, { total_tokens: 42 }))
  })
})
afterEach(async () => {
  await server.stop()
})

async function failure(options: TestModelOptions = {}): Promise<{ reason: string; waits: number[]; tokens: number }> {
  const model = modelAt(server, options)
  const error: unknown = await model.client.ask(prompt).catch((thrown: unknown) => thrown)
  if (!(error instanceof ReviewFailure)) throw new Error('it did not fail as expected')
  const said = [error.message, error.stack, ...model.messages].join('\n')
  expect(said).not.toContain(SECRET_TEXT)
  expect(said).not.toContain('leak')
  return { reason: error.reason, waits: model.waits, tokens: error.tokens }
}

/** A server's error that quotes what it was sent. */
const quoting = `{"error":{"message":"leak: ${SECRET_TEXT}"}}`

test('one request with the key, and the words of the model', async () => {
  const model = modelAt(server, { key: 'a-key' })
  expect(await model.client.ask(prompt)).toEqual({ text: 'fine', tokens: 42 })
  expect(server.requests).toHaveLength(1)
  expect(server.requests[0]).toMatchObject({
    path: '/v1/chat/completions',
    headers: { authorization: 'Bearer a-key', 'content-type': 'application/json' },
    body: { model: 'acme/judge-1', response_format: { type: 'json_schema' } }
  })
})

test('no key, no authorization', async () => {
  await modelAt(server).client.ask(prompt)
  expect(server.requests[0]!.headers.authorization).toBeUndefined()
})

test.each([[null], [{}], [{ total_tokens: 0 }], [{ total_tokens: -5 }], [{ total_tokens: 'many' }], ['x']])(
  'tokens are estimated where the server counts them as %j',
  async (usage) => {
    server.answer = (_, response) => {
      send(response, completion('fine', {}, usage))
    }
    const { tokens } = await modelAt(server).client.ask(prompt)
    const { body } = server.requests[0]!
    expect(tokens).toBeGreaterThan(JSON.stringify(body).length / 4)
    expect(tokens).toBeLessThan(JSON.stringify(body).length)
  }
)

describe('a status', () => {
  test.each([
    [401, 'unauthorised', 1],
    [402, 'payment-required', 1],
    [403, 'unauthorised', 1],
    [404, 'not-found', 1],
    [405, 'rejected', 1],
    [408, 'timeout', 2],
    [413, 'too-long', 1],
    [429, 'rate-limited', 4],
    [500, 'server-error', 4],
    [503, 'server-error', 4],
    [301, 'redirected', 1],
    [400, 'rejected', 3],
    [422, 'rejected', 3]
  ])('%i is "%s" after %i request(s)', async (status, reason, requests) => {
    server.answer = fails(status, quoting, status === 301 ? { Location: 'http://127.0.0.1:1/' } : {})
    expect((await failure()).reason).toBe(reason)
    expect(server.requests).toHaveLength(requests)
  })

  test('429 without credit is not asked again', async () => {
    server.answer = fails(429, '{"error":{"code":"insufficient_quota"}}')
    expect((await failure()).reason).toBe('payment-required')
    expect(server.requests).toHaveLength(1)
  })

  test.each([
    'context_length_exceeded',
    "This model's maximum context length is 8192 tokens",
    'the prompt is too long'
  ])('400 with "%s" is a text that is too long', async (message) => {
    server.answer = fails(400, JSON.stringify({ error: { message } }))
    expect((await failure()).reason).toBe('too-long')
    expect(server.requests).toHaveLength(1)
  })
})

describe('waiting', () => {
  test('grows, and ends with success', async () => {
    const good = server.answer
    server.answer = (request, response, n) => (n < 3 ? fails(500, quoting) : good)(request, response, n)
    const model = modelAt(server)
    expect((await model.client.ask(prompt)).text).toBe('fine')
    // 1, 2 and 4 seconds, of which three quarters stay with a chance of one half.
    expect(model.waits).toEqual([750, 1500, 3000])
    expect(model.messages).toHaveLength(3)
    expect(model.messages[0]).toContain('trying again in 1 s')
  })

  test('is as long as the server asks', async () => {
    server.answer = fails(429, quoting, { 'Retry-After': '7' })
    expect((await failure()).waits).toEqual([7000, 7000, 7000])
  })

  test('is until the date that the server names', async () => {
    server.answer = fails(503, quoting, { 'Retry-After': 'Fri, 02 Jan 2026 00:00:30 GMT' })
    expect((await failure({ start: Date.UTC(2026, 0, 2) })).waits[0]).toBe(30_000)
  })

  test.each(['86400', '999999999999', 'soon', 'Fri, 02 Jan 2099 00:00:00 GMT', '-1', '1e3'])(
    'is neither endless nor made of nonsense such as %s',
    async (after) => {
      server.answer = fails(429, quoting, { 'Retry-After': after })
      const { waits, reason } = await failure()
      expect(reason).toBe('rate-limited')
      expect(Math.max(0, ...waits)).toBeLessThanOrEqual(120_000)
    }
  )
})

describe('the form of the request', () => {
  /** Takes no `response_format` at all, like some compatible servers. */
  const plainOnly: Answering = ({ body }, response) => {
    if (body.response_format === undefined) send(response, completion('fine'))
    else send(response, quoting, 400)
  }

  test('becomes simpler until the server takes it, and stays so', async () => {
    server.answer = plainOnly
    const { client } = modelAt(server)
    expect((await client.ask(prompt)).text).toBe('fine')
    expect(server.requests.map(({ body }) => body.response_format?.type)).toEqual([
      'json_schema',
      'json_object',
      undefined
    ])
    expect(server.requests[2]!.body.messages).toEqual([{ role: 'user', content: `${prompt.system}\n\n${prompt.user}` }])
    await client.ask(prompt)
    expect(server.requests).toHaveLength(4)
  })

  test('is not made worse by one request that is refused in every form', async () => {
    const good = server.answer
    server.answer = fails(400, quoting)
    const { client } = modelAt(server)
    await expect(client.ask(prompt)).rejects.toThrow()
    server.answer = good
    await client.ask(prompt)
    expect(server.requests.at(-1)!.body.response_format?.type).toBe('json_schema')
  })
})

describe('an answer', () => {
  test.each([
    ['', 'not-json'],
    ['<html>leak</html>', 'not-json'],
    ['data: {"choices":[]}\n\ndata: [DONE]\n\n', 'not-json'],
    ['{"choices":[{"message":{"content":"lea', 'not-json'],
    ['{}', 'wrong-shape'],
    ['null', 'wrong-shape'],
    ['[]', 'wrong-shape'],
    ['{"error":{"message":"leak"}}', 'wrong-shape'],
    ['{"choices":[]}', 'wrong-shape'],
    ['{"choices":[{}]}', 'wrong-shape'],
    ['{"choices":[{"message":{"content":["leak"]}}]}', 'wrong-shape'],
    [completion('leak', { finish_reason: 'length' }), 'truncated'],
    [completion('leak', { finish_reason: 'content_filter' }), 'refused'],
    [completion(null, { message: { role: 'assistant', content: null, refusal: 'leak' } }), 'refused']
  ])('%s: %s', async (body, reason) => {
    server.answer = (_, response) => {
      send(response, body)
    }
    expect((await failure()).reason).toBe(reason)
    expect(server.requests).toHaveLength(1)
  })

  test('without words is an empty text', async () => {
    server.answer = (_, response) => {
      send(response, completion(null))
    }
    expect((await modelAt(server).client.ask(prompt)).text).toBe('')
  })

  test('that never ends is left', async () => {
    server.answer = (_, response) => {
      response.writeHead(200)
      const flood = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        if (!response.destroyed) response.once('drain', flood)
      }
      flood()
    }
    expect((await failure()).reason).toBe('answer-too-large')
  })

  test('that does not come costs what was sent, and is asked for twice', async () => {
    server.answer = () => undefined
    const { reason, tokens } = await failure({ timeoutMs: 100 })
    expect(reason).toBe('timeout')
    expect(server.requests).toHaveLength(2)
    expect(tokens).toBeGreaterThan(0)
  })

  test('that drips is not waited for: the time is for the whole of it', async () => {
    server.answer = async (_, response) => {
      response.writeHead(200)
      while (!response.destroyed) {
        response.write(' ')
        await delay(20)
      }
    }
    expect((await failure({ timeoutMs: 150 })).reason).toBe('timeout')
  })

  test('that is cut off is asked for again', async () => {
    server.answer = (_, response) => {
      response.writeHead(200, { 'Content-Length': '1000' })
      response.write('{"choices"')
      setTimeout(() => response.destroy(), 20)
    }
    expect((await failure()).reason).toBe('unreachable')
    expect(server.requests).toHaveLength(4)
  })
})

test('a server that is not there', async () => {
  await server.stop()
  expect((await failure()).reason).toBe('unreachable')
  server = await ModelServer.start()
})

describe('the endpoint', () => {
  const inputs = { llmBaseUrl: undefined, llmModel: 'm', llmApiKey: undefined }

  test('is the Hugging Face router by default, with the token of the Hub', () => {
    expect(endpointOf(inputs, 'hub-token')).toEqual({ baseUrl: HUGGING_FACE_ROUTER, model: 'm', key: 'hub-token' })
    expect(endpointOf({ ...inputs, llmApiKey: 'own' }, 'hub-token').key).toBe('own')
  })

  test.each([
    'https://models.example.com/v1',
    'http://127.0.0.1:1234/v1',
    `${new URL(HUGGING_FACE_ROUTER).origin}.example.com/v1`,
    'https://example.com/router.huggingface.co/v1',
    HUGGING_FACE_ROUTER.replace('https', 'http'),
    `${new URL(HUGGING_FACE_ROUTER).origin}:8443/v1`
  ])('%s never gets the token of the Hub', (llmBaseUrl) => {
    expect(endpointOf({ ...inputs, llmBaseUrl }, 'hub-token').key).toBeUndefined()
    expect(endpointOf({ ...inputs, llmBaseUrl, llmApiKey: 'own' }, 'hub-token').key).toBe('own')
  })

  test('another path of the router gets it', () => {
    const llmBaseUrl = `${new URL(HUGGING_FACE_ROUTER).origin}/acme/v1`
    expect(endpointOf({ ...inputs, llmBaseUrl }, 'hub-token').key).toBe('hub-token')
  })

  test('needs a model', () => {
    expect(() => endpointOf({ ...inputs, llmModel: undefined }, 'hub-token')).toThrow(InputError)
  })
})
