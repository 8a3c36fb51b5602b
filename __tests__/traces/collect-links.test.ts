import { describe, expect, test } from '@jest/globals'
import { at, expectFailure, found, make, state, type Where } from './machine.js'

describe('symlinks', () => {
  const OUT = /is a symlink that leads out of the workspace$/
  test.each<[string, Record<string, string>, string[], Where]>([
    ['to a file, named', { 'work/x.jsonl': '→/else/s.jsonl' }, ['x.jsonl'], {}],
    ['to a file, by a relative path', { 'work/x.jsonl': '→../else/s.jsonl' }, ['x.jsonl'], {}],
    ['to a file, in a folder', { 'work/t/x.jsonl': '→/else/s.jsonl' }, ['t'], {}],
    ['to a file, by a glob', { 'work/t/x.jsonl': '→/else/s.jsonl' }, ['t/*.jsonl'], {}],
    ['to a file, by default', { 'work/.opentraces/staging/x.jsonl': '→/else/s.jsonl' }, [], {}],
    ['to a folder, named', { 'work/t': '→/else' }, ['t'], {}],
    ['to a folder, in a folder', { 'work/t/deep/l': '→/else' }, ['t'], {}],
    ['to a folder, in front of a glob', { 'work/t': '→/else' }, ['t/*.jsonl'], {}],
    ['to a folder, below a glob', { 'work/t/l': '→/else' }, ['t/**/*.jsonl'], {}],
    ['to a folder on the way', { 'work/t': '→/else' }, ['t/s.jsonl'], {}],
    ['to the default folder', { 'work/.opentraces/staging': '→/else' }, [], {}],
    ['through another link', { 'work/t/x.jsonl': '→y', 'work/t/y': '→/else/s.jsonl' }, ['t'], {}],
    [
      'to a neighbour with a longer name',
      { 'work-2/s.jsonl': '', 'work/x.jsonl': '→/work-2/s.jsonl' },
      ['x.jsonl'],
      {}
    ],
    ['as a state', { 'work/t/state.json': '→/else/state.json', 'work/t/a.jsonl': '' }, ['t'], {}],
    [
      'as the file of a committed trace',
      { 'work/t/state.json': state({ x: 'committed' }), 'work/t/x.jsonl': '→/else/s.jsonl' },
      ['t'],
      {}
    ],
    ['with a slash behind the workspace', { 'work/x.jsonl': '→/else/s.jsonl' }, ['x.jsonl'], { workspace: 'slash' }]
  ])('that lead out are refused: %s', async (_, files, entries, where) => {
    make({ 'else/s.jsonl': '', 'else/state.json': state({ a: 'committed' }), ...files })
    const workspace = where.workspace === 'slash' ? `${at('work')}/` : undefined
    const error = await expectFailure(entries, workspace === undefined ? {} : { workspace })
    expect(error.code).toBe('TRACES_UNREADABLE')
    expect(error.message).toMatch(OUT)
    expect(error.message).not.toContain('else')
  })

  test('out of the project in the home of the CLI', async () => {
    make({
      'else/s.jsonl': '',
      'home/.opentraces/projects/app-11111111/state.json': state({ x: 'committed' }),
      'home/.opentraces/projects/app-11111111/traces/x.jsonl': '→/else/s.jsonl'
    })
    expect((await expectFailure(['cli-home'])).message).toMatch(OUT)
  })

  test.each<[string, Record<string, string>, string[], string[]]>([
    ['a file', { 'work/x.jsonl': '→t/s.jsonl' }, ['x.jsonl'], ['x.jsonl']],
    ['a file, once', { 'work/t/x.jsonl': '→s.jsonl' }, ['t'], ['t/s.jsonl']],
    ['a folder', { 'work/l': '→t' }, ['l'], ['l/s.jsonl']],
    ['a folder below', { 'work/u/l': '→../t' }, ['u'], ['u/l/s.jsonl']],
    ['a folder, the files under their own name', { 'work/a-link': '→t' }, ['**/*.jsonl'], ['t/s.jsonl']],
    ['a loop', { 'work/t/loop': '→..' }, ['t'], ['t/s.jsonl']],
    [
      'a loop over two links',
      { 'work/t/one': '→../u', 'work/u/two': '→../t', 'work/u/v.jsonl': '' },
      ['t'],
      ['t/one/v.jsonl', 't/s.jsonl']
    ],
    ['a link to itself, not a trace', { 'work/t/me': '→me' }, ['t'], ['t/s.jsonl']],
    ['a dead link, not a trace', { 'work/t/dead': '→gone', 'work/t/tool': '→/usr-bin-tool' }, ['t'], ['t/s.jsonl']],
    [
      'a link out, not a trace',
      { 'work/.venv/bin/python': '→/else/python', 'else/python': '' },
      ['**/*.jsonl'],
      ['t/s.jsonl']
    ]
  ])('inside are followed: %s', async (_, files, entries, expected) => {
    make({ 'work/t/s.jsonl': '', ...files })
    expect(await found(entries)).toEqual(expected)
  })

  test('many links that lead to each other are walked once each', async () => {
    const files: Record<string, string> = { 'work/t/s.jsonl': '' }
    for (let i = 0; i < 24; i++) {
      files[`work/t/${String(i)}/x`] = `→../${String(i + 1)}`
      files[`work/t/${String(i)}/y`] = `→../${String(i + 1)}`
    }
    make({ ...files, 'work/t/24/end.jsonl': '' })
    expect(await found(['t'])).toEqual(['t/24/end.jsonl', 't/s.jsonl'])
  })

  test('a dead link that should be a trace is an error', async () => {
    make({ 'work/t/x.jsonl': '→gone.jsonl' })
    expect((await expectFailure(['t'])).message).toBe('"t/x.jsonl" cannot be read (ENOENT)')
  })

  test('an excluded file is not published by another name', async () => {
    make({ 'work/private/s.jsonl': '', 'work/l': '→private', 'work/x.jsonl': '→private/s.jsonl', 'work/a.jsonl': '' })
    expect(await found(['**/*.jsonl', 'l', '!private'])).toEqual(['a.jsonl'])
  })

  test('a workspace that is itself a symlink', async () => {
    make({ 'work/t/s.jsonl': '', alias: '→/work' })
    const alias = { workingDirectory: 'alias', workspace: at('alias') }
    expect(await found(['t', '*.jsonl'], alias)).toEqual(['t/s.jsonl', '! *.jsonl'])
    expect(await found(['t', '!t/s.jsonl'], alias)).toEqual([])
  })
})
