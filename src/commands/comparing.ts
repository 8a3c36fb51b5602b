/** What a check says of the dataset: what would be new, and how its figures would change. Nothing is written. */
import { ActionError } from '../errors.js'
import type { Report } from '../report/model.js'
import { publish, type PublishOptions } from './publish.js'
import type { PushInputs, PushPorts } from './push.js'
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
