/** What staged traces are compared with: those staged at the base, and the published dataset. Nothing is written. */
import { ActionError } from '../errors.js'
import type { Report } from '../report/model.js'
import { readBase } from './base-traces.js'
import type { CommitTracesOptions } from './commit-traces.js'
import { compareWithBase, tellComparison, tellMissing } from './compare-base.js'
import { publish, type PublishOptions } from './publish.js'
import type { PushInputs, PushPorts } from './push.js'
import { changedPositions, scopeOf } from './scope.js'
import type { Candidate, Staging } from './staging.js'
import { tell } from './telling.js'

/** Plans the publication that a push would make. A dataset that cannot be read is no failure of a check. */
export async function compareWithDataset(
  staging: Staging,
  considered: readonly Candidate[],
  options: PublishOptions,
  { disclose }: Pick<PushInputs, 'disclose'>,
  { isPublicPage }: Pick<PushPorts, 'isPublicPage'>,
  report: Report
): Promise<void> {
  try {
    const planned = await publish(staging, considered, { ...options, dryRun: true })
    tell(report, staging, considered, planned, 'planned')
    // It will never be: the name of a shard is made anew by every push.
    delete report.shard
    if (planned.visibility === 'private' && isPublicPage && !disclose) report.disclosed = false
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    // What a policy or an input forbids is wrong whether or not anything is uploaded.
    if (error.code === 'VISIBILITY_DIFFERS' || error.code === 'CARD_INVALID') throw error
    const missing = `The dataset could not be read (${error.code}): nothing is compared with it.`
    report.baseline = { ...report.baseline, missing: [...(report.baseline?.missing ?? []), missing] }
    report.notices.push(missing)
  }
}

/** Which candidates the gates judge. */
export interface Judged {
  readonly scope: 'changed' | 'all'
  readonly positions: readonly number[]
  /** Of the base, where what it has is not judged. */
  readonly baseCommit: string | undefined
}

/** Compares with the traces staged at the base, takes that into the report, and tells what is in scope. */
export async function compareStaged(
  staging: Staging,
  commits: CommitTracesOptions,
  { scope: asked }: Pick<PushInputs, 'scope'>,
  { home, base: { source, name, home: userHome }, places }: Pick<PushPorts, 'home' | 'base' | 'places'>,
  report: Report
): Promise<Judged> {
  const all = [...staging.candidates.keys()]
  const base = source === undefined ? undefined : await readBase(source, commits)
  const { scope, notice } = scopeOf({ asked, publishes: home.kind === 'publish', base })
  if (notice !== undefined) report.notices.push(notice)
  if (base === undefined) return { scope: 'all', positions: all, baseCommit: undefined }
  if ('missing' in base) {
    tellMissing(base.missing, report)
    return { scope: 'all', positions: all, baseCommit: undefined }
  }
  report.notices.push(...base.notices)
  const comparison = compareWithBase(staging, base, name)
  tellComparison(comparison, report)
  if (scope === 'all') return { scope, positions: all, baseCommit: undefined }
  const positions = await changedPositions(staging, comparison, base.traces, places, userHome)
  return { scope, positions, baseCommit: base.commit }
}
