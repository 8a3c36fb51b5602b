/** `push`: from staged traces to one commit, written out from top to bottom; and `check`, the same walk up to the commit. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Gate } from '../gates/gate.js'
import type { Policy } from '../gates/policy.js'
import type { Report } from '../report/model.js'
import type { StagedFile } from '../traces/collect.js'
import { assess } from './assessing.js'
import { collectTraces, nothing, readTraces } from './collecting.js'
import type { CommitSource } from '../action/commit-files.js'
import type { CommitTracesOptions } from './commit-traces.js'
import { compareStaged, compareWithDataset } from './comparing.js'
import { leavePlan } from './dry-run.js'
import { assertClean } from './gating.js'
import { repoOf, type Home } from './home.js'
import { distinctClean, judge } from './judging.js'
import { publish, type PublishOptions } from './publish.js'
import { tellUnjudged } from './scope.js'
import { assertValid } from './staging.js'
import { resultLines, tell } from './telling.js'

/** What the workflow asked for. */
export interface PushInputs {
  readonly traces: readonly string[]
  readonly ifNoTraces: 'auto' | 'error' | 'warn' | 'ignore'
  readonly onBlocked: 'fail' | 'hold'
  readonly license: string | undefined
  /** A commit whose traces are read in place of the checkout's. */
  readonly head: string | undefined
  readonly scope: 'auto' | 'changed' | 'all'
  readonly assess: boolean
  readonly qualityGate: 'report' | 'enforce' | 'off'
  /** Show a private dataset's figures where anybody can read them. */
  readonly disclose: boolean
  /** As asked for; undefined leaves it as it is. */
  readonly visibility: 'public' | 'private' | undefined
  readonly dryRun: boolean
  readonly createPr: boolean
  /** Milliseconds. */
  readonly maxWait: number
  readonly outputDir: string
}

/** Everything with an effect. */
export interface PushPorts {
  readonly home: Home
  readonly gates: readonly Gate[]
  /** Over what they let pass; undefined where no review is asked for. */
  readonly review: ((files: readonly StagedFile[]) => Gate) | undefined
  readonly policy: Policy
  /** Whether anybody can read what this run shows. */
  readonly isPublicPage: boolean
  /** What a policy says of the visibility of the dataset that is there, or would be created. */
  readonly allowsVisibility: (found: 'public' | 'private') => boolean
  readonly places: { readonly workingDirectory: string; readonly workspace: string; readonly cliHome: string }
  readonly base: BasePorts
  /** Where temporary files may be made. */
  readonly tempFolder: string
  readonly now: () => Date
  readonly randomHex: (digits: number) => string
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly log: PushLog
}

/** How traces of other commits are read. */
export interface BasePorts extends Pick<CommitTracesOptions, 'env' | 'github'> {
  /** Undefined where the event has no base to compare with. */
  readonly source: CommitSource | undefined
  /** What people call it. */
  readonly name: string | undefined
  /** What `~` stands for in the names of staged files. */
  readonly home: string
}

export interface PushLog {
  info(message: string): void
  /** Runs a phase as one foldable group of the log. */
  group<T>(name: string, run: () => Promise<T>): Promise<T>
}

/** Fills the report as it goes, so that a failure shows how far the run came. @throws ActionError */
export async function push(inputs: PushInputs, ports: PushPorts, report: Report): Promise<void> {
  const { log, home } = ports
  report.repo = repoOf(home)
  report.dataset_url = home.store?.url ?? ''
  await mkdir(ports.tempFolder, { recursive: true })
  const workFolder = await mkdtemp(join(ports.tempFolder, 'opentraces-'))
  // A check is red for whatever holds a trace back.
  const onBlocked = home.kind === 'check' ? 'fail' : inputs.onBlocked
  try {
    const phase = timed(ports, report)
    const { env, github } = ports.base
    const commits: CommitTracesOptions = { entries: inputs.traces, places: ports.places, workFolder, env, github }
    const head = inputs.head === undefined ? undefined : { sha: inputs.head, options: commits }
    const collected = await phase('Collect staged traces', () => collectTraces(inputs, ports, report, head))
    if (collected.files.length === 0) {
      nothing(inputs, report)
      return
    }

    const staging = await phase('Validate and migrate', () =>
      readTraces(collected, onBlocked, ports, report, workFolder)
    )
    // Nothing is published then: better to say so before the gates take their time. A check tells everything that is wrong.
    if (onBlocked === 'fail' && (home.kind === 'publish' || staging.candidates.length === 0)) {
      assertValid(staging.invalid)
    }
    if (staging.candidates.length === 0) {
      nothing(inputs, report)
      return
    }

    const { scope, positions, baseCommit } = await phase('Compare with the base', () =>
      compareStaged(staging, commits, inputs, ports, report)
    )
    const gating = await phase('Gates', () => judge(staging, collected, positions, onBlocked, ports, report))
    const considered = distinctClean(staging, gating)
    const inScope = new Set(positions.map((i) => staging.candidates[i]))
    const { enforce } = assess(
      considered.filter((one) => inScope.has(one)),
      scope,
      inputs,
      ports,
      report
    )
    const pass = (): void => {
      assertClean(gating, staging.candidates, onBlocked)
      assertValid(onBlocked === 'fail' ? staging.invalid : [])
      enforce()
    }
    const options: Omit<PublishOptions, 'store'> = {
      ...inputs,
      ...ports,
      workFolder,
      held: staging.candidates.filter((_, i) => gating.findings.has(i)),
      info: (message) => log.info(message)
    }
    if (home.kind === 'check') {
      const { store, cause, reason } = home
      if (store !== undefined) {
        await phase('Compare with the dataset', () =>
          compareWithDataset(staging, considered, { ...options, store }, inputs, ports, report)
        )
      }
      if (baseCommit !== undefined) tellUnjudged(positions, baseCommit, report)
      pass()
      report.outcome = 'checked'
      report.exit_code = 0
      report.skip_reason = cause
      report.notices.push(`Nothing was uploaded: ${reason}`)
      return
    }

    pass()
    const publication = await phase(inputs.dryRun ? 'Plan the commit (dry run)' : 'Drop duplicates and publish', () =>
      publish(staging, considered, { ...options, store: home.store })
    )
    if (inputs.visibility === 'public' && publication.visibility === 'private') {
      report.notices.push('The dataset is private and stays so. Make it public in its settings on the Hub.')
    }
    if (publication.commit !== undefined && inputs.createPr) {
      report.notices.push('The commit is a pull request of the dataset: it counts once somebody has merged it there.')
    }
    if (publication.plan !== undefined && inputs.dryRun) {
      report.notices.push(`The files of the commit are in ${await leavePlan(publication.plan, inputs.outputDir)}.`)
    }
    tell(report, staging, considered, publication, inputs.dryRun ? 'planned' : 'done')
    report.outcome = publication.shard === undefined ? 'nothing-to-publish' : inputs.dryRun ? 'dry-run' : 'published'
    report.exit_code = 0
    if (publication.visibility === 'private' && ports.isPublicPage && !inputs.disclose) report.disclosed = false
    for (const line of resultLines(report)) log.info(line)
  } finally {
    // What has been published stays published, whatever becomes of temporary files.
    await rm(workFolder, { recursive: true, force: true }).catch(() => undefined)
  }
}

type Phase = <T>(name: string, run: () => Promise<T>) => Promise<T>

function timed(ports: PushPorts, report: Report): Phase {
  return async (name, run) => {
    const start = ports.now().getTime()
    try {
      return await ports.log.group(name, run)
    } finally {
      report.timings[name] = ports.now().getTime() - start
    }
  }
}
