/** Which paths are wanted, and which names are safe on which system. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { assertSafe, DistinctPaths } from '../../../src/action/commit-files/names.js'
import { stagedPaths } from '../../../src/action/commit-files/wanted.js'

describe('paths that can hold staged traces', () => {
  const filter = stagedPaths(['data/traces', 'one.txt', 'deep/er/more'], 'app')

  test.each([
    'app/.opentraces.json',
    'app/.opentraces/state.json',
    'app/.opentraces/staging/a.jsonl',
    'app/.opentraces/policy.yml',
    'data/state.json',
    'data/traces/a.jsonl',
    'data/traces/b/c/trace.json',
    'one.txt',
    'state.json',
    'deep/er/state.json'
  ])('%s', (path) => {
    expect(filter.file(path)).toBe(true)
  })

  test.each([
    '.opentraces.json',
    '.opentraces/staging/a.jsonl',
    'app/.opentraces.jsonl',
    'app/a.jsonl',
    'data/traces/readme.md',
    'data/traces2/a.jsonl',
    'data/other.json',
    'one.txt/a.txt',
    'deep/state.json'
  ])('not %s', (path) => {
    expect(filter.file(path)).toBe(false)
  })

  test('the whole workspace, and a working directory that is its root', () => {
    const all = stagedPaths([''], '')
    for (const path of ['a.jsonl', 'a/b.json', '.opentraces/x.md', '.opentraces.json'])
      expect(all.file(path)).toBe(true)
    expect(all.file('a/b.ts')).toBe(false)
    expect(all.folder('any/where')).toBe(true)
    const none = stagedPaths([], '')
    expect([none.folder('.opentraces/staging'), none.folder('src')]).toEqual([true, false])
  })

  test('every folder above a wanted file is gone through', () => {
    const name = fc.constantFrom('a', 'b', '.opentraces', 'state.json', '.opentraces.json', 'x.jsonl', 'y.md')
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'))
    const folder = fc.oneof(fc.constant(''), path)
    fc.assert(
      fc.property(fc.array(folder, { maxLength: 3 }), folder, path, (roots, workingDirectory, file) => {
        const { file: isFile, folder: isFolder } = stagedPaths(roots, workingDirectory)
        fc.pre(isFile(file))
        const names = file.split('/')
        for (let depth = 1; depth < names.length; depth++) expect(isFolder(names.slice(0, depth).join('/'))).toBe(true)
      })
    )
  })
})

describe('names', () => {
  const safe = (path: string, windows: boolean) => {
    try {
      assertSafe(path, windows)
      return true
    } catch {
      return false
    }
  }

  test.each([
    'a.jsonl',
    '.gitignore',
    '.github/x',
    'git~',
    'a..b/..c',
    'größe 😀.jsonl',
    'console',
    'com10.txt',
    'x.git'
  ])('%s is safe', (path) => {
    expect([safe(path, false), safe(path, true)]).toEqual([true, true])
  })

  test.each(['a:b.jsonl', '2026-01-01T10:00:00.jsonl', 'CON', 'nul.jsonl', 'com1.txt', 'end.', 'end ', 'a*', 'tab\t'])(
    '%j is safe, but not on Windows',
    (path) => {
      expect([safe(path, false), safe(path, true)]).toEqual([true, false])
    }
  )

  test.each(['', '/a', 'a//b', '..', 'a/../b', '.', 'a\\b', 'a\0', '.GIT/x', 'GIT~2', '.git ', '.git:x', '\uFFFD'])(
    '%j is not safe',
    (path) => {
      expect([safe(path, false), safe(path, true)]).toEqual([false, false])
    }
  )

  test('the limit of a path is one of bytes', () => {
    expect([safe('x'.repeat(4095), false), safe('x'.repeat(4096), false), safe('ö'.repeat(2048), false)]).toEqual([
      true,
      false,
      false
    ])
  })

  test('paths are distinct where no folder or file of one is another of the other in disguise', () => {
    const accepts = (...paths: string[]) => {
      const distinct = new DistinctPaths()
      try {
        for (const path of paths) distinct.add(path)
        return true
      } catch {
        return false
      }
    }
    expect(accepts('a/b', 'a/c', 'a/d/e', 'b', 'ab')).toBe(true)
    for (const pair of [
      ['a', 'a'],
      ['a', 'A'],
      ['a/b', 'A/c'],
      ['a', 'a/b'],
      ['a/b', 'a'],
      ['a/B', 'A'],
      ['\u00E9/x', 'e\u0301/y']
    ]) {
      expect([pair, accepts(...pair)]).toEqual([pair, false])
    }
  })
})
