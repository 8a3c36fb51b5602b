/** Fields that no released schema ever had: kept, named, and without a say in what a trace is. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { hashedRecordText } from '../../src/traces/canonical.js'
import { parseTrace, TraceError, type ParsedTrace } from '../../src/traces/parse.js'
import { jsonPointer } from '../../src/traces/shape.js'
import { fullTrace, places, valueAt, type Json, type Place } from './full-record.js'

const VALUE = '{"b":1.0,"1":[9007199254740993,null],"a":"é"}'

/** The full record with one more member, given as text, in the object at a place. */
function withMember(place: Place, key: string, value: string): string {
  const record = fullTrace()
  ;(valueAt(record, place) as Record<string, Json>)['@key'] = '@value'
  return JSON.stringify(record).replace('"@key":"@value"', () => `${JSON.stringify(key)}:${value}`)
}

/** The record with changed members of its metadata or its top level. */
const changed = (members: Record<string, unknown>): string => JSON.stringify({ ...fullTrace(), ...members })

function expectPublishable(trace: ParsedTrace): void {
  const again = parseTrace(trace.line)
  expect(again.line).toBe(trace.line)
  expect(again.unknownFields).toEqual([])
  expect(again.identityHash).toBe(trace.identityHash)
  expect(trace.contentHash).toBe(createHash('sha256').update(hashedRecordText(again.record)).digest('hex'))
  expect(trace.line).toContain(`"content_hash":"${trace.contentHash}"`)
}

const plain = parseTrace(JSON.stringify(fullTrace()))
const objects = [[] as Place, ...places().flatMap(({ place, kind }) => (kind === 'object' ? [place] : []))]

test('there are 22 kinds of objects in a record', () => {
  expect(objects.length).toBe(22)
})

test.each(objects.map((place) => [jsonPointer(place) || 'the record', place] as const))(
  'in %s: kept by its pointer, the content hash new, the identity the same',
  (_, place) => {
    const trace = parseTrace(withMember(place, 'zz_extra', VALUE))
    const pointer = `${jsonPointer(place)}/zz_extra`
    expect(trace.line).toContain(`"metadata":{"note":"n","unknown_fields":{"${pointer}":${VALUE}}}}`)
    expect(trace.unknownFields).toEqual([pointer])
    expect(trace.contentHash).not.toBe(plain.contentHash)
    expect(trace.identityHash).toBe(plain.identityHash)
    expectPublishable(trace)
  }
)

test.each([
  ['a plain name', 'extra_field', '/extra_field', '/extra_field'],
  ['a name in capitals', 'AKIAIOSFODNN7', '/AKIAIOSFODNN7', '/*'],
  ['a name with digits', 'key2', '/key2', '/*'],
  ['a long name', 'a'.repeat(41), `/${'a'.repeat(41)}`, '/*'],
  ['no name', '', '/', '/*'],
  ['a name with the signs of a pointer', 'a/b~c', '/a~1b~0c', '/*'],
  ['__proto__', '__proto__', '/__proto__', '/*'],
  ['constructor', 'constructor', '/constructor', '/constructor'],
  ['an integer-like name', '7', '/7', '/*'],
  ['what looks like a path', 'attribution.version', '/attribution.version', '/*'],
  ['a control character', 'a\u0000\n', '/a\\u0000\\n', '/*']
])('%s is kept as it is, and shown only where it cannot be data', (_, key, pointer, shown) => {
  const trace = parseTrace(withMember([], key, '"v"'))
  expect(trace.line).toContain(`"unknown_fields":{"${pointer}":"v"}`)
  expect(trace.unknownFields).toEqual([shown])
  expectPublishable(trace)
})

test('several are kept in the order of the record', () => {
  const text = '{"z":1,"trace_id":"t","task":{"y":2},"session_id":"s","agent":{"name":"a","x":3},"w":4}'
  expect(parseTrace(text).line).toContain('"unknown_fields":{"/z":1,"/task/y":2,"/agent/x":3,"/w":4}')
})

test('attribution.version is the one field that is dropped', () => {
  const trace = parseTrace(withMember(['attribution'], 'version', '"1.0"'))
  expect(trace.line).toBe(plain.line)
  expect(parseTrace(withMember(['environment'], 'version', '"1.0"')).unknownFields).toEqual(['/environment/version'])
})

describe('next to fields that an earlier run kept', () => {
  const again = (unknownFields: unknown, extra: string): ParsedTrace =>
    parseTrace(changed({ metadata: { unknown_fields: unknownFields }, zz_extra: extra }))
  test.each([
    ['the same value', { '/zz_extra': 'v' }, '{"/zz_extra":"v"}'],
    ['another value', { '/zz_extra': 'old' }, '{"/zz_extra":"old","/zz_extra#2":"v"}'],
    [
      'two other values',
      { '/zz_extra': 'a', '/zz_extra#2': 'b' },
      '{"/zz_extra":"a","/zz_extra#2":"b","/zz_extra#3":"v"}'
    ],
    ['the same value behind another', { '/zz_extra': 'a', '/zz_extra#2': 'v' }, '{"/zz_extra":"a","/zz_extra#2":"v"}'],
    ['other fields', { '/gone': 1 }, '{"/gone":1,"/zz_extra":"v"}'],
    ['a text', 'mine', '{"/metadata/unknown_fields":"mine","/zz_extra":"v"}'],
    ['a list', [1, 2], '{"/metadata/unknown_fields":[1,2],"/zz_extra":"v"}'],
    ['null', null, '{"/metadata/unknown_fields":null,"/zz_extra":"v"}']
  ])('%s: nothing is lost', (_, existing, expected) => {
    const trace = again(existing, 'v')
    expect(trace.line).toContain(`"metadata":{"unknown_fields":${expected}}}`)
    expectPublishable(trace)
  })

  test('of another type and no new field: left alone', () => {
    expect(parseTrace(changed({ metadata: { unknown_fields: 'mine' } })).line).toContain('{"unknown_fields":"mine"}')
  })
})

describe('what is kept must be readable', () => {
  const lists = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

  test('at the depth that is just allowed', () => {
    expectPublishable(parseTrace(withMember([], 'deep', lists(197))))
  })

  test.each([
    ['one level deeper', withMember([], 'deep', lists(198))],
    ['one level deeper, displaced', withMember(['metadata'], 'unknown_fields', lists(198)).replace('{', '{"deep":1,')]
  ])('%s', (_, text) => {
    expect(() => parseTrace(text)).toThrow(/nested deeper than 200 levels once it is kept in metadata\.unknown_fields/)
  })

  test('integers beyond 64 bits are refused there too, the name not shown', () => {
    const text = withMember(['task'], 'aSecret', '{"x":[18446744073709551616]}')
    let error: unknown
    try {
      parseTrace(text)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(TraceError)
    expect(error).toMatchObject({ pointer: '/task/*/*/0' })
    expect((error as TraceError).message).not.toContain('aSecret')
  })
})

describe('the identity', () => {
  const identity = (members: Record<string, unknown>): string => parseTrace(changed(members)).identityHash

  test.each([
    ['a review', { metadata: { note: 'n', llm_review: { status: 'complete' } } }],
    ['what security tools wrote', { metadata: { security: { tools: {} }, note: 'n' } }],
    ['all of it', { metadata: { llm_review: 1, note: 'n', security: 2, unknown_fields: 3 } }],
    ['the state of the scan', { security: { scanned: false, flags_reviewed: 9 } }],
    ['an older schema', { schema_version: '0.7.0' }],
    ['another trace_id', { trace_id: 'other' }],
    ['a stale hash', { content_hash: null }]
  ])('is not changed by %s', (_, members) => {
    expect(identity(members)).toBe(plain.identityHash)
  })

  test('is not changed by a review where there is no other metadata', () => {
    expect(identity({ metadata: { llm_review: {} } })).toBe(identity({ metadata: {} }))
  })

  test('is changed by everything else that a record says', () => {
    const volatile = /^(schema_version|trace_id|content_hash|security)(\.|$)/
    const without = (place: Place): string => {
      const record = fullTrace()
      Reflect.deleteProperty(valueAt(record, place.slice(0, -1)) as object, place.at(-1)!)
      return JSON.stringify(record)
    }
    const same = places().filter(({ place }) => {
      if (place.at(-1) === 0) return false
      try {
        return parseTrace(without(place)).identityHash === plain.identityHash
      } catch {
        return false // a required field
      }
    })
    expect(same.map(({ place }) => place.join('.')).filter((name) => !volatile.test(name))).toEqual([])
    expect(same.length).toBe(7)
  })
})
