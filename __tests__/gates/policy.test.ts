import { describe, expect, test } from '@jest/globals'
import { ActionError } from '../../src/errors.js'
import { NO_POLICY, parsePolicy, policyJsonSchema } from '../../src/gates/policy.js'
import { valueFingerprint } from '../../src/gates/fingerprint.js'
import { PERSONAS } from '../../src/quality/types.js'

/** The error of a policy that is refused. */
function refused(text: string): ActionError {
  try {
    parsePolicy(text)
  } catch (error) {
    if (error instanceof ActionError) return error
    throw error
  }
  throw new Error('the policy was accepted')
}

const FULL = `
version: 1
allow:
  - fingerprint: th_0123456789ab
    reason: example key of the documentation
    expires: 2027-01-31
  - fingerprint: kv_ffffffffffff
    reason: a placeholder
deny:
  - pattern: 'Project Falcon'
    reason: client name
  - pattern: 'acme-[a-z]+\\.internal'
    regex: true
    ignore-case: true
privacy:
  home-paths: block
  emails: off
quality:
  training: { average: 60 }
  analytics: { individual: null, average: 0 }
require:
  trufflehog: true
  quality-gate: enforce
  on-blocked: fail
  llm-review: require
  max-visibility: private
  repos: [acme/agent-traces, 'file:out/dataset']
`

describe('a policy that says everything', () => {
  const policy = parsePolicy(FULL)

  test('is read with its own names, and what it leaves out is filled in', () => {
    expect(policy).toEqual({
      allow: [
        { fingerprint: 'th_0123456789ab', reason: 'example key of the documentation', expires: '2027-01-31' },
        { fingerprint: 'kv_ffffffffffff', reason: 'a placeholder' }
      ],
      deny: [
        { pattern: 'Project Falcon', regex: false, 'ignore-case': false, reason: 'client name' },
        { pattern: 'acme-[a-z]+\\.internal', regex: true, 'ignore-case': true }
      ],
      privacy: { 'home-paths': 'block', emails: 'off', 'internal-hosts': 'warn' },
      quality: { training: { average: 60 }, analytics: { individual: null, average: 0 } },
      require: {
        trufflehog: true,
        'quality-gate': 'enforce',
        'on-blocked': 'fail',
        'llm-review': 'require',
        'max-visibility': 'private',
        repos: ['acme/agent-traces', 'file:out/dataset']
      }
    })
  })

  test('takes the fingerprints that gates make', () => {
    const fingerprint = valueFingerprint('a value')
    expect(
      parsePolicy(`version: 1\nallow: [{ fingerprint: ${fingerprint}, reason: x }]`).allow.map((one) => one.fingerprint)
    ).toEqual([fingerprint])
  })

  test('knows every persona of the scorecard', () => {
    const lines = PERSONAS.map((persona) => `  ${persona}: { individual: 1, average: 2.5 }\n`).join('')
    const { quality } = parsePolicy(`version: 1\nquality:\n${lines}`)
    expect(Object.keys(quality).sort()).toEqual([...PERSONAS].sort())
    expect(refused('version: 1\nquality: { overall: { average: 1 } }').message).toMatch(
      `known are ${PERSONAS.join(', ')}`
    )
  })
})

test.each([
  ['only a version', 'version: 1'],
  ['a byte order mark and a comment', '\uFEFF# nothing yet\nversion: 1\n'],
  ['headings whose entries are commented out', 'version: 1\nallow:\n  # - none\ndeny:\nprivacy:\nquality:\nrequire:\n'],
  ['JSON, which is YAML', '{"version": 1, "allow": [], "deny": []}']
])('%s demands and allows nothing', (_, text) => {
  expect(parsePolicy(text)).toEqual(NO_POLICY)
  expect(NO_POLICY).toEqual({
    allow: [],
    deny: [],
    privacy: { 'home-paths': 'warn', emails: 'warn', 'internal-hosts': 'warn' },
    quality: {},
    require: {}
  })
})

describe('YAML is read strictly', () => {
  test.each([
    ['a key that stands twice', 'version: 1\ndeny: []\nversion: 1', 'line 3: the same key stands twice'],
    ['a key that stands twice, further in', 'version: 1\nrequire:\n  trufflehog: true\n  trufflehog: false', 'line 4'],
    ['a custom tag', 'version: 1\ndeny:\n  - !secret x', 'line 3: tags are not allowed'],
    ['a tag of YAML 1.1', 'version: 1\nallow: !!set {}', 'line 2: tags are not allowed'],
    ['a tag by a directive', '%TAG !e! tag:example.org,2000:\n---\nversion: !e!x 1', 'line 3: tags are not allowed'],
    ['two documents', 'version: 1\n---\nversion: 1', 'only one YAML document'],
    ['a mapping as a key', 'version: 1\n? {a: 1}\n: 2', 'line 2: keys must be text'],
    ['tabs', 'version: 1\nrequire:\n\ttrufflehog: true', 'line 3: indentation must be spaces'],
    ['a quote without an end', 'version: 1\ndeny:\n  - pattern: "Falcon', 'not valid YAML'],
    ['an alias without an anchor', 'version: 1\ndeny: *nothing', 'aliases (*name) have no anchor'],
    ['nesting without end', `version: 1\ndeny: ${'['.repeat(50_000)}`, 'line 2'],
    [
      'aliases that explode',
      `version: 1\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nd: [${'*c,'.repeat(9)}]`,
      'expand to too much'
    ],
    ['a value that holds itself', 'version: 1\nallow: &a [*a]', 'line 2: allow[0] must be a mapping'],
    ['a merge key, which YAML 1.2 has not', 'version: 1\n<<: { deny: [] }', 'line 2: the file has a key'],
    ['a key that means something to JavaScript', 'version: 1\n__proto__: { deny: [] }', 'line 2: the file has a key'],
    ['the booleans of YAML 1.1', '%YAML 1.1\n---\nversion: 1\nrequire: { trufflehog: yes }', 'must be true or false'],
    ['nothing at all', '', 'the file must be a mapping of version, allow, deny, privacy, quality, require'],
    ['a list', '- version: 1', 'line 1: the file must be a mapping'],
    ['a text', 'hello', 'line 1: the file must be a mapping']
  ])('%s is refused', (_, text, message) => {
    const error = refused(text)
    expect(error.message).toContain(message)
    expect([error.code, error.exitCode]).toEqual(['POLICY_INVALID', 2])
  })

  test('aliases within bounds are values like others', () => {
    const policy = parsePolicy('version: 1\nquality:\n  rl: &same { average: 50 }\n  domain: *same')
    expect(policy.quality).toEqual({ rl: { average: 50 }, domain: { average: 50 } })
  })

  test('a mistake behind an alias is reported where it is written', () => {
    const error = refused('version: 1\nquality:\n  rl: &same\n    average: 101\n  domain: *same')
    expect(error.message).toContain('line 4: quality.domain.average must be at most 100')
  })
})

describe('every mistake is reported, by line and with what is allowed', () => {
  test('all at once, in the order of the file', () => {
    const error = refused(`version: 2
allow:
  - fingerprint: 0123456789ab
    reason: "  "
    expires: 2027-02-29
  - fingerprint: th_0123456789ab
deny:
  - Falcon
  - pattern: (a+)+
    regex: true
    reasons: none
privacy:
  emails: hide
quality:
  training: { average: -1, individual: high }
require:
  trufflehog: "true"
  on-blocked: stop
  repos: []
`)
    expect(error.message.split('\n')).toEqual([
      'The policy is wrong, for 14 reasons:',
      '- line 1: version must be 1',
      '- line 3: allow[0].fingerprint must be a fingerprint as the report shows it, such as fp_0123456789ab',
      '- line 4: allow[0].reason must say why the finding is no secret',
      '- line 5: allow[0].expires must be a day of the calendar such as 2027-01-31',
      '- line 6: allow[1].reason must say why the finding is no secret',
      '- line 8: deny[0] must be a mapping of pattern, regex, ignore-case, reason',
      expect.stringMatching(/^- line 9: deny\[1\]\.pattern must not repeat a group that repeats or chooses within/),
      '- line 11: deny[1] has a key that is not known; known are pattern, regex, ignore-case, reason',
      '- line 13: privacy.emails must be one of warn, block, off',
      '- line 15: quality.training.individual must be a number from 0 to 100, or null',
      '- line 15: quality.training.average must be at least 0',
      '- line 17: require.trufflehog must be true or false',
      '- line 18: require.on-blocked must be one of hold, fail',
      '- line 19: require.repos must name at least one dataset; leave it out to allow every one'
    ])
  })

  test.each([
    ['version', 'allow: []', 'version must be 1'],
    ['version as text', 'version: "1"', 'line 1: version must be 1'],
    ['a pattern that YAML takes for a number', 'version: 1\ndeny: [{ pattern: 4711 }]', 'must be text, in quotes'],
    ['a blank pattern', 'version: 1\ndeny: [{ pattern: " " }]', 'deny[0].pattern must not be blank'],
    ['a long pattern', `version: 1\ndeny: [{ pattern: ${'x'.repeat(501)} }]`, 'must be at most 500 characters long'],
    ['an infinite minimum', 'version: 1\nquality: { rl: { average: .inf } }', 'quality.rl.average must be'],
    ['a minimum that is no number', 'version: 1\nquality: { rl: { average: .nan } }', 'quality.rl.average must be'],
    [
      'a dataset without an owner',
      'version: 1\nrequire: { repos: [traces] }',
      'require.repos[0] must be owner/dataset'
    ],
    ['a URL', 'version: 1\nrequire: { repos: ["https://a/b"] }', 'require.repos[0] must be owner/dataset'],
    ['a list that is none', 'version: 1\nallow: { fingerprint: x }', 'line 2: allow must be a list'],
    [
      'a moment for a day',
      'version: 1\nallow: [{ fingerprint: th_0123456789ab, reason: x, expires: 2027-01-31T00:00:00Z }]',
      'expires must be a day'
    ],
    [
      'a floor without a value',
      'version: 1\nrequire:\n  trufflehog:',
      'line 3: require.trufflehog must be true or false'
    ]
  ])('%s', (_, text, message) => {
    expect(refused(text).message).toContain(message)
  })

  test('two entries for one finding', () => {
    const entry = '  - { fingerprint: th_0123456789ab, reason: x }\n'
    expect(refused(`version: 1\nallow:\n${entry}${entry}`).message).toBe(
      'The policy is wrong: line 4: allow[1].fingerprint is the same as that of allow[0].'
    )
  })

  test('at most twenty of them', () => {
    const error = refused(`version: 1\ndeny:\n${'  - pattern: 1\n'.repeat(33)}`)
    expect(error.message.split('\n')).toHaveLength(22)
    expect(error.message).toMatch(/^The policy is wrong, for 33 reasons:/)
    expect(error.message).toMatch(/- and 13 more$/)
  })
})

test.each([
  ['a wrong expression', 'version: 1\ndeny: [{ pattern: "Falcon(", regex: true }]'],
  ['a hazard', 'version: 1\ndeny: [{ pattern: "(Falcon+)+", regex: true }]'],
  ['a pattern that is too long', `version: 1\ndeny: [{ pattern: "${'Falcon '.repeat(100)}" }]`],
  ['an entry that is no mapping', 'version: 1\ndeny: [Falcon]'],
  ['a name as a key', 'version: 1\ndeny: [{ Falcon: x }]'],
  ['a name as a key of the file', 'version: 1\nFalcon: x'],
  ['a name in place of a mode', 'version: 1\nprivacy: { emails: Falcon }'],
  ['a name in place of a fingerprint', 'version: 1\nallow: [{ fingerprint: Falcon, reason: x }]'],
  ['broken quotes', 'version: 1\ndeny: [{ pattern: "Falcon }]'],
  ['a tag', 'version: 1\ndeny: [{ pattern: !Falcon x }]'],
  ['an alias', 'version: 1\ndeny: *Falcon'],
  ['a directive', '%Falcon\n---\nversion: 1'],
  ['the same key twice', 'version: 1\nFalcon: 1\nFalcon: 2'],
  ['a bad escape', 'version: 1\ndeny: [{ pattern: "\\qFalcon" }]']
])('no error quotes what stands in the file: %s', (_, text) => {
  const error = refused(text)
  expect(`${error.message}\n${error.hint}\n${String(error.cause)}\n${String(error.stack)}`).not.toMatch(/Falcon/i)
})

describe('the JSON Schema', () => {
  interface Node {
    type?: string
    properties?: Record<string, Node>
    additionalProperties?: unknown
    required?: string[]
    anyOf?: Node[]
    items?: Node
    enum?: string[]
  }
  const schema = JSON.parse(JSON.stringify(policyJsonSchema())) as Node & { $schema: string }
  const objects = (node: Node): Node[] => [
    ...(node.type === 'object' ? [node] : []),
    ...[
      ...Object.values(node.properties ?? {}),
      ...(node.anyOf ?? []),
      ...(node.items === undefined ? [] : [node.items])
    ].flatMap(objects)
  ]

  test('closes every mapping and demands what the parser demands', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    // The file, an allow entry, a deny entry, privacy, quality with five personas, require.
    expect(objects(schema)).toHaveLength(11)
    expect(objects(schema).map(({ additionalProperties }) => additionalProperties)).toEqual(Array(11).fill(false))
    expect(schema.required).toEqual(['version'])
    const allow = objects(schema).find(({ properties }) => properties?.fingerprint !== undefined)
    const deny = objects(schema).find(({ properties }) => properties?.pattern !== undefined)
    expect(allow?.required).toEqual(['fingerprint', 'reason'])
    expect(deny?.required).toEqual(['pattern'])
  })

  test('has every key of the policy above', () => {
    const known = new Set(objects(schema).flatMap(({ properties }) => Object.keys(properties ?? {})))
    const used = [...FULL.matchAll(/([a-z-]+):(?= |$)/gm)].map(([, key]) => key)
    expect(used.filter((key) => !known.has(key as string))).toEqual([])
  })
})
