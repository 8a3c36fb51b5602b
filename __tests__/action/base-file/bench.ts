/** An origin, a GitHub that serves it, and a workspace, in one temporary folder. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readBaseFile, type BaseFileOptions, type BaseSource } from '../../../src/action/base-file.js'
import { ActionError } from '../../../src/errors.js'
import { LocalGitHub } from './github.js'
import { Repository, type Changes } from './repository.js'

export const POLICY = '.opentraces/policy.yml'
export const TRUSTED = 'version: 1 # of the owners\n'
export const FORGED = 'version: 1 # of the author of the pull request\n'
export const TOKEN = 'ghs_0123456789abcdef'
/** Where GitHub puts the merge of the pull request. */
export const MERGE_REF = 'refs/pull/7/merge'

export interface PullRequest {
  base: string
  head: string
  merge: string
  source: Extract<BaseSource, { kind: 'pull-request' }>
}

export class Bench {
  /** Milliseconds that were waited before a request was made again. */
  readonly waits: number[] = []

  private constructor(
    readonly folder: string,
    readonly origin: Repository,
    readonly github: LocalGitHub
  ) {}

  static async create(): Promise<Bench> {
    const folder = mkdtempSync(join(tmpdir(), 'opentraces-base-'))
    const origin = Repository.create(join(folder, 'origin'))
    return new Bench(folder, origin, await LocalGitHub.start('acme/app', origin))
  }

  async dispose(): Promise<void> {
    await this.github.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  get workspace(): string {
    return join(this.folder, 'workspace')
  }

  /** A base with `before`, and a pull request that changes it. Its branch is `proposal`. */
  pullRequest(before: Changes, changes: Changes): PullRequest {
    const base = this.origin.commit({ 'README.md': 'hello\n', ...before })
    this.origin.git('checkout', '--quiet', '-b', 'proposal')
    return this.proposed(base, this.origin.commit({ 'traces.jsonl': '{}\n', ...changes }))
  }

  proposed(base: string, head: string): PullRequest {
    const merge = this.origin.merge(base, head, MERGE_REF)
    return { base, head, merge, source: { kind: 'pull-request', mergeSha: merge, headSha: head, baseSha: base } }
  }

  read(source: BaseSource, options: Partial<BaseFileOptions> = {}): ReturnType<typeof readBaseFile> {
    return readBaseFile({
      source,
      workspace: this.workspace,
      workingDirectory: this.workspace,
      path: POLICY,
      maxBytes: 1024 * 1024,
      errorCode: 'POLICY_UNREADABLE',
      env: process.env,
      github: this.access,
      ...options
    })
  }

  get access(): NonNullable<BaseFileOptions['github']> {
    return {
      token: TOKEN,
      repository: 'acme/app',
      apiUrl: this.github.url,
      sleep: (milliseconds) => {
        this.waits.push(milliseconds)
        return Promise.resolve()
      },
      fetch
    }
  }
}

/** The error that a reading ends with; anything else fails the test. */
export async function failure(reading: Promise<unknown>): Promise<ActionError> {
  const error: unknown = await reading.then(
    (value) => new Error(`read ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown
  )
  if (error instanceof ActionError) return error
  throw error
}
