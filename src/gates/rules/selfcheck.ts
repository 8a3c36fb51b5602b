/** Proof that the rules are at work: no clean result is believed without it. */
import type { SecretMatch } from './rule.js'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ALPHANUMERIC = `${LETTERS}0123456789`

/** One of 20,000 random ids looks like a row or a word, and the rules pass over it as they should. */
const TRIES = 3

/**
 * Plants a fake of several rules, made for this call, in text and looks for them.
 *
 * @param randomInt a whole number from 0 and below `n`
 * @param find the rules
 * @returns whether one of each kind was found, and nothing in the text around them
 */
export function selfCheck(
  randomInt: (n: number) => number,
  find: (text: string, field: string) => readonly SecretMatch[]
): boolean {
  const random = (length: number, alphabet: string): string =>
    Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
  const pem = ['BEGIN', 'END'].map((word) => `-----${word} PRIVATE KEY-----`)
  const kinds: (() => [text: string, value: string])[] = [
    () => {
      const token = `hf_${random(34, LETTERS)}`
      return [token, token]
    },
    () => {
      const password = random(20, ALPHANUMERIC)
      return [`postgres://app:${password}@db.internal.net:5432/main`, password]
    },
    () => {
      const keyId = `AKIA${random(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`
      return [keyId, keyId]
    },
    () => {
      const lines = Array.from({ length: 6 }, () => random(64, `${ALPHANUMERIC}+/`))
      return [[pem[0], ...lines, pem[1]].join('\n'), lines.join('')]
    }
  ]
  const around = (secret: string): string => `$ cat notes.txt\nThe value is\n${secret}\nand the build is green.`
  return (
    find(around('none'), '').length === 0 &&
    kinds.every((make) =>
      Array.from({ length: TRIES }, make).some(([text, value]) => {
        const found = find(around(text), '')
        return found.length === 1 && found[0]?.value === value
      })
    )
  )
}
