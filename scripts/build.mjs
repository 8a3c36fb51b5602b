/**
 * Builds the committed bundle: `dist/index.js` and what goes with it. The folder is removed first, so that nothing of an
 * earlier build stays behind.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
const ncc = join(root, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js')
const node24 = join(root, 'scripts', 'node24.mjs')
const built = spawnSync(
  process.execPath,
  [node24, ncc, 'build', 'src/main.ts', '--out', dist, '--no-cache', '--quiet'],
  {
    cwd: root,
    stdio: 'inherit'
  }
)
if (built.status !== 0) process.exit(built.status ?? 1)
rmSync(join(dist, 'licenses.txt'), { force: true })
// Loaded with `import`, whatever package.json lies above the folder.
rmSync(join(dist, 'package.json'), { force: true })
writeFileSync(join(dist, 'package.json'), '{\n  "type": "module"\n}\n')
writeFileSync(join(dist, 'licenses.txt'), licences())

/** The licences of everything that may be in the bundle: the production dependencies of the lockfile. */
function licences() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const texts = []
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '' || entry.dev === true || entry.optional === true) continue
    const folder = join(root, path)
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)(\.|$)/i.test(name))
    const text =
      file === undefined
        ? `(no licence file; package.json says: ${manifest.license})`
        : readFileSync(join(folder, file), 'utf8')
    texts.push(`${manifest.name} ${manifest.version} (${manifest.license})\n\n${text.replace(/\r\n/g, '\n').trim()}\n`)
  }
  return texts.sort().join(`\n${'-'.repeat(72)}\n\n`)
}
