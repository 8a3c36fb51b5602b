import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { updateFrontMatter, type FrontMatterInput } from '../../src/dataset/front-matter.js'
import { globMatches } from '../../src/dataset/glob.js'

const plain: FrontMatterInput = { totalTraces: 3, quality: undefined }

describe('configs', () => {
  const configsOf = (configs: string): unknown =>
    (parse(updateFrontMatter(`configs:\n${configs}`, plain)) as { configs: unknown }).configs
  const glob = 'data/traces_*.jsonl'
  const ours = { config_name: 'default', data_files: [{ split: 'train', path: glob }] }

  test.each([
    ['our own', 'data/traces_*.jsonl'],
    ['of newer clients', 'data/*.jsonl'],
    ['of everything', '"**"'],
    ['of a folder', 'data/**'],
    ['at any depth', '"**/traces_*Z_????????.jsonl"'],
    ['relative', './data/traces_*.jsonl']
  ])('a pattern that covers the shards is enough: %s', (_, path) => {
    for (const files of [`"${path.replaceAll('"', '')}"`, `[${path}]`, `[{split: test, path: ${path}}]`]) {
      const text = `tags: [opentraces, agent-traces]\nsize_categories: n<1K\nconfigs: [{config_name: default, data_files: ${files}}]\n`
      expect(updateFrontMatter(text, plain)).toBe(text)
    }
    const folder = 'configs: [{config_name: default, data_dir: ./data/}]\n'
    expect(parse(updateFrontMatter(folder, plain))).toMatchObject(parse(folder) as object)
  })

  test('a person’s configs survive, ours is added', () => {
    const sidecar = '# sessions\n- config_name: sessions # pi\n  data_files:   sessions/*.jsonl\n'
    const text = updateFrontMatter(`configs:\n${sidecar}`, plain)
    expect(text).toMatch(/^configs:\n# sessions\n- config_name: sessions # pi\n/)
    expect(parse(text)).toMatchObject({
      configs: [{ config_name: 'sessions', data_files: 'sessions/*.jsonl' }, ours]
    })
  })

  test.each([
    ['nothing', '- config_name: default\n', ours.data_files],
    ['null', '- {config_name: default, data_files: }\n', ours.data_files],
    ['one pattern', '- config_name: default\n  data_files: more/*.jsonl\n', ['more/*.jsonl', glob]],
    ['patterns', '- config_name: default\n  data_files: [a.jsonl, b.jsonl]\n', ['a.jsonl', 'b.jsonl', glob]],
    [
      'another split',
      '- config_name: default\n  data_files:\n  - split: test\n    path: t.jsonl\n',
      [
        { split: 'test', path: 't.jsonl' },
        { split: 'train', path: glob }
      ]
    ],
    [
      'the same split, one pattern',
      '- config_name: default\n  data_files:\n  - split: train\n    path: t.jsonl\n',
      [{ split: 'train', path: ['t.jsonl', glob] }]
    ],
    [
      'the same split, some of the shards',
      '- config_name: default\n  data_files:\n  - split: train\n    path: [t.jsonl, data/traces_2026*.jsonl]\n',
      [{ split: 'train', path: ['t.jsonl', glob] }]
    ],
    ['only some of the shards', '- {config_name: default, data_files: data/traces_2026*.jsonl}\n', glob]
  ])('a default config with %s gains our pattern', (_, before, dataFiles) => {
    expect(configsOf(before)).toEqual([{ config_name: 'default', data_files: dataFiles }])
  })

  test('what else the default config holds stays, aliased or not', () => {
    expect(configsOf('- config_name: default\n  description: x\n  default: true\n')).toEqual([
      { ...ours, description: 'x', default: true }
    ])
    const text = 'c: &c {config_name: default, drop_labels: true}\nconfigs:\n- *c\n'
    expect(parse(updateFrontMatter(text, plain))).toMatchObject({
      c: { config_name: 'default', drop_labels: true },
      configs: [{ ...ours, drop_labels: true }]
    })
  })
})

test.each([
  ['data/*.jsonl', 'data/a.jsonl', true],
  ['data/*.jsonl', 'data/x/a.jsonl', false],
  ['*.jsonl', 'data/a.jsonl', false],
  ['**/*.jsonl', 'a.jsonl', true],
  ['**/*.jsonl', 'x/y/a.jsonl', true],
  ['x**', 'xy/z', true],
  ['a?c', 'abc', true],
  ['a?c', 'a/c', false],
  ['[a-c]x', 'bx', true],
  ['[!a-c]x', 'bx', false],
  ['[^a-c]x', 'dx', true],
  ['[a', '[a', true],
  ['a.b', 'axb', false],
  ['', '', true],
  [`${'*a'.repeat(60)}b`, 'a'.repeat(200), false]
])('the pattern %j and %j', (pattern, path, matches) => {
  expect(globMatches(pattern, path)).toBe(matches)
})
