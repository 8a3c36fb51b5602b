/** Names with their passwords: HTTP Basic (RFC 7617), Docker's and npm's configuration, `.netrc` and `.pgpass`. */
import { isGuessable } from './guessable.js'
import { isPlaceholder } from './placeholder.js'
import type { Reader, SecretMatch } from './rule.js'
import { matchAt } from './tokens.js'

const BASIC =
  /(?:[Bb]asic |"auth\\*"\s{0,2}:\s{0,2}\\*"|_auth\s{0,2}=\s{0,2}["']?)([A-Za-z0-9+/]{10,1024}={0,2})(?![A-Za-z0-9+/=])/y
const LOGIN = /^[\x21-\x39\x3b-\x7e]{0,200}:([\x20-\x7e]{4,})$/
const NETRC = /password(?:\s|\\[nt]){1,8}([^\s\\"'`]{6,200})/y
const NETRC_BEFORE = /\blogin(?:\s|\\[nt]){1,8}[^\s\\]{1,100}(?:\s|\\[nt]){1,8}$/
const PGPASS = /:(?:5432|6432):[^:\s]{1,63}:[^:\s]{1,63}:([^\s:"'`\\]{6,200})/y

const basicReader: Reader = {
  landmarks: ['Basic ', 'basic ', '"auth', '_auth'],
  read: ({ text }, at) => {
    const found = matchAt(BASIC, text, at)
    const encoded = found?.[1] ?? ''
    if (found === undefined || encoded.length === 0) return []
    const password = LOGIN.exec(Buffer.from(encoded, 'base64').toString('latin1'))?.[1]
    return password === undefined ? [] : login('basic-auth', encoded, password, at + found[0].length)
  }
}

const netrcReader: Reader = {
  landmarks: ['password'],
  read: ({ text }, at) => {
    const password = matchAt(NETRC, text, at)
    if (password?.[1] === undefined || !NETRC_BEFORE.test(text.slice(Math.max(0, at - 130), at))) return []
    return login('netrc-password', password[1], password[1], at + password[0].length)
  }
}

const pgpassReader: Reader = {
  landmarks: [':5432:', ':6432:'],
  read: ({ text }, at) => {
    const entry = matchAt(PGPASS, text, at)
    return entry?.[1] === undefined ? [] : login('pgpass-password', entry[1], entry[1], at + entry[0].length)
  }
}

export const loginReaders: readonly Reader[] = [basicReader, netrcReader, pgpassReader]

function login(rule: string, value: string, password: string, end: number): SecretMatch[] {
  if (isPlaceholder(password)) return []
  return [{ rule, start: end - value.length, end, value, guessable: isGuessable(password) }]
}
