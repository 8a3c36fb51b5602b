/** The write-ahead journal of a commit, and how it is carried out, or taken back, move by move. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { brokenJournal } from './errors.js'
import {
  checkPaths,
  foldersAbove,
  lstatIfThere,
  makeFolders,
  missingFolders,
  move,
  readSmall,
  removeWhereEmpty,
  syncFolder,
  type Home
} from './layout.js'
import { tableFile } from './objects.js'

const journalSchema = z.object({
  version: z.literal(1),
  /** In the order in which they become visible; the content of the n-th is the file `new/n`. */
  writes: z.array(z.object({ path: z.string(), replaces: z.boolean() })),
  deletes: z.array(z.string()),
  /** Folders that the commit creates, outermost first. */
  folders: z.array(z.string()),
  /** False for the first commit: taking it back leaves no head. */
  hadHead: z.boolean()
})
export type Journal = z.infer<typeof journalSchema>

/** Inside a transaction's folder. A journal under one of the first two names is a decision that must be carried out. */
export const PART = {
  commit: 'commit.json',
  undo: 'undo.json',
  draft: 'draft.json',
  new: 'new',
  /** Second links to the files that are replaced. */
  old: 'old',
  /** Where deleted files go. */
  gone: 'gone',
  table: 'objects.json',
  head: 'head',
  headAfterUndo: 'head-after-undo'
} as const

/** The name of the last commit that was carried out or taken back; readers notice by it that something happened. */
export function headFile(home: Home): string {
  return join(home.store, PART.head)
}

/** Told before every step of a commit. */
export type OnStep = (step: string) => void

/** What was decided about a transaction, if anything. @throws LoadError where the journal cannot be understood */
export async function readDecision(
  tx: string
): Promise<{ readonly decided: 'commit' | 'undo'; readonly journal: Journal } | undefined> {
  for (const decided of ['commit', 'undo'] as const) {
    const text = await readSmall(join(tx, PART[decided]))
    if (text !== undefined) {
      await checkFolder(tx)
      return { decided, journal: parseJournal(text) }
    }
  }
  return undefined
}

function parseJournal(text: string): Journal {
  try {
    const journal = journalSchema.parse(JSON.parse(text))
    checkPaths(journal)
    checkPaths({ writes: [], deletes: journal.folders })
    return journal
  } catch {
    throw brokenJournal()
  }
}

/** A folder that came with a download may hold links, and moves through them would reach outside the dataset. */
async function checkFolder(tx: string): Promise<void> {
  for (const folder of [tx, join(tx, PART.new), join(tx, PART.old), join(tx, PART.gone)]) {
    if ((await lstatIfThere(folder))?.isDirectory() !== true) throw brokenJournal()
  }
}

/** Writes the journal into its transaction. Nothing is decided by that: it is a draft until it is renamed. */
export async function draftJournal(tx: string, journal: Journal): Promise<void> {
  await writeSynced(join(tx, PART.draft), JSON.stringify(journal))
}

export async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Carries a commit out, or what is left of it. Every step moves a file out of the transaction's folder or into it: one
 * that was done finds nothing to do, and one of a writer that was taken for dead finds its folder gone.
 * @throws system errors; LoadError where something stands in the way
 */
export async function rollForward(home: Home, tx: string, journal: Journal, onStep: OnStep): Promise<void> {
  for (const [n, { path }] of journal.writes.entries()) {
    onStep(`write ${String(n)}`)
    const content = join(tx, PART.new, String(n))
    // Its folders may be gone again since; a write that was done must not bring them back.
    if (!(await isThere(content))) continue
    await makeFolders(home.root, path)
    await move(content, join(home.root, path))
  }
  for (const [n, path] of journal.deletes.entries()) {
    onStep(`delete ${String(n)}`)
    const grave = join(tx, PART.gone, String(n))
    if ((await isThere(grave)) || (await missingFolders(home.root, path)).length > 0) continue
    if (await move(join(home.root, path), grave)) await removeWhereEmpty(foldersAbove(home.root, path))
  }
  await syncFolders(home, journal)
  onStep('table')
  await move(join(tx, PART.table), tableFile(home))
  onStep('head')
  await move(join(tx, PART.head), headFile(home))
  await syncFolder(home.store)
}

/**
 * Takes back what was carried out of a commit, wherever it stopped; like `rollForward`, it can be interrupted itself. The
 * table of object ids is not put back: it only saves work.
 * @throws system errors; LoadError where something stands in the way
 */
export async function rollBack(home: Home, tx: string, journal: Journal, onStep: OnStep): Promise<void> {
  for (const [n, path] of journal.deletes.entries()) {
    onStep(`undo delete ${String(n)}`)
    const grave = join(tx, PART.gone, String(n))
    if (!(await isThere(grave))) continue
    await makeFolders(home.root, path)
    await move(grave, join(home.root, path))
  }
  for (const [n, { path, replaces }] of journal.writes.entries()) {
    onStep(`undo write ${String(n)}`)
    const content = join(tx, PART.new, String(n))
    if ((await isThere(content)) || (await missingFolders(home.root, path)).length > 0) continue
    if (replaces) await move(join(tx, PART.old, String(n)), join(home.root, path))
    else await move(join(home.root, path), content)
  }
  onStep('undo rest')
  for (const folder of [...journal.folders].reverse()) await removeWhereEmpty([join(home.root, folder)])
  await syncFolders(home, journal)
  if (!(await isThere(join(tx, PART.table)))) await move(tableFile(home), join(tx, PART.table))
  if (journal.hadHead) await move(join(tx, PART.headAfterUndo), headFile(home))
  else if (!(await isThere(join(tx, PART.head)))) await move(headFile(home), join(tx, PART.head))
  await syncFolder(home.store)
}

async function isThere(path: string): Promise<boolean> {
  return (await lstatIfThere(path)) !== undefined
}

async function syncFolders(home: Home, journal: Journal): Promise<void> {
  const paths = [...journal.writes.map(({ path }) => path), ...journal.deletes]
  const folders = new Set(paths.flatMap((path) => [...foldersAbove(home.root, path), home.root]))
  for (const folder of folders) await syncFolder(folder)
}
