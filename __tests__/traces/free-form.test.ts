/**
 * The parts of a record whose keys are data: nothing in them may change. The judge is Python's `json`, in one child
 * process for all cases, or a text that is written in its final form already.
 */
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { hashedRecordText } from '../../src/traces/canonical.js'
import { parseJson } from '../../src/traces/json.js'
import { parseTrace } from '../../src/traces/parse.js'
import { goldenJson } from '../support/golden.js'

/** Every place of a record that takes any JSON object: what stands before and behind it. */
const PLACES: Record<string, readonly [before: string, after: string]> = {
  metadata: ['"metadata":', ''],
  'tool input': [
    '"steps":[{"step_index":0,"role":"agent","tool_calls":[{"tool_call_id":"c","tool_name":"Bash","input":',
    '}]}]'
  ],
  tool_definitions: ['"tool_definitions":[{},', ']'],
  context_tree_summary: ['"context_tree_summary":', ''],
  'attribution original': [
    '"attribution":{"files":[{"path":"a.ts","conversations":[{"ranges":[{"start_line":1,"end_line":2,"original":',
    '}]}]}]}'
  ]
}
const record = (members: string): string => `{"trace_id":"t","session_id":"s","agent":{"name":"a"},${members}}`
const nested = (depth: number): string => '{"a":'.repeat(depth) + '{}' + '}'.repeat(depth)

/** Each text is in its published form already: it must come out as it went in. */
const FINAL: Record<string, string> = {
  'whole and integer numbers': '{"a":1,"b":1.0,"c":[-1,-1.0,0,0.0,-0.0]}',
  'large numbers': '{"a":1e+22,"b":9007199254740993,"c":9223372036854775808,"d":-9223372036854775808,"e":1e+16}',
  'the largest integers that readers load': '{"a":18446744073709551615,"b":[-9223372036854775808]}',
  'small numbers': '{"a":5e-324,"b":1e-6,"c":0.00001,"d":0.0001,"e":1.5e-10,"f":2.2250738585072014e-308}',
  'numbers that doubles cannot tell apart': '{"a":9007199254740992,"b":9007199254740993,"c":9007199254740992.0}',
  'integer-like keys in their order': '{"10":1,"2":2,"a":3,"1":4,"0":5,"01":6,"4294967294":7,"-1":8}',
  'keys that JavaScript knows':
    '{"__proto__":{"x":1},"constructor":{"prototype":2},"toString":null,"hasOwnProperty":0}',
  'an own __proto__ that is no object': '{"a":1,"__proto__":null,"b":"__proto__"}',
  'characters that some writers escape':
    '{"é\u2028\u2029\u007f\u0085":"\ufeff😀\uffff/","\\u0000":"\\u001f\\b\\"\\\\"}',
  'empty containers': '{"":{},"a":[],"b":[[],{}],"c":""}',
  'nesting of 150': nested(150)
}
/** Texts that have another published form, derived by hand. */
const CHANGED: Record<string, readonly [text: string, published: string]> = {
  'a key twice: first place, last value': ['{"a":1,"b":2,"a":3}', '{"a":3,"b":2}'],
  'a special key twice': ['{"1":1,"b":2,"\\u0031":3}', '{"1":3,"b":2}'],
  '__proto__ twice': ['{"__proto__":1,"b":2,"__proto__":{"c":3}}', '{"__proto__":{"c":3},"b":2}'],
  'negative zero without a point is the integer 0': ['{"a":-0,"b":-0.0e0}', '{"a":0,"b":-0.0}'],
  'exponents and superfluous digits': [
    '{"a":1E2,"b":0.10,"c":1.000e0,"d":12e-1}',
    '{"a":100.0,"b":0.1,"c":1.0,"d":1.2}'
  ],
  'more digits than a double has': ['{"a":0.1000000000000000055511151231257827}', '{"a":0.1}'],
  'white space and escapes': ['{ "\\u0061" :\t[ 1 ,\r2 ] , "b":"\\/\\u00e9\\ud83d\\ude00" }', '{"a":[1,2],"b":"/é😀"}']
}

describe.each(Object.entries(PLACES))('in %s', (_, [before, after]) => {
  const cases = [
    ...Object.entries(FINAL).map(([name, text]) => [name, text, text] as const),
    ...Object.entries(CHANGED).map(([name, [text, published]]) => [name, text, published] as const)
  ]
  test.each(cases)('%s', (_name, text, published) => {
    const key = /("[a-z_]+":|\[\{\},)$/.exec(before)![0]
    expect(parseTrace(record(before + text + after)).line).toContain(key + published)
  })
})

/** What the property test generates: texts of JSON objects, not values, because numbers are texts here. */
const space = fc.constantFrom('', '', '', ' ', '\t', ' \r ')
const characters = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(
    '',
    '/',
    '"',
    '\\',
    '\u007f',
    '\u0085',
    '\u2028',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '😀',
    '\u0000',
    'Ǆ',
    '{',
    ':'
  )
)
const escapeStyles = fc.array(fc.nat(2), { minLength: 1, maxLength: 5 })
const stringOf = (content: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(content, escapeStyles).map(([text, styles]) => {
    const units = text.split('').map((unit, i) => {
      const style = styles[i % styles.length]
      const hex = unit.charCodeAt(0).toString(16).padStart(4, '0')
      if (style === 1) return `\\u${hex}`
      if (style === 2 && unit === '/') return '\\/'
      return JSON.stringify(unit)
        .slice(1, -1)
        .replace(/^\\u(d[89a-f]..)$/, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    })
    // A pair of surrogates of which one is escaped and one is not is no text in UTF-8.
    const joined = units.join('')
    return `"${joined.isWellFormed() ? joined : JSON.stringify(text).slice(1, -1)}"`
  })

const plain = (content: fc.Arbitrary<string>): fc.Arbitrary<string> => content.map((text) => JSON.stringify(text))

const ordinaryNumber = fc.oneof(
  fc.integer().map(String),
  fc.constantFrom('0', '0.5', '-1.25', '0.1', '123456789012345', '3.14e-1', '0.30000000000000004', '0.00012', '99.99E0')
)
const double = fc.double({ noNaN: true, noDefaultInfinity: true })
const specialNumber = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).map(String),
  double.map((x) => x.toExponential()),
  double.map((x) => (Number.isInteger(x) && Math.abs(x) < 1e21 ? `${String(x)}.0` : String(x))),
  fc.tuple(fc.nat(999), fc.nat(60)).map(([digits, power]) => `${String(digits)}E-${String(power)}`),
  fc.constantFrom(
    '-0',
    '-0.0',
    '0.0',
    '0e0',
    '1.0',
    '1e22',
    '1e16',
    '9007199254740993',
    '9007199254740993.0',
    '5e-324',
    '1e-400'
  )
)
/** Keys in their text; one with an escape counts as special. */
const ordinaryKey = plain(
  fc.oneof(
    fc.constantFrom('a', 'b', 'c', 'constructor', 'é', '\uffee', '😀', '-1'),
    fc.string({ maxLength: 3 }).filter((key) => !/\d/.test(key))
  )
)
const specialKey = stringOf(
  fc.constantFrom('1', '2', '10', '01', '4294967295', '99999999999', '__proto__', '\u0000', 'a"')
)

function objects(numbers: fc.Arbitrary<string>, keys: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.letrec<{ value: string; object: string }>((tie) => {
    const padded = fc.tuple(space, tie('value'), space).map((parts) => parts.join(''))
    const member = fc.tuple(space, keys, space, padded).map(([a, key, b, value]) => `${a}${key}${b}:${value}`)
    const object = fc.array(member, { maxLength: 6 }).map((members) => `{${members.join(',')}}`)
    const array = fc.array(padded, { maxLength: 4 }).map((items) => `[${items.join(',')}]`)
    const scalar = fc.oneof(numbers, numbers, stringOf(characters), fc.constantFrom('true', 'false', 'null'))
    return {
      object,
      value: fc.oneof({ maxDepth: 4, depthSize: 'small' }, scalar, object, array)
    }
  }).object
}

/** The two texts of a value as the reference writes them: hashed, and in the line. Floats by the rule of their format. */
const ORACLE = `
import json, sys
from decimal import Decimal
def line_float(x):
    sign = "-" if repr(x).startswith("-") else ""
    number = Decimal(repr(abs(x))).normalize()
    digits = "".join(map(str, number.as_tuple().digits))
    power = number.adjusted()
    if x == 0: return sign + "0.0"
    if -5 <= power < 0: return sign + "0." + "0" * (-power - 1) + digits
    if 0 <= power < 16: return sign + digits[:power + 1].ljust(power + 1, "0") + "." + (digits[power + 1:] or "0")
    return sign + digits[0] + ("." + digits[1:] if digits[1:] else "") + "e" + ("-" if power < 0 else "+") + str(abs(power))
def line(v):
    if isinstance(v, dict): return "{" + ",".join(line(k) + ":" + line(x) for k, x in v.items()) + "}"
    if isinstance(v, list): return "[" + ",".join(map(line, v)) + "]"
    return line_float(v) if isinstance(v, float) else json.dumps(v, ensure_ascii=False)
values = [json.loads(text) for text in json.load(sys.stdin)]
json.dump([[json.dumps(v, sort_keys=True), line(v)] for v in values], sys.stdout)
`
function expectWhatPythonWrites(): void {
  const mixed = objects(fc.oneof(ordinaryNumber, specialNumber), fc.oneof(ordinaryKey, specialKey))
  const ordinary = objects(ordinaryNumber, ordinaryKey)
  const texts = [...fc.sample(mixed, { numRuns: 400, seed: 1 }), ...fc.sample(ordinary, { numRuns: 200, seed: 2 })]
  const child = spawnSync('python3', ['-c', ORACLE], { input: JSON.stringify(texts), maxBuffer: 2 ** 28 })
  expect(child.stderr.toString()).toBe('')
  const expected = JSON.parse(child.stdout.toString()) as [hashed: string, line: string][]
  const minimal = (goldenJson('upstream', 'canonical.json') as { canonical: string }[])[0]!.canonical

  const differing: unknown[] = []
  let quick = 0
  for (const [i, text] of texts.entries()) {
    const [hashed, line] = expected[i]!
    if (!(parseJson(text) instanceof Map)) quick++
    // One special key elsewhere sends the whole record the lossless way.
    for (const elsewhere of ['', ',"context_tree_summary":{"1":{}}']) {
      const trace = parseTrace(record(`"metadata":${text}${elsewhere}`))
      const hashedText = minimal
        .replace('"metadata": {}', () => `"metadata": ${hashed}`)
        .replace('"context_tree_summary": {}', elsewhere === '' ? '$&' : '"context_tree_summary": {"1": {}}')
      if (!trace.line.endsWith(`"metadata":${line}}`))
        differing.push({ text, line, ours: trace.line.slice(-line.length) })
      if (hashedRecordText(trace.record) !== hashedText) differing.push({ text, hashed })
    }
  }
  expect(differing).toEqual([])
  expect(quick).toBeGreaterThan(150)
  expect(quick).toBeLessThan(400)
}

const python = spawnSync('python3', ['--version']).status === 0
;(python ? test : test.skip)(
  `any JSON, on both ways of the parser, as Python writes it${python ? '' : ' (skipped: no python3 here)'}`,
  expectWhatPythonWrites
)
