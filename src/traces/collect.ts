/**
 * Finds the staged traces: files, folders and globs, and the layouts in which the opentraces CLI keeps them (facts:
 * upstream 1.1 to 1.4). Nothing is read here but folders and the CLI's own state.
 */
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import picomatch from 'picomatch'
import { LoadError, systemErrorCode } from '../errors.js'
import { unreadable } from './read.js'
import { compareCodePoints } from './text.js'

/** One file with staged records. */
export interface StagedFile {
  /** Absolute. */
  readonly path: string
  /** As reports name it: relative to the working directory, or to the user's home behind `~`. */
  readonly shown: string
  /** `jsonl`: one record a line; `json`: the whole file is one record. */
  readonly format: 'jsonl' | 'json'
}

export interface Collected {
  readonly files: readonly StagedFile[]
  /** What was taken, a sentence for the log. */
  readonly sources: readonly string[]
  /** Ids that the CLI's state calls committed: every one of them must turn up in the files. */
  readonly committed: ReadonlySet<string>
  /** Entries of the input that matched nothing. */
  readonly unmatched: readonly string[]
}

export interface CollectOptions {
  /** The input `traces`: paths, globs, `!` exclusions, `cli-home`, `bucket`. Empty: the default places. */
  readonly entries: readonly string[]
  readonly workingDirectory: string
  /** The checkout: a symlink below it may not lead out of it. */
  readonly workspace: string
  /** The CLI's home: `OT_OPENTRACES_DIR`, else `~/.opentraces`. */
  readonly cliHome: string
}

const STAGING = '.opentraces/staging'

/** Collects in the order of the entries, files sorted by path, each file once. @throws LoadError */
export async function collect(options: CollectOptions): Promise<Collected> {
  const found = new Collection(options)
  if (options.entries.length === 0) await found.addDefaults()
  else {
    const excluded = options.entries.filter((entry) => entry.startsWith('!')).map((entry) => entry.slice(1))
    found.exclude(excluded)
    for (const entry of options.entries.filter((one) => !one.startsWith('!'))) await found.add(entry)
  }
  return found
}

class Collection implements Collected {
  files: StagedFile[] = []
  sources: string[] = []
  committed = new Set<string>()
  unmatched: string[] = []
  private seen = new Set<string>()
  private excludes: (path: string) => boolean = () => false

  constructor(private readonly options: CollectOptions) {}

  exclude(patterns: readonly string[]): void {
    if (patterns.length > 0) this.excludes = picomatch([...patterns], { dot: true })
  }

  async addDefaults(): Promise<void> {
    const staging = resolve(this.options.workingDirectory, STAGING)
    if ((await kindOf(staging, STAGING)) === 'folder') {
      await this.addFolder(staging, STAGING)
      if (this.files.length > 0) return
    }
    await this.addProject('cli-home', false)
  }

  async add(entry: string): Promise<void> {
    const before = this.files.length
    if (entry === 'cli-home' || entry === 'bucket') {
      await this.addProject(entry, true)
    } else {
      const path = resolve(this.options.workingDirectory, entry)
      const kind = await kindOf(path, entry)
      if (kind === 'folder') await this.addFolder(path, entry)
      else if (kind === 'file') await this.addFile(path, this.rootFor(path))
      else if (picomatch.scan(entry).isGlob) await this.addGlob(entry)
    }
    if (this.files.length === before) this.unmatched.push(entry)
    else this.sources.push(`${String(this.files.length - before)} file(s) from ${entry}`)
  }

  /** A folder of JSONL files, or one that the CLI keeps a state for. */
  private async addFolder(folder: string, shown: string): Promise<void> {
    const state = await findState(folder)
    if (state !== undefined) {
      await this.addCommitted(state.file, state.traces, this.rootFor(folder))
      this.sources.push(`${shown}: traces with status "committed" in ${this.shown(state.file)}`)
      return
    }
    const root = this.rootFor(folder)
    for (const path of await this.walk(folder, root)) if (path.endsWith('.jsonl')) await this.addFile(path, root)
  }

  private async addGlob(pattern: string): Promise<void> {
    const { base } = picomatch.scan(pattern)
    const folder = resolve(this.options.workingDirectory, base)
    if ((await kindOf(folder, base)) !== 'folder') return
    const root = this.rootFor(folder)
    const matches = picomatch(isAbsolute(pattern) ? pattern : slashes(join(this.options.workingDirectory, pattern)), {
      dot: true
    })
    for (const path of await this.walk(folder, root)) if (matches(slashes(path))) await this.addFile(path, root)
  }

  /** The CLI's home for this checkout's project: reviewed traces, or the raw bucket. */
  private async addProject(layout: 'cli-home' | 'bucket', demanded: boolean): Promise<void> {
    const { cliHome } = this.options
    const parent = layout === 'cli-home' ? join(cliHome, 'projects') : join(cliHome, 'bucket', 'traces', 'v1')
    const project = await this.projectFolder(parent, demanded)
    if (project === undefined) return
    if (layout === 'bucket') {
      for (const path of await this.walk(project, project)) {
        if (basename(path) === 'trace.json') await this.addFile(path, project)
      }
      this.sources.push(`${this.shown(project)}: the raw bucket, not reviewed by anybody`)
      return
    }
    const state = join(project, 'state.json')
    if ((await kindOf(state, 'state.json')) !== 'file') return
    await this.addCommitted(state, join(project, 'traces'), project)
    this.sources.push(`cli-home: traces with status "committed" in ${this.shown(state)}`)
  }

  /** `<slug>` ends with the first eight digits of the project id; its start is the name the checkout had elsewhere. */
  private async projectFolder(parent: string, demanded: boolean): Promise<string | undefined> {
    const projects = (await list(parent, this.shown(parent))).filter((entry) => entry.isDirectory())
    const id = await this.projectId()
    const own = id === undefined ? projects : projects.filter(({ name }) => name.endsWith(`-${id.slice(0, 8)}`))
    if (own.length > 1) {
      if (!demanded) return undefined
      throw new LoadError(
        'TRACES_NOT_FOUND',
        `${this.shown(parent)} holds ${String(own.length)} projects that could be this one`,
        {
          hint: 'Commit .opentraces.json, which names the project, or name the folder in the input "traces".'
        }
      )
    }
    return own[0] === undefined ? undefined : join(parent, own[0].name)
  }

  private async projectId(): Promise<string | undefined> {
    const marker = join(this.options.workingDirectory, '.opentraces.json')
    if ((await kindOf(marker, '.opentraces.json')) !== 'file') return undefined
    const { project_id: id } = (await readJsonObject(marker, '.opentraces.json')) as { project_id?: unknown }
    return typeof id === 'string' && /^[0-9a-f]{8,}$/i.test(id) ? id : undefined
  }

  /** Files of the traces that the state calls committed, found next to the state whatever path it remembers. */
  private async addCommitted(state: string, folder: string, root: string): Promise<void> {
    const shownState = this.shown(state)
    const { traces } = (await readJsonObject(state, shownState)) as { traces?: unknown }
    if (typeof traces !== 'object' || traces === null) {
      throw new LoadError('TRACES_UNREADABLE', `"${shownState}" is not a state of the opentraces CLI`, {
        hint: 'It has no "traces". Restore it, or name the trace files in the input "traces".'
      })
    }
    const missing: string[] = []
    const paths: string[] = []
    for (const [id, trace] of Object.entries(
      traces as Record<string, { status?: unknown; file_path?: unknown } | null>
    )) {
      if (trace?.status !== 'committed') continue
      this.committed.add(id)
      const remembered = typeof trace.file_path === 'string' ? trace.file_path : ''
      const name = remembered === '' ? `${id}.jsonl` : (remembered.split(/[\\/]/).at(-1) ?? '')
      const path = join(folder, name)
      if (name === '..' || (await kindOf(path, name)) !== 'file') missing.push(id)
      else paths.push(path)
    }
    if (missing.length > 0) {
      throw new LoadError(
        'TRACES_NOT_FOUND',
        `${String(missing.length)} committed trace(s) have no file beside "${shownState}": ${shortList(missing)}`,
        {
          hint: 'Check that the traces were copied together with their state; nothing is published with less than what is staged.'
        }
      )
    }
    for (const path of paths.sort(compareCodePoints)) await this.addFile(path, root)
  }

  /** All files below a folder, sorted; symlinks are followed as long as they stay below the root. */
  private async walk(folder: string, root: string): Promise<string[]> {
    const files: string[] = []
    const visited = new Set<string>()
    const enter = async (current: string): Promise<void> => {
      const real = await this.inside(current, root)
      if (visited.has(real)) return
      visited.add(real)
      for (const entry of await list(current, this.shown(current))) {
        const path = join(current, entry.name)
        let isFolder = entry.isDirectory()
        if (entry.isSymbolicLink()) {
          await this.inside(path, root)
          isFolder = (await kindOf(path, this.shown(path))) === 'folder'
        }
        if (!isFolder) files.push(path)
        else if (entry.name !== '.git') await enter(path)
      }
    }
    await enter(folder)
    return files.sort(compareCodePoints)
  }

  private async addFile(path: string, root: string): Promise<void> {
    const shown = this.shown(path)
    if (this.excludes(shown)) return
    const real = await this.inside(path, root)
    if (this.seen.has(real)) return
    this.seen.add(real)
    this.files.push({ path, shown, format: path.endsWith('.json') ? 'json' : 'jsonl' })
  }

  /** The real path. @throws LoadError where a symlink leads out of the root */
  private async inside(path: string, root: string): Promise<string> {
    let real: string
    let realRoot: string
    try {
      real = await realpath(path)
      realRoot = await realpath(root)
    } catch (error) {
      throw unreadable(this.shown(path), error)
    }
    if (real !== realRoot && !real.startsWith(realRoot + sep)) {
      throw new LoadError('TRACES_UNREADABLE', `"${this.shown(path)}" is a symlink that leads out of the workspace`, {
        hint: 'Stage the file itself. Links out of the checkout are not followed, because a pull request could name any file of the machine.'
      })
    }
    return real
  }

  /** The workspace for everything in it; for a place named outside of it, that place. */
  private rootFor(path: string): string {
    const { workspace } = this.options
    return path === workspace || path.startsWith(workspace + sep) ? workspace : path
  }

  private shown(path: string): string {
    const { workingDirectory, cliHome } = this.options
    const fromHome = relative(dirname(cliHome), path)
    const fromHere = relative(workingDirectory, path)
    if (!fromHere.startsWith('..') && !isAbsolute(fromHere)) return slashes(fromHere || '.')
    return fromHome.startsWith('..') || isAbsolute(fromHome) ? slashes(path) : `~/${slashes(fromHome)}`
  }
}

function slashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/')
}

async function kindOf(path: string, shown: string): Promise<'file' | 'folder' | 'absent'> {
  try {
    const found = await stat(path)
    return found.isDirectory() ? 'folder' : 'file'
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return 'absent'
    throw unreadable(shown, error)
  }
}

async function list(folder: string, shown: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw unreadable(shown, error)
  }
}

async function readJsonObject(path: string, shown: string): Promise<object> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw unreadable(shown, error)
  }
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json === 'object' && json !== null) return json
  } catch {
    // Reported below, without the parser's message, which quotes the text.
  }
  throw new LoadError('TRACES_UNREADABLE', `"${shown}" is not a JSON object`, {
    hint: 'It belongs to the opentraces CLI. Restore it, or name the trace files in the input "traces".'
  })
}

/** A state beside or in a folder of traces, as CLI 0.1 to 0.3 lay them out. */
async function findState(folder: string): Promise<{ file: string; traces: string } | undefined> {
  const inside = join(folder, 'state.json')
  if (await isState(inside)) {
    for (const name of ['traces', 'staging']) {
      if ((await kindOf(join(folder, name), name)) === 'folder') return { file: inside, traces: join(folder, name) }
    }
    return { file: inside, traces: folder }
  }
  if (!['staging', 'traces'].includes(basename(folder))) return undefined
  const beside = join(dirname(folder), 'state.json')
  return (await isState(beside)) ? { file: beside, traces: folder } : undefined
}

/** Other programs keep a `state.json` too; the CLI's has `traces`. One that cannot be parsed is an error: it may be the CLI's. */
async function isState(path: string): Promise<boolean> {
  return (await kindOf(path, 'state.json')) === 'file' && 'traces' in (await readJsonObject(path, 'state.json'))
}

/** The first few of a list of ids. */
export function shortList(items: readonly string[], most = 10): string {
  const rest = items.length - most
  return items.slice(0, most).join(', ') + (rest > 0 ? ` and ${String(rest)} more` : '')
}
