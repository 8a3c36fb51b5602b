/**
 * Secrets that are known by the name in front of them. Precision comes first: apart from keys of known form, only what was
 * drawn at random beyond doubt counts, so that code and prose about tokens and passwords is none.
 */
import { readAwsField } from './aws.js'
import { namedKinds } from './kinds/named.js'
import { looksGenerated, looksRandom, shapeOf } from './random.js'
import type { Reader, Scan, SecretMatch } from './rule.js'
import { matchAt } from './tokens.js'

/** The rest of the name, its quotes, what assigns, and a quote before the value. */
const ASSIGNS = /([\w-]{0,40})(?:\\*["'`\]]){0,3}[ \t]{0,8}(?:=>|:=|[:=])[ \t]{0,8}(?:\\*["'`])?/y
/** One more than the longest key, to tell where it ends. */
const KEY = /[\w+/=~-]{20,257}/y
const MAX_KEY = 256
/** What follows a value in code, where it is an expression and no key. */
const GOES_ON = /[([{$<]|\.\w/y
const PASSWORD = /([^\s"'`\\,;<>(){}]{12,128})(?=["'`\\,;<\s]|$)/y
/** Names of what is said about a secret, and of what is no secret. */
const ABOUT =
  /(?:id|name|hash|sha\d{0,3}|md5|digest|count|type|uri|url|path|file|arn|ref|prefix|version|limit|length|usage|izer|expir\w*|budget)s?$/i
const HARMLESS_BEFORE =
  /(?:public|next|page|cursor|sync|csrf|xsrf|cancel|cancellation|continuation|publishable|site|anon|cache|max|tool|partition|sort|foreign|primary)[\w-]{0,12}$/i

const SECRET_NAMES = [
  ...[
    'secret',
    'Secret',
    'SECRET',
    'api_key',
    'apikey',
    'apiKey',
    'ApiKey',
    'APIKey',
    'API_KEY',
    'APIKEY',
    'api-key',
    'Api-Key',
    'API-KEY'
  ],
  ...[
    'access_key',
    'accessKey',
    'AccessKey',
    'ACCESS_KEY',
    'private_key',
    'PRIVATE_KEY',
    'signing_key',
    'SIGNING_KEY',
    'encryption_key',
    'ENCRYPTION_KEY',
    'auth_key',
    'AUTH_KEY'
  ]
]
const TOKEN_NAMES = ['token', 'Token', 'TOKEN']
const PASSWORD_NAMES = ['passw', 'Passw', 'PASSW', 'passphrase', 'PASSPHRASE']
const SECRET_FIELD = /secret|api.?key|access.?key|private.?key|signing.?key|auth.?key/i

const secretReader: Reader = {
  landmarks: SECRET_NAMES,
  read: (scan, at) => readKey(scan, at, 'named-secret', isSecretKey)
}

const tokenNameReader: Reader = {
  landmarks: TOKEN_NAMES,
  read: (scan, at) => readKey(scan, at, 'named-token', isTokenKey)
}

const passwordReader: Reader = {
  landmarks: PASSWORD_NAMES,
  read: (scan, at) => {
    const { text } = scan
    const name = matchAt(ASSIGNS, text, at)
    if (name === undefined || ABOUT.test(name[1] ?? '')) return []
    const value = matchAt(PASSWORD, text, at + name[0].length)?.[1]
    return value !== undefined && isRandomPassword(value) ? [match('named-password', value, at + name[0].length)] : []
  }
}

/** Keys without a prefix, whose provider says so in the name. */
const kindReaders = namedKinds.map(({ id, landmarks, value }): Reader => ({
  landmarks,
  read: ({ text }, at) => {
    const name = matchAt(ASSIGNS, text, at)
    const key = name === undefined ? undefined : matchAt(value, text, at + name[0].length)?.[0]
    return name !== undefined && key !== undefined && looksRandom(key) ? [match(id, key, at + name[0].length)] : []
  }
}))

const bearerReader: Reader = {
  landmarks: ['Bearer ', 'bearer '],
  read: (scan, at) => {
    const start = at + 'Bearer '.length
    const value = keyAt(scan.text, start)
    return value !== undefined && isTokenKey(value) ? [match('bearer-token', value, start)] : []
  }
}

export const namedReaders: readonly Reader[] = [
  ...kindReaders,
  secretReader,
  tokenNameReader,
  passwordReader,
  bearerReader
]

/** What a field holds whose name says that it is secret. */
export function readField(scan: Scan): SecretMatch[] {
  const { text, field } = scan
  if (field === '' || text.length > 600) return []
  const aws = readAwsField(scan)
  if (aws.length > 0) return aws
  const value = text.trim()
  if (/\s/.test(value) || ABOUT.test(field) || HARMLESS_BEFORE.test(field)) return []
  const start = text.indexOf(value)
  const isWholeKey = keyAt(value, 0) === value
  if (SECRET_FIELD.test(field) && isWholeKey && isSecretKey(value)) return [match('named-secret', value, start)]
  if (/token/i.test(field) && isWholeKey && isTokenKey(value)) return [match('named-token', value, start)]
  if (/passw|passphrase/i.test(field) && value.length >= 12 && isRandomPassword(value))
    return [match('named-password', value, start)]
  return []
}

function readKey({ text }: Scan, at: number, rule: string, isKey: (value: string) => boolean): SecretMatch[] {
  const name = matchAt(ASSIGNS, text, at)
  if (name === undefined) return []
  const start = at + name[0].length
  const value = keyAt(text, start)
  if (value === undefined || ABOUT.test(name[1] ?? '') || HARMLESS_BEFORE.test(text.slice(Math.max(0, at - 24), at)))
    return []
  return isKey(value) ? [match(rule, value, start)] : []
}

function keyAt(text: string, at: number): string | undefined {
  const key = matchAt(KEY, text, at)?.[0]
  if (key === undefined || key.length > MAX_KEY || matchAt(GOES_ON, text, at + key.length) !== undefined)
    return undefined
  return key
}

function match(rule: string, value: string, start: number): SecretMatch {
  return { rule, start, end: start + value.length, value, guessable: false }
}

function isSecretKey(value: string): boolean {
  return !isPath(value) && looksGenerated(value)
}

/** A commit, a digest or an id is often called a token. */
function isTokenKey(value: string): boolean {
  return isSecretKey(value) && !/^[\da-fA-F-]+$/.test(value)
}

function isPath(value: string): boolean {
  return (value.match(/\//g) ?? []).length > value.length / 8
}

/** Three of the four classes of characters, and no words. */
function isRandomPassword(value: string): boolean {
  const { digits, lower, upper, length, wordy } = shapeOf(value)
  const classes = [digits, lower, upper, length - digits - lower - upper].filter((count) => count > 0).length
  return (
    classes >= 3 && digits > 0 && wordy < 0.3 && looksRandom(value) && !/[${}%]{2}|\$\w|^[\w.]+\.[a-z]+$/i.test(value)
  )
}
