/** E-mail addresses of people. */
import type { Found } from './home-paths.js'
import { asciiSet, startOfRun } from './run.js'

const LOCAL = asciiSet("\\w.+'%-")
const DOMAIN = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![\w-])/
const LONGEST_LOCAL = 64
const LONGEST_DOMAIN = 255

/** Addresses that nobody reads. */
const NO_REPLY = /(?:^|[+._-])(?:no-?reply|do-?not-?reply|noreply-?\w*|mailer-daemon|bounces?)(?:$|[+._-])/i
/** Reserved for examples (RFC 2606 and 6761), or used like that everywhere. */
const EXAMPLE =
  /(?:^|\.)(?:example(?:\.[a-z]{2,3}){0,2}|test|invalid|localhost)$|^(?:your-?|my-?|some-?)?(?:domain|company|host|server)\.(?:com|org|net|tld)$|^(?:test|foo|bar|b|x|y)\.com$/i
/** What stands behind an `@` and is no domain: files (`icon@2x.png`), units of systemd, code. */
const NO_DOMAIN =
  /\.(?:png|jpe?g|gif|svg|webp|ico|pdf|[cm]?jsx?|tsx?|json|s?css|html?|txt|ya?ml|toml|xml|lock|tgz|zip|gz|service|socket|timer|mount|target|slice|scope|prototype|length|property|staticmethod|setter|getter|deleter)$/i
/** A version such as that of `name@1.2.3-rc.next`. */
const VERSION = /^v?\d+(?:\.\d|\.x\b|$)/i

/** Cheap: only what passes is worth a search. */
export function mayHoldEmails(text: string): boolean {
  return text.includes('@')
}

export function* emails(text: string): Generator<Found> {
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const run = text.slice(startOfRun(text, at, LOCAL, LONGEST_LOCAL), at)
    const local = run.replace(/^[^A-Za-z0-9]+/, '')
    if (local === '') continue
    const [domain] = DOMAIN.exec(text.slice(at + 1, at + 1 + LONGEST_DOMAIN)) ?? ['']
    if (domain === '') continue
    const start = at - local.length
    if (isOfPerson(local, domain) && !isOther(text, start, at + 1 + domain.length)) {
      yield { value: text.slice(start, at + 1 + domain.length), start }
    }
  }
}

function isOfPerson(local: string, domain: string): boolean {
  if (local.toLowerCase() === 'git' || VERSION.test(domain) || NO_DOMAIN.test(domain)) return false
  return !NO_REPLY.test(local) && !/(?:^|\.)noreply\./i.test(domain) && !EXAMPLE.test(domain)
}

/** Paths and packages, the user of an address, and `host:path` of scp. */
function isOther(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - LONGEST_LOCAL), start)
  if (/[@/$]$/.test(before) && !before.endsWith('mailto://')) return true
  if (/:\/\/[^\s"'<>/?#@]*$/.test(before)) return true
  return /^:(?:~?\/|[\w.-]+\/)|^(?:\(|\.git\b)/.test(text.slice(end, end + 64))
}
