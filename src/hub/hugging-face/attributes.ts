/**
 * Keeps large files out of plain git. The Hub refuses inline files over 10 MiB, stores larger ones as LFS, and adds a line
 * to `.gitattributes` for each one that no pattern covers; with thousands of shards that file itself grows too large to
 * be pushed. One rule for the folder, in the commit that needs it first, prevents that.
 */
import type { CommitPlan, FileWrite } from '../../dataset/plan.js'

/** The Hub's limit for a file that travels inside the commit request. */
const INLINE_FILE = 10 * 1024 * 1024
/** Inline files are held in memory several times over as base64; beyond this sum they go to the storage instead. */
const INLINE_SUM = 64 * 1024 * 1024
const RULE = 'filter=lfs diff=lfs merge=lfs -text'

export function contentSize({ content }: FileWrite): number {
  return content instanceof Uint8Array ? content.length : content.size
}

/** Whether a commit needs a look at `.gitattributes` at all. */
export function needsLfs(plan: CommitPlan): boolean {
  return largeWrites(plan).length > 0 && !plan.writes.some(({ path }) => path === '.gitattributes')
}

/**
 * `.gitattributes` with the rules that the plan's large files need, at the end of its text.
 * @param current its text at the plan's parent, empty where there is none
 * @returns undefined where nothing is missing
 */
export function withLfsRules(plan: CommitPlan, current: string): string | undefined {
  const missing = largeWrites(plan).filter(({ path }) => !isTracked(path, current))
  const patterns = new Set(missing.map(({ path }) => patternFor(path)).filter((pattern) => pattern !== undefined))
  if (patterns.size === 0) return undefined
  const gap = current === '' || current.endsWith('\n') ? '' : '\n'
  return current + gap + [...patterns].map((pattern) => `${pattern} ${RULE}\n`).join('')
}

function largeWrites({ writes }: CommitPlan): FileWrite[] {
  const sum = writes.reduce((total, write) => total + contentSize(write), 0)
  return writes.filter((write) => {
    const sample = write.content instanceof Uint8Array ? write.content.subarray(0, 512) : new Uint8Array()
    if (isLarge({ size: contentSize(write), sample })) return true
    return sum > INLINE_SUM && write.path.endsWith('.jsonl')
  })
}

/** The Hub's rule for a file that no pattern covers. @param sample the first 512 bytes, or all of a smaller file */
export function isLarge({ size, sample }: { readonly size: number; readonly sample: Uint8Array }): boolean {
  return size > INLINE_FILE || sample.includes(0)
}

/** A rule for the folder and the extension; in the root, for this file alone. Names that need quoting get none. */
function patternFor(path: string): string | undefined {
  if (!/^[\w./-]+$/.test(path)) return undefined
  const [, folder, extension] = /^(.*)\/[^/]*?(\.[^./]+)?$/.exec(path) ?? []
  return folder === undefined ? `/${path}` : `${folder}/*${extension ?? ''}`
}

/**
 * Whether a line sends the path to LFS. Only the usual ways to write it are known: for any other, a second rule of the
 * same meaning is harmless, while matching patterns that others wrote can be made to take for ever.
 */
function isTracked(path: string, attributes: string): boolean {
  const [, folder = '', extension = ''] = /^(?:(.*)\/)?[^/]*?(\.[^./]+)?$/.exec(path) ?? []
  const known = new Set(['*', '**', path, `/${path}`, `*${extension}`, `**/*${extension}`])
  for (const start of [`${folder}/`, `/${folder}/`]) {
    for (const rest of ['*', '**', `*${extension}`, `**/*${extension}`]) known.add(start + rest)
  }
  return attributes.split(/\r?\n/).some((line) => {
    const [pattern = '', ...rules] = line.trim().split(/\s+/)
    return known.has(pattern) && rules.includes('filter=lfs')
  })
}
