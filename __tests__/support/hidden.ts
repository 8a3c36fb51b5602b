/** Fake secrets, and the search for any trace of them in what people see. Made anew at every run. */
import { generateKeyPairSync, randomInt } from 'node:crypto'

export interface Fake {
  /** What it is and where it was planted: for the message of a test that fails. */
  readonly name: string
  readonly text: string
  /** The parts that nobody may see: without prefixes that everybody knows. */
  readonly parts: readonly string[]
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export function randomLetters(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]!).join('')
}

/** @param text of the secret around its random part */
function fakeOf(name: string, length: number, text: (part: string) => string): Fake {
  const part = randomLetters(length)
  return { name, text: text(part), parts: [part] }
}

/** Secrets of one line, each of a kind that the gates know by its form. */
export const TOKENS: Readonly<Record<string, (name: string) => Fake>> = {
  npm: (name) => fakeOf(`npm ${name}`, 36, (part) => `npm_${part}`),
  github: (name) => fakeOf(`github ${name}`, 36, (part) => `ghp_${part}`),
  anthropic: (name) => fakeOf(`anthropic ${name}`, 93, (part) => `sk-ant-api03-${part}AA`),
  google: (name) => fakeOf(`google ${name}`, 33, (part) => `AIzaSy${part}`)
}

export function databaseUrl(name: string): Fake {
  return fakeOf(`database ${name}`, 18, (part) => `postgres://app:${part}@db.corp.net:5432/prod`)
}

/** A private key in PEM. Its first line says what kind of key it is, and is the same in all. */
export function privateKey(name: string): Fake {
  const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const text = key.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { name: `private key ${name}`, text, parts: text.trim().split('\n').slice(2, -1) }
}

/** Nothing tells it from a word: only who is told of it can find it. */
export function word(name: string): Fake {
  return fakeOf(`word ${name}`, 16, (part) => part)
}

/** Characters in a row that are too many to be there by chance. */
const TELLING = 6

/** The names of fakes of which six characters in a row are in a text, as they are or in base64 or hex. */
export function seenIn(text: string, fakes: readonly Fake[]): string[] {
  const owners = new Map<string, string>()
  const note = (form: string, size: number, owner: string): void => {
    for (let i = 0; i + size <= form.length; i++) owners.set(form.slice(i, i + size), owner)
  }
  for (const { name, parts } of fakes) {
    for (const part of parts) {
      note(part, TELLING, name)
      note(Buffer.from(part).toString('hex'), 2 * TELLING, name)
      // The bytes before it decide how it is cut; those at both ends hang on its neighbours.
      for (const before of ['', '-', '--']) {
        note(
          Buffer.from(before + part)
            .toString('base64')
            .slice(4, -4),
          TELLING + 2,
          name
        )
      }
    }
  }
  const seen = new Set<string>()
  for (const size of [TELLING, TELLING + 2, 2 * TELLING]) {
    for (let i = 0; i + size <= text.length; i++) {
      const owner = owners.get(text.slice(i, i + size))
      if (owner !== undefined) seen.add(owner)
    }
  }
  return [...seen].sort()
}

/** The log of a process without the commands that tell the runner what to hide. */
export function withoutMaskCommands(log: string): string {
  return log
    .split('\n')
    .filter((line) => !line.startsWith('::add-mask::'))
    .join('\n')
}
