/**
 * One plan, one commit, whatever happens on the way. A reply can be lost after the commit has landed, so before anything is
 * reported the marker is looked for in the history; and a commit is asked for only on top of the plan's own parent, so
 * that asking twice can never apply it twice.
 */
import { openAsBlob } from 'node:fs'
import type { CommitOperation } from '@huggingface/hub'
import type { CommitPlan, FileContent, FileWrite } from '../../dataset/plan.js'
import { ActionError, GateError, LoadError } from '../../errors.js'
import { StaleRevisionError, type CommitResult } from '../store.js'
import { commitUrl, type HubAdapter } from './adapter.js'
import type { DatasetAddress } from './address.js'
import { contentSize, needsLfs, withLfsRules } from './attributes.js'
import { HubRefusal, HubUnreachable, isTransient, waitAfter } from './fetch.js'
import { backoff, type Clock } from './waits.js'

export interface PushSettings {
  readonly address: DatasetAddress
  readonly hub: HubAdapter
  readonly clock: Clock
  /** No wait goes beyond it (as `clock.now()` counts). */
  readonly deadline: number
  readonly asPullRequest: boolean
  readonly useXet: boolean
  readonly signal?: AbortSignal | undefined
  readonly log?: ((message: string) => void) | undefined
  /** The text of `.gitattributes` at a revision, empty where there is none. */
  readAttributes(revision: string): Promise<string>
}

/** Refusals on top of what the history calls the head, after which it is not a race any more. */
const MAX_REFUSED_ON_HEAD = 5
/** How often to look for a dataset that is said to exist. */
const MAX_LOOKS = 4

/**
 * @param parent the head to build on
 * @throws StaleRevisionError where the head has moved on; LoadError, GateError; HubRefusal, HubUnreachable where the Hub
 *   refuses or the deadline is near, to be explained by the caller
 */
export async function pushPlan(plan: CommitPlan, parent: string, settings: PushSettings): Promise<CommitResult> {
  const { hub, clock, asPullRequest, useXet, signal, log } = settings
  const marker = `op:${plan.marker}`
  const operations = await operationsOf(plan, parent, settings)
  let refusedOnHead = 0
  for (let attempt = 0; ; attempt++) {
    // The library does not look at a signal that is aborted before it starts.
    signal?.throwIfAborted()
    try {
      const description = plan.description === '' ? marker : `${plan.description}\n\n${marker}`
      return await hub.commit({ title: plan.title, description, parent, operations, asPullRequest, useXet, signal })
    } catch (error) {
      signal?.throwIfAborted()
      const effect = effectOf(error)
      if (effect === 'none') throw error
      const found = effect === 'waits' ? 'unknown' : await lookFor(plan, parent, settings)
      if (typeof found === 'object') return found
      if (found === 'moved') throw new StaleRevisionError('The dataset has moved on since it was read')
      const status = error instanceof HubRefusal ? error.status : undefined
      if (status === 412 && found === 'unmoved' && ++refusedOnHead >= MAX_REFUSED_ON_HEAD) throw error
      const isConflict = status === 409 || status === 412
      const wait = isConflict ? backoff(attempt, clock) : waitAfter(error, attempt, clock)
      if (wait === undefined || clock.now() + wait > settings.deadline) throw error
      log?.(`${(error as Error).message}; trying again in ${String(Math.ceil(wait / 1000))} s`)
      await clock.sleep(wait, signal)
    }
  }
}

/**
 * What a failed commit may have done. `none`: refused for good; `waits`: turned away for now; `unknown`: it may have
 * landed, or another one has.
 */
function effectOf(error: unknown): 'none' | 'waits' | 'unknown' {
  if (error instanceof ActionError) return 'none'
  if (!(error instanceof HubRefusal)) return 'unknown'
  if (error.facts.at === 'storage') return isTransient(error) ? 'waits' : 'none'
  if (error.status === 429) return 'waits'
  return error.status === 409 || error.status === 412 || isTransient(error) ? 'unknown' : 'none'
}

/** The commit itself if it landed, else whether something else did; `unknown` where the Hub cannot say right now. */
async function lookFor(
  plan: CommitPlan,
  parent: string,
  { hub, address, asPullRequest, log }: PushSettings
): Promise<CommitResult | 'moved' | 'unmoved' | 'unknown'> {
  const marker = `op:${plan.marker}`
  try {
    if (asPullRequest) return (await hub.pullRequest(plan.title, marker)) ?? 'unmoved'
    const commits = await hub.since(parent)
    const landed = commits.find(({ text }) => text.includes(marker))
    if (landed === undefined) return commits.length === 0 ? 'unmoved' : 'moved'
    log?.('The reply to the commit was lost, but the commit itself is in the history')
    return { revision: landed.revision, url: commitUrl(address, landed.revision) }
  } catch (error) {
    if (error instanceof HubUnreachable || (error instanceof HubRefusal && isTransient(error))) return 'unknown'
    throw error
  }
}

async function operationsOf(plan: CommitPlan, parent: string, settings: PushSettings): Promise<CommitOperation[]> {
  const writes: FileWrite[] = [...plan.writes]
  if (needsLfs(plan)) {
    const attributes = withLfsRules(plan, await settings.readAttributes(parent))
    if (attributes !== undefined) writes.push({ path: '.gitattributes', content: Buffer.from(attributes) })
  }
  const added = writes.map(async (write): Promise<CommitOperation> => {
    return { operation: 'addOrUpdate', path: write.path, content: await blobOf(write) }
  })
  const deleted = plan.deletes.map((path): CommitOperation => ({ operation: 'delete', path }))
  return [...(await Promise.all(added)), ...deleted]
}

/** A file on disk stays there until it is sent: the Blob only refers to it. */
async function blobOf(write: FileWrite): Promise<Blob> {
  const blob = await asBlob(write.content)
  if (blob.size === contentSize(write)) return blob
  throw new LoadError('UPLOAD_FAILED', 'A file to be uploaded changed on disk after it was written.', {
    hint: 'Run the job again, and see that nothing else writes to the temporary folder meanwhile.'
  })
}

async function asBlob(content: FileContent): Promise<Blob> {
  return content instanceof Uint8Array ? new Blob([Uint8Array.from(content)]) : openAsBlob(content.file)
}

/**
 * Lets the Hub check the card before anything is uploaded: its commit endpoint does so only after all large files.
 * @throws LoadError `CARD_INVALID`
 */
export async function checkCard(plan: CommitPlan, { hub, address }: PushSettings): Promise<void> {
  const card = plan.writes.find(({ path }) => path === 'README.md')
  if (card === undefined) return
  const keys = await hub.rejectedKeys(await (await asBlob(card.content)).text())
  if (keys === undefined) return
  const named = keys.length === 0 ? '' : ` (${keys.join(', ')})`
  throw new LoadError('CARD_INVALID', `The Hub does not accept the metadata in the card of ${address.id}${named}.`, {
    hint: 'Look at the block between the two "---" lines at the top of README.md in the dataset. Nothing was uploaded.'
  })
}

/**
 * Creates the dataset for its first commit.
 * @returns the Hub's own initial commit, to build on
 * @throws StaleRevisionError where somebody else has created or filled it meanwhile; GateError `VISIBILITY_DIFFERS` where
 *   the Hub made it more public than asked; HubRefusal, HubUnreachable
 */
export async function createDataset(visibility: 'public' | 'private', settings: PushSettings): Promise<string> {
  const { hub, clock, deadline, signal, log } = settings
  let created = false
  for (let attempt = 0; ; attempt++) {
    let failure: Error | undefined
    try {
      if (!created) await hub.create(visibility)
      created = true
    } catch (error) {
      // Not a failure where the dataset is there now: the reply was lost, or somebody else was faster.
      failure = error as Error
    }
    const head = await existingHead(visibility, created, settings)
    if (head !== undefined) return head
    const exists = failure instanceof HubRefusal && failure.status === 409
    if (exists && attempt >= MAX_LOOKS) {
      throw new GateError('FORBIDDEN', `The dataset ${settings.address.id} exists, but the token may not read it.`, {
        hint: 'Use a token that may read and write it, or another name.'
      })
    }
    const wait = created || exists ? backoff(attempt, clock) : waitAfter(failure, attempt, clock)
    if (wait === undefined || clock.now() + wait > deadline) {
      throw failure ?? new HubUnreachable('The new dataset does not appear on the Hub')
    }
    log?.(`The new dataset is not there yet; looking again in ${String(Math.ceil(wait / 1000))} s`)
    await clock.sleep(wait, signal)
  }
}

/** The head of a dataset that holds nothing yet; undefined where none can be seen. */
async function existingHead(
  visibility: 'public' | 'private',
  created: boolean,
  { hub, address }: PushSettings
): Promise<string | undefined> {
  try {
    const head = await hub.head()
    if (head === undefined) return undefined
    if ((await hub.isPrivate()) !== (visibility === 'private')) {
      if (!created) throw new StaleRevisionError('The dataset was created meanwhile')
      throw new GateError(
        'VISIBILITY_DIFFERS',
        `${address.id} was asked to be ${visibility}, but the Hub made it otherwise.`,
        {
          hint: 'Nothing was uploaded. Look at the settings of the dataset and of its owner.'
        }
      )
    }
    const files = await hub.list(head)
    if (files.every(({ path }) => path === '.gitattributes')) return head
    throw new StaleRevisionError('The dataset was created and filled meanwhile')
  } catch (error) {
    if (error instanceof HubRefusal && (error.status === 404 || error.status === 401)) return undefined
    throw error
  }
}
