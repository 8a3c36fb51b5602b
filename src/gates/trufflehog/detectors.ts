/** What TruffleHog lacks, as detectors of its configuration (measured with 3.92.5: it knows none of these). */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { noRoom } from './failure.js'

/** Its regular expressions are those of Go; each must match one of its keywords, which decide whether it is tried. */
const DETECTORS = [
  { name: 'GoogleApiKey', keywords: ['AIza'], regex: { key: 'AIza[0-9A-Za-z_-]{35}' } },
  { name: 'OpenRouter', keywords: ['sk-or-v1-'], regex: { key: 'sk-or-v1-[0-9a-f]{64}' } },
  // TruffleHog reports an id only together with its secret, at most about 1,000 bytes away.
  { name: 'AwsAccessKeyId', keywords: ['AKIA', 'ASIA'], regex: { key: '(?:AKIA|ASIA)[A-Z2-7]{16}' } }
]

/** Writes the configuration and returns its path. @throws GateError where there is no room */
export async function writeDetectors(folder: string): Promise<string> {
  const path = join(folder, 'detectors.yaml')
  try {
    await writeFile(path, stringify({ detectors: DETECTORS }), { flag: 'wx', mode: 0o600 })
  } catch {
    throw noRoom()
  }
  return path
}
