/**
 * The policy of a repository, `.opentraces/policy.yml`: what its owners allow, forbid and demand, whatever a workflow says
 * (interface: input `policy`). This file knows its form; `policy/` holds what follows from it.
 *
 * Nothing here quotes a value of the file. What may not be published, such as the name of a client, stands in it.
 */
import { z } from 'zod'
import { InputError } from '../errors.js'
import { LONGEST_PATTERN, patternProblem } from './policy/patterns.js'
import { readYaml, type Place, type Problem, type YamlFile } from './policy/yaml.js'

/** A finding that is no secret. */
export interface AllowEntry {
  /** As reports show it: see `Finding.fingerprint`. */
  readonly fingerprint: string
  readonly reason: string
  /** The last day, in UTC, on which the entry counts; `YYYY-MM-DD`. Without it, it never ends. */
  readonly expires?: string | undefined
}

/** A text that must not be published. `denyExpression` finds it. */
export interface DenyPattern {
  /** Itself what it looks for, unless `regex` is true. */
  readonly pattern: string
  readonly regex: boolean
  readonly 'ignore-case': boolean
  readonly reason?: string | undefined
}

export type PrivacyFinding = 'home-paths' | 'emails' | 'internal-hosts'
/** What a privacy finding does: show it, hold the trace, or nothing. */
export type PrivacyMode = (typeof PRIVACY_MODES)[number]

/** The scorecard's personas. Gates do not know that room; a test holds the two lists together. */
export type PolicyPersona = 'conformance' | 'training' | 'rl' | 'analytics' | 'domain'

/** Minimums of one persona in percent, in place of the usual ones; null: none. */
export interface MinimumOverrides {
  readonly individual?: number | null | undefined
  readonly average?: number | null | undefined
}

/** What inputs may not fall below. A floor that is absent demands nothing. */
export interface Floors {
  readonly trufflehog?: boolean | undefined
  readonly 'quality-gate'?: (typeof QUALITY_GATES)[number] | undefined
  readonly 'on-blocked'?: (typeof ON_BLOCKED)[number] | undefined
  readonly 'llm-review'?: (typeof LLM_REVIEWS)[number] | undefined
  readonly 'max-visibility'?: (typeof VISIBILITIES)[number] | undefined
  /** The only datasets that may be published to, as `owner/dataset` or `file:PATH`. */
  readonly repos?: readonly string[] | undefined
}

/** A policy, its keys named as in the file, everything that was left out filled in. */
export interface Policy {
  readonly allow: readonly AllowEntry[]
  readonly deny: readonly DenyPattern[]
  readonly privacy: Readonly<Record<PrivacyFinding, PrivacyMode>>
  readonly quality: Readonly<Partial<Record<PolicyPersona, MinimumOverrides | undefined>>>
  readonly require: Floors
}

const PRIVACY_MODES = ['warn', 'block', 'off'] as const
/** The values of the inputs that have a floor, the weakest first. */
export const QUALITY_GATES = ['off', 'report', 'enforce'] as const
export const ON_BLOCKED = ['hold', 'fail'] as const
export const LLM_REVIEWS = ['off', 'require', 'run', 'always'] as const
export const VISIBILITIES = ['public', 'private'] as const

const schema = mapping({
  version: z.literal(1, { error: 'must be 1' }).describe('Version of this format.'),
  allow: section(
    z.array(
      mapping({
        fingerprint: z
          .string({ error: 'must be the fingerprint of a finding, in quotes where it is all digits' })
          .regex(/^[a-z]{1,12}_[0-9a-f]{12}$/, {
            error: 'must be a fingerprint as the report shows it, such as fp_0123456789ab'
          })
          .describe('The fingerprint of the finding, as the report shows it.'),
        reason: text('must say why the finding is no secret').describe('Why the finding is no secret.'),
        expires: z.iso
          .date({ error: 'must be a day of the calendar such as 2027-01-31' })
          .optional()
          .describe('The last day, in UTC, on which the entry counts.')
      }),
      { error: 'must be a list' }
    )
  ).describe('Findings that are no secrets.'),
  deny: section(
    z.array(
      mapping({
        pattern: z
          .string({ error: 'must be text, in quotes where it looks like a number' })
          .regex(/\S/, { error: 'must not be blank' })
          .max(LONGEST_PATTERN, { error: `must be at most ${String(LONGEST_PATTERN)} characters long` })
          .describe('What must not be published: itself, or with `regex: true` a regular expression of JavaScript.'),
        regex: flag().default(false).describe('Whether the pattern is a regular expression.'),
        'ignore-case': flag().default(false).describe('Whether upper and lower case are the same.'),
        reason: text('must be text').optional().describe('Shown with the finding, in place of the pattern.')
      }),
      { error: 'must be a list' }
    )
  ).describe('Texts that must not be published.'),
  privacy: section(
    mapping({
      'home-paths': privacyMode('Paths that name a user.'),
      emails: privacyMode('E-mail addresses.'),
      'internal-hosts': privacyMode('Names of internal hosts.')
    })
  ).describe('What findings about privacy do.'),
  quality: section(
    mapping({
      conformance: minimums(),
      training: minimums(),
      rl: minimums(),
      analytics: minimums(),
      domain: minimums()
    })
  ).describe('Minimums of the quality gate, in place of the usual ones.'),
  require: section(
    mapping({
      trufflehog: flag().optional().describe('true: no run without TruffleHog.'),
      'quality-gate': oneOf(QUALITY_GATES).optional(),
      'on-blocked': oneOf(ON_BLOCKED).optional(),
      'llm-review': oneOf(LLM_REVIEWS).optional(),
      'max-visibility': oneOf(VISIBILITIES).optional(),
      repos: z
        .array(
          z.string({ error: 'must be text' }).regex(/^(?:file:.+|[^/\s:]+\/[^/\s:]+)$/, {
            error: 'must be owner/dataset, or file:PATH'
          }),
          { error: 'must be a list' }
        )
        .min(1, { error: 'must name at least one dataset; leave it out to allow every one' })
        .optional()
        .describe('The only datasets that may be published to.')
    })
  ).describe('Floors: inputs may be stricter, never weaker.')
})

/** A mapping without further keys. */
function mapping<const Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const keys = Object.keys(shape).join(', ')
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `has a key that is not known; known are ${keys}` : `must be a mapping of ${keys}`
  })
}

/** A part of the file that may be left out. A heading whose entries are all commented out is null. */
function section<T extends z.ZodType>(type: T) {
  return type.nullish()
}

function text(message: string) {
  return z.string({ error: message }).trim().min(1, { error: message }).max(500, {
    error: 'must be at most 500 characters long'
  })
}

function flag() {
  return z.boolean({ error: 'must be true or false' })
}

function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, { error: `must be one of ${values.join(', ')}` })
}

function privacyMode(description: string) {
  return oneOf(PRIVACY_MODES).default('warn').describe(description)
}

function minimums() {
  const percent = z
    .number({ error: 'must be a number from 0 to 100, or null' })
    .min(0, { error: 'must be at least 0' })
    .max(100, { error: 'must be at most 100' })
    .nullable()
    .optional()
  return mapping({
    individual: percent.describe('Every single trace must reach it; null: no minimum.'),
    average: percent.describe('The average must reach it; null: no minimum.')
  }).optional()
}

/** The policy of a repository that has none. */
export const NO_POLICY: Policy = complete({ version: 1 })

/**
 * Reads a policy: YAML 1.2 without tags and with unique keys.
 *
 * @throws InputError `POLICY_INVALID` with all problems at once, by line, without any value of the file
 */
export function parsePolicy(text: string): Policy {
  const file = readYaml(text)
  if (file.problems.length > 0) throw invalid(file.problems)
  const result = schema.safeParse(file.data)
  const problems = [
    ...(result.error?.issues.flatMap((issue) => problemsOf(issue, file)) ?? []),
    ...hazards(file),
    ...repeatedFingerprints(file)
  ]
  if (!result.success || problems.length > 0) throw invalid(problems)
  return complete(result.data)
}

/** The form of the file as JSON Schema (2020-12), for editors. It cannot say everything that `parsePolicy` checks. */
export function policyJsonSchema(): Record<string, unknown> {
  return { title: 'opentraces policy', ...z.toJSONSchema(schema, { io: 'input' }) }
}

function complete(file: z.output<typeof schema>): Policy {
  return {
    allow: file.allow ?? [],
    deny: file.deny ?? [],
    privacy: file.privacy ?? { 'home-paths': 'warn', emails: 'warn', 'internal-hosts': 'warn' },
    quality: file.quality ?? {},
    require: file.require ?? {}
  }
}

function problemsOf(issue: z.core.$ZodIssue, file: YamlFile): Problem[] {
  const places: Place[] =
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]
  // The key may be a client's name that was put into the wrong place: its line says enough.
  return places.map((place) => ({ line: file.lineOf(place), text: `${shown(issue.path)} ${issue.message}` }))
}

/** Looks at the file itself, not at what the schema made of it, so that these come with all the other problems. */
function hazards(file: YamlFile): Problem[] {
  const expression = z.object({ pattern: z.string().max(LONGEST_PATTERN), regex: z.literal(true) })
  return entriesOf(file.data, 'deny').flatMap((entry, i) => {
    const { data } = expression.safeParse(entry)
    const problem = data === undefined ? undefined : patternProblem(data.pattern)
    const place = ['deny', i, 'pattern']
    return problem === undefined ? [] : [{ line: file.lineOf(place), text: `${shown(place)} ${problem}` }]
  })
}

/** Two entries for one finding would leave open which expiry counts. */
function repeatedFingerprints(file: YamlFile): Problem[] {
  const seen = new Map<string, number>()
  return entriesOf(file.data, 'allow').flatMap((entry, i) => {
    const { data } = z.object({ fingerprint: z.string() }).safeParse(entry)
    if (data === undefined) return []
    const first = seen.get(data.fingerprint)
    seen.set(data.fingerprint, first ?? i)
    const place = ['allow', i, 'fingerprint']
    return first === undefined
      ? []
      : [{ line: file.lineOf(place), text: `${shown(place)} is the same as that of allow[${String(first)}]` }]
  })
}

function entriesOf(data: unknown, key: 'allow' | 'deny'): unknown[] {
  const list = z.object({ [key]: z.array(z.unknown()) }).safeParse(data).data?.[key]
  return list ?? []
}

/** `deny[2].pattern`. Holds only keys that the schema knows. */
function shown(place: Place): string {
  if (place.length === 0) return 'the file'
  return place
    .map((step) => (typeof step === 'number' ? `[${String(step)}]` : `.${String(step)}`))
    .join('')
    .slice(1)
}

/** More would bury the first ones. */
const MOST_PROBLEMS = 20

function invalid(problems: readonly Problem[]): InputError {
  const inOrder = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  const lines = inOrder
    .slice(0, MOST_PROBLEMS)
    .map(({ line, text }) => (line === undefined ? text : `line ${String(line)}: ${text}`))
  if (problems.length > MOST_PROBLEMS) lines.push(`and ${String(problems.length - MOST_PROBLEMS)} more`)
  const message =
    lines.length === 1
      ? `The policy is wrong: ${lines.join('')}.`
      : `The policy is wrong, for ${String(problems.length)} reasons:\n${lines.map((line) => `- ${line}`).join('\n')}`
  return new InputError(message, {
    code: 'POLICY_INVALID',
    hint: 'Correct the policy file. For a pull request, the version on its base branch counts.'
  })
}
