/** The Hub's check of a dataset card's metadata block, for the keys that a card of ours can get wrong. */
import { parseDocument } from 'yaml'

const LICENSES = new Set(
  (
    'apache-2.0 mit bsd bsd-2-clause bsd-3-clause cc cc0-1.0 cc-by-4.0 cc-by-sa-4.0 cc-by-nc-4.0 cc-by-nc-sa-4.0 ' +
    'cc-by-nd-4.0 gpl-3.0 agpl-3.0 lgpl-3.0 mpl-2.0 odc-by odbl openrail pddl unlicense unknown other'
  ).split(' ')
)
const SIZE = /^(n<1K|1K<n<10K|10K<n<100K|100K<n<1M|1M<n<10M|10M<n<100M|100M<n<1B|1B<n<10B|10B<n<100B|100B<n<1T|n>1T)$/

export interface CardVerdict {
  readonly errors: { message: string }[]
  readonly warnings: { message: string }[]
}

export function validateCard(content: string): CardVerdict {
  const block = /^---\r?\n(?:([\s\S]*?)\r?\n)?---(?:\r?\n|$)/.exec(content)
  if (block === null) return { errors: [], warnings: [{ message: 'empty or missing yaml metadata in repo card' }] }
  const document = parseDocument(block[1] ?? '')
  const [first] = document.errors
  if (first !== undefined) return { errors: [{ message: `Invalid YAML: ${first.code}` }], warnings: [] }
  const data: unknown = document.toJS()
  if (data === null || data === undefined) {
    return { errors: [], warnings: [{ message: 'empty or missing yaml metadata in repo card' }] }
  }
  if (typeof data !== 'object' || Array.isArray(data)) {
    return { errors: [{ message: '"metadata" must be an object' }], warnings: [] }
  }
  return { errors: [...problems(data as Record<string, unknown>)].map((message) => ({ message })), warnings: [] }
}

function* problems(data: Record<string, unknown>): Generator<string> {
  const { license, size_categories, configs } = data
  if (license !== undefined && !listOf(license).every((one) => typeof one === 'string' && LICENSES.has(one))) {
    yield `"license" must be one of [${[...LICENSES].join(', ')}]`
  }
  for (const key of ['tags', 'task_categories', 'task_ids']) {
    const value = data[key]
    if (value === undefined) continue
    if (!Array.isArray(value)) yield `"${key}" must be an array`
    else if (!value.every((one) => typeof one === 'string')) yield `"${key}[0]" must be a string`
  }
  if (size_categories !== undefined && !listOf(size_categories).every((one) => SIZE.test(String(one)))) {
    yield '"size_categories[0]" must be one of [n<1K, 1K<n<10K, ...]'
  }
  if (configs !== undefined && !(Array.isArray(configs) && configs.every(hasName))) {
    yield '"configs[0].config_name" is required'
  }
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value]
}

function hasName(config: unknown): boolean {
  return typeof config === 'object' && config !== null && 'config_name' in config
}
