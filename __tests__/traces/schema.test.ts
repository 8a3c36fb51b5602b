/** What a record may hold at every place of the schema; the places and kinds are the reference's declaration. */
import { describe, expect, test } from '@jest/globals'
import { parseTrace, TraceError } from '../../src/traces/parse.js'
import { jsonPointer } from '../../src/traces/shape.js'
import { places, withText, type Kind, type Place } from './full-record.js'

const MARKER = 'mArKeR4711'
const all = places()
const dotted = (place: Place): string => place.filter((key) => key !== 0).join('.')

/** The pointers that the message names; undefined where the record is accepted. */
function refusal(text: string): TraceError | undefined {
  try {
    parseTrace(text)
    return undefined
  } catch (error) {
    if (error instanceof TraceError) return error
    throw error
  }
}

const named = (error: TraceError | undefined): string | undefined =>
  error === undefined ? undefined : /^([^:]*): /.exec(error.message)?.[1]

/** Texts of every kind; which of them a place of each kind takes. */
const TEXTS: Record<string, readonly Kind[]> = {
  [`"${MARKER}"`]: ['string'],
  '""': ['string'],
  '"7"': ['string'],
  '7': ['int64', 'float64'],
  '-7': ['int64', 'float64'],
  '7.0': ['int64', 'float64'],
  '7e0': ['int64', 'float64'],
  '-0.0': ['int64', 'float64'],
  '7.5': ['float64'],
  '1e-9': ['float64'],
  '9007199254740993': ['int64', 'float64'],
  '99999999999999999999999': ['float64'],
  true: ['bool'],
  '"true"': ['string'],
  '{}': ['Json'],
  [`{"${MARKER}":"${MARKER}"}`]: ['Json'],
  [`["${MARKER}"]`]: [],
  '[[]]': [],
  '[1.0]': []
}
/** Places that take less than their kind: what they refuse of the texts above. */
const NARROWER: Record<string, RegExp> = {
  'metrics.cache_hit_rate': /^-?7|^9/,
  generation_index: /^-7/,
  system_prompts: /^$/,
  schema_version: /"/,
  lifecycle: /"/,
  execution_context: /"/,
  'environment.vcs.type': /"/,
  'steps.role': /"/,
  'steps.call_type': /"/,
  'outcome.signal_confidence': /"/,
  'outcome.terminal_state': /"/,
  'git_links.vcs_type': /"/,
  'git_links.tier': /"/,
  'patches.anchor.evidence_tier': /"/,
  'patches.anchor.evidence_firmness': /"/,
  'attribution.files.conversations.ranges.confidence': /"/,
  'attribution.files.conversations.ranges.change_type': /"/
}
test('the declaration names 131 leaves', () => {
  expect(all.filter(({ kind }) => kind !== 'object' && kind !== 'list').length).toBe(131)
})

test('the full record is valid, and its own line', () => {
  const text = withText(['trace_id'], '"t"')
  expect(refusal(text)).toBeUndefined()
  const trace = parseTrace(text)
  expect(trace.unknownFields).toEqual([])
  expect(trace.line).toBe(text.replace('"content_hash":"x"', `"content_hash":"${trace.contentHash}"`))
})

describe.each(Object.entries(TEXTS))('%s', (text, kinds) => {
  test('is taken where it belongs, and refused with its place everywhere else', () => {
    const wrong: unknown[] = []
    for (const { place, kind } of all) {
      // A list of anything may be right or wrong for what is in it: its items are places of their own.
      if (kind === 'list' && text.startsWith('[')) continue
      if (kind === 'object' && text.startsWith('{')) continue
      const fits = kinds.includes(kind) && NARROWER[dotted(place)]?.test(text) !== true
      const error = refusal(withText(place, text))
      if (fits !== (error === undefined)) wrong.push({ place, kind, fits, message: error?.message })
      if (error === undefined) continue
      const pointer = jsonPointer(place)
      if (error.pointer !== pointer) wrong.push({ place, pointer: error.pointer })
      // The version is judged before anything else, by a sentence of its own.
      if (dotted(place) !== 'schema_version' && named(error) !== pointer) wrong.push({ place, message: error.message })
      if (error.message.includes(MARKER)) wrong.push({ place, leaks: error.message })
    }
    expect(wrong).toEqual([])
  })
})

/** Facts, quality 2.4: what has neither a default nor null. */
const REQUIRED =
  `trace_id session_id agent agent.name environment.resolved_dependencies.name steps.step_index steps.role
  steps.tool_calls.tool_call_id steps.tool_calls.tool_name steps.observations.source_call_id steps.snippets.file_path
  attribution.files.path attribution.files.conversations.ranges.start_line
  attribution.files.conversations.ranges.end_line patches.patch_id patches.file_path patches.anchor.last_searched_at
  patches.anchor.found git_links.revision git_links.tier`.split(/\s+/)
/** And what may be null. */
const NULLABLE = `content_hash timestamp_start timestamp_end execution_context
  task.description task.source task.repository task.repository_url task.base_commit agent.version agent.model
  environment.os environment.shell environment.vcs.base_commit environment.vcs.branch environment.vcs.diff
  environment.resolved_dependencies environment.resolved_dependencies.version environment.resolved_dependencies.hash
  environment.resolved_dependencies.marker environment.resolved_dependencies.source
  environment.interpreter environment.interpreter.name environment.interpreter.version
  environment.arch environment.platform environment.abi_tag
  steps.content steps.reasoning_content steps.model steps.system_prompt_hash steps.agent_role steps.parent_step
  steps.call_type steps.subagent_trajectory_ref steps.timestamp steps.context_node_id steps.tool_calls.duration_ms
  steps.observations.content steps.observations.output_summary steps.observations.error steps.snippets.start_line
  steps.snippets.end_line steps.snippets.language steps.snippets.text steps.snippets.source_step
  outcome.success outcome.description outcome.commit_sha outcome.terminal_state outcome.reward outcome.reward_source
  metrics.total_duration_s metrics.cache_hit_rate metrics.estimated_cost_usd security.classifier_version
  attribution attribution.revision attribution.unaccounted_files
  attribution.files.conversations.url attribution.files.conversations.ids attribution.files.conversations.related
  attribution.files.conversations.ranges.content_hash attribution.files.conversations.ranges.confidence
  attribution.files.conversations.ranges.original attribution.files.conversations.ranges.contributor
  patches.step_index patches.tool_call_id patches.snapshot_before_id patches.snapshot_after_id patches.anchor
  patches.anchor.commit_sha patches.anchor.path patches.anchor.blob_sha patches.anchor.git_patch_id
  patches.anchor.evidence_tier patches.anchor.evidence_firmness
  git_links.repo_url git_links.branch git_links.commit_reachable git_links.content_alive`.split(/\s+/)

test('exactly the required fields must be there, and the reason names them', () => {
  const fields = all.filter(({ place }) => place.at(-1) !== 0).map(({ place }) => place)
  const refused = fields.filter((place) => {
    const error = refusal(withText(place, undefined))
    if (error !== undefined) {
      expect([error.pointer, error.message]).toEqual([
        jsonPointer(place),
        `${jsonPointer(place)}: a required field is missing`
      ])
    }
    return error !== undefined
  })
  expect(refused.map(dotted).sort()).toEqual([...REQUIRED].sort())
})

test('exactly the nullable fields may be null', () => {
  const accepted = all.filter(({ place }) => refusal(withText(place, 'null')) === undefined)
  expect(accepted.map(({ place }) => dotted(place)).sort()).toEqual([...NULLABLE].sort())
})

test.each([
  ['9223372036854775807', true],
  ['9223372036854775808', false],
  ['-9223372036854775808', true],
  ['-9223372036854775809', false],
  ['9223372036854775808.0', false],
  ['1e22', false],
  ['4e18', true]
])('a typed integer of 64 bits, %s: %s', (text, fits) => {
  for (const { place, kind } of all) {
    if (kind !== 'int64' || (dotted(place) === 'generation_index' && text.startsWith('-'))) continue
    const error = refusal(withText(place, text))
    if (fits) expect(error).toBeUndefined()
    else {
      expect(error).toMatchObject({
        pointer: jsonPointer(place),
        message: `${jsonPointer(place)}: the integer is outside -2^63…2^63-1`
      })
    }
  }
})

test.each([
  ['18446744073709551615', true],
  ['18446744073709551616', false],
  ['-9223372036854775808', true],
  ['-9223372036854775809', false],
  ['1e400', false]
])('an integer in a free-form part, however deep, %s: %s', (text, fits) => {
  const open = all.filter(
    ({ place, kind }) => kind === 'Json' && !/prompts|contributor|revision|ids|related/.test(dotted(place))
  )
  expect(open.length).toBe(5)
  for (const { place } of open) {
    for (const [value, below] of [
      [`{"${MARKER}":${text}}`, '/*'],
      [`{"a":[0,{"${MARKER}":[${text}]}]}`, '/*/1/*/0']
    ] as const) {
      const error = refusal(withText(place, value))
      if (fits) expect(error).toBeUndefined()
      else if (text.includes('e'))
        expect(error?.message).toMatch(/^a number is too large for a double at character \d+$/)
      else {
        expect(error?.pointer).toBe(jsonPointer(place) + below)
        expect(error?.message).not.toContain(MARKER)
      }
    }
  }
})

test.each(['1e999', '-1e999', 'NaN', 'Infinity', '-Infinity'])('no number, anywhere: %s', (text) => {
  for (const { place } of all) {
    const error = refusal(withText(place, text))
    expect(error?.message).toMatch(
      /^(a number is too large for a double|NaN and Infinity are not JSON) at character \d+$/
    )
  }
})

test('many problems are counted, the first ones named', () => {
  const steps = Array.from({ length: 9 }, () => `{"step_index":"${MARKER}","role":"${MARKER}"}`)
  const error = refusal(withText(['steps'], `[${steps.join(',')}]`))
  expect(error?.message).toBe(
    '/steps/0/step_index: expected an integer, found a string; ' +
      '/steps/0/role: expected one of system, user, agent; ' +
      '/steps/1/step_index: expected an integer, found a string; and 15 more'
  )
})
