/**
 * One commit as a transaction on the file system.
 *
 * A writer makes a folder of its own (`tx-…`), completes or discards every other one it finds, compares the parent,
 * stores everything that it needs in its folder, and publishes its journal there with one rename: from then on the
 * commit happens, whoever carries it out. When it is done the folder is renamed away.
 *
 * That no commit is lost does not depend on the lock. Whoever takes over another's transaction renames its folder first,
 * and every step of a writer moves something out of its folder or into it. So a writer that was taken for dead and wakes
 * up cannot change anything: of two writers at once, the one that looked around last has ended the other.
 */
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, link, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { CommitPlan } from '../../dataset/plan.js'
import { systemErrorCode } from '../../errors.js'
import { storeContent } from './content.js'
import { impossiblePath } from './errors.js'
import {
  draftJournal,
  headFile,
  PART,
  readDecision,
  rollBack,
  rollForward,
  writeSynced,
  type Journal,
  type OnStep
} from './journal.js'
import { lstatIfThere, missingFolders, move, readSmall, syncFolder, type Home } from './layout.js'
import { makeListing, type Listing } from './listing.js'
import { tableText, type ObjectTable } from './objects.js'

const OPEN = 'tx-'
const TRASH = 'trash-'

/** A dataset's listing and the head it was read at, undefined where no commit of ours was ever made. */
export interface Snapshot {
  readonly listing: Listing
  readonly head: string | undefined
}

/** A commit that has everything in its folder and only needs to be decided. */
export interface Prepared {
  readonly journal: Journal
  readonly after: Snapshot
  readonly objects: ObjectTable
}

/** A place for the folder of a new transaction. */
export function newTransaction(home: Home): string {
  return join(home.store, OPEN + randomUUID())
}

/** Makes the folder. It must be there for others to find before one looks for theirs. */
export async function begin(tx: string): Promise<void> {
  for (const folder of [tx, join(tx, PART.new), join(tx, PART.old), join(tx, PART.gone)]) await mkdir(folder)
}

/**
 * Stores everything that the commit needs: contents, second links to what is replaced, table, head, draft of the journal.
 * After this nothing is left that needs noteworthy space.
 */
export async function prepare(
  home: Home,
  tx: string,
  plan: CommitPlan,
  before: Snapshot,
  known: ObjectTable,
  clock: () => number,
  onStep: OnStep
): Promise<Prepared> {
  const files = new Map(before.listing.files)
  const objects = new Map(known)
  const writes: Journal['writes'] = []
  const folders = new Set<string>()
  // Only files are deleted: a folder of that name would go with everything in it.
  const deletes = plan.deletes.filter((path) => files.delete(path))
  for (const path of deletes) objects.delete(path)
  for (const [n, write] of plan.writes.entries()) {
    const { path } = write
    onStep(`store ${String(n)}`)
    for (const folder of await missingFolders(home.root, path)) folders.add(folder)
    const stored = await storeContent(write, join(tx, PART.new, String(n)), clock())
    writes.push({ path, replaces: await keepOld(join(home.root, path), join(tx, PART.old, String(n)), path) })
    const { size, mtimeNs, oid } = stored
    files.set(path, { path, ...stored })
    objects.set(path, { size, mtimeNs, oid, hashedAt: clock() })
  }
  onStep('draft')
  const journal: Journal = {
    version: 1,
    writes,
    deletes,
    folders: [...folders].sort(),
    hadHead: before.head !== undefined
  }
  const head = randomUUID()
  await writeSynced(join(tx, PART.table), tableText(objects))
  await writeSynced(join(tx, PART.head), head)
  if (journal.hadHead) await writeSynced(join(tx, PART.headAfterUndo), randomUUID())
  await draftJournal(tx, journal)
  for (const folder of [join(tx, PART.new), join(tx, PART.old), tx, home.store]) await syncFolder(folder)
  return { journal, after: { listing: makeListing(files.values()), head }, objects }
}

/** Keeps what a write replaces; false where it replaces nothing. */
async function keepOld(target: string, copy: string, path: string): Promise<boolean> {
  const there = await lstatIfThere(target)
  if (there === undefined) return false
  if (!there.isFile()) throw impossiblePath(path, 'something else stands in its place')
  try {
    await link(target, copy)
  } catch {
    // Not every file system has hard links, and not every user may make one to another's file.
    await copyFile(target, copy, constants.COPYFILE_FICLONE)
  }
  return true
}

/** Decides the commit. */
export async function publish(tx: string): Promise<void> {
  await rename(join(tx, PART.draft), join(tx, PART.commit))
  await syncFolder(tx)
}

/**
 * Carries out a commit that was decided. Where that fails, takes back what was done of it.
 * @throws system errors, LoadError; after either the dataset is as before, or the next writer or reader makes it so
 */
export async function carryOut(home: Home, tx: string, journal: Journal, onStep: OnStep): Promise<void> {
  try {
    await rollForward(home, tx, journal, onStep)
    onStep('retire')
    await retire(home, tx)
  } catch (error) {
    // Where the folder is gone, another writer has taken the commit over, and it will happen.
    if (!(await move(join(tx, PART.commit), join(tx, PART.undo)))) return
    await rollBack(home, tx, journal, onStep)
    await retire(home, tx)
    throw error
  }
}

/** Ends a transaction, whatever became of it: its folder is renamed, and so out of everybody's sight, and removed. */
export async function retire(home: Home, tx: string): Promise<void> {
  const trash = join(home.store, TRASH + randomUUID())
  if (await move(tx, trash)) await removeTrash(trash)
}

async function removeTrash(trash: string): Promise<void> {
  try {
    await rm(trash, { recursive: true, force: true })
  } catch {
    // Nobody looks into it any more, and the next writer tries again.
  }
}

/**
 * Completes every transaction that was decided, and discards every one that was not. To be called under the lock.
 * @param own the caller's own transaction
 * @throws system errors; LoadError where a journal cannot be understood
 */
export async function recover(home: Home, onStep: OnStep, own?: string): Promise<void> {
  for (const name of await namesIn(home.store)) {
    if (name.startsWith(TRASH)) await removeTrash(join(home.store, name))
    if (!name.startsWith(OPEN) || (own !== undefined && name === basename(own))) continue
    const tx = newTransaction(home)
    if (!(await move(join(home.store, name), tx))) continue
    try {
      await conclude(home, tx, onStep)
    } catch (error) {
      // Where the folder is gone, somebody else concludes it.
      if ((await lstatIfThere(tx)) !== undefined) throw error
    }
  }
}

async function conclude(home: Home, tx: string, onStep: OnStep): Promise<void> {
  const decision = await readDecision(tx)
  if (decision?.decided === 'commit') await rollForward(home, tx, decision.journal, onStep)
  if (decision?.decided === 'undo') await rollBack(home, tx, decision.journal, onStep)
  await retire(home, tx)
}

/**
 * The head of a dataset that no commit is just being applied to; undefined while one is. Where it is the same before and
 * after files were listed, the listing shows one state: a commit shows its journal first and changes the head last.
 */
export async function quietHead(home: Home): Promise<Pick<Snapshot, 'head'> | undefined> {
  for (const name of await namesIn(home.store)) {
    if (!name.startsWith(OPEN)) continue
    const tx = join(home.store, name)
    for (const part of [PART.commit, PART.undo]) {
      if ((await lstatIfThere(join(tx, part))) !== undefined) return undefined
    }
    // It may have been taken over, and so renamed, since the folder was read.
    if ((await lstatIfThere(tx)) === undefined) return undefined
  }
  return { head: await readSmall(headFile(home)) }
}

async function namesIn(store: string): Promise<string[]> {
  try {
    return await readdir(store)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}
