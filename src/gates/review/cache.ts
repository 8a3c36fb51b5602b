/**
 * Verdicts on disk, by content, model and question: what has been answered is not asked again. Whoever can write the
 * folder can write verdicts, so it must be one that only trusted runs write.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CATEGORIES, missedSchema, shareableSchema, type Review } from './verdict.js'

export interface ReviewKey {
  /** SHA-256 of the line under review. */
  readonly subject: string
  /** The endpoint's host: two of them may mean different models by one name. */
  readonly host: string
  readonly model: string
  readonly promptVersion: string
}

export interface ReviewCache {
  /** Undefined where there is none; a damaged entry is none. */
  get(key: ReviewKey): Promise<Review | undefined>
  put(key: ReviewKey, review: Review): Promise<void>
}

const entrySchema = z.strictObject({
  key: z.strictObject({ subject: z.string(), host: z.string(), model: z.string(), promptVersion: z.string() }),
  review: z.strictObject({
    shareable: shareableSchema,
    missed: missedSchema,
    evidence: z.array(z.strictObject({ category: z.enum(CATEGORIES), pointer: z.string() })),
    model: z.string(),
    reviewedAt: z.string(),
    promptVersion: z.string()
  })
})

/**
 * A cache in a folder, which is made at need. A cache that cannot be written or read is no reason to fail: it only saves
 * requests.
 */
export function folderCache(folder: string, randomHex: (digits: number) => string): ReviewCache {
  return {
    get: async (key) => {
      try {
        const entry = entrySchema.parse(JSON.parse(await readFile(join(folder, fileOf(key)), 'utf8')))
        return fileOf(entry.key) === fileOf(key) ? entry.review : undefined
      } catch {
        return undefined
      }
    },
    put: async (key, review) => {
      const path = join(folder, fileOf(key))
      const draft = `${path}.${randomHex(12)}`
      try {
        await mkdir(folder, { recursive: true })
        await writeFile(draft, JSON.stringify({ key, review }), { flag: 'wx', mode: 0o600 })
        await rename(draft, path)
      } catch {
        await rm(draft, { force: true }).catch(() => undefined)
      }
    }
  }
}

function fileOf({ subject, host, model, promptVersion }: ReviewKey): string {
  const text = JSON.stringify(['opentraces review v1', subject, host, model, promptVersion])
  return `${createHash('sha256').update(text).digest('hex')}.json`
}
