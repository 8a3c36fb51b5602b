import { describe, expect, test } from '@jest/globals'
import { readStaged } from '../../src/traces/read.js'
import { rawTrace } from '../support/records.js'
import { expectFailure, found, make, run, state } from './machine.js'

const ALL = {
  a: 'committed',
  b: 'staged',
  c: 'rejected',
  d: 'blocked',
  e: 'approved',
  f: 'committed',
  g: 'uploaded',
  h: 'failed'
}
const filesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(Object.keys(ALL).map((id) => [`${folder}/${id}.jsonl`, '']))

describe('a state of the CLI', () => {
  test.each([
    ['beside the folder of CLI 0.2', '.opentraces/staging', '.opentraces/state.json', ['.opentraces/staging']],
    ['above it', '.opentraces/staging', '.opentraces/state.json', ['.opentraces']],
    ['inside the folder', 'staged', 'staged/state.json', ['staged']],
    [
      'of a project of CLI 0.3',
      'copy/projects/app-0a1b2c3d/traces',
      'copy/projects/app-0a1b2c3d/state.json',
      ['copy/projects/app-0a1b2c3d']
    ],
    ['of a project, its traces named', 'p/traces', 'p/state.json', ['p/traces']],
    [
      'of a project somewhere below',
      'copy/projects/app-0a1b2c3d/traces',
      'copy/projects/app-0a1b2c3d/state.json',
      ['copy']
    ],
    ['anywhere in the checkout', '.opentraces/staging', '.opentraces/state.json', ['.']],
    ['by default', '.opentraces/staging', '.opentraces/state.json', []]
  ])('%s: what is committed, and nothing else', async (_, folder, file, entries) => {
    make({
      ...Object.fromEntries(Object.entries(filesIn(folder)).map(([k, v]) => [`work/${k}`, v])),
      [`work/${file}`]: state(ALL)
    })
    expect(await found(entries)).toEqual([`${folder}/a.jsonl`, `${folder}/f.jsonl`])
    const { committed, sources } = await run(entries)
    expect([...committed]).toEqual(['a', 'f'])
    expect(sources.join('\n')).toContain(`status "committed" in ${file}`)
  })

  test('without one, everything in the folder is staged', async () => {
    make({
      'work/.opentraces/staging/b.jsonl': '',
      'work/.opentraces/staging/sub/a.jsonl': '',
      'work/.opentraces/staging/x.txt': ''
    })
    expect(await found([])).toEqual(['.opentraces/staging/b.jsonl', '.opentraces/staging/sub/a.jsonl'])
    expect((await run([])).sources).toEqual(['2 file(s) from .opentraces/staging'])
  })

  test('another program’s state.json is none', async () => {
    make({ 'work/t/state.json': '{"version":4,"resources":[]}', 'work/t/a.jsonl': '' })
    expect(await found(['t'])).toEqual(['t/a.jsonl'])
  })

  test('with nothing committed is a match, with nothing in it', async () => {
    make({ 'work/t/state.json': state({ a: 'staged' }), 'work/t/a.jsonl': '' })
    expect(await found(['t'])).toEqual([])
  })

  test.each([
    ['no JSON', '{"traces": aSecret}'],
    ['a list', '["traces"]'],
    ['empty', ''],
    ['traces that are a list', '{"traces":[{"status":"committed"}]}'],
    ['traces that are null', '{"traces":null}']
  ])('%s is an error that quotes nothing', async (_, content) => {
    make({ 'work/t/state.json': content, 'work/t/a.jsonl': '' })
    const error = await expectFailure(['t'])
    expect(error.code).toBe('TRACES_UNREADABLE')
    expect(error.message).toContain('"t/state.json"')
    expect(error.message + error.hint).not.toContain('aSecret')
  })

  test.each<[name: string, id: string, path: unknown]>([
    ['a Windows path', 'a', 'C:\\Users\\me\\.opentraces\\projects\\x\\traces\\file.jsonl'],
    ['a path above', 'a', '../../../else/file.jsonl'],
    ['a mixed path', 'a', '..\\../file.jsonl'],
    ['a bare name', 'a', 'file.jsonl'],
    ['an id in place of a path', 'file', ''],
    ['no path', 'file', undefined],
    ['a path that is no text', 'file', 7],
    ['an id that is a path', '../../else/file', undefined]
  ])('finds the file next to it: %s', async (_, id, path) => {
    make({
      'work/t/state.json': state({ [id]: { status: 'committed', file_path: path } }),
      'work/t/traces/file.jsonl': '',
      'else/file.jsonl': ''
    })
    expect(await found(['t'])).toEqual(['t/traces/file.jsonl'])
  })

  test.each<[name: string, entry: unknown]>([
    ['its file', { status: 'committed', file_path: '/x/gone.jsonl' }],
    ['a name', { status: 'committed', file_path: '/x/y/' }],
    ['a name, but dots', { status: 'committed', file_path: '/x/..' }],
    ['a name, but a dot', { status: 'committed', file_path: '.' }],
    ['a file: there is a folder', { status: 'committed', file_path: '/x/folder' }],
    ['a name that can be one', { status: 'committed', file_path: `/x/${'n'.repeat(300)}` }]
  ])('a committed trace without %s is an error that names the id', async (_, entry) => {
    make({
      'work/t/state.json': state({ here: 'committed', lost: entry }),
      'work/t/traces/here.jsonl': '',
      'work/t/traces/folder/x.jsonl': ''
    })
    const error = await expectFailure(['t'])
    expect(error.code).toBe('TRACES_NOT_FOUND')
    expect(error.message).toBe('1 committed trace(s) have no file beside "t/state.json": lost')
  })

  test('names the first of many lost ids, and counts the rest', async () => {
    const ids = Array.from({ length: 12 }, (__, i) => `id${String(i).padStart(2, '0')}`)
    make({ 'work/t/state.json': state(Object.fromEntries(ids.map((id) => [id, 'committed']))) })
    expect((await expectFailure(['t'])).message).toMatch(/^12 committed .*: id00, .*, id09 and 2 more$/)
  })

  test('odd entries are not committed', async () => {
    make({
      'work/t/state.json': state({ a: null, b: 5, c: ['committed'], d: { status: ['committed'] } }).replace(
        '"a"',
        '"__proto__"'
      ),
      'work/t/a.jsonl': ''
    })
    expect(await found(['t'])).toEqual([])
  })
})

describe('the home of the CLI', () => {
  const project = (slug: string, traces: Record<string, string>): Record<string, string> => ({
    [`home/.opentraces/projects/${slug}/state.json`]: state(traces),
    ...Object.fromEntries(Object.keys(traces).map((id) => [`home/.opentraces/projects/${slug}/traces/${id}.jsonl`, '']))
  })
  const marker = {
    'work/.opentraces.json': JSON.stringify({ marker_version: '2', project_id: '0a1b2c3d4e5f67890a1b2c3d4e5f6789' })
  }
  const shown = (slug: string, id: string): string => `~/.opentraces/projects/${slug}/traces/${id}.jsonl`

  test.each<[string, Record<string, string>, string[], string[]]>([
    [
      'the one project',
      project('app-11111111', { a: 'committed', b: 'staged' }),
      ['cli-home'],
      [shown('app-11111111', 'a')]
    ],
    [
      'the project of the checkout, whatever its folder was called',
      {
        ...marker,
        ...project('old-name-0a1b2c3d', { a: 'committed' }),
        ...project('app-11111111', { b: 'committed' })
      },
      ['cli-home'],
      [shown('old-name-0a1b2c3d', 'a')]
    ],
    [
      'not the one project, if it is another',
      { ...marker, ...project('app-11111111', { b: 'committed' }) },
      ['cli-home'],
      ['! cli-home']
    ],
    [
      'by default, where the checkout has none',
      project('app-11111111', { a: 'committed' }),
      [],
      [shown('app-11111111', 'a')]
    ],
    [
      'not by default, where it is one of several',
      { ...project('a-11111111', { a: 'committed' }), ...project('b-22222222', { b: 'committed' }) },
      [],
      []
    ],
    ['no home', {}, ['cli-home'], ['! cli-home']],
    ['no home, by default', {}, [], []],
    [
      'a project without a state',
      { 'home/.opentraces/projects/app-11111111/traces/a.jsonl': '' },
      ['cli-home'],
      ['! cli-home']
    ],
    ['nothing committed', project('app-11111111', { a: 'staged' }), ['cli-home'], []],
    [
      'the checkout first',
      { ...project('app-11111111', { a: 'committed' }), 'work/.opentraces/staging/x.jsonl': '' },
      [],
      ['.opentraces/staging/x.jsonl']
    ],
    [
      'after an empty staging folder',
      { ...project('app-11111111', { a: 'committed' }), 'work/.opentraces/staging/x.txt': '' },
      [],
      [shown('app-11111111', 'a')]
    ]
  ])('%s', async (_, files, entries, expected) => {
    make(files)
    expect(await found(entries)).toEqual(expected)
  })

  test('one of several, asked for, is an error', async () => {
    make({ ...project('a-11111111', { a: 'committed' }), ...project('b-22222222', { b: 'committed' }) })
    const error = await expectFailure(['cli-home'])
    expect(error.message).toBe('~/.opentraces/projects holds 2 projects that could be this one')
    expect(error.hint).toContain('.opentraces.json')
  })

  test('a marker that is no JSON is an error', async () => {
    make({ ...project('a-11111111', { a: 'committed' }), 'work/.opentraces.json': 'aSecret' })
    expect((await expectFailure(['cli-home'])).message).toBe('".opentraces.json" is not a JSON object')
  })

  test('the bucket: whole-file records, and the log says what they are', async () => {
    make({
      'home/.opentraces/bucket/traces/v1/app-11111111/t1/trace.json': JSON.stringify(rawTrace('t1'), null, 2),
      'home/.opentraces/bucket/traces/v1/app-11111111/t1/context.jsonl.gz': '',
      'home/.opentraces/bucket/traces/v1/app-11111111/t2/trace.json': JSON.stringify(rawTrace('t2'), null, 2)
    })
    const { files, sources } = await run(['bucket'])
    expect(files.map(({ format }) => format)).toEqual(['json', 'json'])
    expect(sources.join('\n')).toContain('the raw bucket, not reviewed by anybody')
    const ids: unknown[] = []
    for await (const item of readStaged(files)) ids.push('staged' in item ? item.staged.trace.record.trace_id : item)
    expect(ids).toEqual(['t1', 't2'])
  })
})
