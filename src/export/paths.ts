/** Paths of a record as other formats want them: from the root of the repository. */
import { entries, isJsonObject, property, type JsonObject, type JsonValue } from '../traces/json.js'

/**
 * Where the session had its checkout, as the record's writer noted it: the root of its work tree
 * (`metadata.hook_pre_tool_use.*.trail.worktree_root`), else the folder that the session was started in (`metadata.cwd`).
 *
 * @returns undefined where neither is noted as an absolute path; nothing else in a record tells
 */
export function repositoryRoot(metadata: JsonObject): string | undefined {
  const hooks = property(metadata, 'hook_pre_tool_use')
  const roots = isJsonObject(hooks)
    ? Array.from(entries(hooks), ([, hook]) => at(at(hook, 'trail'), 'worktree_root'))
    : []
  const root = [...roots, property(metadata, 'cwd')].find((one) => typeof one === 'string' && isAbsolute(one))
  return root as string | undefined
}

function at(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) ? property(value, key) : undefined
}

/** On any system: a record may come from another one. */
export function isAbsolute(path: string): boolean {
  return path.startsWith('/') || isWindows(path)
}

function isWindows(path: string): boolean {
  return /^(?:[A-Za-z]:[\\/]|\\\\)/.test(path)
}

/**
 * The path from the root, with `/` between its parts. As it is where it is relative already, or not below the root: a
 * shorter one would be a guess, and without it the file would be lost.
 */
export function fromRoot(path: string, root: string | undefined): string {
  if (root === undefined || !isAbsolute(path)) return path
  const windows = isWindows(root)
  const slashed = (text: string): string => (windows ? text.replaceAll('\\', '/') : text)
  const folder = `${slashed(root).replace(/\/+$/, '')}/`
  const whole = slashed(path)
  if (!whole.startsWith(folder)) return path
  const rest = whole.slice(folder.length)
  const isPlain = rest.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  return isPlain ? rest : path
}
