/** GitHub's API as comments need it: one request at a time, its failure a `Trouble`. */
import { z } from 'zod'
import { openOctokit, type GitHubAccess } from '../octokit.js'
import { Trouble, troubleOf } from './trouble.js'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

export interface Page {
  readonly data: unknown
  /** Whether the server says that another one follows. */
  readonly hasNext: boolean
}

export interface Client {
  /**
   * @param path of REST below the repository, as in `/issues/1/comments`, or from the root where it starts with `//`
   * @param parameters of the query for `GET`, of the body for the others
   * @throws Trouble
   */
  request(method: Method, path: string, parameters?: Readonly<Record<string, unknown>>): Promise<Page>
  /** All items of a listing. @throws Trouble, also where it has more pages than anybody could want */
  list<T>(path: string, parameters: Readonly<Record<string, unknown>>, item: z.ZodType<T>): Promise<T[]>
  /** `absent`: the server has no GraphQL, as Gitea and Forgejo. @throws Trouble */
  graphql<T>(query: string, variables: Readonly<Record<string, unknown>>, data: z.ZodType<T>): Promise<T | 'absent'>
}

const TIMEOUT_MS = 30_000
const PER_PAGE = 100
const MOST_PAGES = 100

/** @throws Trouble where no request can be made at all */
export async function openClient(access: GitHubAccess, now: () => number): Promise<Client> {
  const { token, repository } = access
  if (token === '') throw new Trouble('no-token')
  const octokit = await openOctokit(access, () => new Trouble('event'))
  const below = `/repos/${repository.split('/').map(encodeURIComponent).join('/')}`

  return {
    request: (method, path, parameters) =>
      send(method, path.startsWith('//') ? path.slice(1) : below + path, parameters),

    async list(path, parameters, item) {
      const items = []
      for (let page = 1; page <= MOST_PAGES; page++) {
        const { data, hasNext } = await send('GET', below + path, { ...parameters, per_page: PER_PAGE, page })
        items.push(...understood(z.array(item), data))
        if (!hasNext) return items
      }
      throw new Trouble('answer')
    },

    async graphql(query, variables, schema) {
      const base = octokit.request.endpoint.DEFAULTS.baseUrl
      // GitHub Enterprise Server keeps its two APIs side by side.
      const url = `${base.replace(/\/api\/v3$/, '/api')}/graphql`
      try {
        const { data } = await send('POST', url, { query, variables })
        const answer = graphqlSchema.safeParse(data).data
        // A page of HTML, say: what answers here is something else.
        if (answer === undefined) return 'absent'
        const errors = answer.errors?.map(({ type }) => type) ?? []
        if (errors.includes('RATE_LIMITED')) throw new Trouble('rate-limit', undefined, RATE_LIMIT_MS)
        if (errors.includes('FORBIDDEN') || answer.data === null) throw new Trouble('rights')
        return understood(schema, answer.data)
      } catch (error) {
        if (error instanceof Trouble && ABSENT.includes(error.status ?? 0)) return 'absent'
        throw error
      }
    }
  }

  async function send(method: Method, url: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<Page> {
    try {
      const { data, headers }: { data: unknown; headers: { link?: string } } = await octokit.request({
        method,
        url,
        ...(method === 'GET' ? parameters : method === 'DELETE' ? {} : { data: parameters }),
        request: { signal: AbortSignal.timeout(TIMEOUT_MS) }
      })
      return { data, hasNext: /;\s*rel="?next"?/.test(headers.link ?? '') }
    } catch (error) {
      throw troubleOf(error, now())
    }
  }
}

/** Not found; not allowed for the path; not implemented. */
const ABSENT = [404, 405, 501]
const RATE_LIMIT_MS = 60_000

/** Where only some of it failed, there is data beside the errors. */
const graphqlSchema = z
  .object({ data: z.unknown().optional(), errors: z.array(z.object({ type: z.string().optional() })).optional() })
  .refine(({ data, errors }) => data !== undefined || errors !== undefined)

/** @throws Trouble */
export function understood<T>(schema: z.ZodType<T>, data: unknown): T {
  const answer = schema.safeParse(data)
  if (!answer.success) throw new Trouble('answer')
  return answer.data
}
