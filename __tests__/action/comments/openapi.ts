/**
 * GitHub's own description of its API (`@octokit/openapi` 23.0.2, MIT): of the operations that comments need, parameters
 * and bodies of requests, references resolved.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0]

interface Operation {
  readonly operationId: string
  readonly parameters: readonly { name: string; in: string; required: boolean; schema: JsonSchema }[]
  readonly requestBody?: { required: boolean; content: { 'application/json': { schema: JsonSchema } } }
}

const description = JSON.parse(readFileSync(new URL('github-openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>
}

export interface Checked {
  /** Ids of the operations, in the order of the requests; `graphql` for what the description leaves out. */
  readonly operations: string[]
  /** What GitHub would not understand, a line each. */
  readonly violations: string[]
  readonly fetch: typeof fetch
}

/** A `fetch` that holds every request against the description before it is sent. */
export function checkedFetch(baseUrl: string): Checked {
  const operations: string[] = []
  const violations: string[] = []
  return {
    operations,
    violations,
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      const method = (init?.method ?? 'GET').toLowerCase()
      const path = url.pathname.slice(new URL(baseUrl).pathname.replace(/\/$/, '').length)
      if (url.pathname.endsWith('/graphql')) operations.push('graphql')
      else {
        const found = match(method, path)
        operations.push(found?.operation.operationId ?? `${method} ${path}`)
        const wrong = found === undefined ? ['no such operation'] : check(found, url.searchParams, init?.body)
        violations.push(...wrong.map((one) => `${method} ${path}: ${one}`))
      }
      return await fetch(input, init)
    }
  }
}

interface Found {
  readonly operation: Operation
  readonly values: Readonly<Record<string, string>>
}

function match(method: string, path: string): Found | undefined {
  for (const [template, operations] of Object.entries(description.paths)) {
    const pattern = template.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')
    const groups = new RegExp(`^${pattern}$`).exec(path)
    const operation = operations[method]
    if (groups !== null && operation !== undefined) return { operation, values: { ...groups.groups } }
  }
  return undefined
}

function check({ operation, values }: Found, query: URLSearchParams, body: unknown): string[] {
  const known = operation.parameters.map(({ name }) => name)
  const wrong = [...query.keys()].filter((name) => !known.includes(name)).map((name) => `unknown parameter ${name}`)
  for (const { name, in: place, required, schema } of operation.parameters) {
    const value = place === 'path' ? values[name] : (query.get(name) ?? undefined)
    if (value === undefined) {
      if (required) wrong.push(`${name} is missing`)
    } else if (!z.fromJSONSchema(schema).safeParse(typed(value, schema)).success) {
      wrong.push(`${name} is ${value}`)
    }
  }
  const expected = operation.requestBody?.content['application/json'].schema
  if (expected === undefined) return typeof body === 'string' ? [...wrong, 'has a body'] : wrong
  const sent: unknown = typeof body === 'string' ? JSON.parse(body) : undefined
  return z.fromJSONSchema(expected).safeParse(sent).success ? wrong : [...wrong, 'its body is not the described one']
}

function typed(value: string, schema: JsonSchema): unknown {
  return typeof schema === 'object' && schema.type === 'integer' ? Number(value) : value
}
