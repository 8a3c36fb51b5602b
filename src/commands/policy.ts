/** The policy of a run: read where the author of a pull request cannot change it, and held against the inputs. */
import { baseSourceOf, readBaseFile } from '../action/base-file.js'
import type { GitHubAccess } from '../action/octokit.js'
import type { ActionContext } from '../action/context.js'
import type { Environment } from '../action/environment.js'
import type { Inputs } from '../action/inputs.js'
import { GateError } from '../errors.js'
import { enforceFloors } from '../gates/policy/floors.js'
import { NO_POLICY, parsePolicy, type Policy } from '../gates/policy.js'
import type { Report } from '../report/model.js'

const MAX_BYTES = 1024 * 1024

export interface PolicyOptions {
  readonly inputs: Inputs
  readonly env: Environment
  readonly context: ActionContext
  readonly workingDirectory: string
  readonly workspace: string
  readonly github: GitHubAccess | undefined
  readonly report: Report
}

/** How GitHub is asked; undefined where there is no token, or no repository. */
export function githubOf(
  { githubToken: token }: Inputs,
  { repository, apiUrl }: ActionContext,
  sleep: (milliseconds: number) => Promise<void>
): GitHubAccess | undefined {
  return token === undefined || repository === '' ? undefined : { token, repository, apiUrl, sleep }
}

/** @throws GateError where it cannot be read, InputError where it is not valid. Absent is a policy that demands nothing */
export async function loadPolicy(options: PolicyOptions): Promise<Policy> {
  const { inputs, env, context, workingDirectory, workspace, github, report } = options
  const file = await readBaseFile({
    source: baseSourceOf(context),
    workspace,
    workingDirectory,
    path: inputs.policy,
    maxBytes: MAX_BYTES,
    errorCode: 'POLICY_UNREADABLE',
    env,
    github
  })
  if (file === 'absent') {
    report.notices.push(`There is no policy file (${inputs.policy}).`)
    return NO_POLICY
  }
  const from = file.commit === undefined ? 'the checkout' : `commit ${file.commit}`
  report.notices.push(`The policy is that of ${from}.`)
  return parsePolicy(file.text)
}

/** @throws GateError where an input is weaker than the policy demands */
export function assertFloors(inputs: Inputs, repo: string, policy: Policy): void {
  const named = inputs.repo?.home === 'file' ? `file:${inputs.repo.path}` : repo
  const violations = enforceFloors({ ...inputs, repo: named }, policy)
  if (violations.length === 0) return
  throw new GateError('POLICY_INVALID', `the inputs are weaker than the policy: ${violations.join(' ')}`, {
    hint: 'Inputs may be stricter than the policy, never weaker. Change the workflow, or the policy on the default branch.'
  })
}
