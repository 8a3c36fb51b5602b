/** Puts the commits of a local repository into an emulated GitHub, by its API: there they have the same ids. */
import { execFileSync } from 'node:child_process'
import { git } from './act.js'

/** Asks the emulated GitHub as somebody who may write to the repository. */
export type Call = <T>(method: string, path: string, body?: unknown) => Promise<T>

/** @param repository owner and name @param commit anything that git knows as one @returns its id */
export async function sendCommit(call: Call, repository: string, root: string, commit: string): Promise<string> {
  const [id = '', ...parents] = git(root, 'rev-list', '--parents', '--max-count=1', commit).split(' ')
  for (const parent of parents) await sendCommit(call, repository, root, parent)
  const objects = `/repos/${repository}/git`
  const entries = git(root, 'ls-tree', '-r', '--format=%(objectmode) %(objectname) %(path)', id).split('\n')
  const tree = []
  for (const entry of entries) {
    const [mode, sha = '', ...path] = entry.split(' ')
    const content = execFileSync('git', ['cat-file', 'blob', sha], { cwd: root }).toString('base64')
    const blob = await call<{ sha: string }>('POST', `${objects}/blobs`, { content, encoding: 'base64' })
    tree.push({ path: path.join(' '), mode, type: 'blob', sha: blob.sha })
  }
  const person = (letter: 'a' | 'c') => {
    const [name, email, date] = git(
      root,
      'show',
      '--no-patch',
      `--format=%${letter}n%n%${letter}e%n%${letter}I`,
      id
    ).split('\n')
    return { name, email, date }
  }
  const made = await call<{ sha: string }>('POST', `${objects}/commits`, {
    message: git(root, 'show', '--no-patch', '--format=%B', id),
    tree: (await call<{ sha: string }>('POST', `${objects}/trees`, { tree })).sha,
    parents,
    author: person('a'),
    committer: person('c')
  })
  if (made.sha !== id) throw new Error('the emulated GitHub gives the commit another id')
  return id
}
