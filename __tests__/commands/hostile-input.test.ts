/** The bundle against staged files that are not what they should be: exit code, reason, and nothing written. */
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { runBundle, type BundleRun } from '../support/bundle.js'
import { rawTrace } from '../support/records.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opentraces-hostile-'))
  await chmod(folder, 0o777)
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const line = (changes: Record<string, unknown> = {}, id = 'x'): string => `${JSON.stringify(rawTrace(id, changes))}\n`
const withMetadata = (json: string): string => line({ metadata: { MARK: 0 } }).replace('"MARK":0', `"m":${json}`)
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

async function push(inputs: Record<string, string> = {}): Promise<BundleRun> {
  return runBundle(folder, { traces: 'a.jsonl', repo: 'file:dataset', ...inputs })
}

async function stagedIds(): Promise<string[]> {
  const data = join(folder, 'dataset', 'data')
  const [shard] = await readdir(data)
  const lines = (await readFile(join(data, shard!), 'utf8')).trimEnd().split('\n')
  return lines.map((one) => (JSON.parse(one) as { trace_id: string }).trace_id)
}

describe('accepted, and said so', () => {
  test.each<[string, string | Buffer, string[]]>([
    ['CRLF', line().replace('\n', '\r\n') + line({}, 'y').replace('\n', '\r\n'), ['x', 'y']],
    ['one UTF-8 byte order mark', `\ufeff${line()}`, ['x']],
    ['an escaped NUL', withMetadata('"\\u0000"'), ['x']],
    ['a line of 8 MiB', line({ task: { description: 'd'.repeat(8 * 2 ** 20) } }), ['x']],
    ['no line feed at the end', line().trimEnd(), ['x']],
    ['blank lines', `\n  \n${line()}\r\n\n`, ['x']],
    ['U+2028, U+2029 and U+0085 in a string', line({ task: { description: 'a\u2028b\u2029c\u0085d' } }), ['x']]
  ])('%s', async (_, content, ids) => {
    await writeFile(join(folder, 'a.jsonl'), content)
    const { exitCode, summary, outputs } = await push()
    expect(exitCode).toBe(0)
    expect(await stagedIds()).toEqual(ids)
    expect(outputs).toMatchObject({ outcome: 'published', uploaded: String(ids.length), published: 'true' })
    expect(summary).toContain(`${String(ids.length)} trace`)
  })

  test('an empty file beside a full one', async () => {
    await writeFile(join(folder, 'a.jsonl'), '')
    await writeFile(join(folder, 'b.jsonl'), line())
    const { exitCode, report } = await push({ traces: 'a.jsonl\nb.jsonl' })
    expect([exitCode, report.counts.uploaded]).toEqual([0, 1])
  })
})

describe('refused with file, line and reason', () => {
  test.each<[string, string | Buffer, string]>([
    ['broken JSON', '{"trace_id": "x"', 'broken JSON'],
    ['a wrong type', line({ steps: 'many' }), '/steps: expected a list'],
    ['a sloppy number', line({ metrics: { total_steps: '7' } }), '/metrics/total_steps: expected an integer'],
    ['a missing required field', '{"trace_id":"x"}\n', '/session_id: a required field is missing'],
    ['a newer schema', line({ schema_version: '0.10.0' }), 'newer than 0.9.0'],
    ['an unreadable schema version', line({ schema_version: 'next' }), 'not a version number'],
    [
      'invalid UTF-8',
      Buffer.concat([Buffer.from('{"trace_id":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}\n')]),
      'not valid UTF-8'
    ],
    ['UTF-16', Buffer.from(`\ufeff${line()}`, 'utf16le'), 'UTF-16'],
    ['UTF-16 without a byte order mark', Buffer.from(line(), 'utf16le'), 'raw NUL byte'],
    ['a raw NUL byte', line({ task: { description: 'a\u0000b' } }).replace('\\u0000', '\u0000'), 'raw NUL byte'],
    ['a lone surrogate', withMetadata('"\\ud83d"'), 'lone surrogate'],
    ['NaN', withMetadata('NaN'), 'NaN'],
    ['Infinity by overflow', withMetadata('1e999'), 'too large'],
    ['nesting over 200', withMetadata(nested(300)), 'nested deeper than 200'],
    [
      'an integer of 2^64 in a free-form part',
      withMetadata('18446744073709551616'),
      '/metadata/*: the integer is outside'
    ],
    [
      'an integer of 2^63 in a typed field',
      line({ metrics: {} }).replace('"metrics":{}', '"metrics":{"total_steps":9223372036854775808}'),
      '/metrics/total_steps: the integer is outside'
    ],
    ['a list instead of an object', '[1]\n', 'expected a JSON object']
  ])('%s', async (_, content, reason) => {
    await writeFile(join(folder, 'a.jsonl'), Buffer.concat([Buffer.from(line({}, 'before')), Buffer.from(content)]))
    // A byte order mark counts at the start of a file only.
    if (reason === 'UTF-16') await writeFile(join(folder, 'a.jsonl'), content)
    const { exitCode, report, summary, outputs } = await push()
    expect([exitCode, report.error?.code]).toEqual([4, 'TRACES_INVALID'])
    const found = report.invalid[0]!
    expect([found.file, found.line]).toEqual(['a.jsonl', reason === 'UTF-16' ? 1 : 2])
    expect(found.message).toContain(reason)
    expect(summary).toContain('a.jsonl:')
    expect(outputs).toMatchObject({ 'exit-code': '4', 'error-code': 'TRACES_INVALID', published: 'false' })
    await expect(readdir(join(folder, 'dataset'))).rejects.toThrow('ENOENT')
  })

  test('a line of more than 64 MiB', async () => {
    const file = await open(join(folder, 'a.jsonl'), 'w')
    await file.write('{"trace_id":"')
    const block = 'x'.repeat(2 ** 20)
    for (let i = 0; i <= 64; i++) await file.write(block)
    await file.write('"}\n')
    await file.close()
    const { exitCode, report } = await push()
    expect(exitCode).toBe(4)
    expect(report.invalid).toEqual([{ file: 'a.jsonl', line: 1, message: 'the line is longer than 64 MiB' }])
  })

  test('the same trace_id with other content, in two files', async () => {
    await writeFile(join(folder, 'a.jsonl'), line())
    await writeFile(join(folder, 'b.jsonl'), line({ lifecycle: 'final' }))
    const { exitCode, report } = await push({ traces: '*.jsonl' })
    expect([exitCode, report.error?.code]).toEqual([4, 'TRACE_ID_CONFLICT'])
    await expect(readdir(join(folder, 'dataset'))).rejects.toThrow('ENOENT')
  })

  test.each(['missing.jsonl', 'missing/', 'm*.jsonl', 'a.jsonl\nmissing.jsonl'])(
    'nothing matches %j',
    async (traces) => {
      await writeFile(join(folder, 'a.jsonl'), line())
      const { exitCode, report } = await push({ traces })
      expect([exitCode, report.error?.code]).toEqual([4, 'TRACES_NOT_FOUND'])
      expect(report.error?.message).toContain(traces.split('\n').at(-1))
    }
  )

  test('a symlink that leaves the workspace', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'opentraces-outside-'))
    try {
      await writeFile(join(outside, 'secret.jsonl'), line())
      await mkdir(join(folder, 'traces'))
      await symlink(join(outside, 'secret.jsonl'), join(folder, 'traces', 'a.jsonl'))
      const { exitCode, report } = await push({ traces: 'traces' })
      expect([exitCode, report.error?.code]).toEqual([4, 'TRACES_UNREADABLE'])
      expect(report.error?.message).toContain('symlink')
    } finally {
      await rm(outside, { recursive: true })
    }
  })
})

test('something thrown outside of the walk still ends in a summary, outputs and an exit code', async () => {
  await writeFile(join(folder, 'a.jsonl'), line({ task: { description: 'd'.repeat(30 * 2 ** 20) } }))
  const late = "setTimeout(()=>{throw 'late'},60)"
  const { exitCode, summary, outputs } = await runBundle(
    folder,
    { traces: 'a.jsonl', repo: 'file:dataset' },
    { env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(late)}` } }
  )
  expect(exitCode).toBe(1)
  expect(summary).toContain('this is a defect')
  expect(outputs).toMatchObject({ 'error-code': 'INTERNAL', published: 'false' })
})

test('a broken payload of the event ends in a summary, not in a stack', async () => {
  await writeFile(join(folder, 'a.jsonl'), line())
  await writeFile(join(folder, 'broken.json'), '{broken')
  const { exitCode, summary, outputs } = await runBundle(
    folder,
    { traces: 'a.jsonl', repo: 'file:dataset', 'github-token': 'ghs_none' },
    {
      env: {
        GITHUB_EVENT_PATH: join(folder, 'broken.json'),
        GITHUB_REPOSITORY: 'acme/app',
        GITHUB_API_URL: 'http://127.0.0.1:9'
      }
    }
  )
  expect([exitCode, outputs['error-code']]).toEqual([3, 'POLICY_UNREADABLE'])
  expect(summary).toContain('blocked')
})

const isRoot = process.getuid?.() === 0
const nobody = 65534

const asNobody = isRoot ? test : test.skip
asNobody(
  `a folder without rights${isRoot ? '' : ' (skipped: only root can start a process of another user)'}`,
  async () => {
    await mkdir(join(folder, 'locked'))
    await writeFile(join(folder, 'locked', 'a.jsonl'), line())
    await chmod(join(folder, 'locked'), 0o700)
    const { exitCode, report } = await runBundle(folder, { traces: 'locked', repo: 'file:dataset' }, { uid: nobody })
    expect([exitCode, report.error?.code]).toEqual([4, 'TRACES_UNREADABLE'])
    expect(report.error?.message).toContain('"locked')
  }
)

const canMount = isRoot && mounts()
const onSmallDisk = canMount ? test : test.skip
onSmallDisk(
  `a full disk leaves the dataset as it was${canMount ? '' : ' (skipped: a small disk can only be mounted by root)'}`,
  async () => {
    const disk = join(folder, 'disk')
    await mkdir(disk)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk])
    try {
      await writeFile(join(folder, 'a.jsonl'), line())
      expect((await push({ repo: 'file:disk/dataset' })).exitCode).toBe(0)
      const before = await contents(join(disk, 'dataset'))
      await writeFile(join(folder, 'a.jsonl'), line({ task: { description: 'd'.repeat(2 ** 20) } }, 'large'))
      const { exitCode, report } = await push({ repo: 'file:disk/dataset' })
      expect([exitCode, report.error?.code]).toEqual([4, 'UPLOAD_FAILED'])
      expect(await contents(join(disk, 'dataset'))).toEqual(before)
      await writeFile(join(folder, 'a.jsonl'), line({}, 'small'))
      expect((await push({ repo: 'file:disk/dataset' })).exitCode).toBe(0)
    } finally {
      execFileSync('umount', [disk])
    }
  }
)

function mounts(): boolean {
  try {
    execFileSync('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs -o size=64k tmpfs "$d" && umount "$d" && rmdir "$d"'], {
      stdio: 'ignore'
    })
    return true
  } catch {
    return false
  }
}

async function contents(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && !path.includes('.opentraces-store')) found[path] = await readFile(path, 'latin1')
  }
  return found
}
