/** Git objects by GitHub's API (REST, "Git database"), for what a shallow checkout does not hold. */
import { z } from 'zod'
import { openOctokit, type GitHubAccess } from '../octokit.js'
import { isObject, kindOf } from './checkout.js'
import { OBJECT_ID, ObjectMissing, tooLarge, Unreadable, type GitObjects, type TreeEntry } from './objects.js'

const TIMEOUT_MS = 30_000
/** Before the second, third and fourth attempt, in milliseconds. */
const WAITS = [1000, 2000, 4000] as const
/** Whoever is to wait longer than this learns it at once, in milliseconds. */
const LONGEST_WAIT = 60_000

const id = z.string().regex(OBJECT_ID)
const commitSchema = z.object({ tree: z.object({ sha: id }), parents: z.array(z.object({ sha: id })) })
const treeSchema = z.object({
  tree: z.array(z.object({ path: z.string(), mode: z.string(), sha: id })),
  truncated: z.boolean()
})

/** One name of GitHub's listing; a path where the folders below are listed too. */
export interface Listed extends TreeEntry {
  readonly path: string
}

export interface GitHubObjects extends GitObjects {
  /**
   * What a folder holds, or everything below it. `truncated`: GitHub left some of it out.
   *
   * @throws ObjectMissing, Unreadable
   */
  listing(folder: string, recursive: boolean): Promise<{ readonly entries: Listed[]; readonly truncated: boolean }>
}

/**
 * The objects of a repository as GitHub keeps them. A missing name in a folder that could be read is the only way to an
 * absent file: GitHub says 404 for what a token may not read as well, and that is `ObjectMissing` here.
 */
export async function githubObjects(access: GitHubAccess): Promise<GitHubObjects> {
  const { repository, sleep } = access
  const octokit = await openOctokit(
    access,
    () => new Unreadable('the payload of the event is not what GitHub writes', 'Run this step on an event of GitHub.')
  )
  const [owner = '', repo = ''] = repository.split('/')

  return {
    async commit(sha) {
      const { tree, parents } = await get('commits', sha, commitSchema)
      return { tree: tree.sha, parents: parents.map((parent) => parent.sha) }
    },
    async entry(folder, name) {
      const { tree, truncated } = await get('trees', folder, treeSchema)
      const entry = tree.find(({ path }) => path === name)
      if (entry !== undefined) return { kind: kindOf(entry.mode), id: entry.sha }
      if (truncated) throw new Unreadable('a folder on the way has too many entries for GitHub', FETCH_DEPTH)
      return undefined
    },
    async listing(folder, recursive) {
      const { tree, truncated } = await get('trees', folder, treeSchema, recursive ? { recursive: '1' } : {})
      return { entries: tree.map(({ path, mode, sha }) => ({ path, kind: kindOf(mode), id: sha })), truncated }
    },
    async content({ id: sha }, maxBytes) {
      const blob = z
        .object({ size: z.number(), encoding: z.string(), content: z.string() })
        .transform((value, check) => {
          if (value.size > maxBytes) return 'too-large'
          const bytes = Buffer.from(value.content, 'base64')
          if (value.encoding === 'base64' && isObject('blob', bytes, sha)) return bytes
          check.addIssue('other content')
          return z.NEVER
        })
      const content = await get('blobs', sha, blob)
      if (content === 'too-large') throw tooLarge(maxBytes)
      return content
    }
  }

  /** The checked answer. What may pass is tried again. */
  async function get<T>(
    kind: 'commits' | 'trees' | 'blobs',
    sha: string,
    schema: z.ZodType<T>,
    query: Readonly<Record<string, string>> = {}
  ): Promise<T> {
    if (!OBJECT_ID.test(sha)) throw new ObjectMissing()
    for (let attempts = 0; ; attempts++) {
      const answer = await attempt(kind, sha, schema, query)
      if (!(answer instanceof Failure)) return answer
      const usual = WAITS[attempts]
      const wait = Math.max(usual ?? 0, answer.wait)
      if (usual === undefined || !answer.error.retryable || wait > LONGEST_WAIT) throw answer.error
      await sleep(wait)
    }
  }

  async function attempt<T>(
    kind: string,
    sha: string,
    schema: z.ZodType<T>,
    query: Readonly<Record<string, string>>
  ): Promise<T | Failure> {
    try {
      const response: { data: unknown } = await octokit.request(`GET /repos/{owner}/{repo}/git/${kind}/{sha}`, {
        ...query,
        owner,
        repo,
        sha,
        request: { signal: AbortSignal.timeout(TIMEOUT_MS) }
      })
      const answer = schema.safeParse(response.data)
      return answer.success ? answer.data : new Failure(temporary('the answer of GitHub was not understood'))
    } catch (error) {
      return failureOf(error)
    }
  }
}

/** One request that led to nothing. */
class Failure {
  constructor(
    readonly error: Unreadable,
    /** How long GitHub asks to be left alone, in milliseconds. */
    readonly wait = 0
  ) {}
}

const CONTENTS_READ = 'Give the job `permissions: contents: read`, and the input `github-token` a token of it.'
const FETCH_DEPTH = 'Check out with `fetch-depth: 2`, so that the base is at hand.'

/** Octokit's error. Its text quotes the answer and is not looked at. */
const requestErrorSchema = z.object({
  status: z.number(),
  response: z.object({ headers: z.record(z.string(), z.unknown()) }).optional()
})

/** @throws ObjectMissing for 404 */
function failureOf(error: unknown): Failure {
  const { status, response } = requestErrorSchema.safeParse(error).data ?? {}
  if (status === undefined || response === undefined) return new Failure(temporary('GitHub could not be reached'))
  if (status === 404) throw new ObjectMissing()
  if (status === 401) return new Failure(new Unreadable('GitHub does not accept the token (HTTP 401)', CONTENTS_READ))
  const { headers } = response
  const isLimit = status === 429 || headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined
  if (status === 429 || (status === 403 && isLimit)) {
    const seconds = Number(headers['retry-after'] ?? 0)
    const error = temporary(`the rate limit of GitHub is reached (HTTP ${String(status)})`)
    return new Failure(error, Number.isFinite(seconds) ? seconds * 1000 : 0)
  }
  if (status >= 500) return new Failure(temporary(`GitHub has trouble (HTTP ${String(status)})`))
  return new Failure(new Unreadable(`GitHub refuses it (HTTP ${String(status)})`, CONTENTS_READ))
}

function temporary(message: string): Unreadable {
  return new Unreadable(message, `This is most often temporary: run the job again. ${FETCH_DEPTH}`, true)
}
