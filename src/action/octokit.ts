/** GitHub's API by the toolkit's client, which knows the runner's proxy. */
import type { GitHub } from '@actions/github/lib/utils'

export interface GitHubAccess {
  readonly token: string
  /** `owner/name` */
  readonly repository: string
  /** Empty: what the toolkit takes for it. The token goes there. */
  readonly apiUrl: string
  readonly sleep: (milliseconds: number) => Promise<void>
  /** Undefined: the toolkit's. */
  readonly fetch?: typeof fetch | undefined
}

/**
 * The client, loaded only where it is needed: the toolkit parses the payload of the event as soon as it is loaded.
 *
 * @param refused the error where the payload is not what GitHub writes
 */
export async function openOctokit(
  { token, apiUrl, fetch }: GitHubAccess,
  refused: () => Error
): Promise<InstanceType<typeof GitHub>> {
  const toolkit = await import('@actions/github/lib/utils').catch(() => {
    throw refused()
  })
  const options = toolkit.getOctokitOptions(token, {
    ...(apiUrl === '' ? {} : { baseUrl: apiUrl.replace(/\/+$/, '') }),
    ...(fetch === undefined ? {} : { request: { fetch } })
  })
  return new toolkit.GitHub(options)
}
