/** Writes the files of a commit into a folder. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemErrorCode } from '../../errors.js'
import { Unreadable } from '../base-file/objects.js'
import { quoted } from '../plain-text.js'
import type { CommitFile } from './find.js'
import type { Sources } from './sources.js'

export interface ByteLimits {
  /** For one file. */
  readonly fileBytes: number
  /** For all files together. */
  readonly totalBytes: number
}

/** Requests to GitHub at the same time. Each answer is in memory as a whole, with four bytes for three of the file. */
const LANES = 4

/**
 * Writes each file below the folder: first what the checkout holds, then the rest, an object once.
 *
 * @returns how many bytes were written
 * @throws ObjectMissing, Unreadable
 */
export async function copyFiles(
  sources: Sources,
  files: readonly CommitFile[],
  folder: string,
  { fileBytes, totalBytes }: ByteLimits
): Promise<number> {
  let total = 0
  const write = async (path: string, bytes: Buffer): Promise<void> => {
    total += bytes.length
    if (total > totalBytes) {
      throw new Unreadable(
        `its files are larger than ${String(totalBytes)} bytes in all`,
        'Stage fewer traces at once.'
      )
    }
    if (isPointer(bytes)) throw new Unreadable(`${quoted(path)} is a pointer of Git LFS, not the traces`, WITHOUT_LFS)
    await writeNew(join(folder, ...path.split('/')), path, bytes)
  }

  const remote = new Map<string, string[]>()
  for (const { path, id } of files) {
    const bytes = remote.has(id) ? undefined : await about(path, sources.localContent(id, fileBytes))
    if (bytes === undefined) remote.set(id, [...(remote.get(id) ?? []), path])
    else await write(path, bytes)
  }

  await inLanes([...remote], async ([id, paths]) => {
    const bytes = await about(paths[0] ?? '', sources.remoteContent(id, fileBytes))
    for (const path of paths) await write(path, bytes)
  })
  return total
}

const WITHOUT_LFS =
  'Commit staged traces as plain files: take them out of .gitattributes and run `git add --renormalize` on them.'

/**
 * A pointer as Git LFS writes it: lines of key and value, the version first, and fewer than 1024 bytes. No line of JSON
 * starts like that.
 */
function isPointer(bytes: Buffer): boolean {
  if (bytes.length >= 1024) return false
  const text = bytes.toString('utf8')
  return /^version https?:\/\/\S+\r?\n/.test(text) && /^oid sha256:[0-9a-f]{64}\r?$/m.test(text)
}

/** Says which file it is that cannot be read. */
async function about<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    throw new Unreadable(`${quoted(path)}: ${error.message}`, error.hint, error.retryable)
  }
}

async function writeNew(file: string, path: string, bytes: Buffer): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    // Never over something: two names may still be one to this file system.
    await writeFile(file, bytes, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const code = systemErrorCode(error) ?? 'unknown error'
    throw new Unreadable(
      `${quoted(path)} could not be written (${code})`,
      'Check the space on the disk of the runner, and that the name of the file is one for its system.'
    )
  }
}

/** Works on several items at once. After an error nothing new is begun, and it is thrown once all is quiet. */
async function inLanes<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = []
  const lane = async (): Promise<void> => {
    for (let item = items.shift(); item !== undefined && failures.length === 0; item = items.shift()) {
      await work(item).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  if (failures.length > 0) throw failures[0]
}
