/** What a run has to do about the comments that it sees on a pull request. Pure. */
import { compareStamps, type Content, type Stamp } from './stamp.js'

/** A comment of the token's own account, with the marker. */
export interface OwnComment extends Content {
  readonly id: number
  readonly url: string | undefined
}

export interface Wanted {
  readonly stamp: Stamp
  readonly text: string
  /** Whether there is a reason to comment where no comment is yet. */
  readonly mayCreate: boolean
}

/** What this run has done so far. */
export interface Done {
  /** Id of the comment that it made. */
  readonly created?: number | undefined
  /** Whether its text was in place once. */
  readonly wrote?: boolean | undefined
}

export type Step =
  | { readonly kind: 'create' }
  | { readonly kind: 'stay-silent' }
  /** A newer run has its say, and puts in order what is left. */
  | { readonly kind: 'give-way'; readonly to: OwnComment; readonly surplus: readonly number[] }
  /** One comment remains, in which this run's text has to be. `surplus` goes once it is. */
  | {
      readonly kind: 'keep'
      readonly keeper: OwnComment
      readonly isCurrent: boolean
      readonly surplus: readonly number[]
    }

/**
 * The next step. All runs that look at the same comments choose the same one to remain, the oldest, and let the same run
 * write it, the newest: so they end with one comment, whoever was faster.
 */
export function nextStep(seen: readonly OwnComment[], wanted: Wanted, { created, wrote }: Done): Step {
  const own = seen.toSorted((a, b) => a.id - b.id)
  const [keeper] = own
  if (keeper === undefined) return { kind: wanted.mayCreate ? 'create' : 'stay-silent' }
  const newest = own.reduce((best, one) => (compareStamps(one.stamp, best.stamp) > 0 ? one : best))
  if (compareStamps(newest.stamp, wanted.stamp) > 0) {
    const surplus = created === undefined || created === keeper.id ? [] : [created]
    return { kind: 'give-way', to: newest, surplus }
  }
  return {
    kind: 'keep',
    keeper,
    isCurrent: isCurrent(keeper, wanted, wrote === true),
    surplus: own.slice(1).map(({ id }) => id)
  }
}

/**
 * Whether the comment can stay as it is: it says the same of the same commit. Of another commit the stamp has to be changed,
 * so that a run between the two does not pass for newer. Jobs of one run that share a key write once each.
 */
function isCurrent({ stamp, text }: OwnComment, wanted: Wanted, wrote: boolean): boolean {
  const isSameRun = compareStamps(stamp, wanted.stamp) === 0
  if (text !== wanted.text) return isSameRun && wrote
  return isSameRun || (stamp?.headSha !== undefined && stamp.headSha === wanted.stamp.headSha)
}
