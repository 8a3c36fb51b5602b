/** Paths that name a person: home folders whose name is a user's and not a machine's. */

/** Accounts of machines and images, and what documentation writes in place of a name. */
const NOBODY = new Set(
  (
    'runner runneradmin root user users ubuntu debian fedora centos vscode node public default defaultuser shared guest ' +
    'admin administrator containeradministrator containeruser codespace gitpod coder circleci travis jenkins vagrant ' +
    'ec2-user azureuser linuxbrew jovyan vsts vsts_azpcontainer cloudshell-user git app appuser nonroot container docker ' +
    'sandbox agent claude build builder ci test tester testuser foo bar baz example username user_name user-name ' +
    'your-username your_username yourusername your-user your-name your_name yourname you me name someone somebody ' +
    'somename youruser myuser user1 xxx x'
  ).split(' ')
)
/** `/home/page.tsx` is a file of a web site. */
const FILE =
  /\.(?:html?|[cm]?[jt]sx?|s?css|vue|svelte|astro|py|rb|php|go|rs|java|md|mdx|json|ya?ml|xml|svg|png|jpe?g|gif|ico|txt|sh|erb)$/i
/** A user of an interface, not of a machine. */
const UUID = /^[\da-f]{8}-[\da-f-]{27}$/i

const SEPARATOR = String.raw`(?:[/\\]{1,8}|%2F|%5C)`
const NAME = String.raw`[\w\-.\u00c0-\uffff]{1,64}`
/** Windows writes `Users` in any case, so there a drive must stand in front. */
const HOMES = new RegExp(
  `(?:/|\\\\{1,8}|%2F|%5C)(?:Users|home)${SEPARATOR}(${NAME})|\\b[A-Za-z](?::|%3A)${SEPARATOR}users${SEPARATOR}(${NAME})`,
  'g'
)
/** Agents name a project's folder after its path. */
const PROJECTS = new RegExp(`projects${SEPARATOR}-(?:Users|home)-([\\w.\\u00c0-\\uffff]{1,64})`, 'g')

/**
 * What may stand before the first separator of a home path: nothing of a path (an escape, an option or a colour may), or
 * a place where whole file systems are mounted. `api/Users/x` and `https://host/home/x` are no home paths.
 */
const BEFORE =
  /(?:^|[^\w.@~\-)}\]$*/\\%\u00c0-\uffff]|\\[nrt"']|\[[\d;]*m|(?:^|[\s"'=])-[A-Za-z]|\b[A-Za-z]:\/?|%3A|\bfile:[/\\]{1,3}|(?:^|[^\w.@/\\-])[/\\]{1,4}(?:[A-Za-z]|var|host|host_mnt|export|private|(?:mnt|cygdrive)[/\\]{1,4}[a-z]|wsl(?:\$|\.localhost)[/\\]{1,4}[\w.-]+|System[/\\]Volumes[/\\]Data|Volumes[/\\][\w. -]+)|\b[A-Za-z]:[/\\]{1,4}(?:mnt|host))$/i
const LOOK_BACK = 48

export interface Found {
  readonly value: string
  readonly start: number
}

/** Cheap: only what passes is worth a search. */
export function mayHoldHomePaths(text: string): boolean {
  return text.includes('home') || text.includes('sers')
}

export function* homePaths(text: string): Generator<Found> {
  for (const match of text.matchAll(HOMES)) {
    const { 0: value, 1: plain, 2: onDrive, index } = match
    const before = text.slice(Math.max(0, index - LOOK_BACK), index)
    if (isPerson(onDrive ?? plain) && (onDrive !== undefined || BEFORE.test(before))) {
      yield { value: trimmed(value), start: index }
    }
  }
  for (const { 0: value, 1: name, index } of text.matchAll(PROJECTS)) {
    if (isPerson(name)) yield { value: trimmed(value), start: index }
  }
}

function isPerson(given: string | undefined): boolean {
  const name = trimmed(given ?? '')
  return /^[\w\u00c0-\uffff]/.test(name) && !NOBODY.has(name.toLowerCase()) && !FILE.test(name) && !UUID.test(name)
}

/** A full stop at the end is the sentence's. */
function trimmed(text: string): string {
  return text.replace(/[.\u2026]{1,8}$/, '')
}
