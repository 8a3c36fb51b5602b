/** How the Hub decides between a git blob and an LFS object: `.gitattributes`, then size, then what the content looks like. */

/** What a new dataset of the Hub starts with: no rule for `*.jsonl`. */
export const FIRST_ATTRIBUTES = ['*.7z', '*.arrow', '*.bin', '*.gz', '*.parquet', '*.zip', '*tfevents*']
  .map((pattern) => `${pattern} filter=lfs diff=lfs merge=lfs -text\n`)
  .join('')

/** Larger inline files are refused by the commit endpoint. */
export const INLINE_LIMIT = 10 * 1024 * 1024

export type UploadMode = 'regular' | 'lfs'

export function isTracked(path: string, attributes: string): boolean {
  return attributes.split(/\r?\n/).some((line) => {
    const [pattern, ...rules] = line.trim().split(/\s+/)
    if (pattern === undefined || pattern === '' || !rules.includes('filter=lfs')) return false
    const target = pattern.includes('/') ? path : path.slice(path.lastIndexOf('/') + 1)
    return asExpression(pattern.replace(/^\//, '')).test(target)
  })
}

export function uploadMode(path: string, size: number, sample: Buffer, attributes: string): UploadMode {
  // Storage answers 501 to an empty object.
  if (size === 0) return 'regular'
  if (path === '.gitattributes') return 'regular'
  return isTracked(path, attributes) || size > INLINE_LIMIT || sample.includes(0) ? 'lfs' : 'regular'
}

function asExpression(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*\*\/|\*\*|\*|\?/g, (part) => ({ '**/': '(.*/)?', '**': '.*', '*': '[^/]*' })[part] ?? '[^/]')
  return new RegExp(`^${source}$`)
}
