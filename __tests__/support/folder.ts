/** Helpers for tests of the dataset in a local folder: on the real file system, with real processes. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommitPlan, FileContent } from '../../src/dataset/plan.js'
import { readAll, type DatasetStore } from '../../src/hub/store.js'

/** Folders and processes made by this test file; `removeTemporary` removes them. */
const made: string[] = []
const started: ChildProcess[] = []

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'folder-home-'))
  made.push(folder)
  return folder
}

export function removeTemporary(): void {
  // A worker that stopped itself would outlive a test that failed before it could wake it.
  for (const child of started.splice(0)) child.kill('SIGKILL')
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
}

export function planOf(
  parent: string | undefined,
  writes: Readonly<Record<string, string | FileContent>>,
  deletes: readonly string[] = []
): CommitPlan {
  return {
    parent,
    title: 'A commit',
    description: '',
    marker: 'ab'.repeat(32),
    writes: Object.entries(writes).map(([path, content]) => ({
      path,
      content: typeof content === 'string' ? Buffer.from(content) : content
    })),
    deletes
  }
}

/** Commits on top of the current state. */
export async function put(
  store: DatasetStore,
  writes: Readonly<Record<string, string | FileContent>>,
  deletes: readonly string[] = []
): Promise<string> {
  return (await store.commit(planOf((await store.state()).revision, writes, deletes))).revision
}

/** The current revision of a dataset that exists. */
export async function headOf(store: DatasetStore): Promise<string> {
  const { revision } = await store.state()
  if (revision === undefined) throw new Error('there is no dataset')
  return revision
}

/** The whole dataset as the store shows it: path and text. */
export async function contents(store: DatasetStore): Promise<Record<string, string>> {
  const { revision } = await store.state()
  if (revision === undefined) return {}
  const files: Record<string, string> = {}
  for (const { path } of await store.list(revision)) files[path] = (await readAll(store, revision, path)).toString()
  return files
}

/** Everything below a folder, hidden or not: kind, content as an object id, modification time. Undefined where there is no folder. */
export async function everything(folder: string): Promise<Record<string, string> | undefined> {
  const found: Record<string, string> = {}
  const visit = async (relative: string): Promise<void> => {
    for (const name of (await readdir(join(folder, relative))).sort()) {
      const path = relative === '' ? name : `${relative}/${name}`
      const full = join(folder, path)
      const stats = await lstat(full, { bigint: true })
      if (stats.isDirectory()) {
        found[path] = 'folder'
        await visit(path)
      } else if (stats.isSymbolicLink()) found[path] = `link to ${await readlink(full)}`
      else found[path] = `${String(stats.mtimeNs)} ${gitId(await readFile(full))}`
    }
  }
  try {
    await visit('')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return found
}

/** `everything` without our bookkeeping. */
export async function visible(folder: string): Promise<Record<string, string> | undefined> {
  const all = await everything(folder)
  return all && Object.fromEntries(Object.entries(all).filter(([path]) => !path.startsWith('.opentraces-store')))
}

/** Our bookkeeping's names. At rest there is nothing but the head and the table. */
export async function bookkeeping(folder: string): Promise<string[]> {
  return (await readdir(join(folder, '.opentraces-store'))).sort()
}

/** The object id as git works it out, in one piece. */
export function gitId(content: string | Uint8Array): string {
  const bytes = Buffer.from(content)
  return createHash('sha1')
    .update(Buffer.concat([Buffer.from(`blob ${String(bytes.length)}\0`), bytes]))
    .digest('hex')
}

/** What `folder-worker.ts` is told to do. */
export interface WorkerJob {
  readonly folder: string
  /** Adds one to `counter.txt` and writes a file of its own, `rounds` times. */
  readonly count?: { readonly name: string; readonly rounds: number }
  /** Writes the same text into all these files, a new one every time, until it is killed. */
  readonly forever?: readonly string[]
  /** One commit. */
  readonly writes?: Readonly<Record<string, string>>
  readonly deletes?: readonly string[]
  /** Kills its own process before this step, counted from 0. */
  readonly killAt?: number
  /** Fails with EIO before the step of this name. */
  readonly failAt?: string
  /** Says "stopped" and stops its own process before the step of this name, as a machine that is suspended does. */
  readonly stopAt?: string
  /** Works as another user. */
  readonly uid?: number
}

export interface WorkerResult {
  /** Undefined where the worker was killed. */
  readonly answer: { readonly steps: string[]; readonly revision?: string; readonly error?: string } | undefined
  readonly signal: NodeJS.Signals | null
}

/** A worker that goes on until it is done, or killed. */
export interface Worker {
  /** Resolves once the worker has said this word. */
  said(word: 'ready' | 'stopped'): Promise<void>
  kill(signal: NodeJS.Signals): void
  readonly result: Promise<WorkerResult>
}

const WORKER = ['--import', join(import.meta.dirname, 'typescript.mjs'), join(import.meta.dirname, 'folder-worker.ts')]

/** Starts a job in a process of its own. */
export function startWorker(job: WorkerJob): Worker {
  const child = spawn(process.execPath, WORKER, { stdio: ['pipe', 'pipe', 'pipe'] })
  started.push(child)
  child.stdin.end(JSON.stringify(job))
  let out = ''
  let errors = ''
  const listeners = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    for (const listener of listeners) listener()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const result = new Promise<WorkerResult>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const answer = out.split('\n').find((line) => line.startsWith('{'))
      if (signal === null && (code !== 0 || answer === undefined)) reject(new Error(`worker failed: ${errors}`))
      else
        resolve({ answer: answer === undefined ? undefined : (JSON.parse(answer) as WorkerResult['answer']), signal })
    })
  })
  return {
    result,
    kill: (signal) => void child.kill(signal),
    said: async (word) => {
      const heard = new Promise<void>((resolve) => {
        const listener = () => out.split('\n').includes(word) && resolve()
        listeners.add(listener)
        listener()
      })
      await Promise.race([heard, result])
    }
  }
}

/** Runs a job to its end. */
export function runWorker(job: WorkerJob): Promise<WorkerResult> {
  return startWorker(job).result
}

/** Runs a job to its end while this process does nothing at all. */
export function runWorkerMeanwhile(job: WorkerJob): void {
  execFileSync(process.execPath, WORKER, { input: JSON.stringify(job) })
}
