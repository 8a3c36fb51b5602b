/** Where a run publishes, or whether it may only look: the dataset, the token, and the trust in the event. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ActionContext } from '../action/context.js'
import type { Environment } from '../action/environment.js'
import type { Inputs } from '../action/inputs.js'
import { InputError, systemErrorCode } from '../errors.js'
import { userOf } from '../hub/account.js'
import { openFolder } from '../hub/folder.js'
import { openHuggingFace } from '../hub/hugging-face.js'
import type { DatasetStore } from '../hub/store.js'

/** What a run may do: publish to a dataset, or only check. */
export type Home =
  | { readonly kind: 'publish'; readonly store: DatasetStore }
  /**
   * `store` is for reading only; undefined where no dataset is named. `cause` is a stable word for the output
   * `skip-reason`, `reason` a sentence.
   */
  | {
      readonly kind: 'check'
      readonly repo: string
      readonly store: DatasetStore | undefined
      readonly cause: string
      readonly reason: string
    }

/** As the input `repo` names it; empty where no dataset is named. */
export function repoOf(home: Home): string {
  return home.kind === 'publish' ? home.store.repo : home.repo
}

export interface HomeOptions {
  readonly inputs: Inputs
  readonly env: Environment
  readonly context: ActionContext
  readonly workingDirectory: string
  readonly info: (message: string) => void
}

/** @throws InputError where no dataset is named and none follows from the checkout or the token */
export async function openHome(options: HomeOptions): Promise<Home> {
  const { inputs, context, workingDirectory } = options
  const onlyChecks = inputs.command === 'check'
  const checks = { kind: 'check', cause: 'command', reason: 'that is what the command check does.' } as const
  if (inputs.repo?.home === 'file') {
    const store = openFolder(resolve(workingDirectory, inputs.repo.path), { waitMs: inputs.maxWait })
    return onlyChecks ? { ...checks, repo: store.repo, store } : { kind: 'publish', store }
  }
  const named = inputs.repo?.name ?? (await activeRemote(workingDirectory))
  const { level, cause, reason } = context.trust
  const hub = {
    hubUrl: inputs.hubUrl,
    // What an untrusted event brings is compared with what anybody can read.
    token: level === 'untrusted' ? undefined : tokenOf(options),
    visibility: inputs.visibility,
    createPr: inputs.createPr,
    maxWait: inputs.maxWait,
    log: options.info
  }
  if (level === 'untrusted' || onlyChecks) {
    // Nobody needs to be asked whose token it is where nothing is published.
    const store = named === undefined ? undefined : openHuggingFace(named, hub)
    const why = onlyChecks ? checks : { kind: 'check' as const, cause, reason }
    return { ...why, repo: named ?? '', store }
  }
  return { kind: 'publish', store: openHuggingFace(named ?? (await defaultDataset(hub)), hub) }
}

/**
 * The input wins. A token of the environment is a Hugging Face token: it goes there, or to the Hub that the workflow
 * names, and never to a host that only the environment names.
 */
function tokenOf({ inputs, env }: HomeOptions): string | undefined {
  return [inputs.hfToken, env.HF_TOKEN, env.HUGGINGFACE_TOKEN].find((token) => token !== undefined && token !== '')
}

/** The active remote of `.opentraces.json`; its URL is `owner/name`, with or without `hf://`. */
async function activeRemote(workingDirectory: string): Promise<string | undefined> {
  let marker: unknown
  try {
    marker = JSON.parse(await readFile(join(workingDirectory, '.opentraces.json'), 'utf8'))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw new InputError('.opentraces.json cannot be read', {
      hint: 'Repair it, or name the dataset in the input "repo".'
    })
  }
  const { remotes, active_remote: active } = marker as {
    remotes?: Record<string, { url?: unknown } | undefined>
    active_remote?: unknown
  }
  const names = Object.keys(remotes ?? {})
  const name = typeof active === 'string' ? active : names.length === 1 ? names[0] : undefined
  const url = name === undefined ? undefined : remotes?.[name]?.url
  return typeof url === 'string' ? url.replace(/^hf:\/\/(datasets\/)?/, '') : undefined
}

async function defaultDataset(hub: { token: string | undefined; hubUrl: string | undefined }): Promise<string> {
  const { token } = hub
  if (token === undefined) {
    throw new InputError('no dataset is named', {
      hint: 'Set the input "repo" to owner/dataset, or commit an .opentraces.json with an active remote.'
    })
  }
  return `${await userOf({ ...hub, token })}/opentraces`
}
