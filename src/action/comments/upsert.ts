/**
 * The comment on a pull request: one for each key, whatever runs at the same time.
 *
 * GitHub changes comments without conditions: who writes last wins, and two that find none make two. So a run looks,
 * writes, waits until writes that were under way have landed, and looks again, until it finds what it would leave behind.
 * That ends with the newest run's text as long as no request takes longer than the wait.
 */
import { z } from 'zod'
import type { GitHubAccess } from '../octokit.js'
import { OBJECT_ID } from '../base-file/objects.js'
import { Authorship, commentSchema } from './authorship.js'
import { openClient, understood, type Client } from './client.js'
import { nextStep, type Done, type OwnComment, type Step } from './decide.js'
import { Patience } from './patience.js'
import { compareStamps, joinBody, readBody, shortened, splitBody, type Stamp } from './stamp.js'
import { complaint, Trouble, type Complaint } from './trouble.js'

/** The input `pr-comment`. A comment that is there is brought up to date by all but `never`. */
export type CommentWhen =
  /** A new one where there is something to say. */
  | 'changes'
  | 'always'
  /** A new one where the run fails. */
  | 'failures'
  | 'never'

export interface CommentOptions {
  readonly github: GitHubAccess
  /** Its number. */
  readonly pullRequest: number
  /** Markdown whose first line is the marker: `renderComment` of the report. */
  readonly body: string
  readonly stamp: Stamp
  readonly when: CommentWhen
  /** Findings, invalid lines, or traces that are new, changed or gone. */
  readonly hasNews: boolean
  readonly hasFailed: boolean
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** From 0 to 1. */
  readonly random: () => number
}

export type CommentOutcome =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly url: string | undefined }
  /** A newer run has commented, or the pull request has a newer commit. */
  | { readonly kind: 'superseded'; readonly by: Stamp | undefined }
  /** By `when`. */
  | { readonly kind: 'silent' }
  /** Nobody's failure but the comment's: what the run found stands in its summary. */
  | ({ readonly kind: 'not-posted' } & { readonly trouble: Complaint })

/** In milliseconds, and up to as much again. */
const SETTLE_MS = 2500
/** Each is caused by another run that wrote at the same moment. */
const MOST_ROUNDS = 20

/** Creates or updates the comment of a key. What GitHub does or refuses never throws. */
export async function upsertComment(options: CommentOptions): Promise<CommentOutcome> {
  if (options.when === 'never') return { kind: 'silent' }
  try {
    return await new Upsert(options, await openClient(options.github, options.now)).run()
  } catch (error) {
    if (!(error instanceof Trouble)) throw error
    return { kind: 'not-posted', trouble: complaint('The comment on the pull request could not be posted', error) }
  }
}

function mayCreate({ when, hasNews, hasFailed }: CommentOptions): boolean {
  return when === 'always' || hasFailed || (when === 'changes' && hasNews)
}

class Upsert {
  readonly #authorship: Authorship
  readonly #patience: Patience
  readonly #marker: string
  readonly #comments: string
  #text: string
  #isShort = false
  #done: Done = {}

  constructor(
    private readonly options: CommentOptions,
    private readonly client: Client
  ) {
    const { marker, text } = splitBody(options.body)
    this.#marker = marker
    this.#text = text
    this.#comments = `/issues/${String(options.pullRequest)}/comments`
    this.#authorship = new Authorship(client, options.github.token)
    this.#patience = new Patience(options.github.sleep)
  }

  async run(): Promise<CommentOutcome> {
    let isSettled = false
    for (let round = 0; round < MOST_ROUNDS; round++) {
      try {
        const step = nextStep(await this.#look(), this.#wanted, this.#done)
        const outcome = await this.#take(step, isSettled)
        if (outcome !== undefined) return outcome
        await this.options.github.sleep(SETTLE_MS * (1 + this.options.random()))
        isSettled = true
      } catch (error) {
        if (!(error instanceof Trouble)) throw error
        isSettled = false
        if (!this.#shorten(error)) await this.#patience.bear(error)
      }
    }
    throw new Trouble('contention')
  }

  get #wanted() {
    return { stamp: this.options.stamp, text: this.#text, mayCreate: mayCreate(this.options) }
  }

  async #look(): Promise<OwnComment[]> {
    const all = await this.client.list(this.#comments, {}, commentSchema)
    const marked = all.filter(({ body }) => readBody(this.#marker, body ?? '') !== undefined)
    return (await this.#authorship.own(marked)).flatMap(({ id, html_url, body }) => {
      const content = readBody(this.#marker, body ?? '')
      return content === undefined ? [] : [{ ...content, id, url: html_url ?? undefined }]
    })
  }

  /** @returns undefined where another look is needed */
  async #take(step: Step, isSettled: boolean): Promise<CommentOutcome | undefined> {
    switch (step.kind) {
      case 'stay-silent':
        return { kind: 'silent' }
      case 'create':
        if (await this.#isOutdated()) return { kind: 'superseded', by: undefined }
        await this.#create()
        return undefined
      case 'give-way':
        for (const id of step.surplus) await this.#delete(id)
        return { kind: 'superseded', by: step.to.stamp }
      case 'keep':
        if (step.isCurrent && step.surplus.length === 0 && isSettled) return this.#outcome(step.keeper)
        if (!step.isCurrent && !(await this.#update(step.keeper))) return undefined
        for (const id of step.surplus) await this.#delete(id)
        return undefined
    }
  }

  #outcome({ id, url }: OwnComment): CommentOutcome {
    const { created, wrote } = this.#done
    return { kind: created === id ? 'created' : wrote === true ? 'updated' : 'unchanged', url }
  }

  /**
   * Whether the pull request has moved on. A newer run that had nothing to say leaves no comment behind that would tell.
   */
  async #isOutdated(): Promise<boolean> {
    const { pullRequest, stamp } = this.options
    try {
      const { data } = await this.client.request('GET', `/pulls/${String(pullRequest)}`)
      const { head } = understood(z.object({ head: z.object({ sha: z.string() }) }), data)
      return stamp.headSha !== undefined && OBJECT_ID.test(head.sha) && head.sha !== stamp.headSha
    } catch (error) {
      // A token with `issues: write` alone may comment, and not see this.
      if (error instanceof Trouble && ['rights', 'missing'].includes(error.kind)) return false
      throw error
    }
  }

  async #create(): Promise<void> {
    const { data } = await this.client.request('POST', this.#comments, { body: this.#body })
    const comment = understood(commentSchema, data)
    this.#authorship.learn(comment)
    this.#achieved({ created: comment.id, wrote: true })
  }

  /** @returns false where the comment is no longer what was seen: a listing takes its time */
  async #update({ id }: OwnComment): Promise<boolean> {
    const path = `/issues/comments/${String(id)}`
    try {
      const { data } = await this.client.request('GET', path)
      const content = readBody(this.#marker, understood(commentSchema, data).body ?? '')
      if (content === undefined || compareStamps(content.stamp, this.options.stamp) > 0) return false
      await this.client.request('PATCH', path, { body: this.#body })
    } catch (error) {
      throw error instanceof Trouble && error.kind === 'missing' ? new Trouble('gone', error.status) : error
    }
    this.#achieved({ wrote: true })
    return true
  }

  async #delete(id: number): Promise<void> {
    try {
      await this.client.request('DELETE', `/issues/comments/${String(id)}`)
      this.#achieved({})
    } catch (error) {
      // Another run was faster.
      if (!(error instanceof Trouble && error.kind === 'missing')) throw error
    }
  }

  #achieved(done: Done): void {
    this.#done = { ...this.#done, ...done }
    this.#patience.restore()
  }

  get #body(): string {
    return joinBody(this.#marker, { stamp: this.options.stamp, text: this.#text })
  }

  /** @returns whether a shorter comment is worth a try */
  #shorten({ kind }: Trouble): boolean {
    if (kind !== 'content' || this.#isShort) return false
    this.#isShort = true
    this.#text = shortened(this.#text)
    return true
  }
}
