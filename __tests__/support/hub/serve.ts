/**
 * Runs the local Hub as a process of its own until SIGTERM or SIGINT:
 *
 *     node scripts/node24.mjs --import ./__tests__/support/typescript.mjs __tests__/support/hub/serve.ts [port]
 *
 * Prints one line of JSON: `url`, `storageUrl`, `tokens`, and `runner`, the environment that lets a job ask for id tokens.
 */
import { startHub } from './server.js'

const hub = await startHub({ port: Number(process.argv[2] ?? 0) })
const runner = {
  ACTIONS_ID_TOKEN_REQUEST_URL: `${hub.storageUrl}/_actions/id-token?api-version=2.0`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: hub.world.runner.requestToken
}
process.stdout.write(`${JSON.stringify({ url: hub.url, storageUrl: hub.storageUrl, tokens: hub.tokens, runner })}\n`)
const end = () => void hub.close().then(() => process.exit(0))
process.on('SIGTERM', end)
process.on('SIGINT', end)
