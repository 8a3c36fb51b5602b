/**
 * Finds the secrets in a text by the rules that are bundled with the action.
 *
 * One sweep over the text looks for landmarks: literal texts that every secret of a kind has in or near it. A table over the
 * hashes of three characters tells in one look whether one may begin here; only there a rule reads on. So the cost is that of
 * the sweep, whatever the number of rules.
 */
import { readAwsKeys, readNamedAwsKey } from './aws.js'
import { jwtReader } from './jwt.js'
import { loginReaders } from './logins.js'
import { namedReaders, readField } from './named.js'
import { privateKeyReader } from './private-keys.js'
import { Scan, type Reader, type SecretMatch } from './rule.js'
import { tokenKinds, tokenReader } from './tokens.js'
import { urlReader } from './urls.js'

export type { SecretMatch } from './rule.js'

/** Most telling first: where two see a secret in the same place, the first one names it. */
const READERS: readonly Reader[] = [
  privateKeyReader,
  ...tokenKinds.map(tokenReader),
  jwtReader,
  readAwsKeys,
  readNamedAwsKey,
  urlReader,
  ...loginReaders,
  ...namedReaders
]

interface Mark {
  readonly landmark: string
  readonly rank: number
  readonly reader: Reader
}

/** The hash rolls: each character shifts those before it, and the fourth last is out. */
const HASH_MASK = 0x7fff
const marks = new Map<number, Mark[]>()
const isMarked = new Uint8Array(HASH_MASK + 1)

READERS.forEach((reader, rank) => {
  for (const landmark of reader.landmarks) {
    const hash = hashOf(landmark.slice(0, 3))
    isMarked[hash] = 1
    marks.set(hash, [...(marks.get(hash) ?? []), { landmark, rank, reader }])
  }
})

function hashOf(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = ((hash << 5) ^ text.charCodeAt(i)) & HASH_MASK
  return hash
}

/**
 * @param text a decoded text of a trace
 * @param field the name of the field that holds the text, '' where none: some secrets are only known by their name
 * @returns what was found, in the order of the text, without overlaps; linear in the length of the text
 */
export function findSecrets(text: string, field: string): SecretMatch[] {
  const scan = new Scan(text, field)
  const found: Ranked[] = readField(scan).map((match) => ({ match, rank: READERS.length }))
  let hash = 0
  for (let i = 0; i < text.length; i++) {
    hash = ((hash << 5) ^ text.charCodeAt(i)) & HASH_MASK
    if (isMarked[hash] === 1) readAt(scan, i - 2, hash, found)
  }
  return found.length === 0 ? [] : withoutOverlaps(found)
}

interface Ranked {
  readonly match: SecretMatch
  readonly rank: number
}

function readAt(scan: Scan, at: number, hash: number, found: Ranked[]): void {
  for (const { landmark, rank, reader } of marks.get(hash) ?? []) {
    if (!scan.text.startsWith(landmark, at)) continue
    for (const match of reader.read(scan, at)) found.push({ match, rank })
  }
}

/** What begins first stays: inside of a long token a short one may seem to stand by chance. */
function withoutOverlaps(found: Ranked[]): SecretMatch[] {
  found.sort((a, b) => a.match.start - b.match.start || a.rank - b.rank)
  const kept: SecretMatch[] = []
  let end = 0
  for (const { match } of found) {
    if (match.start < end) continue
    kept.push(match)
    end = match.end
  }
  return kept
}
