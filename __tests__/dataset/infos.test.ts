import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { datasetInfosText, recordFeatures, type Feature } from '../../src/dataset/infos.js'
import { ActionError } from '../../src/errors.js'
import { goldenJson } from '../support/golden.js'

interface Infos {
  default: Record<string, unknown> & { features: Record<string, Record<string, unknown>> }
}
const golden = goldenJson('upstream', 'dataset_infos-0.9.0.json') as Infos
const fresh = datasetInfosText(undefined, 'my-dataset', 'cc-by-4.0')
const string = { dtype: 'string', _type: 'Value' }
const read = (text: string): Infos => JSON.parse(text) as Infos
const text = (value: unknown): string => JSON.stringify(value)

describe('the columns', () => {
  test('are the reference’s, in its order, and the two that earlier schemas had besides', () => {
    const { outcome, attribution, ...rest } = structuredClone(recordFeatures()) as Infos['default']['features']
    expect(outcome?.patch).toEqual(string)
    expect(attribution?.version).toEqual(string)
    delete outcome?.patch
    delete attribution?.version
    expect({ outcome, attribution, ...rest }).toEqual(golden.default.features)
    expect(Object.keys(recordFeatures())).toEqual(Object.keys(golden.default.features))
  })

  test('the declaration is otherwise the reference’s, byte for byte', () => {
    const { default: entry } = structuredClone(read(fresh))
    delete entry.features.outcome?.patch
    delete entry.features.attribution?.version
    expect(JSON.stringify({ default: entry }, null, 2)).toBe(JSON.stringify(golden, null, 2))
    expect(fresh).toBe(JSON.stringify(read(fresh), null, 2))
  })
})

test('no licence is invented, and one that is stated stays', () => {
  expect(read(datasetInfosText(undefined, 'd', undefined)).default.license).toBe('')
  const stated = text({ default: { license: 'mit', version: { version_str: '0.3.0' } } })
  expect(read(datasetInfosText(stated, 'd', 'apache-2.0')).default.license).toBe('mit')
  const empty = text({ default: { license: '' } })
  expect(read(datasetInfosText(empty, 'd', 'apache-2.0')).default.license).toBe('apache-2.0')
})

describe('an existing file', () => {
  test('with all our columns is returned as it is, whatever its layout', () => {
    expect(datasetInfosText(fresh, 'other', undefined)).toBe(fresh)
    const compact = text(read(fresh))
    expect(datasetInfosText(compact, 'other', 'mit')).toBe(compact)
    const wider = read(fresh)
    wider.default.features.mine = string
    wider.default.citation = 'me'
    wider.default.dataset_name = 'x'
    expect(datasetInfosText(text(wider), 'd', undefined)).toBe(text(wider))
  })

  test('with lists written as newer readers write them is returned as it is', () => {
    const rewrite = (feature: Feature): unknown =>
      Array.isArray(feature)
        ? { feature: rewrite(feature[0] as Feature), _type: 'List' }
        : Object.fromEntries(Object.entries(feature).map(([k, v]) => [k, typeof v === 'string' ? v : rewrite(v)]))
    const file = { default: { ...read(fresh).default, features: rewrite(recordFeatures()) } }
    expect(datasetInfosText(text(file), 'd', undefined)).toBe(text(file))
  })

  test('of an older client gets our columns and keeps what people wrote', () => {
    const old = structuredClone(golden)
    old.default.version = { version_str: '0.3.0', major: 0, minor: 3, patch: 0 }
    delete old.default.features.patches
    Object.assign(old.default, {
      description: 'd',
      citation: 'c',
      homepage: 'h',
      license: 'odc-by',
      note: 1,
      splits: { train: { name: 'train', num_bytes: 1, num_examples: 2 } },
      download_size: 3,
      dataset_size: 4
    })
    const file = { other: { description: 'o', features: {} }, ...old }
    const after = datasetInfosText(text(file), 'new-name', 'mit')
    expect(JSON.parse(after)).toEqual({
      other: file.other,
      default: {
        ...read(fresh).default,
        description: 'd',
        citation: 'c',
        homepage: 'h',
        license: 'odc-by',
        note: 1
      }
    })
    expect(datasetInfosText(after, 'new-name', 'mit')).toBe(after)
  })

  test.each([
    ['the two former columns lack', (d: Infos['default']) => delete d.features.outcome?.patch],
    ['a type differs', (d: Infos['default']) => (d.features.metadata = string)],
    ['a list holds less', (d: Infos['default']) => (d.features.steps = [{ role: string }] as never)],
    ['a list is none', (d: Infos['default']) => (d.features.dependencies = string)],
    ['a struct is a list', (d: Infos['default']) => (d.features.task = [d.features.task] as never)],
    ['there are none', (d: Infos['default']) => delete (d as Partial<Infos['default']>).features],
    ['split sizes are declared', (d: Infos['default']) => (d.splits = {})],
    ['another builder is named', (d: Infos['default']) => (d.builder_name = 'parquet')],
    ['the version is older', (d: Infos['default']) => (d.version = { version_str: '0.6.0' })],
    ['the version is unreadable', (d: Infos['default']) => (d.version = { version_str: 'x' })],
    ['the version is absent', (d: Infos['default']) => delete d.version]
  ])('is corrected where %s', (_, change) => {
    const file = read(fresh)
    change(file.default)
    expect(datasetInfosText(text(file), 'my-dataset', undefined)).toBe(fresh)
  })

  test.each([
    '',
    '{',
    'null',
    '[]',
    '3',
    '"x"',
    '\ufeff{}',
    '{"default": 3}',
    '{"default": []}',
    '{"default": {}, "x": 1}',
    '{}'
  ])('that no reader could load is replaced: %j', (broken) => {
    expect(datasetInfosText(broken, 'my-dataset', 'cc-by-4.0')).toBe(fresh)
  })

  test('a broken entry beside ours goes, the others stay', () => {
    const file = { ...read(fresh), bad: 3, good: { description: 'x' } }
    expect(JSON.parse(datasetInfosText(text(file), 'd', undefined))).toEqual({
      ...read(fresh),
      good: { description: 'x' }
    })
  })

  test.each([['0.9.1'], ['0.10.0'], ['9.9.9'], ['1.0.0']])('of schema %s is refused', (version) => {
    for (const declared of [{ version_str: version }, version]) {
      let thrown: unknown
      try {
        datasetInfosText(text({ default: { version: declared } }), 'd', undefined)
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(ActionError)
      expect(thrown).toMatchObject({ code: 'SCHEMA_AHEAD', exitCode: 3, retryable: false })
    }
  })

  test('property: any JSON gives a file with our columns that the next push leaves alone', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.json().map((json) => `{"default":${json}}`)
        ),
        (existing) => {
          const after = datasetInfosText(existing, 'd', undefined)
          expect(read(after).default.features).toEqual(recordFeatures())
          expect(datasetInfosText(after, 'd', undefined)).toBe(after)
        }
      )
    )
  })
})
