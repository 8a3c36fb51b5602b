/** Keys of AWS. An id has a shape; its secret has none, and is known by its name or by an id nearby. */
import { looksRandom, shapeOf } from './random.js'
import type { Reader, Scan, SecretMatch } from './rule.js'
import { isEscapeLetter, isFree, matchAt } from './tokens.js'

const ID = /A(?:KIA|SIA|BIA|CCA)([A-Z0-9]{16})/y
/** Characters around an id in which its secret is looked for: a table or a file with comments. */
const NEARBY = 1000
const SECRET_LENGTH = 40
const SECRETS = /[A-Za-z0-9+/]{40,}/g
const NAMED =
  /[\w.-]{0,30}(?:\\*["'`\]>]){0,3}[ \t]{0,8}(?:=>|:=|[:=,]|\\*u003d)[ \t]{0,8}\\*["'`]?([A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])/y

/** An id, and every secret near it: where several pairs stand together nobody can tell which belong to each other. */
export const readAwsKeys: Reader = {
  landmarks: ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
  read: (scan, at) => {
    const { text } = scan
    const id = matchAt(ID, text, at)
    if (id === undefined || !isFree(text, at, at + id[0].length, 'blob') || !looksRandom(id[1] ?? '')) return []
    const end = at + id[0].length
    return [{ rule: 'aws-key-id', start: at, end, value: id[0], guessable: false }, ...secretsNear(scan, at, end)]
  }
}

/** A secret behind its name. */
export const readNamedAwsKey: Reader = {
  landmarks: [
    'ecret_access_key',
    'ecretAccessKey',
    'ECRET_ACCESS_KEY',
    'ecretKey',
    'ecret_key',
    'ECRET_KEY',
    'ecret-access-key',
    'WS_SECRET'
  ],
  read: ({ text }, at) => {
    const named = matchAt(NAMED, text, at)
    if (named === undefined) return []
    const end = at + named[0].length
    return asSecret(named[1] ?? '', end - SECRET_LENGTH)
  }
}

/** Whether a field of this name holds nothing but a secret key. */
export function readAwsField({ text, field }: Scan): SecretMatch[] {
  if (text.length > 200 || !/secret.?(?:access.?)?key$/i.test(field)) return []
  const value = text.trim()
  return /^[A-Za-z0-9+/]{40}$/.test(value) ? asSecret(value, text.indexOf(value)) : []
}

function secretsNear(scan: Scan, start: number, end: number): SecretMatch[] {
  const { text } = scan
  const from = Math.max(0, start - NEARBY, scan.awsUntil)
  const until = Math.min(text.length, end + NEARBY)
  if (from >= until) return []
  const stretch = text.slice(from, until)
  // The last run may go on behind the stretch; another id nearby looks at it again.
  scan.awsUntil = Math.max(from, until - SECRET_LENGTH - 1)
  return Array.from(stretch.matchAll(SECRETS)).flatMap(({ 0: run, index }) => {
    const at = from + index
    const glued = run.length === SECRET_LENGTH + 1 && isEscapeLetter(text, at) ? 1 : 0
    return run.length - glued === SECRET_LENGTH ? asSecret(run.slice(glued), at + glued) : []
  })
}

function asSecret(value: string, start: number): SecretMatch[] {
  const { lower, upper } = shapeOf(value)
  if (lower < 2 || upper < 2 || !looksRandom(value)) return []
  return [{ rule: 'aws-secret-key', start, end: start + value.length, value, guessable: false }]
}
