/**
 * The secrets that the job itself holds, and that must not stand in a trace: the action's own secret inputs and what looks
 * like a secret in the environment. Agents print environments; the values are known here, so no pattern has to guess them.
 */
import { isSetByRunner, isWebhook, suspicionOf, type Suspicion } from './names.js'
import { isPublic, isSecret, SHORTEST_VALUE } from './screen.js'

export interface KnownValue {
  /** Where it is from: `HF_TOKEN`, `github-token`, `known-secrets line 2`. Several values may have the same name. */
  readonly name: string
  /** Never to be shown. */
  readonly value: string
}

export interface KnownSources {
  /** The action's secret inputs by name, `known-secrets` with its lines as given. */
  readonly inputs: Readonly<Record<string, string | undefined>>
  /** The process's environment. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Where users list values: they count as they are, if they are as long as that input demands (in UTF-16 units). */
const LIST = 'known-secrets'
const SHORTEST_LISTED = 4
/** A line of a key is as good as the key. Shorter ones, such as the last, are not. */
const SHORTEST_LINE = 16

/**
 * All known values, each once, the inputs' first.
 *
 * Of the environment, everything counts whose name speaks of a secret and whose value looks like one (`names.ts` and
 * `screen.ts` say what does), private keys and addresses with a password whatever their name. `INPUT_*` is left out: the
 * runner passes the inputs there, and the secret ones come in `inputs`. What the runner itself has set to the same value
 * under another name, such as the commit's id, is no secret.
 */
export function knownValues({ inputs, env }: KnownSources): KnownValue[] {
  const known = new Map<string, KnownValue>()
  const add = (name: string, value: string): void => {
    if (!known.has(value)) known.set(value, { name, value })
  }
  for (const [name, text = ''] of Object.entries(inputs)) {
    if (name === LIST) addListed(text, add)
    else addValue(name, text, 'secret', add)
  }
  const open = openValues(env)
  for (const [variable, text = ''] of Object.entries(env)) {
    if (/^INPUT_/i.test(variable) || open.has(text.trim())) continue
    addValue(variable, text, suspicionOf(variable), add)
  }
  return [...known.values()]
}

type Add = (name: string, value: string) => void

function openValues(env: KnownSources['env']): Set<string> {
  const open = new Set<string>()
  for (const [variable, value = ''] of Object.entries(env)) if (isSetByRunner(variable)) open.add(value.trim())
  return open
}

/** Line by line; keys are also one value as a whole, and JSON (`toJSON(secrets)`) is the strings in it. */
function addListed(text: string, add: Add): void {
  const leaves = jsonStrings(text.trim())
  if (leaves !== undefined) {
    for (const { text: leaf } of leaves) if (leaf.length >= SHORTEST_LISTED) add(LIST, leaf)
    return
  }
  const lines = text.split(/\r\n|[\r\n]/).map((line) => line.trim())
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string
    const name = `${LIST} line ${String(i + 1)}`
    const end = line.startsWith('-----BEGIN ')
      ? lines.findIndex((one, at) => at > i && one.startsWith('-----END '))
      : -1
    if (end !== -1) {
      addKey(name, lines.slice(i, end + 1).join('\n'), add)
      i = end
    } else if (line.length >= SHORTEST_LISTED) {
      add(name, line)
    }
  }
}

function addValue(name: string, text: string, suspicion: Suspicion | undefined, add: Add): void {
  const value = text.trim()
  if (value.length < SHORTEST_VALUE || isPublic(value)) return
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY/.test(value) && !value.startsWith('{')) {
    addKey(name, value, add)
    return
  }
  addAddress(name, value, isWebhook(name), add)
  if (suspicion === undefined) return
  const leaves = jsonStrings(value)
  if (leaves !== undefined) {
    // What stands around the secrets (a project, an address) is as harmless as in a variable of its own.
    for (const { key, text: leaf } of leaves) {
      addValue(name, leaf, suspicionOf(key) === 'password' ? 'password' : 'secret', add)
    }
    return
  }
  const bare = value.replace(/^(?:authorization:\s*)?(?:bearer|basic|token)\s+/i, '')
  if (/[\r\n]/.test(bare)) addLines(name, bare, suspicion, add)
  else if (isSecret(bare, suspicion)) add(name, bare)
}

/** A file's content: its long lines count by themselves, since few displays keep the whole together. */
function addLines(name: string, text: string, suspicion: Suspicion, add: Add): void {
  const secrets = text
    .split(/\r\n|[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line.length >= SHORTEST_LINE && isSecret(line, suspicion))
  if (secrets.length > 0) add(name, text.replace(/\r\n?/g, '\n'))
  for (const line of secrets) add(name, line)
}

/**
 * A private key in PEM, as a whole and line by line. Its line feeds may be written as `\n`. Lines that many keys have in
 * common are left out: the borders, the headers and the first line of OpenSSH's format.
 */
function addKey(name: string, text: string, add: Add): void {
  const lines = text.split(/\r\n|[\r\n]|\\r\\n|\\n/).map((line) => line.trim())
  add(name, lines.join('\n').trim())
  for (const line of lines) {
    const isBody = /^[A-Za-z0-9+/=]+$/.test(line) && !line.startsWith('b3BlbnNzaC1rZXktdjE')
    if (isBody && line.length >= SHORTEST_LINE && new Set(line).size > 4) add(name, line)
  }
}

const SECRET_PARAMETERS = /^(?:sig|signature|token|access_token|api_?key|key|secret|password|auth)$/i

/** An address is a secret where it holds one: a password, a token in place of the user, or one among the parameters. */
function addAddress(name: string, value: string, isSecretItself: boolean, add: Add): void {
  if (!/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(value) || !URL.canParse(value)) return
  const url = new URL(value)
  const given = url.password === '' ? url.username : url.password
  const suspicion = url.password === '' ? 'maybe' : 'password'
  const secrets = [
    ...(isSecret(plain(given), suspicion) ? [given, plain(given)] : []),
    ...[...url.searchParams]
      .filter(([key, text]) => SECRET_PARAMETERS.test(key) && isSecret(text, 'maybe'))
      .map(([, text]) => text)
  ]
  const hasSecretPath = isSecretItself && url.pathname.split('/').some((part) => isSecret(part, 'maybe'))
  if (secrets.length > 0 || hasSecretPath) add(name, value)
  for (const secret of secrets) add(name, secret)
}

function plain(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}

/** All strings of a JSON object with their keys; undefined for any other text. */
function jsonStrings(text: string): { key: string; text: string }[] | undefined {
  if (!text.startsWith('{')) return undefined
  const strings: { key: string; text: string }[] = []
  try {
    JSON.parse(text, (key, value: unknown) => {
      if (typeof value === 'string') strings.push({ key, text: value })
      return value
    })
  } catch {
    return undefined
  }
  return strings
}
