/** Which version of a file an event gets, and the reading of the working tree. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { baseSourceOf, readBaseFile, type BaseFileOptions } from '../../../src/action/base-file.js'
import { readContext } from '../../../src/action/context.js'
import { InputError } from '../../../src/errors.js'
import { failure } from './bench.js'

const SHA = 'c'.repeat(40)
const HEAD = 'a'.repeat(40)
const BASE = 'b'.repeat(40)

describe('baseSourceOf', () => {
  const pull = { number: 7, head: { sha: HEAD, repo: { id: 1 } }, base: { sha: BASE, repo: { id: 1 } } }
  const source = (event: string, payload: Record<string, unknown> | undefined, ref: string) =>
    baseSourceOf(
      readContext(
        {
          GITHUB_ACTIONS: 'true',
          GITHUB_EVENT_NAME: event,
          GITHUB_EVENT_PATH: 'event.json',
          GITHUB_REF: ref,
          GITHUB_SHA: SHA
        },
        () =>
          payload === undefined ? '{' : JSON.stringify({ repository: { id: 1, default_branch: 'main' }, ...payload })
      )
    )
  const atBase = { kind: 'pull-request', mergeSha: SHA, headSha: HEAD, baseSha: BASE }
  const fork = { ...pull, head: { sha: HEAD, repo: { id: 2 } } }

  test.each<[string, string, Record<string, unknown> | undefined, string, unknown]>([
    ['a pull request', 'pull_request', { pull_request: pull }, 'refs/pull/7/merge', atBase],
    ['one of a fork', 'pull_request', { pull_request: fork }, 'refs/pull/7/merge', atBase],
    ['a review of one', 'pull_request_review', { pull_request: pull }, 'refs/pull/7/merge', atBase],
    [
      'one that is not on its merge',
      'pull_request',
      { pull_request: pull },
      'refs/heads/proposal',
      { ...atBase, mergeSha: undefined }
    ],
    [
      'one on the merge of another',
      'pull_request',
      { pull_request: pull },
      'refs/pull/77/merge',
      { ...atBase, mergeSha: undefined }
    ],
    [
      'one whose payload is broken',
      'pull_request',
      undefined,
      'refs/pull/7/merge',
      { kind: 'pull-request', mergeSha: undefined, headSha: undefined, baseSha: undefined }
    ],
    [
      'the target of one',
      'pull_request_target',
      { pull_request: fork },
      'refs/heads/main',
      { kind: 'commit', sha: SHA }
    ],
    [
      'a run after another',
      'workflow_run',
      { workflow_run: { head_repository: { id: 2 } } },
      'refs/heads/main',
      { kind: 'commit', sha: SHA }
    ],
    ['a comment', 'issue_comment', {}, 'refs/heads/main', { kind: 'commit', sha: SHA }],
    // Its own commit holds what the pull requests change.
    [
      'a merge queue',
      'merge_group',
      { merge_group: { base_sha: 'b'.repeat(40) } },
      'refs/heads/gh-readonly-queue/main/x',
      { kind: 'pull-request', mergeSha: undefined, headSha: undefined, baseSha: 'b'.repeat(40) }
    ],
    [
      'a merge queue that does not say what it follows',
      'merge_group',
      {},
      'refs/heads/gh-readonly-queue/main/x',
      { kind: 'pull-request', mergeSha: undefined, headSha: undefined, baseSha: undefined }
    ],
    ['an event without a name', '', {}, '', { kind: 'commit', sha: SHA }],
    ['a push to the default branch', 'push', {}, 'refs/heads/main', { kind: 'working-tree' }],
    ['a push to another branch', 'push', {}, 'refs/heads/topic', { kind: 'working-tree' }],
    ['a release', 'release', {}, 'refs/tags/v1', { kind: 'working-tree' }],
    ['a schedule', 'schedule', {}, 'refs/heads/main', { kind: 'working-tree' }]
  ])('%s', (_, event, payload, ref, expected) => {
    expect(source(event, payload, ref)).toEqual(expected)
  })

  test('a run by hand, outside Actions', () => {
    expect(baseSourceOf(readContext({}, () => ''))).toEqual({ kind: 'working-tree' })
  })
})

describe('the working tree', () => {
  let folder: string
  let workspace: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'opentraces-tree-'))
    workspace = join(folder, 'workspace')
    mkdirSync(join(workspace, '.opentraces'), { recursive: true })
    writeFileSync(join(workspace, '.opentraces', 'policy.yml'), 'version: 1\n')
    writeFileSync(join(folder, 'secret.yml'), 'outside')
  })

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  const read = (path: string, options: Partial<BaseFileOptions> = {}) =>
    readBaseFile({
      source: { kind: 'working-tree' },
      workspace,
      workingDirectory: workspace,
      path,
      maxBytes: 1000,
      errorCode: 'POLICY_UNREADABLE',
      env: {},
      github: undefined,
      ...options
    })

  test('is read as it is, without git and without a token', async () => {
    expect(await read('.opentraces/policy.yml')).toEqual({ text: 'version: 1\n', commit: undefined })
    expect(await read('./.opentraces//policy.yml')).toMatchObject({ text: 'version: 1\n' })
    expect(await read(join(workspace, '.opentraces', 'policy.yml'))).toMatchObject({ text: 'version: 1\n' })
    mkdirSync(join(workspace, 'app'))
    expect(await read('../.opentraces/policy.yml', { workingDirectory: join(workspace, 'app') })).toMatchObject({
      text: 'version: 1\n'
    })
  })

  test.each(['nothing.yml', 'nothing/policy.yml', '.opentraces/policy.yml/x', '.OPENTRACES/policy.yml'])(
    'does not have %s',
    async (path) => {
      expect(await read(path)).toBe('absent')
    }
  )

  test.each([
    ['of the file', '.opentraces/linked.yml', '../policy.yml'],
    ['of a folder on the way', 'linked/policy.yml', '.opentraces']
  ])('follows a link %s inside the workspace', async (_, link, target) => {
    writeFileSync(join(workspace, 'policy.yml'), 'version: 1\n')
    symlinkSync(target, join(workspace, link.replace(/^linked\/.*/, 'linked')))
    expect(await read(link)).toMatchObject({ text: 'version: 1\n' })
  })

  test.each([
    ['leaves the workspace', '../secret.yml', 'leads out of the repository'],
    ['leaves it further in', '.opentraces/../../secret.yml', 'leads out of the repository'],
    ['leaves it and comes back', '../workspace/.opentraces/policy.yml', 'leads out of the repository'],
    ['begins at the root of the system', '/etc/hosts', 'leads out of the repository'],
    ['leads to nothing', 'nothing.yml', 'leads to nothing'],
    ['leads to itself', 'link.yml', 'too many symbolic links'],
    ['leads to a folder', '.opentraces', 'it is a folder']
  ])('refuses a link that %s', async (_, target, message) => {
    symlinkSync(target, join(workspace, 'link.yml'))
    const error = await failure(read('link.yml'))
    expect([error.code, error.exitCode]).toEqual(['POLICY_UNREADABLE', 3])
    expect(error.message).toContain(`"link.yml" could not be read: `)
    expect(error.message).toContain(message)
  })

  test('refuses a folder that is a link out of the workspace', async () => {
    symlinkSync('..', join(workspace, 'link'))
    expect((await failure(read('link/secret.yml'))).message).toContain('leads out of the repository')
  })

  test.each(['../secret.yml', '..', '.', '.opentraces/../../secret.yml', '/etc/hosts', '../workspace2/policy.yml'])(
    'refuses the path %s',
    async (path) => {
      const error = await failure(read(path))
      expect(error).toBeInstanceOf(InputError)
      expect([error.code, error.exitCode]).toEqual(['INPUT_INVALID', 2])
    }
  )

  test('refuses what is too large, and what is no text', async () => {
    writeFileSync(join(workspace, 'fits'), 'x'.repeat(1000))
    writeFileSync(join(workspace, 'large'), 'x'.repeat(1001))
    writeFileSync(join(workspace, 'binary'), Buffer.from([0x76, 0xff, 0xfe]))
    expect(await read('fits')).toMatchObject({ text: 'x'.repeat(1000) })
    expect((await failure(read('large'))).message).toContain('larger than 1000 bytes')
    expect((await failure(read('binary'))).message).toContain('not UTF-8')
  })

  test('refuses a pipe instead of waiting for it', async () => {
    if (process.platform === 'win32') return
    execFileSync('mkfifo', [join(workspace, 'pipe')])
    expect((await failure(read('pipe'))).message).toContain('it is not a file')
  })

  test('the error has the code that was asked for', async () => {
    expect((await failure(read('.opentraces', { errorCode: 'TRACES_UNREADABLE' }))).code).toBe('TRACES_UNREADABLE')
  })
})
