/**
 * Finds the staged traces: files, folders and globs, and the layouts in which the opentraces CLI keeps them (facts:
 * upstream 1.1 to 1.4). Nothing is read here but folders and the CLI's own state.
 */
import { realpath } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { LoadError } from '../errors.js'
import { kindOf, listFolder, readJsonObject, unreadable } from './files.js'
import { exclusion, globOf, isBelow, slashes } from './patterns.js'
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
  const entries = options.entries.filter((entry) => !entry.startsWith('!'))
  const found = new Collection(options)
  if (options.entries.length === 0) await found.addDefaults()
  for (const entry of entries) await found.add(entry)
  return found
}

/** A state of the CLI and the folder whose traces it speaks of. */
interface State {
  readonly file: string
  readonly traces: Readonly<Record<string, unknown>>
  readonly folder: string
}

class Collection implements Collected {
  files: StagedFile[] = []
  sources: string[] = []
  committed = new Set<string>()
  unmatched: string[] = []
  private readonly seen = new Set<string>()
  /** How often an entry has led to something, be it excluded or there already. */
  private matches = 0
  private readonly workingDirectory: string
  private readonly workspace: string
  private readonly cliHome: string
  private readonly isExcluded: (path: string) => boolean

  constructor({ entries, workingDirectory, workspace, cliHome }: CollectOptions) {
    // Compared by name below: a trailing slash must not take a path out of the workspace.
    this.workingDirectory = resolve(workingDirectory)
    this.workspace = resolve(workspace)
    this.cliHome = resolve(cliHome)
    const excluded = entries.filter((entry) => entry.startsWith('!')).map((entry) => entry.slice(1).trim())
    this.isExcluded = exclusion(excluded, this.workingDirectory)
  }

  async addDefaults(): Promise<void> {
    const staging = resolve(this.workingDirectory, STAGING)
    if ((await kindOf(staging, STAGING)) === 'folder') {
      await this.addFolder(staging)
      if (this.files.length > 0) {
        this.sources.push(`${String(this.files.length)} file(s) from ${STAGING}`)
        return
      }
    }
    await this.addProject('cli-home', false)
  }

  async add(entry: string): Promise<void> {
    const { matches } = this
    const before = this.files.length
    if (entry === 'cli-home' || entry === 'bucket') {
      await this.addProject(entry, true)
    } else {
      const path = resolve(this.workingDirectory, entry)
      const kind = await kindOf(path, entry)
      if (kind === 'folder') await this.addFolder(path)
      else if (kind === 'absent') await this.addGlob(entry)
      else await this.addFile(path, this.rootFor(path))
    }
    if (this.matches === matches) this.unmatched.push(entry)
    const added = this.files.length - before
    if (added > 0) this.sources.push(`${String(added)} file(s) from ${entry}`)
  }

  /** A folder of JSONL files, or of folders that the CLI keeps a state for. */
  private async addFolder(folder: string): Promise<void> {
    const root = this.rootFor(folder)
    const committed: string[] = []
    const takeState = async (current: string): Promise<boolean> => {
      const state = await this.findState(current)
      if (state !== undefined) committed.push(...(await this.committedFiles(state)))
      return state !== undefined
    }
    const loose = await this.walk(folder, root, (path) => path.endsWith('.jsonl'), takeState)
    for (const path of [...committed, ...loose].sort(compareCodePoints)) await this.addFile(path, root)
  }

  private async addGlob(pattern: string): Promise<void> {
    const glob = globOf(pattern, this.workingDirectory)
    if (glob === undefined || (await kindOf(glob.folder, pattern)) !== 'folder') return
    const root = this.rootFor(glob.folder)
    for (const path of await this.walk(glob.folder, root, glob.matches)) await this.addFile(path, root)
  }

  /** The CLI's home for this checkout's project: reviewed traces, or the raw bucket. */
  private async addProject(layout: 'cli-home' | 'bucket', demanded: boolean): Promise<void> {
    const parent = layout === 'cli-home' ? join(this.cliHome, 'projects') : join(this.cliHome, 'bucket', 'traces', 'v1')
    const project = await this.projectFolder(parent, demanded)
    if (project === undefined) return
    if (layout === 'bucket') {
      const records = await this.walk(project, project, (path) => basename(path) === 'trace.json')
      for (const path of records) await this.addFile(path, project)
      this.sources.push(`${this.shown(project)}: the raw bucket, not reviewed by anybody`)
      return
    }
    const state = await this.readState(join(project, 'state.json'), join(project, 'traces'))
    if (state === undefined) return
    for (const path of await this.committedFiles(state)) await this.addFile(path, project)
  }

  /** `<slug>` ends with the first eight digits of the project id; its start is the name the checkout had elsewhere. */
  private async projectFolder(parent: string, demanded: boolean): Promise<string | undefined> {
    const projects = (await listFolder(parent, this.shown(parent))).filter((entry) => entry.isDirectory())
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
    const marker = join(this.workingDirectory, '.opentraces.json')
    if ((await kindOf(marker, this.shown(marker))) !== 'file') return undefined
    await this.inside(marker, this.rootFor(marker))
    const { project_id: id } = await readJsonObject(marker, this.shown(marker))
    return typeof id === 'string' && /^[0-9a-f]{8,}$/i.test(id) ? id : undefined
  }

  /** A state in a folder of traces or beside it, as CLI 0.1 to 0.3 lay them out. */
  private async findState(folder: string): Promise<State | undefined> {
    const inside = await this.readState(join(folder, 'state.json'), folder)
    if (inside !== undefined) {
      for (const name of ['traces', 'staging']) {
        const below = join(folder, name)
        if ((await kindOf(below, this.shown(below))) === 'folder') return { ...inside, folder: below }
      }
      return inside
    }
    if (!['staging', 'traces'].includes(basename(folder))) return undefined
    return this.readState(join(dirname(folder), 'state.json'), folder)
  }

  /**
   * Other programs keep a `state.json` too; the CLI's has `traces`. One that cannot be parsed is an error: it may be the
   * CLI's.
   */
  private async readState(file: string, folder: string): Promise<State | undefined> {
    const shown = this.shown(file)
    if ((await kindOf(file, shown)) !== 'file') return undefined
    await this.inside(file, this.rootFor(file))
    const { traces } = await readJsonObject(file, shown)
    if (traces === undefined) return undefined
    if (typeof traces === 'object' && traces !== null && !Array.isArray(traces)) {
      return { file, traces: traces as Record<string, unknown>, folder }
    }
    throw new LoadError('TRACES_UNREADABLE', `"${shown}" is not a state of the opentraces CLI`, {
      hint: 'Its "traces" are no list of traces by id. Restore it, or name the trace files in the input "traces".'
    })
  }

  /** Files of the traces that a state calls committed, found next to it whatever paths it remembers. */
  private async committedFiles({ file, traces, folder }: State): Promise<string[]> {
    this.matches++
    const missing: string[] = []
    const paths: string[] = []
    for (const [id, trace] of Object.entries(traces)) {
      const { status, file_path: remembered } = (trace ?? {}) as { status?: unknown; file_path?: unknown }
      if (status !== 'committed') continue
      const source = typeof remembered === 'string' && remembered !== '' ? remembered : `${id}.jsonl`
      const path = join(folder, source.split(/[\\/]/).at(-1) as string)
      if (this.isExcluded(path)) continue
      this.committed.add(id)
      if (!isBelow(path, folder) || (await kindOf(path, this.shown(path))) !== 'file') missing.push(id)
      else paths.push(path)
    }
    if (missing.length > 0) {
      throw new LoadError(
        'TRACES_NOT_FOUND',
        `${String(missing.length)} committed trace(s) have no file beside "${this.shown(file)}": ${shortList(missing)}`,
        {
          hint: 'Check that the traces were copied together with their state; nothing is published with less than what is staged.'
        }
      )
    }
    this.sources.push(`traces with status "committed" in ${this.shown(file)}`)
    return paths.sort(compareCodePoints)
  }

  /**
   * The wanted files below a folder, sorted. Links to folders are followed, each folder entered once, as long as they
   * stay below the root. `skip` takes a folder over, with all that is in it.
   */
  private async walk(
    folder: string,
    root: string,
    wanted: (path: string) => boolean,
    skip: (folder: string) => Promise<boolean> = () => Promise.resolve(false)
  ): Promise<string[]> {
    const files: string[] = []
    const links: string[] = []
    const visited = new Set<string>()
    const enter = async (current: string): Promise<void> => {
      const real = await this.inside(current, root)
      if (visited.has(real)) return
      visited.add(real)
      if (await skip(current)) return
      for (const entry of await listFolder(current, this.shown(current))) {
        const path = join(current, entry.name)
        if (entry.isDirectory()) {
          if (entry.name !== '.git') await enter(path)
        } else if (entry.isSymbolicLink() && (await kindOf(path, this.shown(path))) === 'folder') links.push(path)
        else if (wanted(path)) files.push(path)
      }
    }
    await enter(folder)
    // Links come last, so that a file shows under its own name; more of them turn up on the way.
    for (const link of links) await enter(link)
    return files.sort(compareCodePoints)
  }

  private async addFile(path: string, root: string): Promise<void> {
    this.matches++
    if (this.isExcluded(path)) return
    const real = await this.inside(path, root)
    if (this.seen.has(real) || this.isExcluded(await this.unlinked(real))) return
    this.seen.add(real)
    const shown = this.shown(path)
    if ((await kindOf(path, shown)) !== 'file') {
      throw new LoadError('TRACES_UNREADABLE', `"${shown}" is not a regular file`, {
        hint: 'Stage files: pipes, sockets and devices are not read.'
      })
    }
    this.files.push({ path, shown, format: path.endsWith('.json') ? 'json' : 'jsonl' })
  }

  /** The real path. @throws LoadError where a symlink leads out of the root */
  private async inside(path: string, root: string): Promise<string> {
    const real = await this.real(path)
    const realRoot = await this.real(root)
    if (real !== realRoot && !isBelow(real, realRoot)) {
      throw new LoadError('TRACES_UNREADABLE', `"${this.shown(path)}" is a symlink that leads out of the workspace`, {
        hint: 'Stage the file itself. Links out of the checkout are not followed, because a pull request could name any file of the machine.'
      })
    }
    return real
  }

  private async real(path: string): Promise<string> {
    try {
      return await realpath(path)
    } catch (error) {
      throw unreadable(this.shown(path), error)
    }
  }

  /** A real path as the working directory is written, so that exclusions hold for what a link leads to. */
  private async unlinked(real: string): Promise<string> {
    return resolve(this.workingDirectory, relative(await this.real(this.workingDirectory), real))
  }

  /** The workspace for everything in it; for a place named outside of it, that place. */
  private rootFor(path: string): string {
    return isBelow(path, this.workspace) ? this.workspace : path
  }

  private shown(path: string): string {
    if (path === this.workingDirectory) return '.'
    if (isBelow(path, this.workingDirectory)) return slashes(relative(this.workingDirectory, path))
    const home = dirname(this.cliHome)
    return isBelow(path, home) ? `~/${slashes(relative(home, path))}` : slashes(path)
  }
}

/** The first few of a list of ids. */
export function shortList(items: readonly string[], most = 10): string {
  const rest = items.length - most
  return items.slice(0, most).join(', ') + (rest > 0 ? ` and ${String(rest)} more` : '')
}
