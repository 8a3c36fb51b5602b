/** Where a dataset is on a Hub: checked once, so that no part of a URL can be read as something else. */
import { GateError, InputError } from '../../errors.js'

export const HUGGING_FACE = 'https://huggingface.co'

export interface DatasetAddress {
  /** Of the Hub: scheme, host and path, without a trailing slash. */
  readonly hubUrl: string
  /** `owner/dataset` */
  readonly id: string
  /** The dataset's page. */
  readonly url: string
}

const NAME = /^[\w-][\w.-]*\/[\w-][\w.-]*$/

/** @throws InputError where `repo` is not `owner/dataset`, or `hubUrl` is not a plain web address */
export function datasetAddress(repo: string, hubUrl: string): DatasetAddress {
  if (!NAME.test(repo)) {
    throw new InputError('A dataset on the Hub is named "owner/dataset".', {
      hint: 'Give `repo` as the owner and the name of the dataset with a slash between them, without a scheme or a host.'
    })
  }
  const hub = plainAddress(hubUrl)
  return { hubUrl: hub, id: repo, url: `${hub}/datasets/${repo}` }
}

function plainAddress(text: string): string {
  // A trailing slash would make `//api`, which the Hub answers with 404.
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (
    url === undefined ||
    !isWeb ||
    url.username !== '' ||
    url.password !== '' ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    throw new InputError('The address of the Hub is not a plain http(s) address.', {
      hint: 'Give `hub-url` as scheme and host, such as https://hub.example.com, without credentials or a query.'
    })
  }
  return (url.origin + url.pathname).replace(/\/+$/, '')
}

/**
 * The shape that every token of the Hub has. Anything else is most often a wrong secret, which must not travel; and a
 * line end inside would make the HTTP client quote the token in its error.
 * @throws GateError `NOT_AUTHENTICATED`
 */
export function checkToken(token: string): void {
  if (/^hf_[\w.-]+$/.test(token)) return
  throw new GateError(
    'NOT_AUTHENTICATED',
    'What was given as the Hugging Face token is not one: they begin with "hf_".',
    {
      hint: 'Check that the secret behind `hf-token` holds a token of the Hub and nothing else. It was not sent anywhere.'
    }
  )
}

/** True for what can stand in a URL's path as it is meant: `..` would climb out even when encoded. */
export function isPlainPath(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

/** Where the bytes of a file are. `path` and `revision` must be plain. */
export function fileUrl({ url }: DatasetAddress, revision: string, path: string): string {
  return `${url}/resolve/${encodeURIComponent(revision)}/${path.split('/').map(encodeURIComponent).join('/')}`
}
