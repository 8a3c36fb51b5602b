/** Files of a pull request's base, read from real repositories and from a GitHub on this machine. */
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { BaseSource } from '../../src/action/base-file.js'
import { Bench, failure, FORGED, MERGE_REF, POLICY, TRUSTED, type PullRequest } from './base-file/bench.js'
import { Repository } from './base-file/repository.js'

let bench: Bench

beforeEach(async () => {
  bench = await Bench.create()
})

afterEach(async () => {
  await bench.dispose()
})

const CHECKOUTS: [string, () => unknown][] = [
  ['a full checkout', () => bench.origin.checkOut(bench.workspace, MERGE_REF)],
  ['a checkout of depth 2', () => bench.origin.checkOut(bench.workspace, MERGE_REF, 2)],
  ['a checkout of depth 1', () => bench.origin.checkOut(bench.workspace, MERGE_REF, 1)],
  ['a checkout of the head', () => bench.origin.checkOut(bench.workspace, 'refs/heads/proposal', 1)],
  ['no checkout at all', () => mkdirSync(bench.workspace)]
]

describe.each(CHECKOUTS)('a pull request with %s', (name, checkOut) => {
  const isLocal = /full|depth 2/.test(name)

  test('cannot change what is read', async () => {
    const pull = bench.pullRequest({ [POLICY]: TRUSTED }, { [POLICY]: FORGED })
    checkOut()
    expect(await bench.read(pull.source)).toEqual({ text: TRUSTED, commit: pull.base })
    expect(bench.github.requests.length === 0).toBe(isLocal)
  })

  test('cannot add what the base has not', async () => {
    const pull = bench.pullRequest({}, { [POLICY]: FORGED })
    checkOut()
    expect(await bench.read(pull.source)).toBe('absent')
    expect(bench.github.requests.length === 0).toBe(isLocal)
  })

  test('cannot take away what the base has', async () => {
    const pull = bench.pullRequest({ [POLICY]: TRUSTED }, { '.opentraces': null })
    checkOut()
    expect(await bench.read(pull.source)).toMatchObject({ text: TRUSTED })
  })

  test('is read at the base of the merge, not at an older one that the event names', async () => {
    const old = bench.origin.commit({ [POLICY]: 'version: 1 # lax, from long ago\n' })
    const pull = bench.pullRequest({ [POLICY]: TRUSTED }, { [POLICY]: FORGED })
    checkOut()
    expect(await bench.read({ ...pull.source, baseSha: old })).toMatchObject({ text: TRUSTED, commit: pull.base })
  })

  test('whose head is a merge that its author made is read at the base that the event names', async () => {
    const base = bench.origin.commit({ [POLICY]: TRUSTED })
    bench.origin.git('checkout', '--quiet', '-b', 'forged-base')
    const forged = bench.origin.commit({ [POLICY]: FORGED })
    bench.origin.git('checkout', '--quiet', '-b', 'other', base)
    const other = bench.origin.commit({ 'traces.jsonl': '{}\n' })
    const merge = bench.origin.merge(forged, other, MERGE_REF)
    bench.origin.git('update-ref', 'refs/heads/proposal', merge)
    checkOut()
    const source: BaseSource = { kind: 'pull-request', mergeSha: merge, headSha: merge, baseSha: base }
    expect(await bench.read(source)).toEqual({ text: TRUSTED, commit: base })
    expect(await bench.read({ ...source, headSha: undefined })).toEqual({ text: TRUSTED, commit: base })
    bench.origin.git('checkout', '--quiet', forged)
    const onForged = bench.origin.commit({ 'traces.jsonl': '{}\n' })
    expect(await bench.read({ ...source, mergeSha: onForged, headSha: undefined })).toMatchObject({ text: TRUSTED })
  })

  test('tells folders, links and submodules apart', async () => {
    bench.origin.commit({ 'docs/policy.yml': TRUSTED, 'file.txt': 'x', '.opentraces/readme': '' })
    bench.origin.commitEntry('120000', POLICY, '../docs/policy.yml')
    bench.origin.commitEntry('120000', 'linked', 'docs')
    bench.origin.commitEntry('120000', 'outside', '../secret.yml')
    bench.origin.commitEntry('120000', 'rooted', '/etc/passwd')
    bench.origin.commitEntry('120000', 'dangling', 'docs/nothing.yml')
    bench.origin.commitEntry('120000', 'circle', 'circle')
    bench.origin.commitEntry('100755', 'run.sh', TRUSTED)
    const base = bench.origin.commitEntry('160000', 'module', 'a'.repeat(40))
    bench.origin.git('checkout', '--quiet', '-b', 'proposal')
    const { source } = bench.proposed(base, bench.origin.commit({ 'traces.jsonl': '{}\n' }))
    checkOut()
    const at = (path: string) => bench.read(source, { path })
    for (const path of [POLICY, 'docs/policy.yml', 'linked/policy.yml', './docs/../docs/policy.yml', 'run.sh']) {
      expect(await at(path)).toEqual({ text: TRUSTED, commit: base })
    }
    for (const path of ['nothing', 'docs/nothing', 'nothing/policy.yml', 'file.txt/policy.yml', 'DOCS/policy.yml']) {
      expect(await at(path)).toBe('absent')
    }
    for (const [path, message] of [
      ['docs', 'it is a folder'],
      ['linked', 'it is a folder'],
      ['outside', 'a symbolic link leads out of the repository'],
      ['rooted', 'a symbolic link leads out of the repository'],
      ['dangling', 'a symbolic link leads to nothing'],
      ['circle', 'there are too many symbolic links'],
      ['module', 'it is not a file'],
      ['module/policy.yml', 'it is not a file']
    ] as const) {
      const error = await failure(at(path))
      expect([error.code, error.exitCode]).toEqual(['POLICY_UNREADABLE', 3])
      expect(error.message).toBe(`The base's version of "${path}" could not be read: ${message}.`)
    }
  })

  test('is read to the byte, up to the limit', async () => {
    const text = `${'größe 😀\r\n'.repeat(1000)}no line feed at the end`
    const bytes = Buffer.byteLength(text)
    const { source } = bench.pullRequest({ 'big.txt': text, 'empty.txt': '' }, { 'big.txt': 'small' })
    checkOut()
    expect(await bench.read(source, { path: 'big.txt', maxBytes: bytes })).toMatchObject({ text })
    expect(await bench.read(source, { path: 'empty.txt', maxBytes: 1 })).toMatchObject({ text: '' })
    const error = await failure(bench.read(source, { path: 'big.txt', maxBytes: bytes - 1 }))
    expect(error.message).toContain(`larger than ${String(bytes - 1)} bytes`)
    expect(bench.github.requests.length === 0).toBe(isLocal)
  })

  test('is read from the folder that the workflow works in', async () => {
    const pull = bench.pullRequest(
      { 'packages/app/policy.yml': TRUSTED, 'policy.yml': 'of the root' },
      { packages: null }
    )
    checkOut()
    const workingDirectory = join(bench.workspace, 'packages', 'app')
    expect(await bench.read(pull.source, { workingDirectory, path: 'policy.yml' })).toMatchObject({ text: TRUSTED })
    expect(await bench.read(pull.source, { workingDirectory, path: '../../policy.yml' })).toMatchObject({
      text: 'of the root'
    })
  })
})

describe('a hostile checkout', () => {
  let pull: PullRequest
  let clone: Repository

  beforeEach(() => {
    pull = bench.pullRequest(
      { [POLICY]: TRUSTED, 'app/policy.yml': TRUSTED, 'policy.yml': 'lax' },
      { [POLICY]: FORGED }
    )
    clone = bench.origin.checkOut(bench.workspace, MERGE_REF)
  })

  test('files that are not committed are not read', async () => {
    writeFileSync(join(bench.workspace, POLICY), 'version: 1 # written by an earlier step\n')
    clone.git('add', '--all')
    expect(await bench.read(pull.source)).toMatchObject({ text: TRUSTED })
  })

  test('replaced objects and grafts change nothing', async () => {
    const forged = clone.git('rev-parse', `${pull.merge}:${POLICY}`)
    clone.git('replace', clone.git('rev-parse', `${pull.base}:${POLICY}`), forged)
    clone.git('replace', pull.base, pull.head)
    writeFileSync(join(bench.workspace, '.git', 'info', 'grafts'), `${pull.merge} ${pull.head} ${pull.head}\n`)
    expect(clone.git('show', `${pull.base}:${POLICY}`)).toBe(FORGED.trimEnd())
    expect(await bench.read(pull.source)).toMatchObject({ text: TRUSTED, commit: pull.base })
    expect(bench.github.requests).toEqual([])
  })

  test('an object with other content than its id says is read from GitHub', async () => {
    const id = clone.git('rev-parse', `${pull.base}:${POLICY}`)
    const forged = clone.git('rev-parse', `${pull.merge}:${POLICY}`)
    const loose = (one: string) => join(bench.workspace, '.git', 'objects', one.slice(0, 2), one.slice(2))
    rmSync(loose(id))
    copyFileSync(loose(forged), loose(id))
    expect(await bench.read(pull.source)).toMatchObject({ text: TRUSTED })
    expect(bench.github.requests.map(({ path }) => path)).toEqual([`/repos/acme/app/git/blobs/${id}`])
  })

  test('variables of git in the environment lead nowhere else', async () => {
    const other = Repository.create(join(bench.folder, 'other'))
    other.commit({ [POLICY]: FORGED })
    const env = {
      ...process.env,
      GIT_DIR: join(bench.folder, 'other', '.git'),
      GIT_OBJECT_DIRECTORY: join(bench.folder, 'other', '.git', 'objects'),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.repositoryformatversion',
      GIT_CONFIG_VALUE_0: '99'
    }
    expect(await bench.read(pull.source, { env })).toMatchObject({ text: TRUSTED })
    expect(bench.github.requests).toEqual([])
  })

  test('a folder that is made up like a repository is not taken for one', async () => {
    // HEAD, objects and refs make a bare repository, whose configuration git would obey.
    const bare = join(bench.workspace, 'app')
    for (const name of ['objects', 'refs']) mkdirSync(join(bare, name), { recursive: true })
    writeFileSync(join(bare, 'HEAD'), 'ref: refs/heads/main\n')
    writeFileSync(join(bare, 'config'), '[core]\n\trepositoryformatversion = 99\n')
    expect(await bench.read(pull.source, { workingDirectory: bare, path: 'policy.yml' })).toMatchObject({
      text: TRUSTED
    })
    expect(bench.github.requests).toEqual([])
  })

  test('a folder that became a link to a repository does not move the root', async () => {
    // With the link taken for a checkout, `app/policy.yml` would become `policy.yml` of the root.
    rmSync(join(bench.workspace, 'app'), { recursive: true })
    symlinkSync(bench.workspace, join(bench.workspace, 'app'), 'dir')
    const path = 'app/policy.yml'
    expect(await bench.read(pull.source, { path })).toMatchObject({ text: TRUSTED })
    // The same without the merge in the outer checkout, and with it behind the link.
    rmSync(bench.workspace, { recursive: true })
    const head = bench.origin.checkOut(bench.workspace, 'refs/heads/proposal', 1)
    bench.origin.checkOut(join(bench.folder, 'elsewhere'), MERGE_REF)
    rmSync(join(head.folder, 'app'), { recursive: true })
    symlinkSync(join(bench.folder, 'elsewhere'), join(head.folder, 'app'), 'dir')
    expect(await bench.read(pull.source, { path })).toMatchObject({ text: TRUSTED })
  })

  test('a submodule does not move the root', async () => {
    rmSync(bench.workspace, { recursive: true })
    bench.origin.checkOut(bench.workspace, 'refs/heads/proposal', 1)
    rmSync(join(bench.workspace, 'app'), { recursive: true })
    Repository.create(join(bench.workspace, 'app')).commit({ 'policy.yml': FORGED })
    expect(await bench.read(pull.source, { path: 'app/policy.yml' })).toMatchObject({ text: TRUSTED })
  })

  test('a setting that would run a program to fetch what is missing is not obeyed', async () => {
    const id = clone.git('rev-parse', `${pull.base}:${POLICY}`)
    rmSync(join(bench.workspace, '.git', 'objects', id.slice(0, 2), id.slice(2)))
    const witness = join(bench.folder, 'witness')
    clone.git('config', 'core.repositoryFormatVersion', '1')
    clone.git('config', 'extensions.partialClone', 'origin')
    clone.git('config', 'remote.origin.promisor', 'true')
    clone.git('config', 'remote.origin.url', `ext::sh -c touch% ${witness}`)
    clone.git('config', 'protocol.ext.allow', 'always')
    expect(await bench.read(pull.source)).toMatchObject({ text: TRUSTED })
    expect(existsSync(witness)).toBe(false)
  })

  test('a program of the pull request is not run as git', async () => {
    for (const name of ['git', 'git.exe', 'git.cmd'])
      writeFileSync(join(bench.workspace, name), 'exit 1', { mode: 0o755 })
    expect(await bench.read(pull.source)).toMatchObject({ text: TRUSTED })
    expect(bench.github.requests).toEqual([])
  })
})
