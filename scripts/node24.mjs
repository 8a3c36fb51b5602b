/**
 * Runs a program on Node 24, the runtime that `action.yml` declares, whatever `node` the machine has.
 *
 *     node scripts/node24.mjs [node options] FILE [arguments]
 *
 * The binary comes from the platform packages of `optionalDependencies` (no install script, no download). Where there is
 * none for the platform (macOS), the machine's own Node serves if it is version 24; anything else is an error, because a
 * test run on another version proves nothing about the action.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'

const MAJOR = '24'

function node24() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  try {
    const root = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
    const binary = join(root, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    if (existsSync(binary)) return binary
  } catch {
    // No such package on this platform: fall through to the machine's own Node.
  }
  if (process.versions.node.split('.')[0] === MAJOR) return process.execPath
  console.error(
    `Node ${MAJOR} is needed: the package "${name}" is not installed and this is Node ${process.version}. Run "npm ci".`
  )
  process.exit(2)
}

const binary = node24()
const child = spawn(binary, process.argv.slice(2), {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(binary)}${delimiter}${process.env.PATH ?? ''}` }
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  process.exit(code ?? (signal === null ? 1 : 128))
})
