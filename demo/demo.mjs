/**
 * `npm run demo`: the committed bundle publishes the sample traces into a local dataset folder, twice, and shows what a
 * user would see. Needs Node 20 or later and nothing else: no `npm ci`, no network, no account.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, isAbsolute, join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const output = join(root, 'demo', 'output')
const dataset = join(output, 'dataset')
const shown = (path) => relative(process.cwd(), path) || '.'

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`The demo needs Node 20 or later; this is ${process.version}.`)
  process.exit(2)
}

rmSync(output, { recursive: true, force: true })
mkdirSync(output, { recursive: true })

const trufflehog = installedTrufflehog()
console.log(
  trufflehog === undefined
    ? 'This run does NOT scan for secrets: there is no TruffleHog on this machine, and the demo downloads nothing.'
    : 'This run scans for secrets, with the TruffleHog that is on this machine.'
)
console.log(
  'It uses no network: nothing goes to the Hugging Face Hub, the dataset is a folder here. The traces are public.\n'
)

run('Monday: the first four traces', 'monday')
run("Tuesday: everything that is staged, Monday's four included", 'monday\ntuesday')

console.log('What is in the dataset now:')
for (const path of readdirSync(dataset, { recursive: true }).sort()) {
  const file = join(dataset, path)
  if (statSync(file).isFile() && !path.startsWith('.'))
    console.log(`  ${String(statSync(file).size).padStart(8)}  ${path}`)
}
console.log(`
Where to look:
  ${shown(join(dataset, 'README.md'))}    the dataset card over both pushes
  ${shown(join(dataset, 'data'))}         one shard a push, never rewritten
  ${shown(join(output, 'monday-report.json'))}, ${shown(join(output, 'tuesday-report.json'))}    the machine-readable reports
In Python: datasets.load_dataset("${shown(dataset)}")`)

/** One run of the action, as the runner would start it. */
function run(title, names) {
  const day = names.split('\n').at(-1)
  const summary = join(output, `${day}-summary.md`)
  const report = join(output, `${day}-report.json`)
  const outputs = join(output, `${day}-outputs.txt`)
  const environment = {
    PATH: process.env.PATH,
    SystemRoot: process.env.SystemRoot,
    TEMP: process.env.TEMP,
    HOME: join(output, 'home'),
    INPUT_TRACES: names
      .split('\n')
      .map((name) => `traces/${name}.jsonl`)
      .join('\n'),
    'INPUT_WORKING-DIRECTORY': join(root, 'demo'),
    INPUT_REPO: `file:${dataset}`,
    INPUT_LICENSE: 'mit',
    ...(trufflehog === undefined ? { INPUT_TRUFFLEHOG: 'false' } : { 'INPUT_TRUFFLEHOG-PATH': trufflehog }),
    'INPUT_OUTPUT-DIR': join(output, day),
    'INPUT_REPORT-PATH': report,
    GITHUB_WORKSPACE: root,
    GITHUB_STEP_SUMMARY: empty(summary),
    GITHUB_OUTPUT: empty(outputs),
    RUNNER_TEMP: output
  }
  console.log(`=== ${title}\n`)
  const result = spawnSync(process.execPath, [join(root, 'dist', 'index.js')], {
    env: Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined)),
    encoding: 'utf8'
  })
  if (result.error !== undefined) throw result.error
  if (result.status !== 0 || !existsSync(report)) {
    console.error(`${result.stdout}${result.stderr}`)
    console.error(`The push failed with exit code ${String(result.status)}.`)
    process.exit(result.status || 1)
  }
  console.log(indent(readFileSync(summary, 'utf8')))
}

/** The program in PATH, or the one that TRUFFLEHOG_PATH names. */
function installedTrufflehog() {
  const name = process.platform === 'win32' ? 'trufflehog.exe' : 'trufflehog'
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name))
  return [process.env.TRUFFLEHOG_PATH ?? '', ...places].find((path) => isAbsolute(path) && existsSync(path))
}

/** The runner hands the action empty files for its summary and its outputs. */
function empty(path) {
  writeFileSync(path, '')
  return path
}

function indent(text) {
  return text.replace(/^(?=.)/gm, '  ')
}
