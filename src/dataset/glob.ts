/** Glob patterns as `datasets` reads them in a card. Needs time linear in pattern and path, whatever the pattern. */

type Step = (path: string, at: number) => number[]

/** Whether a relative path matches a pattern of `*`, `?`, `[…]` and `**`. */
export function globMatches(pattern: string, path: string): boolean {
  let positions = [0]
  for (const token of pattern.match(/\*\*\/|\*+|\?|\[[^\]]+\]|[^]/g) ?? []) {
    const step = stepOf(token)
    positions = [...new Set(positions.flatMap((at) => step(path, at)))]
  }
  return positions.includes(path.length)
}

function stepOf(token: string): Step {
  if (token === '**/') return (path, at) => [at, ...following(path, at, (c) => c === '/')]
  if (token.startsWith('**')) return (path, at) => [at, ...following(path, at, () => true)]
  if (token === '*') {
    return (path, at) => {
      const end = path.indexOf('/', at)
      return following(path.slice(0, end === -1 ? undefined : end), at, () => true).concat(at)
    }
  }
  const accepts = acceptsOne(token)
  return (path, at) => (at < path.length && accepts(path.charAt(at)) ? [at + 1] : [])
}

/** The positions behind the accepted characters from `at` on. */
function following(path: string, at: number, accepts: (character: string) => boolean): number[] {
  const found: number[] = []
  for (let i = at; i < path.length; i++) if (accepts(path.charAt(i))) found.push(i + 1)
  return found
}

function acceptsOne(token: string): (character: string) => boolean {
  if (token === '?') return (character) => character !== '/'
  if (token.length === 1) return (character) => character === token
  const negated = /^\[[!^]/.test(token)
  const members = token.slice(negated ? 2 : 1, -1)
  return (character) => inClass(members, character) !== negated && character !== '/'
}

function inClass(members: string, character: string): boolean {
  for (let i = 0; i < members.length; i++) {
    const low = members.charAt(i)
    const range = members.charAt(i + 1) === '-' && i + 2 < members.length
    const high = range ? members.charAt(i + 2) : low
    if (character >= low && character <= high) return true
    if (range) i += 2
  }
  return false
}
