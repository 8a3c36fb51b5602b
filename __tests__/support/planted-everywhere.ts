/** Staged files that hold a secret in every place that a trace, a line or a file name has for one. */
import { databaseUrl, privateKey, TOKENS, type Fake } from './hidden.js'
import { rawTrace } from './records.js'

export interface PlantedFiles {
  /** Texts by path. */
  readonly files: Readonly<Record<string, string>>
  readonly fakes: readonly Fake[]
}

/** A line with a secret in it. @param n makes ids differ that do not hold the secret */
type Place = (secret: string, id: string) => string

const record =
  (changes: (secret: string) => Record<string, unknown>): Place =>
  (secret, id) =>
    JSON.stringify(rawTrace(id, changes(secret)))

const steps = (...steps: Record<string, unknown>[]): Record<string, unknown> => ({
  steps: steps.map((step, i) => ({ step_index: i, role: 'agent', content: 'x', ...step }))
})

/** By the name of the place. */
const VALID: Readonly<Record<string, Place>> = {
  content: record((secret) => steps({ content: `line\n${secret}\nend` })),
  'session id': record((secret) => ({ session_id: secret })),
  'trace id': (secret) => JSON.stringify(rawTrace(secret)),
  'end of a trace id': (secret) => JSON.stringify(rawTrace(`run-${secret}`)),
  task: record((secret) => ({ task: { description: `Deploy with ${secret}` } })),
  'agent and model': record((secret) => ({ agent: { name: secret, version: secret, model: secret } })),
  'key of metadata': record((secret) => ({ metadata: { [secret]: { [`x ${secret}`]: [{ [secret]: secret }] } } })),
  'key of a prompt': record((secret) => ({ system_prompts: { [secret]: 'You are a coding agent.' } })),
  'key of an input': record((secret) =>
    steps({ tool_calls: [{ tool_call_id: secret, tool_name: secret, input: { [secret]: secret } }] })
  ),
  'unknown field': record((secret) => ({ [secret]: { [secret]: secret }, [`x_${secret}`]: secret })),
  dependency: record((secret) => ({ dependencies: [secret, `${secret}-utils`] })),
  branch: record((secret) => ({ environment: { os: secret, vcs: { type: 'git', branch: `feature/${secret}` } } })),
  snippet: record((secret) => steps({ snippets: [{ file_path: `src/${secret}.ts`, text: secret }] })),
  base64: record((secret) => steps({ content: `data: ${Buffer.from(`KEY=${secret}`).toString('base64')}` })),
  terminal: record((secret) => steps({ content: `\u001b[32m${secret}\u001b[0m ok` })),
  'legacy patch': (secret, id) =>
    JSON.stringify({ ...rawTrace(id), schema_version: '0.3.0', outcome: { success: true, patch: `+${secret}` } })
}

/** Lines that cannot be published: what a parser or a schema says of them tends to quote. */
const INVALID: Readonly<Record<string, Place>> = {
  'broken line': (secret) => `{"trace_id": "x", "session_id": "${secret}", "steps": [`,
  'no JSON': (secret) => `${secret} is what it says`,
  'broken key': (secret) => `{"trace_id": "${secret}" "${secret}": }`,
  'wrong type': record((secret) => ({ steps: secret, metrics: [secret], task: secret })),
  'wrong role': record((secret) => steps({ role: secret })),
  'wrong version': record((secret) => ({ schema_version: secret })),
  'wrong time': record((secret) => ({ timestamp_start: secret, timestamp_end: { [secret]: secret } })),
  'wrong type beside an id': (secret) => JSON.stringify({ ...rawTrace(secret), steps: [{ [secret]: secret }] }),
  'a list': (secret) => JSON.stringify([secret])
}

/** Two contents of one id, which is an error that names the id. */
const conflict = (secret: string): string[] => [
  JSON.stringify(rawTrace(secret)),
  JSON.stringify(rawTrace(secret, { task: { description: 'Something else' } }))
]

/** How many lines of each sort there are for a kind of secret. */
export const PLACES = { valid: Object.keys(VALID).length, invalid: Object.keys(INVALID).length }
const KINDS = { ...TOKENS, database: databaseUrl, 'private-key': privateKey }
/** Kinds of one line without a slash also stand in names of files and folders. */
export const SORTS = { all: Object.keys(KINDS).length, inNames: Object.keys(TOKENS).length }

/**
 * Each secret in one place of its own: `PLACES` lines for each kind, and for those in names two files with a valid line.
 *
 * @param invalid whether there are lines that cannot be published, one in each of the files with a secret in their name
 * @param conflicts whether two contents share an id, for each kind
 */
export function plantedEverywhere({ invalid = true, conflicts = false } = {}): PlantedFiles {
  const fakes: Fake[] = []
  const files: Record<string, string> = {}
  const planted = (make: (name: string) => Fake, place: string): string => {
    const fake = make(place)
    fakes.push(fake)
    return fake.text
  }
  const bad = Object.entries(invalid ? INVALID : {})
  for (const [kind, make] of Object.entries(KINDS)) {
    const lines = [
      ...Object.entries(VALID).map(([place, line]) => line(planted(make, place), `${kind} ${place}`)),
      // A line ends where a line of the secret does, or what stands there would be several.
      ...bad.map(([place, line]) => line(planted(make, place).replaceAll('\n', '\\n'), `${kind} ${place}`)),
      ...(conflicts ? conflict(planted(make, 'conflict')) : [])
    ]
    files[`staged/${kind}.jsonl`] = lines.map((line) => `${line}\n`).join('')
  }
  for (const [kind, make] of Object.entries(TOKENS)) {
    const names = [`staged/${planted(make, 'file name')}.jsonl`, `staged/${planted(make, 'folder')}/x.jsonl`]
    for (const [i, name] of names.entries()) {
      files[name] =
        `${JSON.stringify(rawTrace(`${kind} in name ${String(i)}`))}\n${invalid ? `{"broken ${name}\n` : ''}`
    }
  }
  return { files, fakes }
}
