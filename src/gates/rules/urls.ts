/** Credentials in URLs (RFC 3986, section 3.2.1) of any scheme. */
import { isGuessable } from './guessable.js'
import { isPlaceholder, isTemplate } from './placeholder.js'
import { looksRandom } from './random.js'
import { isAlphanumeric, type Reader, type SecretMatch } from './rule.js'
import { matchAt } from './tokens.js'

/** `://user:password@host`; passwords with an `@` in them are usual, those with a `/` break the URL. */
const AUTHORITY =
  /:\/\/([^\s:/?#@"'`<>\\|,;()]{0,200}):([^\s/?#"'`<>\\|]{1,300})@((?:\[[\da-fA-F:.]+\])|[^\s:/?#@"'`<>\\|,;()[\]{}$]{1,253})/y
/** Where nothing but tests run, or what stands for a host. */
const NO_HOST =
  /^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1\]|::1|host|hostname|server|db|database|postgres|postgresql|mysql|mariadb|redis|mongo|mongodb|rabbitmq|proxy|host\.docker\.internal|your[\w.-]*|(?:[\w-]+\.)*example(?:\.\w+)?|(?:[\w-]+\.)+(?:test|invalid|local|localhost)|.*\.\.\.)$/i
const MIN_PASSWORD = 4

export const urlReader: Reader = {
  landmarks: ['://'],
  read: ({ text }, at) => {
    if (!isAlphanumeric(text.charCodeAt(at - 1))) return []
    const url = matchAt(AUTHORITY, text, at)
    if (url === undefined) return []
    const [, user = '', password = '', host = ''] = url
    const start = at + '://'.length + user.length + 1
    // GitHub takes a token for the name too.
    if (password === 'x-oauth-basic')
      return user.length >= 20 && looksRandom(user) ? [asMatch(user, at + '://'.length)] : []
    return isSecret(user, password, host) ? [asMatch(password, start)] : []
  }
}

function isSecret(user: string, password: string, host: string): boolean {
  if (password.length < MIN_PASSWORD || isPlaceholder(password) || isTemplate(user)) return false
  if (
    password.length >= 16 &&
    !looksRandom(password) &&
    /^[\w.-]*(?:password|secret|token|example)[\w.-]*$/i.test(password)
  )
    return false
  return !((password === user || NO_HOST.test(host)) && isGuessable(password))
}

function asMatch(value: string, start: number): SecretMatch {
  return { rule: 'url-password', start, end: start + value.length, value, guessable: isGuessable(value) }
}
