/** Which paths of a commit can hold traces. */

/** Says of paths from the workspace, with forward slashes, whether they are wanted. */
export interface PathFilter {
  readonly file: (path: string) => boolean
  /** Whether there may be a wanted file below the folder. True for every folder above one. */
  readonly folder: (path: string) => boolean
}

/**
 * What can hold staged traces: below the roots everything that ends in `.jsonl` or `.json`, with the CLI's `state.json` beside
 * a root, a root that is itself a file, and what the CLI keeps in the working directory: `.opentraces/` and `.opentraces.json`.
 *
 * @param roots folders and files from the workspace on, with forward slashes; empty text for the workspace
 * @param workingDirectory the same way
 */
export function stagedPaths(roots: readonly string[], workingDirectory: string): PathFilter {
  const own = join(workingDirectory, '.opentraces')
  const named = new Set([
    join(workingDirectory, '.opentraces.json'),
    ...roots.flatMap((root) => [root, join(root.split('/').slice(0, -1).join('/'), 'state.json')])
  ])
  const places = [own, ...named, ...roots]
  return {
    file: (path) =>
      named.has(path) ||
      isWithin(path, own) ||
      (/\.jsonl?$/.test(path) && roots.some((root) => root === '' || isWithin(path, root))),
    folder: (path) => places.some((place) => place === '' || isWithin(place, path) || isWithin(path, place))
  }
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
