/** Which repository of the workspace a path belongs to. */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from '../environment.js'
import { checkoutObjects } from './checkout.js'
import type { GitObjects } from './objects.js'

export interface RepositoryPlace {
  /** How many names of the way lead to the root of the repository. */
  readonly depth: number
  /** Undefined where there is no repository, as after a checkout without git. */
  readonly checkout: { readonly gitDir: string; readonly objects: GitObjects } | undefined
}

/**
 * The repository that a file belongs to: of those on the way that have the event's commit, the outermost, else the
 * outermost of all, else the workspace. Nothing in a repository, a submodule or a link, can so pass for its root.
 *
 * @param names of the folders from the workspace on, and of the file
 */
export async function findRepository(
  { workspace, env }: { readonly workspace: string; readonly env: Environment },
  names: readonly string[],
  anchor: string | undefined
): Promise<RepositoryPlace> {
  const candidates: RepositoryPlace[] = []
  for (const depth of names.keys()) {
    const folder = join(workspace, ...names.slice(0, depth))
    if (depth > 0 && (await kindOf(folder)) !== 'folder') break
    const gitDir = join(folder, '.git')
    if ((await kindOf(gitDir)) === undefined) continue
    const checkout = { gitDir, objects: checkoutObjects(gitDir, env) }
    if (anchor !== undefined && (await has(checkout.objects, anchor))) return { depth, checkout }
    candidates.push({ depth, checkout })
  }
  return candidates[0] ?? { depth: 0, checkout: undefined }
}

async function kindOf(path: string): Promise<'folder' | 'other' | undefined> {
  try {
    return (await lstat(path)).isDirectory() ? 'folder' : 'other'
  } catch {
    return undefined
  }
}

async function has(objects: GitObjects, commit: string): Promise<boolean> {
  try {
    await objects.commit(commit)
    return true
  } catch {
    return false
  }
}
