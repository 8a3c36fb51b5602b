/** The file system as the search for staged traces sees it: every failure but absence is an error that names the path. */
import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { LoadError, systemErrorCode } from '../errors.js'
import { compareCodePoints } from './text.js'

export type PathKind = 'file' | 'folder' | 'other' | 'absent'

/** What a path leads to, links followed; `other` is what cannot be read as a file (a pipe, a socket). @throws LoadError */
export async function kindOf(path: string, shown: string): Promise<PathKind> {
  try {
    const found = await stat(path)
    return found.isDirectory() ? 'folder' : found.isFile() ? 'file' : 'other'
  } catch (error) {
    const code = systemErrorCode(error)
    if (code !== undefined && ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'].includes(code)) return 'absent'
    throw unreadable(shown, error)
  }
}

/** The entries of a folder, sorted by name; none where it does not exist. @throws LoadError */
export async function listFolder(folder: string, shown: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.sort((a, b) => compareCodePoints(a.name, b.name))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw unreadable(shown, error)
  }
}

/** A JSON object of the CLI's own files. @throws LoadError, which quotes nothing of the file */
export async function readJsonObject(path: string, shown: string): Promise<Record<string, unknown>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw unreadable(shown, error)
  }
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>
  } catch {
    // Reported below, without the parser's message, which quotes the text.
  }
  throw new LoadError('TRACES_UNREADABLE', `"${shown}" is not a JSON object`, {
    hint: 'It belongs to the opentraces CLI. Restore it, or name the trace files in the input "traces".'
  })
}

/** The error for something staged that the system does not let us read. */
export function unreadable(shown: string, error: unknown): LoadError {
  return new LoadError(
    'TRACES_UNREADABLE',
    `"${shown}" cannot be read (${systemErrorCode(error) ?? 'unknown error'})`,
    {
      hint: 'Check that the path exists and that the user of this job may read it.',
      cause: error
    }
  )
}
