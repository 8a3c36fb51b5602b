/** What the name of an environment variable says about its value. */

/**
 * - `password`: chosen by a person, so it may look like anything
 * - `secret`: a token or key, if it looks like one
 * - `maybe`: the name is used for other things as well, so the value must look random
 */
export type Suspicion = 'password' | 'secret' | 'maybe'

/** The last word of names whose value is about a secret but none: `TOKEN_URL`, `SECRET_NAME`, `SSH_AUTH_SOCK`. */
const ABOUT = new Set(
  (
    'FILE FILES PATH PATHS DIR DIRECTORY FOLDER HOME SOCK SOCKET URL URI URLS ENDPOINT HOST HOSTS HOSTNAME PORT ADDR ADDRESS ' +
    'NAME NAMES TYPE KIND ID IDS VERSION REGION ZONE COUNT LIMIT MAX MIN BUDGET TTL EXPIRY EXPIRES EXPIRATION AGE LENGTH SIZE ' +
    'MODE METHOD PROVIDER ISSUER AUDIENCE REALM SCOPE SCOPES PERMISSIONS ENABLED DISABLED REQUIRED USER USERNAME LOGIN ACTOR ' +
    'EMAIL FORMAT ALGORITHM ALG PREFIX SUFFIX FINGERPRINT DOMAIN TIMEOUT STORE MANAGER HELPER BACKEND CMD COMMAND ARGS ' +
    'OPTS OPTIONS SHA SHA1 SHA256 SHA512 DIGEST CHECKSUM PUB ASKPASS'
  ).split(' ')
)
/** What may stand before `KEY` or `KEYS` and makes it no secret. */
const OPEN_KEYS = new Set(['PUBLIC', 'PUB', 'GPG', 'PGP', 'CACHE', 'HOST', 'PRIMARY', 'FOREIGN', 'SORT', 'PARTITION'])

const PASSWORD = /(?:PASSWORD|PASSWORT|PASSWD|PASSPHRASE|PASSCODE|^(?:DB|SSH|FTP|SMTP|PG|MYSQL|REDIS)?(?:PASS|PWD))S?$/
const SECRET = /(?:TOKEN|SECRET|APIKEY|CREDENTIAL|PRIVATEKEY|ACCESSKEY|AUTHKEY|MASTERKEY|^PAT|^JWT|^CREDS?)S?$/
/** The word before `KEY`. */
const SECRET_KEYS = new Set([
  'API',
  'PRIVATE',
  'ACCESS',
  'AUTH',
  'ACCOUNT',
  'ENCRYPTION',
  'SIGNING',
  'MASTER',
  'DEPLOY'
])
const MAYBE = new Set([
  'KEY',
  'KEYS',
  'AUTH',
  'BEARER',
  'COOKIE',
  'COOKIES',
  'SAS',
  'WEBHOOK',
  'WEBHOOKS',
  'SALT',
  'DSN'
])

/** Undefined where nothing in the name is about secrets. */
export function suspicionOf(variable: string): Suspicion | undefined {
  const words = variable
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== '')
  const isKeyId = /(?:ACCESS_?KEY|SECRET)_?ID$/.test(words.join('_'))
  if (ABOUT.has(words.at(-1) ?? '') && !isKeyId) return undefined
  if (words.some((word) => PASSWORD.test(word))) return 'password'
  if (words.some((word, i) => SECRET.test(word) || (isKey(word) && SECRET_KEYS.has(words[i - 1] ?? '')))) {
    return 'secret'
  }
  const last = words.findIndex(isKey)
  if (last > 0 && OPEN_KEYS.has(words[last - 1] as string)) return undefined
  return words.some((word) => MAYBE.has(word)) ? 'maybe' : undefined
}

function isKey(word: string): boolean {
  return word === 'KEY' || word === 'KEYS'
}

/** A webhook's address is the secret itself. */
export function isWebhook(variable: string): boolean {
  return /WEB_?HOOK/i.test(variable)
}

const SET_BY_SHELL = new Set(
  'HOME USER USERNAME LOGNAME HOSTNAME PWD OLDPWD SHELL LANG LANGUAGE PATH TERM CI ImageOS ImageVersion'.split(' ')
)

/** Whether runner or shell set it: what such a variable holds, a token aside, is known to everybody. */
export function isSetByRunner(variable: string): boolean {
  return SET_BY_SHELL.has(variable) || (/^(?:GITHUB|RUNNER)_/.test(variable) && suspicionOf(variable) === undefined)
}
