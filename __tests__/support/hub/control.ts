/** Routes for tests that drive the local Hub from another process. They need no token. */
import { jsonBody, route, text, type Route } from './exchange.js'
import type { Fault, FaultQueue } from './faults.js'
import type { LoggedRequest } from './server.js'

export function control(log: LoggedRequest[], faults: FaultQueue): Route[] {
  return [
    route('GET', '/_test/log', () => ({
      body: log.map(({ body, ...request }) => ({ ...request, bytes: body.length, text: shortText(body) }))
    })),
    route('DELETE', '/_test/log', () => {
      log.length = 0
      return {}
    }),
    route('POST', '/_test/faults', (exchange) => {
      const { faults: given } = jsonBody(exchange)
      faults.add(...(given as Fault[]))
      return {}
    }),
    route('DELETE', '/_test/faults', () => {
      faults.clear()
      return {}
    }),
    route('POST', '/_test/commit-delay', (exchange) => {
      exchange.world.commitDelay = Number(jsonBody(exchange).ms)
      return {}
    }),
    route('POST', '/_test/publishers', (exchange) => {
      const { dataset, claims } = jsonBody(exchange)
      exchange.world.repositories.get(text(dataset))?.publishers.push(claims as Record<string, string>)
      return {}
    })
  ]
}

function shortText(body: Buffer): string {
  return body.subarray(0, 100_000).toString('utf8')
}
