/** Domain: can the trace be found by language, task and project? */
import type { TraceRecord } from '../traces/schema.js'
import { strip } from '../traces/text.js'
import { FAIL, halves, PASS, passIf, requireShare, type Check, type Judged } from './check.js'
import { hasCodePoints, hasText, isRuntime, snippets, writesCode } from './evidence.js'

/** A description with that many code points, stripped, counts as meaningful. */
const MEANINGFUL_CODE_POINTS = 11

export const DOMAIN: readonly Check[] = [
  {
    id: 'D1',
    name: 'D1: Language ecosystem populated',
    category: 'domain',
    weight: 1.0,
    rule: (record) =>
      isRuntime(record) && !writesCode(record) ? 'skipped' : passIf(record.environment.language_ecosystem.length > 0),
    fix: 'List the languages of the project in environment.language_ecosystem; capturing in its checkout finds them.'
  },
  {
    id: 'D2',
    name: 'D2: Dependencies extracted',
    category: 'domain',
    weight: 0.9,
    rule: ({ dependencies, environment }) =>
      passIf(dependencies.length > 0 || environment.language_ecosystem.length === 0),
    fix: 'List the libraries of the project in dependencies; capturing beside its manifests finds them.'
  },
  {
    id: 'D3',
    name: 'D3: Task description meaningful',
    category: 'domain',
    weight: 0.8,
    rule: ({ task }) => {
      const text = strip(task.description ?? '')
      if (text === '') return FAIL
      return hasCodePoints(text, MEANINGFUL_CODE_POINTS) ? PASS : { score: 0.5, passed: false }
    },
    fix: 'Describe the task in more than ten characters in task.description: what was asked, not "continue".'
  },
  {
    id: 'D4',
    name: 'D4: VCS info populated',
    category: 'domain',
    weight: 0.7,
    rule: (record) => {
      if (isRuntime(record)) return 'skipped'
      const { type, branch } = record.environment.vcs
      return halves(type === 'git', hasText(branch))
    },
    fix: 'Capture in a git checkout that is on a branch, so that environment.vcs gets its type and branch.'
  },
  {
    id: 'D5',
    name: 'D5: Snippets with language tags',
    category: 'domain',
    weight: 0.6,
    rule: (record) => {
      const all = snippets(record)
      return all.length === 0 ? 'skipped' : requireShare(all, (snippet) => hasText(snippet.language), 0.5)
    },
    fix: 'Set the language of the snippets; the file name usually tells it.'
  },
  {
    id: 'D6',
    name: 'D6: Attribution when edits exist',
    category: 'domain',
    weight: 0.5,
    rule: attribution,
    fix: 'Record which files the edits changed in attribution; capturing in the git checkout does so.'
  },
  {
    id: 'D7',
    name: 'D7: Agent name + version',
    category: 'domain',
    weight: 0.5,
    rule: agentIdentity,
    fix: 'Write both the name and the version of the agent into agent.'
  },
  {
    id: 'D8',
    name: 'D8: Environment OS populated',
    category: 'domain',
    weight: 0.3,
    // The reference gives these points to every trace.
    rule: () => PASS,
    fix: 'Nothing to do: every trace passes; environment.os is still welcome.'
  }
]

function attribution(record: TraceRecord): Judged {
  if (!writesCode(record)) return PASS
  if (record.attribution === null) return FAIL
  return record.attribution.files.length > 0 ? PASS : { score: 0.3, passed: false }
}

function agentIdentity(record: TraceRecord): Judged {
  const name = hasText(record.agent.name)
  const version = hasText(record.agent.version)
  if (name && version) return PASS
  // A deployed agent often has no version; its name is enough to pass.
  if (isRuntime(record)) return name ? { score: 0.7, passed: true } : FAIL
  return halves(name, version)
}
