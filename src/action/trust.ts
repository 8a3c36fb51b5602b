/** Whether the event that started the run carries content that somebody with write access has let in. */

/** Stable names for why, fit for the output `skip-reason`. */
export type TrustCause =
  | 'trusted-event'
  | 'outside-actions'
  | 'event-unreadable'
  | 'fork'
  | 'dependabot'
  | 'pull-request'
  | 'other-branch'
  | 'default-branch-unknown'
  | 'other-event'

export interface Trust {
  /** `local`: no event at all, somebody runs the action by hand. */
  readonly level: 'trusted' | 'untrusted' | 'local'
  readonly cause: TrustCause
  /** A sentence for people. Holds nothing that the event's author could choose, such as the name of a branch. */
  readonly reason: string
}

export interface TrustFacts {
  readonly inActions: boolean
  /** Of a reusable workflow, the caller's: GitHub gives it that way. Empty outside Actions. */
  readonly eventName: string
  readonly ref: string
  /** False where the payload is missing, or not what GitHub writes. */
  readonly payloadReadable: boolean
  readonly defaultBranch: string | undefined
  readonly isPullRequest: boolean
  readonly isFork: boolean
  readonly isDependabot: boolean
}

/** Events that only somebody with write access can cause, and that run on what is merged or chosen by them. */
const TRUSTED_EVENTS = ['release', 'schedule', 'workflow_dispatch', 'repository_dispatch']

/** The rule of the interface for `push`: on anything but these events it uploads nothing to the Hub. */
export function trustOf(facts: TrustFacts): Trust {
  if (facts.eventName === '' && !facts.inActions) {
    return { level: 'local', cause: 'outside-actions', reason: 'The run was not started by an event of GitHub.' }
  }
  if (!facts.payloadReadable) {
    return untrusted('event-unreadable', 'The payload of the event could not be read.')
  }
  if (facts.isPullRequest || facts.isFork) return untrusted(...pullRequestCause(facts))
  const event = shownEvent(facts.eventName)
  if (TRUSTED_EVENTS.includes(facts.eventName)) return trusted(`The event is ${event}.`)
  if (facts.eventName !== 'push') return untrusted('other-event', `The event is ${event}, which does not publish.`)
  if (facts.ref.startsWith('refs/tags/')) return trusted('The event is a push of a tag.')
  if (facts.defaultBranch === undefined) {
    return untrusted('default-branch-unknown', 'The event does not say which branch is the default one.')
  }
  return facts.ref === `refs/heads/${facts.defaultBranch}`
    ? trusted('The event is a push to the default branch.')
    : untrusted('other-branch', 'The event is a push to a branch other than the default one.')
}

function pullRequestCause({ isFork, isDependabot }: TrustFacts): [TrustCause, string] {
  if (isFork) return ['fork', 'The event comes from a fork.']
  if (isDependabot) return ['dependabot', 'The event is a pull request of Dependabot, which runs like one of a fork.']
  return ['pull-request', 'The event is a pull request; publishing waits until it is merged.']
}

function trusted(reason: string): Trust {
  return { level: 'trusted', cause: 'trusted-event', reason }
}

function untrusted(cause: TrustCause, reason: string): Trust {
  return { level: 'untrusted', cause, reason }
}

function shownEvent(name: string): string {
  return /^[a-z_]{1,40}$/.test(name) ? `"${name}"` : 'without a known name'
}
