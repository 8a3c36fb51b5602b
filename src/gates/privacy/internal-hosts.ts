/**
 * Names of hosts that only a private network knows. Private addresses (RFC 1918) are not looked for: they are the same
 * everywhere, so they tell nothing, and documentation is full of them.
 */
import type { Found } from './home-paths.js'
import { asciiSet, startOfRun } from './run.js'

const ENDINGS = /\.(?:internal|corp|local|lan|intranet|home\.arpa)(?![\w-]|\.[A-Za-z0-9_*])/gi
const LABELS = asciiSet('A-Za-z0-9.-')
const LONGEST_HOST = 253

/** The same on every machine: names of container tools, of clouds, and Kubernetes' own domain. */
const PUBLIC =
  /^(?:(?:host|gateway|kubernetes|vm)\.docker\.internal|host\.(?:containers|lima|orb|minikube|k3d|rancher-desktop)\.internal|(?:metadata\.)?google\.internal|.*cluster\.local|(?:.*\.)?(?:example|acme|your-?company|your-?domain|mycompany|my-?domain|foo|test)\.\w+|(?:foo|bar|example|host|hostname|server|myhost|myserver|domain|app|my-?app)\.(?:local|lan|corp|internal|intranet))$/i
/** The first or any label of code, packages and files rather than hosts. */
const CODE_FIRST =
  /^(?:this|self|window|global|globalthis|module|process|exports|require|options|opts|config|ctx|context|state|props|req|res|request|response|package|import|com|org|net|io|edu|java|javax|jdk|sun|kotlin|scala|android|androidx|github|torch|np|tf|react|vue|node|std|core|crate|super)\./i
const FILE_LABEL =
  /(?:^|\.)(?:[a-z-]*(?:env|settings|config|compose|conf|spec|override|gitignore|claude|agents|bashrc|zshrc|profile|makefile|dockerfile|vimrc|gitconfig|tmux))\./i
const CODE_AFTER = /^(?:[([?]|\s{0,2}(?:=(?!=)|\+=|=>|&&|\|\|))/

/** Cheap: only what passes is worth a search. */
export function mayHoldInternalHosts(text: string): boolean {
  return /\.(?:internal|corp|local|lan|intranet|home\.arpa)/i.test(text)
}

export function* internalHosts(text: string): Generator<Found> {
  for (const { 0: ending, index } of text.matchAll(ENDINGS)) {
    const start = startOfRun(text, index, LABELS, LONGEST_HOST)
    const labels = text.slice(start, index)
    const value = labels + ending
    if (labels === '' || PUBLIC.test(value) || CODE_FIRST.test(value) || FILE_LABEL.test(value)) continue
    if (
      isHost(
        labels,
        ending,
        text.slice(Math.max(0, start - 12), start),
        text.slice(start + value.length, start + value.length + 8)
      )
    ) {
      yield { value, start }
    }
  }
}

/** Whether that is the name of a host, and not a property, a package or a file. What nobody can tell is none. */
function isHost(labels: string, ending: string, before: string, after: string): boolean {
  if (labels.split('.').some((label) => label === '' || /^-|-$/.test(label))) return false
  if (/(?:\/\/|[A-Za-z0-9]@)$/.test(before)) return true
  if (/[\w.$@#~/\\*}\])>-]$/.test(before) && !/\\[nrt"']$/.test(before)) return false
  if (/^:\d{2,5}(?!\d)/.test(after)) return true
  // A name without capitals inside: `myOptions.nested.internal` is code.
  if (CODE_AFTER.test(after) || /(?:^|\.)[a-z]+[A-Z]/.test(labels)) return false
  return labels.includes('.') || /[a-z]-|[a-z]\d/i.test(labels) || !/^\.(?:internal|local)$/i.test(ending)
}
