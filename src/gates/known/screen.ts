/**
 * Which values of variables with suspicious names are secrets. A value that is none would be found all over the traces
 * and hold each of them; so what anybody could write there (paths, addresses, words, numbers, placeholders) is left out.
 */
import type { Suspicion } from './names.js'

/** In UTF-16 units. Shorter values turn up by chance. */
export const SHORTEST_VALUE = 8
/** What a value must have if its name says little. */
const SHORTEST_RANDOM = 12
/** Longer values are no placeholders: a word in them is there by chance. */
const LONGEST_PLACEHOLDER = 60

export function isSecret(value: string, suspicion: Suspicion): boolean {
  if (value.length < SHORTEST_VALUE || isNumber(value) || isPlaceholder(value)) return false
  if (isPath(value) || isAddress(value) || isPublic(value)) return false
  const words = wordsOf(value)
  if (suspicion === 'maybe') {
    return words === undefined && value.length >= SHORTEST_RANDOM && /\d/.test(value) && /[A-Za-z]/.test(value)
  }
  return words === undefined || (suspicion === 'password' && isPassphrase(words))
}

/** Numbers, versions, dates and times. Nobody counts with twenty digits. */
function isNumber(value: string): boolean {
  return /^[-+]?[\d.,:_TZ/ +-]{1,24}$/.test(value) && value.replace(/\D/g, '').length < 20
}

const PLACEHOLDER_WORDS =
  /(?:^|[^A-Za-z])(?:examples?|placeholder|change-?me|changeit|your|dummy|redacted|masked|hidden|fake|sample|insert|replace|todo|none|empty|unused|notused)(?:[^A-Za-z]|$)/i

function isPlaceholder(value: string): boolean {
  if (new Set(value).size < 4) return true
  // Variables and templates that nobody has filled in.
  if (/^(?:\$\{.*\}|\$\(.*\)|\$[A-Za-z_]\w*|\{\{.*\}\}|<[^<>]*>|\[[^[\]]*\]|%\w+%|__\w+__)$/s.test(value)) return true
  return value.length < LONGEST_PLACEHOLDER && (/[xX*•.0]{8}/.test(value) || PLACEHOLDER_WORDS.test(value))
}

const ROOTS =
  'tmp|home|Users|root|run|var|etc|opt|usr|mnt|media|github|__w|__t|private|workspaces?|dev|proc|srv|sys|secrets?|data|app|work|bin|lib|nix|snap|builds?|hostedtoolcache|System|Library|Applications|Volumes|proc'
const UNIX_PATH = new RegExp(`^(?:file://)?(?:~|\\.{1,2})?/(?:(?:${ROOTS})(?:/|$)|[^=+]*\\.[A-Za-z][A-Za-z0-9]{0,9}$)`)

/** Base64 may begin with a slash, too: only well-known folders and what ends like a file's name is a path. */
function isPath(value: string): boolean {
  if (/\s{2}|\n/.test(value)) return false
  return (
    UNIX_PATH.test(value) ||
    /^(?:~|\.{1,2})\//.test(value) ||
    /^(?:[A-Za-z]:[\\/]|\\\\)/.test(value) ||
    /^[\w./-]+\.(?:json|pem|key|crt|cer|cert|ya?ml|txt|env|toml|ini|conf|cfg|sock|p12|pfx|jks|p8|gpg|asc|tar|gz|zip)$/.test(
      value
    )
  )
}

function isAddress(value: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value) || /^(?:unix|urn|arn|tcp|npm|docker|mailto):/.test(value)) return true
  const isHostAndPort = /^(?:[\w-]+\.)*[\w-]+:\d{2,5}$/.test(value)
  return isHostAndPort || /^[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}$/.test(value)
}

/** Public keys, certificates and digests. */
export function isPublic(value: string): boolean {
  if (/^-----BEGIN (?:CERTIFICATE|(?:[A-Z]+ )?PUBLIC KEY|PGP PUBLIC KEY BLOCK)-----/.test(value)) {
    return !value.includes('PRIVATE KEY')
  }
  return (
    /^(?:ssh-[a-z0-9]+|ecdsa-[\w-]+|sk-(?:ssh|ecdsa)-[\w@.-]+) AAAA/.test(value) ||
    /^sha(?:1|256|384|512)[:-]/.test(value)
  )
}

const WORD = /^(?:[A-Z]?[a-z]{1,15}|[A-Z]{1,15})\d{0,4}$/

/** The words of a value that consists of nothing else, such as `us-east-1` or `read_only`; undefined for all others. */
function wordsOf(value: string): string[] | undefined {
  if (!/^[\w\-./:,;=@ ]+$/.test(value)) return undefined
  const words = value
    .replace(/([a-z])([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
  return words.every((word) => /^[vV]?\d{1,4}$/.test(word) || (WORD.test(word) && isSpeakable(word)))
    ? words
    : undefined
}

/** Random letters soon have no vowel, or too many consonants in a row. */
function isSpeakable(word: string): boolean {
  return word.length < 6 || (/[aeiouy]/i.test(word) && !/[b-df-hj-np-tv-xz]{6}/i.test(word))
}

const COMMON =
  /^(?:pass(?:word|wd)?|postgres|admin|root|tests?|testing|change|me|secret|letmein|welcome|users?|default|mysql|mariadb|guest|minio|minioadmin|rabbitmq|redis|mongo|docker|example|local|dev|development|prod|production|staging|demo|ci|db|my|pw|the|qwerty|abc|runner|github|actions?)\d*$/i

/** A word with a number behind it, or several words: secret if a person chose it, unless it is what everybody takes. */
function isPassphrase(words: readonly string[]): boolean {
  if (words.every((word) => COMMON.test(word) || /^\d+$/.test(word))) return false
  const hasNumber = words.length <= 2 && words.some((word) => /[A-Za-z]\d/.test(word))
  return hasNumber || (words.length >= 4 && words.join('').length >= 20)
}
