/** Runs a workflow of a repository made for the test with `act`, the real workflow runner, and the committed bundle. */
import { execFile, execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const PROJECT = join(import.meta.dirname, '..', '..')

export interface ActRun {
  exitCode: number
  /** What act says of the job: absent where it skipped it in silence. */
  jobResult: string | undefined
  /** The job summaries, joined. */
  summary: string
  /** Everything that act printed: in its JSON, arguments of commands are not masked. */
  log: string
}

/**
 * The log without the commands that tell the runner what to hide: the one place where a secret must be named, and in
 * act's JSON the one that is not hidden.
 */
export function withoutMasks(log: string): string {
  return log
    .split('\n')
    .filter((line) => !line.includes('"add-mask"'))
    .join('\n')
}

/** A repository whose default branch has the given files, the workflow among them. */
export async function makeRepository(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  git(root, 'init', '--initial-branch=main')
  git(root, 'remote', 'add', 'origin', 'https://github.com/acme/app')
  commitAll(root, 'traces')
}

/** Runs git in a repository and returns what it printed. */
export function git(root: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com']
  return execFileSync('git', [...identity, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8'
  }).trim()
}

/** Commits everything that there is, files that are ignored included. @returns the id of the commit */
export function commitAll(root: string, message: string): string {
  git(root, 'add', '--all', '--force')
  git(root, 'commit', '--message', message)
  return git(root, 'rev-parse', 'HEAD')
}

export interface ActOptions {
  /** The repository. */
  readonly root: string
  readonly event: string
  readonly payload: unknown
  readonly secrets: Readonly<Record<string, string>>
  /** Of the runner. */
  readonly env?: Readonly<Record<string, string>>
  /** Folders that stand in for actions, by what `uses` names. */
  readonly actions?: Readonly<Record<string, string>>
  /** Who caused the event; act's own name where absent. */
  readonly actor?: string
}

/** `opentraces/push-action@v1`, as a consumer's workflow names it, is what this project would release. */
export async function runAct(options: ActOptions): Promise<ActRun> {
  const { root, event, payload, secrets, env = {}, actions = {}, actor } = options
  const act = process.env.ACT_PATH
  if (act === undefined) throw new Error('ACT_PATH is not set; .ci/tools installs act')
  // Outside of the repository: act copies that, with everything in it, into its cache.
  const scratch = await mkdtemp(join(tmpdir(), 'opentraces-act-'))
  // Only what a release holds: act copies all of it for every run.
  const action = join(scratch, 'action')
  for (const name of ['dist', 'action.yml', 'check', 'comment', 'export']) {
    await cp(join(PROJECT, name), join(action, name), { recursive: true })
  }
  const eventFile = join(scratch, 'event.json')
  await writeFile(eventFile, JSON.stringify(payload))
  const args = [
    event,
    '--eventpath',
    eventFile,
    '--platform',
    'ubuntu-latest=-self-hosted',
    '--no-cache-server',
    '--pull=false',
    ...(actor === undefined ? [] : ['--actor', actor]),
    // Nobody listens there: no test may reach the real GitHub.
    ...Object.entries({ GITHUB_API_URL: 'http://127.0.0.1:9', ...env }).flatMap(([k, v]) => ['--env', `${k}=${v}`]),
    ...Object.entries({ 'opentraces/push-action@v1': action, ...actions }).flatMap(([uses, folder]) => [
      '--local-repository',
      `${uses}=${folder}`
    ]),
    ...Object.entries(secrets).flatMap(([name, value]) => ['--secret', `${name}=${value}`]),
    '--json'
  ]
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    execFile(
      act,
      args,
      {
        cwd: root,
        maxBuffer: 2 ** 28,
        env: { PATH: process.env.PATH, HOME: scratch, XDG_CACHE_HOME: join(scratch, 'cache') }
      },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr })
    )
  })
  await rm(scratch, { recursive: true, force: true })
  const records = output.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Record<string, unknown>]
    } catch {
      return []
    }
  })
  return {
    exitCode: code,
    jobResult: records
      .map(({ jobResult }) => jobResult)
      .findLast((result): result is string => typeof result === 'string'),
    summary: records
      .filter(({ command }) => command === 'summary')
      .map(({ content }) => String(content))
      .join('\n'),
    log: output
  }
}
