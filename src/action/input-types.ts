/**
 * The kinds of values that inputs have, as zod types from text. A message completes the sentence `"<input>" …`; it never
 * quotes the text, because the reader of the inputs knows which values may be shown.
 */
import { z } from 'zod'

/** YAML 1.2 core schema: anything else, `yes` and `1` included, is a mistake. */
export function flag() {
  const truthy = ['true', 'True', 'TRUE']
  const falsy = ['false', 'False', 'FALSE']
  return z.stringbool({ truthy, falsy, case: 'sensitive', error: mustBeOneOf([...truthy, ...falsy]) })
}

/** Who may read a dataset once it is public: everybody, whoever asks (`auto`), or whom a person lets in. */
export function accessRequests() {
  return z
    .enum(['true', 'True', 'TRUE', 'auto', 'manual', 'false', 'False', 'FALSE'], {
      error: mustBeOneOf(['true', 'auto', 'manual', 'false'])
    })
    .transform((text) => (text === 'auto' || text === 'manual' ? text : text.toLowerCase() === 'true' && 'auto'))
}

export function oneOf<const T extends string>(...values: [T, ...T[]]) {
  return z.enum(values, { error: mustBeOneOf(values) })
}

function mustBeOneOf(values: readonly string[]): string {
  return `must be one of ${values.join(', ')}`
}

/** Empty means that nothing was said: undefined. */
export function optional<T>(type: z.ZodType<T>) {
  return z.string().transform((text, context): T | undefined => {
    if (text === '') return undefined
    const result = type.safeParse(text)
    if (result.success) return result.data
    for (const { message } of result.error.issues) context.addIssue(message)
    return z.NEVER
  })
}

/** A path or a name. */
export function line() {
  return z.string().regex(/^[^\p{Cc}]+$/u, { error: 'must be a single line without control characters' })
}

/** One entry a line, trimmed, empty lines dropped. `least` is the length below which an entry is a mistake. */
export function lines(least = 1) {
  return z.string().transform((text, context): readonly string[] => {
    const entries = splitLines(text)
    if (entries.some((entry) => entry.length < least)) {
      context.addIssue(`must have at least ${String(least)} characters on each line`)
    }
    return entries
  })
}

/** The entries of a list, as `lines` reads them. */
export function splitLines(text: string): string[] {
  return text
    .split(/[\r\n]+/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** A token or key. It ends up in a header, where white space would break the request and quote it in the error. */
export function secret() {
  return z.string().regex(/^[\x21-\x7E]+$/, { error: 'must be one word of printable ASCII characters' })
}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const
const DAY = 24 * UNITS.h

/** `10m`, `90s`, `1h`, `500ms` or `0`, at most a day. In milliseconds. */
export function duration() {
  return z.string().transform((text, context): number => {
    const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text)
    const value = text === '0' ? 0 : Number(match?.[1]) * (match === null ? NaN : UNITS[match[2] as keyof typeof UNITS])
    if (value <= DAY) return value
    context.addIssue('must be a duration such as 10m, 90s or 1h, or 0, and at most 24h')
    return z.NEVER
  })
}

/** A whole number from 1. */
export function count() {
  return z
    .string()
    .regex(/^[1-9]\d{0,11}$/, { error: 'must be a whole number from 1 to 999999999999' })
    .transform(Number)
}

/** A full commit id (SHA-1 or SHA-256), lower case. A branch or an abbreviation could move between two steps. */
export function commitId() {
  return z
    .string()
    .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i, { error: 'must be a full commit id of 40 or 64 hexadecimal digits' })
    .transform((id) => id.toLowerCase())
}

/** Where a dataset lives. */
export type RepoInput =
  | { readonly home: 'hub'; readonly name: string }
  /** As written: relative paths are relative to the working directory. */
  | { readonly home: 'file'; readonly path: string }

const HUB_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?$/

/** `owner/dataset` under the Hub's rules for names, or `file:PATH`. */
export function repo() {
  return z.string().transform((text, context): RepoInput => {
    if (text.startsWith('file:')) {
      const path = text.slice('file:'.length)
      if (/^[^\p{Cc}]+$/u.test(path) && !path.startsWith('//')) return { home: 'file', path }
      context.addIssue('must be file: followed by the path of a folder (a path, not a URL)')
      return z.NEVER
    }
    const parts = text.split('/')
    const fits = parts.length === 2 && parts.every((part) => HUB_NAME.test(part)) && !/--|\.\.|\.git$/.test(text)
    if (fits) return { home: 'hub', name: text }
    context.addIssue(
      'must be owner/dataset (letters, digits, "-", "_" and "."; not "--" or ".."; no "-" or "." at the ends; ' +
        'at most 96 characters each; not ending in ".git") or file:PATH'
    )
    return z.NEVER
  })
}

/** Where the SPDX id and the id in the Hub's list of licences are more than upper and lower case apart. */
const HUB_LICENSES: Readonly<Record<string, string>> = {
  'odbl-1.0': 'odbl',
  'odc-by-1.0': 'odc-by',
  'pddl-1.0': 'pddl',
  'gpl-2.0-only': 'gpl-2.0',
  'gpl-3.0-only': 'gpl-3.0',
  'agpl-3.0-only': 'agpl-3.0',
  'lgpl-2.1-only': 'lgpl-2.1',
  'lgpl-3.0-only': 'lgpl-3.0'
}

/** An SPDX id in any case, or one of the Hub's own (`other`); the result is as the Hub writes it, lower case. */
export function license() {
  return z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9.+-]{0,63}$/, {
      error: 'must be one SPDX licence id such as mit or cc-by-4.0 (or other, where none fits)'
    })
    .transform((id) => HUB_LICENSES[id.toLowerCase()] ?? id.toLowerCase())
}

/**
 * An http(s) address without a slash at its end. Plain http only to this machine: everything that goes to these addresses
 * goes with a token or with traces.
 */
export function url() {
  return z.string().transform((text, context): string => {
    const address = URL.canParse(text) ? new URL(text) : undefined
    if (address === undefined || !['http:', 'https:'].includes(address.protocol)) {
      context.addIssue('must be an http(s) URL')
    } else if (address.username !== '' || address.password !== '') {
      context.addIssue('must not hold a user name or a password: give the token in its own input')
    } else if (/[?#]/.test(text)) {
      context.addIssue('must not have a query or a fragment')
    } else if (address.protocol === 'http:' && !isLoopback(address.hostname)) {
      context.addIssue('must be https; http is for localhost only')
    } else {
      return address.origin + address.pathname.replace(/\/+$/, '')
    }
    return z.NEVER
  })
}

/** The URL parser has already turned every other spelling of an IPv4 address into four decimal numbers. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

/** A short word that can stand in the marker of a comment. */
export function key() {
  return z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/, {
    error: 'must be 1 to 64 letters, digits, ".", "_" or "-", with a letter or digit at both ends'
  })
}
