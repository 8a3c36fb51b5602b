/** The entry of a thread that takes disguises off texts (see `gates/readers.ts`), bundled as `dist/reader.js`. */
import { parentPort } from 'node:worker_threads'
import { serveReadings } from './gates/readers.js'
import { boundYoungGeneration } from './heap.js'

if (parentPort === null) throw new Error('made to run as a thread')
boundYoungGeneration()
serveReadings(parentPort)
