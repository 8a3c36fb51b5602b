/**
 * Which comments are the token's own. A marker is text that anybody can write, and a token that may write comments may
 * write everybody's: only the author tells them apart.
 */
import { z } from 'zod'
import { understood, type Client } from './client.js'
import { Trouble } from './trouble.js'

export const commentSchema = z.object({
  id: z.int().positive(),
  /** Its id in GraphQL; Gitea and Forgejo have none. */
  node_id: z.string().min(1).nullish(),
  html_url: z.string().nullish(),
  body: z.string().nullish(),
  /** Null where the account is gone. */
  user: z.object({ id: z.number(), login: z.string() }).nullish()
})

export type AnyComment = z.output<typeof commentSchema>

const QUERY = 'query($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { viewerDidAuthor } } }'
/** Most ids in one query. */
const MOST_IDS = 100

/** In the order of the ids. Null: deleted in the meantime. */
const nodesSchema = z.object({ nodes: z.array(z.object({ viewerDidAuthor: z.boolean().optional() }).nullable()) })

/** The account of `GITHUB_TOKEN`. The brackets keep it from being anybody else's. */
const ACTIONS_LOGIN = 'github-actions[bot]'
/** Of an App's installation, as `GITHUB_TOKEN` is one. */
const INSTALLATION_TOKEN = 'ghs_'

type IsOwn = (user: NonNullable<AnyComment['user']>) => boolean

export class Authorship {
  /** Of servers without GraphQL; undefined until one turns out to be such. */
  #isOwn: IsOwn | undefined
  /** The account that has written a comment of this run. */
  #account: number | undefined

  constructor(
    private readonly client: Client,
    private readonly token: string
  ) {}

  /**
   * Those of the comments that the token's account has written: GitHub says so itself, by GraphQL. Where that is absent, by
   * the account that REST names. GitHub names none to installations of Apps; without GraphQL such a token counts as that of
   * Actions until a comment that it has written says otherwise.
   *
   * @throws Trouble
   */
  async own(comments: readonly AnyComment[]): Promise<AnyComment[]> {
    if (comments.length === 0) return []
    if (this.#isOwn === undefined) {
      const own = await this.#byGraphql(comments)
      if (own !== 'absent') return own
      this.#isOwn = await this.#byRest()
    }
    const isOwn = this.#account === undefined ? this.#isOwn : ({ id }: { id: number }) => id === this.#account
    return comments.filter(({ user }) => user !== null && user !== undefined && isOwn(user))
  }

  /** @param comment that was made with the token just now */
  learn({ user }: AnyComment): void {
    this.#account = user?.id
  }

  async #byGraphql(comments: readonly AnyComment[]): Promise<AnyComment[] | 'absent'> {
    const own: AnyComment[] = []
    for (let start = 0; start < comments.length; start += MOST_IDS) {
      const some = comments.slice(start, start + MOST_IDS)
      const ids = some.map(({ node_id }) => node_id)
      if (ids.some((id) => typeof id !== 'string')) return 'absent'
      const answer = await this.client.graphql(QUERY, { ids }, nodesSchema)
      if (answer === 'absent') return 'absent'
      if (answer.nodes.length !== some.length) throw new Trouble('answer')
      own.push(...some.filter((_, place) => answer.nodes[place]?.viewerDidAuthor === true))
    }
    return own
  }

  async #byRest(): Promise<IsOwn> {
    const isActions: IsOwn = ({ login }) => login === ACTIONS_LOGIN
    if (this.token.startsWith(INSTALLATION_TOKEN)) return isActions
    try {
      const { data } = await this.client.request('GET', '//user')
      const account = understood(z.object({ id: z.number() }), data)
      return ({ id }) => id === account.id
    } catch (error) {
      if (error instanceof Trouble && ['rights', 'missing'].includes(error.kind)) return isActions
      throw error
    }
  }
}
