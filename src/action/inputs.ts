/**
 * The inputs of the action: the one table behind `action.yml`, the README and the reader (interface: "Inputs"). A test
 * holds the three together.
 */
import type { z } from 'zod'
import {
  accessRequests,
  commitId,
  count,
  duration,
  flag,
  key,
  license,
  line,
  lines,
  oneOf,
  optional,
  repo,
  secret,
  url
} from './input-types.js'

export const COMMANDS = ['push', 'check', 'review', 'comment', 'export', 'remote', 'remove'] as const
export type Command = (typeof COMMANDS)[number]

export interface InputDefinition {
  readonly type: z.ZodType
  /** As in `action.yml`; empty where an absent value means something of its own. */
  readonly default: string
  /** The commands that read it. For any other command, giving it is an error. */
  readonly commands: readonly Command[]
  /** Plain text, for `action.yml` and the README. */
  readonly description: string
  /** Masked, and never shown in a message. */
  readonly secret?: true
}

/** `check` walks as `push` does, so it takes whatever `push` takes. */
const WALK = ['push', 'check'] as const
/** `review` sends texts away, so the gates look at them first. */
const JUDGES = ['push', 'check', 'review'] as const
const READS_TRACES = ['push', 'check', 'review', 'export'] as const
const REACHES_HUB = ['push', 'check', 'review', 'export', 'remote', 'remove'] as const
const COMMENTS = ['push', 'check', 'comment'] as const

/** A known secret shorter than this would match all over, in the traces and in the log. In UTF-16 units. */
export const SHORTEST_SECRET = 4

export const INPUTS = {
  command: {
    type: oneOf(...COMMANDS),
    default: 'push',
    commands: COMMANDS,
    description:
      'What to do: push (validate, scan, deduplicate and publish the staged traces), check (the same without publishing), review (LLM review of the staged traces), comment (post the report of an earlier run), export (convert the traces), remote (manage dataset remotes), remove (take traces down).'
  },
  traces: {
    type: lines(),
    default: '',
    commands: READS_TRACES,
    description:
      "Files, folders or globs with staged traces, one a line. Also cli-home (the CLI's home for this project), bucket (the raw bucket of CLI 0.4) or hf://datasets/owner/name[@revision] (the shards of another dataset). Empty: .opentraces/staging of the checkout, then cli-home."
  },
  'if-no-traces': {
    type: oneOf('auto', 'error', 'warn', 'ignore'),
    default: 'auto',
    commands: READS_TRACES,
    description:
      'What to do where there are no traces: error, warn, ignore, or auto (error if traces was given, else a warning).'
  },
  'working-directory': {
    type: optional(line()),
    default: '',
    commands: COMMANDS,
    description: 'The folder that relative paths start from. Empty: the workspace.'
  },
  head: {
    type: optional(commitId()),
    default: '',
    commands: WALK,
    description:
      'Full id of a commit whose traces are read without checking it out, so that a trusted job can check a pull request.'
  },
  scope: {
    type: oneOf('auto', 'changed', 'all'),
    default: 'auto',
    commands: WALK,
    description:
      'Which traces the gates judge: changed (those that the pull request adds or changes), all, or auto (changed on pull requests, else all).'
  },
  repo: {
    type: optional(repo()),
    default: '',
    commands: ['push', 'check', 'remote', 'remove'],
    description:
      'The dataset: owner/dataset on the Hub, or file:PATH for a dataset in a local folder. Empty: the active remote of .opentraces.json, else opentraces of the user that the token belongs to.'
  },
  'hf-token': {
    type: optional(secret()),
    default: '',
    commands: REACHES_HUB,
    secret: true,
    description:
      'Hugging Face token with write access to the dataset. Empty: trusted publishing where the job may ask for an OIDC token, else HF_TOKEN or HUGGINGFACE_TOKEN of the environment.'
  },
  auth: {
    type: oneOf('auto', 'token', 'oidc'),
    default: 'auto',
    commands: REACHES_HUB,
    description: 'How to sign in to the Hub: token, oidc (trusted publishing), or auto (whichever there is).'
  },
  'hub-url': {
    type: optional(url()),
    default: '',
    commands: REACHES_HUB,
    description: 'Address of another Hub. A token goes to this host only. Empty: the Hugging Face Hub.'
  },
  visibility: {
    type: optional(oneOf('public', 'private')),
    default: '',
    commands: ['push', 'check', 'remote'],
    description:
      'public or private. Empty: an existing dataset stays as it is, a new one is private. private stops the run where the dataset is public; public makes a new dataset public and never publishes an existing one.'
  },
  license: {
    type: optional(license()),
    default: '',
    commands: ['push', 'check', 'remote'],
    description:
      'SPDX id of the licence on the card of a dataset that this run creates. Required with visibility public. The licence of an existing card is never touched.'
  },
  publish: {
    type: flag(),
    default: 'false',
    commands: WALK,
    description:
      'true: make an existing private dataset public, after all of its shards have passed the gates. Uploads nothing.'
  },
  gated: {
    type: optional(accessRequests()),
    default: '',
    commands: ['push', 'check', 'remote'],
    description:
      'Access requests of the dataset: true or auto (granted at once), manual (granted by a person), false (none). Empty: left as it is.'
  },
  assess: {
    type: flag(),
    default: 'true',
    commands: WALK,
    description: 'Score the traces and write badges, scorecard and quality.json.'
  },
  'quality-gate': {
    type: oneOf('report', 'enforce', 'off'),
    default: 'report',
    commands: WALK,
    description: 'report: show the result of the quality gate; enforce: a failing gate stops the run; off.'
  },
  trufflehog: {
    type: flag(),
    default: 'true',
    commands: JUDGES,
    description: 'Scan the traces for secrets with TruffleHog.'
  },
  'trufflehog-path': {
    type: optional(line()),
    default: '',
    commands: JUDGES,
    description: 'A TruffleHog binary that you vouch for. Empty: the pinned release, verified by its SHA-256.'
  },
  'trufflehog-verify': {
    type: flag(),
    default: 'false',
    commands: JUDGES,
    description: 'Let TruffleHog ask the providers whether what it found still works.'
  },
  'known-secrets': {
    type: lines(SHORTEST_SECRET),
    default: '',
    commands: JUDGES,
    secret: true,
    description:
      'Values of at least 4 characters, one a line, that must not occur in any trace in any encoding. Masked in the log. The tokens of the action and secret-looking environment variables are always looked for.'
  },
  policy: {
    type: line(),
    default: '.opentraces/policy.yml',
    commands: JUDGES,
    description:
      'Policy file: allowed findings, deny patterns, thresholds and floors. Inputs may be stricter than the policy, never weaker. On a pull request it is read from the base.'
  },
  'on-blocked': {
    type: oneOf('fail', 'hold'),
    default: 'fail',
    commands: WALK,
    description:
      'fail: one blocked or invalid trace stops the push. hold: the clean traces are published and the others listed.'
  },
  'llm-review': {
    type: oneOf('off', 'require', 'run', 'always'),
    default: 'off',
    commands: ['push', 'check', 'review'],
    description:
      'require: every trace must carry a clean and fresh verdict; run: review the traces without one, then require; always: review all of them; off.'
  },
  'llm-base-url': {
    type: optional(url()),
    default: '',
    commands: ['push', 'check', 'review'],
    description: 'Base URL of an OpenAI-compatible endpoint. Empty: the Hugging Face router.'
  },
  'llm-model': {
    type: optional(line()),
    default: '',
    commands: ['push', 'check', 'review'],
    description: 'The model that reviews, as the endpoint names it.'
  },
  'llm-api-key': {
    type: optional(secret()),
    default: '',
    commands: ['push', 'check', 'review'],
    secret: true,
    description: 'Key for the endpoint. Empty: the Hub token if the endpoint is the Hugging Face router, else none.'
  },
  'llm-max-tokens': {
    type: count(),
    default: '1000000',
    commands: ['push', 'check', 'review'],
    description: 'Budget of the LLM review in tokens for the whole run. A trace that no longer fits is held.'
  },
  'migrate-remote': {
    type: flag(),
    default: 'false',
    commands: WALK,
    description:
      "Rewrite the dataset's shards of older schema versions to the current one, without loss and in a commit of its own."
  },
  'dry-run': {
    type: flag(),
    default: 'false',
    commands: WALK,
    description:
      'Do everything but the commit, and leave the files that would be committed in output-dir. They are raw traces: never make them an artifact of a public repository.'
  },
  'create-pr': {
    type: flag(),
    default: 'false',
    commands: WALK,
    description: 'Open a pull request of the dataset on the Hub instead of committing.'
  },
  'max-wait': {
    type: duration(),
    default: '10m',
    commands: ['push', 'check', 'remote', 'remove'],
    description: 'How long to go on against conflicts and rate limits, such as 90s, 10m or 1h.'
  },
  'output-dir': {
    type: optional(line()),
    default: '',
    commands: COMMANDS,
    description: "Folder for the report, exports and the files of a dry run. Empty: a folder under the runner's temp."
  },
  'report-path': {
    type: optional(line()),
    default: '',
    commands: COMMANDS,
    description: 'Where the report is written, or read by comment. Empty: report.json in output-dir.'
  },
  'pr-comment': {
    type: oneOf('changes', 'always', 'failures', 'never'),
    default: 'changes',
    commands: COMMENTS,
    description: 'When to comment on the pull request: changes (something to say), always, failures or never.'
  },
  'comment-key': {
    type: key(),
    default: 'default',
    commands: COMMENTS,
    description: 'Tells several comments on one pull request apart.'
  },
  disclose: {
    type: flag(),
    default: 'false',
    commands: COMMENTS,
    description:
      "true: in a public repository, show a private dataset's statistics and task texts in summary, comment and report."
  },
  'github-token': {
    type: optional(secret()),
    default: '${{ github.token }}',
    commands: COMMENTS,
    secret: true,
    description: 'Token for the comment on the pull request.'
  },
  format: {
    type: oneOf('agent-trace', 'atif'),
    default: 'agent-trace',
    commands: ['export'],
    description: 'The format that export writes: agent-trace or atif.'
  },
  'remote-action': {
    type: oneOf('list', 'add', 'create', 'visibility', 'remove'),
    default: 'list',
    commands: ['remote'],
    description: 'What remote does: list, add, create, visibility or remove.'
  },
  'remote-name': {
    type: optional(line()),
    default: '',
    commands: ['remote'],
    description: 'The remote that the command is about, as .opentraces.json names it.'
  },
  'trace-ids': {
    type: lines(),
    default: '',
    commands: ['remove'],
    description: 'The traces to take down, one id a line.'
  },
  reason: {
    type: optional(line()),
    default: '',
    commands: ['remove'],
    description: 'Why the traces are taken down; kept in the tombstones, which are as public as the dataset.'
  }
} as const satisfies Record<string, InputDefinition>

export type InputName = keyof typeof INPUTS

/** `hf-token` → `hfToken` */
export type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name

/** The value of every input, its default where nothing was given. */
export type Inputs = {
  readonly [Name in InputName as CamelCase<Name>]: z.output<(typeof INPUTS)[Name]['type']>
}

/** In the order of the table, which is that of `action.yml` and the README. */
export const INPUT_LIST: readonly (readonly [InputName, InputDefinition])[] = Object.entries(INPUTS) as [
  InputName,
  InputDefinition
][]

/** The property of `Inputs` that holds an input. */
export function property<Name extends InputName>(name: Name): CamelCase<Name> {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()) as CamelCase<Name>
}
