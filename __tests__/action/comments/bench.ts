/** A pull request on a GitHub of this machine, and the jobs that comment on it. */
import { checkedFetch, type Checked } from './openapi.js'
import { upsertComment, type CommentOptions, type CommentOutcome } from '../../../src/action/comments/upsert.js'
import { GitHubServer, type Account, type ServedComment } from '../../support/github-server.js'

export const REPOSITORY = 'acme/app'
export const BOT: Account = { id: 41_898_282, login: 'github-actions[bot]' }
export const OTHER_BOT: Account = { id: 7, login: 'other-app[bot]' }
export const MALLORY: Account = { id: 666, login: 'mallory' }
/** Made like the token of a job. */
export const TOKEN = `ghs_${'job'.repeat(12)}`
export const READ_ONLY = `ghs_${'fork'.repeat(9)}`
export const HEAD = 'a'.repeat(40)

export function marked(text: string, key = 'default'): string {
  return `<!-- opentraces-push:${key} -->\n${text}`
}

/** The lines below marker and stamp, derived by hand and not by the code under test. */
export function visible(body: string): string {
  return body.split('\n').slice(2).join('\n')
}

export type Changes = Omit<Partial<CommentOptions>, 'github'> & { run?: number; attempt?: number; head?: string }

export class Bench {
  /** Milliseconds that were waited. */
  readonly waits: number[] = []
  /** Of the machine, in milliseconds; jobs wait that long in truth. */
  pause: (milliseconds: number) => Promise<void> = () => Promise.resolve()

  private constructor(
    readonly server: GitHubServer,
    readonly checked: Checked
  ) {}

  static async create(prefix = ''): Promise<Bench> {
    const server = await GitHubServer.start(REPOSITORY, prefix)
    server.tokens.set(TOKEN, { account: BOT, mayWrite: true })
    server.tokens.set(READ_ONLY, { account: BOT, mayWrite: false })
    const repo = { id: 1, full_name: REPOSITORY }
    const base = { sha: 'b'.repeat(40), ref: 'main', repo }
    server.pulls.push({ number: 1, state: 'open', head: { sha: HEAD, ref: 'work', repo }, base })
    return new Bench(server, checkedFetch(server.url))
  }

  /** @throws where a request was not one that GitHub describes */
  async stop(): Promise<void> {
    await this.server.stop()
    if (this.checked.violations.length > 0) throw new Error(this.checked.violations.join('\n'))
  }

  access(token = TOKEN): CommentOptions['github'] {
    return {
      token,
      repository: REPOSITORY,
      apiUrl: this.server.url,
      sleep: (milliseconds) => {
        this.waits.push(milliseconds)
        return this.pause(milliseconds)
      },
      fetch: this.checked.fetch
    }
  }

  /** A job's comment; by default that of run 10. */
  async post(text: string, { run = 10, attempt = 1, head = HEAD, ...changes }: Changes = {}, token = TOKEN) {
    return await this.postAs(this.access(token), marked(text), { run, attempt, head, ...changes })
  }

  async postAs(github: CommentOptions['github'], body: string, changes: Changes): Promise<CommentOutcome> {
    const { run = 10, attempt = 1, head = HEAD, ...rest } = changes
    return await upsertComment({
      github,
      pullRequest: 1,
      body,
      stamp: { runId: run, attempt, headSha: head },
      when: 'always',
      hasNews: false,
      hasFailed: false,
      now: () => 0,
      random: () => 0.5,
      ...rest
    })
  }

  get comments(): readonly ServedComment[] {
    return this.server.comments
  }

  /** What people see, in the order of the page. */
  get texts(): string[] {
    return this.comments.map(({ body }) => visible(body))
  }
}
