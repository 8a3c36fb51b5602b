/** Runs the committed bundle as a process, as the runner would start it. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reportSchema, type Report } from '../../src/report/model.js'

export const BUNDLE = join(import.meta.dirname, '..', '..', 'dist', 'index.js')

export interface BundleRun {
  exitCode: number | null
  report: Report
  summary: string
  outputs: Record<string, string>
  /** Standard output and standard error together. */
  log: string
}

/** @param folder the workspace; files of the run are left in it */
export async function runBundle(
  folder: string,
  inputs: Record<string, string>,
  { env = {}, uid }: { env?: Record<string, string>; uid?: number } = {}
): Promise<BundleRun> {
  const id = randomBytes(4).toString('hex')
  const files = {
    summary: join(folder, `summary-${id}`),
    outputs: join(folder, `outputs-${id}`),
    report: join(folder, `report-${id}`)
  }
  // A trusted event, as somebody with write access starts it.
  const event = join(folder, `event-${id}`)
  await writeFile(event, JSON.stringify({ repository: { id: 1, default_branch: 'main', private: false } }))
  await writeFile(files.summary, '', { mode: 0o666 })
  await writeFile(files.outputs, '', { mode: 0o666 })
  const child = spawn(process.execPath, [BUNDLE], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
    env: {
      PATH: process.env.PATH,
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: 'workflow_dispatch',
      GITHUB_EVENT_PATH: event,
      GITHUB_WORKSPACE: folder,
      GITHUB_STEP_SUMMARY: files.summary,
      GITHUB_OUTPUT: files.outputs,
      RUNNER_TEMP: join(folder, 'temp'),
      'INPUT_REPORT-PATH': files.report,
      INPUT_TRUFFLEHOG: 'false',
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
      ...env
    }
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => (log += text))
  }
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const outputs = parseOutputs(await readFile(files.outputs, 'utf8'))
  return {
    exitCode,
    // Where the outputs say: a run whose inputs are wrong knows no path but its own.
    report: reportSchema.parse(JSON.parse(await readFile(outputs.report ?? files.report, 'utf8'))),
    summary: await readFile(files.summary, 'utf8'),
    outputs,
    log
  }
}

/** The runner's file of outputs: `name<<delimiter`, lines of the value, `delimiter`. */
function parseOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {}
  for (const [, name, , value] of text.matchAll(/^([\w-]+)<<(.+)\n([\s\S]*?)\n?\2$/gm)) {
    outputs[name as string] = value as string
  }
  return outputs
}
