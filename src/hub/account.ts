/** Who a token belongs to: only asked where no dataset is named, because the Hub limits how often one may ask. */
import { GateError } from '../errors.js'
import { explain } from './hugging-face/errors.js'
import { hubFetch } from './hugging-face/fetch.js'
import { checkToken, datasetAddress, HUGGING_FACE } from './hugging-face/address.js'
import { systemClock, type HuggingFaceOptions } from './hugging-face.js'

const TIMEOUT_MS = 30_000

/** The name of the user that the token belongs to. @throws GateError `NOT_AUTHENTICATED`, LoadError */
export async function userOf(options: HuggingFaceOptions & { readonly token: string }): Promise<string> {
  checkToken(options.token)
  const { hubUrl } = datasetAddress('any/any', options.hubUrl ?? HUGGING_FACE)
  const clock = options.clock ?? systemClock
  const request = hubFetch(
    {
      hubUrl,
      token: options.token,
      userAgent: options.userAgent ?? 'opentraces-push-action',
      clock,
      fetch: options.fetch ?? fetch,
      signal: options.signal,
      timeout: options.timeout ?? TIMEOUT_MS,
      log: options.log
    },
    clock.now() + TIMEOUT_MS
  )
  let reply: unknown
  try {
    reply = await (await request(`${hubUrl}/api/whoami-v2`)).json()
  } catch (error) {
    throw explain(error, { id: 'the account of the token', doing: 'read', hasToken: true })
  }
  const name = typeof reply === 'object' && reply !== null && 'name' in reply ? reply.name : undefined
  if (typeof name === 'string' && /^[\w.-]{1,96}$/.test(name)) return name
  throw new GateError('NOT_AUTHENTICATED', 'The Hub did not say who the token belongs to.', {
    hint: 'Name the dataset in the input "repo".'
  })
}
