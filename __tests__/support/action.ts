/** Runs the action in this process: everything but the wiring of `main.ts`. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readContext } from '../../src/action/context.js'
import { connect } from '../../src/action/runtime.js'
import { run, type Machine } from '../../src/commands/run.js'
import { reportSchema, type Report } from '../../src/report/model.js'

export interface ActionRun {
  exitCode: number
  report: Report
  summary: string
  log: string
}

/** A folder that is a workspace with everything around it, and is removed by `dispose`. */
export class Workspace {
  private constructor(readonly root: string) {}

  static async create(): Promise<Workspace> {
    return new Workspace(await mkdtemp(join(tmpdir(), 'opentraces-test-')))
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts)
  }

  /** Writes records as a JSONL file of the workspace. */
  async stage(name: string, records: readonly (Record<string, unknown> | string)[]): Promise<void> {
    const lines = records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record)))
    await writeFile(this.path(name), lines.map((line) => `${line}\n`).join(''))
  }

  /** Runs the action with these inputs; `repo` is the folder `dataset` unless they say otherwise. */
  async run(
    inputs: Record<string, string>,
    machine: Partial<Machine> = {},
    variables: Record<string, string> = {}
  ): Promise<ActionRun> {
    const summary = this.path(`summary-${randomBytes(4).toString('hex')}.md`)
    const reportPath = this.path(`report-${randomBytes(4).toString('hex')}.json`)
    const env: Record<string, string> = {
      GITHUB_WORKSPACE: this.root,
      RUNNER_TEMP: this.path('temp'),
      GITHUB_STEP_SUMMARY: summary,
      ...variables
    }
    for (const [name, value] of Object.entries({
      repo: 'file:dataset',
      trufflehog: 'false',
      'report-path': reportPath,
      ...inputs
    })) {
      env[`INPUT_${name.toUpperCase()}`] = value
    }
    let log = ''
    const runtime = connect({ env, stdout: { write: (text) => (log += text) } })
    const context = readContext(env, () => {
      throw new Error('no event')
    })
    const exitCode = await run(runtime, context, {
      cwd: this.root,
      home: this.path('home'),
      temp: this.path('temp'),
      platform: process.platform,
      arch: process.arch,
      now: () => new Date(),
      randomHex: (digits) => randomBytes(digits).toString('hex').slice(0, digits),
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      ...machine
    })
    return {
      exitCode,
      // The published model is what readers of the file rely on.
      report: reportSchema.parse(JSON.parse(await readFile(reportPath, 'utf8'))),
      summary: await readFile(summary, 'utf8'),
      log
    }
  }

  async dispose(): Promise<void> {
    await rm(this.root, { recursive: true, force: true })
  }
}
