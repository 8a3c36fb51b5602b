import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { readStaged } from '../../src/traces/read.js'
import { rawTrace } from '../support/records.js'
import { at, expectFailure, found, make, run, state } from './machine.js'

describe('entries', () => {
  const TREE = [
    'a.jsonl',
    'b.jsonl',
    'notes.txt',
    '..odd.jsonl',
    '.dot/c.jsonl',
    '.dot/.deep/d.jsonl',
    'sub/e.jsonl',
    'sub/f.json',
    'with space/g h.jsonl',
    'br[1]/i(2).jsonl',
    'ünï/日本.jsonl',
    'sub/private/k.jsonl',
    '.git/l.jsonl'
  ]
  beforeEach(() => {
    make(Object.fromEntries(TREE.map((path) => [`work/${path}`, ''])))
    make({ 'else/m.jsonl': '' })
  })

  test.each<[string, string[], string[]]>([
    ['a file', ['a.jsonl'], ['a.jsonl']],
    ['a path with dots', ['sub/../a.jsonl'], ['a.jsonl']],
    ['in the order of the entries', ['sub/e.jsonl', 'a.jsonl'], ['sub/e.jsonl', 'a.jsonl']],
    ['a folder, all the way down', ['sub'], ['sub/e.jsonl', 'sub/private/k.jsonl']],
    ['a folder with a slash', ['sub/'], ['sub/e.jsonl', 'sub/private/k.jsonl']],
    ['a glob', ['*.jsonl'], ['..odd.jsonl', 'a.jsonl', 'b.jsonl']],
    ['a glob with a dot in front', ['./*.jsonl'], ['..odd.jsonl', 'a.jsonl', 'b.jsonl']],
    ['a file that is one record', ['sub/f.json'], ['sub/f.json']],
    ['**, hidden folders included', ['.dot/**'], ['.dot/.deep/d.jsonl', '.dot/c.jsonl']],
    ['** in the middle', ['**/k.jsonl'], ['sub/private/k.jsonl']],
    ['braces', ['{a,sub/e}.jsonl'], ['a.jsonl', 'sub/e.jsonl']],
    ['not what git keeps', ['**/l.jsonl'], ['! **/l.jsonl']],
    ['spaces', ['with space/g h.jsonl'], ['with space/g h.jsonl']],
    ['spaces in a glob', ['with space/*'], ['with space/g h.jsonl']],
    ['brackets that are names', ['br[1]/i(2).jsonl'], ['br[1]/i(2).jsonl']],
    ['a folder with brackets', ['br[1]'], ['br[1]/i(2).jsonl']],
    ['a glob below escaped brackets', ['br\\[1\\]/*.jsonl'], ['br[1]/i(2).jsonl']],
    ['a class', ['[ab].jsonl'], ['a.jsonl', 'b.jsonl']],
    ['Unicode', ['ünï/日*.jsonl'], ['ünï/日本.jsonl']],
    ['the same twice', ['a.jsonl', 'a.jsonl'], ['a.jsonl']],
    ['overlapping entries', ['b.jsonl', '*.jsonl', 'a.jsonl'], ['b.jsonl', '..odd.jsonl', 'a.jsonl']],
    ['nothing there', ['gone.jsonl', 'gone/*.jsonl', 'gone/'], ['! gone.jsonl', '! gone/*.jsonl', '! gone/']],
    [
      'a folder without traces',
      ['sub/../ünï/../with space/..//notes.txt/x', 'sub/*.txt'],
      ['! sub/../ünï/../with space/..//notes.txt/x', '! sub/*.txt']
    ],
    ['a name that is too long', ['n'.repeat(300)], [`! ${'n'.repeat(300)}`]]
  ])('%s', async (_, entries, expected) => {
    expect(await found(entries)).toEqual(expected)
  })

  test.each<[string, string[], string[]]>([
    ['a file', ['*.jsonl', '!b.jsonl', '!..odd.jsonl'], ['a.jsonl']],
    ['wherever it stands', ['!b.jsonl', '!..odd.jsonl', '*.jsonl'], ['a.jsonl']],
    ['with a dot in front', ['*.jsonl', '!./b.jsonl', '!..odd.jsonl'], ['a.jsonl']],
    ['a glob', ['sub', '!**/k.jsonl'], ['sub/e.jsonl']],
    ['a folder', ['sub', '!sub/private'], ['sub/e.jsonl']],
    ['a folder with a slash', ['sub', '!sub/private/'], ['sub/e.jsonl']],
    ['a folder by a glob', ['sub', '!**/private'], ['sub/e.jsonl']],
    ['brackets that are names', ['br[1]', 'a.jsonl', '!br[1]'], ['a.jsonl']],
    ['a file named outright', ['a.jsonl', 'b.jsonl', '!a.jsonl'], ['b.jsonl']],
    ['everything', ['a.jsonl', '!**'], []],
    ['a space behind the sign', ['*.jsonl', '! b.jsonl', '!..odd.jsonl'], ['a.jsonl']],
    ['something else', ['a.jsonl', '!b.jsonl'], ['a.jsonl']]
  ])('an exclusion takes away: %s', async (_, entries, expected) => {
    expect(await found(entries)).toEqual(expected)
  })

  test('an exclusion by absolute path', async () => {
    expect(await found(['[ab].jsonl', `!${at('work', 'b.jsonl')}`])).toEqual(['a.jsonl'])
  })

  test('an exclusion takes a committed trace away, and its id', async () => {
    make({
      'work/t/state.json': state({ x: 'committed', y: 'committed', z: 'committed' }),
      'work/t/traces/x.jsonl': '',
      'work/t/traces/y.jsonl': ''
    })
    const { files, committed } = await run(['t', '!t/traces/y.jsonl', '!**/z.jsonl'])
    expect(files.map(({ shown }) => shown)).toEqual(['t/traces/x.jsonl'])
    expect([...committed]).toEqual(['x'])
  })

  test('absolute paths, in the checkout and outside of it', async () => {
    const inWork = (path: string): string => at('work', path)
    expect(await found([inWork('a.jsonl'), inWork('sub'), inWork('.dot/*.jsonl')])).toEqual([
      'a.jsonl',
      'sub/e.jsonl',
      'sub/private/k.jsonl',
      '.dot/c.jsonl'
    ])
    const outside = at('else', 'm.jsonl')
    expect(await found([outside])).toEqual([outside])
    expect(await found([at('else')])).toEqual([outside])
    expect(await found([at('else', '*')])).toEqual([outside])
    expect(await found(['../else/*.jsonl'])).toEqual([outside])
  })

  test('relative to the working directory, whatever it is called', async () => {
    make({ 'work/br[1]/{x}/*y/t.jsonl': '' })
    expect(await found(['*.jsonl'], { workingDirectory: 'work/br[1]/{x}/*y' })).toEqual(['t.jsonl'])
    expect(await found(['**/*.jsonl', '!../sub/**', '!../br[[]1]/i*'], { workingDirectory: 'work/br[1]' })).toEqual([
      '{x}/*y/t.jsonl'
    ])
    expect(await found(['../../a.jsonl'], { workingDirectory: 'work/.dot/.deep' })).toEqual([at('work', 'a.jsonl')])
  })
})

describe('what cannot be read', () => {
  /** Does something as a user who may not read everything, if we are root. */
  async function asNobody<T>(run: () => Promise<T>): Promise<T> {
    if (process.getuid?.() !== 0) return run()
    process.seteuid!(65534)
    try {
      return await run()
    } finally {
      process.seteuid!(0)
    }
  }

  test.each<[string, string, number, string[], string]>([
    ['a folder that may not be listed', 'work/t', 0o300, ['t'], 't'],
    ['a folder below', 'work/t/deep', 0, ['t'], 't/deep'],
    ['a folder that may not be entered', 'work/t', 0o600, ['t/s.jsonl'], 't/s.jsonl'],
    ['a folder behind a glob', 'work/t', 0, ['**/*.jsonl'], 't'],
    ['a state', 'work/t/state.json', 0, ['t'], 't/state.json'],
    ['the default folder', 'work/.opentraces/staging', 0, [], '.opentraces/staging']
  ])('%s', async (_, path, mode, entries, shown) => {
    make({ 'work/t/s.jsonl': '', 'work/t/deep/s.jsonl': '', 'work/.opentraces/staging/s.jsonl': '' })
    if (path.endsWith('state.json')) make({ [path]: state({}) })
    const full = at(path)
    chmodSync(full, mode)
    try {
      const error = await asNobody(() => expectFailure(entries))
      expect(error.code).toBe('TRACES_UNREADABLE')
      expect(error.message).toMatch(new RegExp(`^"${shown}(/state\\.json)?" cannot be read \\(EACCES\\)$`))
    } finally {
      chmodSync(full, 0o755)
    }
  })

  test('a file: found, and an error once it is read', async () => {
    make({ 'work/s.jsonl': JSON.stringify(rawTrace('t')) })
    chmodSync(at('work/s.jsonl'), 0)
    await asNobody(async () => {
      const { files } = await run(['s.jsonl'])
      const reading = async (): Promise<void> => {
        for await (const item of readStaged(files)) expect(item).toBeUndefined()
      }
      await expect(reading()).rejects.toMatchObject({ exitCode: 4, message: '"s.jsonl" cannot be read (EACCES)' })
    })
  })

  test('a pipe, which would wait for ever', async () => {
    mkdirSync(at('work/t'))
    execFileSync('mkfifo', [at('work/t/x.jsonl')])
    for (const entry of ['t', 't/x.jsonl', '**/*.jsonl']) {
      expect((await expectFailure([entry])).message).toBe('"t/x.jsonl" is not a regular file')
    }
    expect(await found(['t/*.txt'])).toEqual(['! t/*.txt'])
  })

  test('a name with a NUL', async () => {
    expect((await expectFailure(['a\0b'])).code).toBe('TRACES_UNREADABLE')
  })
})
