/** The floors of a policy against what a workflow asks for: inputs may be stricter, never weaker. */
import { LLM_REVIEWS, ON_BLOCKED, QUALITY_GATES, type Policy } from '../policy.js'

/** The inputs that have a floor. */
export interface FlooredInputs {
  readonly trufflehog: boolean
  readonly qualityGate: (typeof QUALITY_GATES)[number]
  readonly onBlocked: (typeof ON_BLOCKED)[number]
  readonly llmReview: (typeof LLM_REVIEWS)[number]
  /** As asked for; undefined where nothing was. */
  readonly visibility: 'public' | 'private' | undefined
  readonly publish: boolean
  /** The dataset as it was resolved, `owner/dataset` or `file:PATH`; undefined where nothing can be published. */
  readonly repo: string | undefined
}

/** What is weaker than the policy demands, a sentence each. Empty where nothing is. */
export function enforceFloors(inputs: FlooredInputs, { require }: Policy): string[] {
  const violations: string[] = []
  if (require.trufflehog === true && !inputs.trufflehog) {
    violations.push('"trufflehog" is false, but the policy requires it to be true.')
  }
  violations.push(
    ...tooWeak('quality-gate', inputs.qualityGate, require['quality-gate'], QUALITY_GATES),
    ...tooWeak('on-blocked', inputs.onBlocked, require['on-blocked'], ON_BLOCKED),
    ...tooWeak('llm-review', inputs.llmReview, require['llm-review'], LLM_REVIEWS)
  )
  if (require['max-visibility'] === 'private') {
    if (inputs.visibility === 'public')
      violations.push('"visibility" is public, but the policy allows private at most.')
    if (inputs.publish) violations.push('"publish" is true, but the policy allows private datasets only.')
  }
  // Which dataset it is may come from a file of the pull request: it is not repeated here.
  if (require.repos !== undefined && inputs.repo !== undefined && !require.repos.includes(inputs.repo)) {
    violations.push(`The dataset is not among those that the policy allows: ${require.repos.join(', ')}.`)
  }
  return violations
}

/**
 * Whether a dataset may be uploaded to as it is. The inputs alone do not tell: without `visibility`, a dataset that was
 * made public elsewhere stays public.
 *
 * @param found of the existing dataset, or that of the one to be created
 */
export function allowsVisibility({ require }: Policy, found: 'public' | 'private'): boolean {
  return require['max-visibility'] !== 'private' || found === 'private'
}

function tooWeak<T extends string>(
  input: string,
  given: T,
  floor: T | undefined,
  weakestFirst: readonly T[]
): string[] {
  if (floor === undefined || weakestFirst.indexOf(given) >= weakestFirst.indexOf(floor)) return []
  const enough = weakestFirst.slice(weakestFirst.indexOf(floor))
  return [`"${input}" is ${given}, but the policy requires ${enough.join(' or ')}.`]
}
