/** A model endpoint on 127.0.0.1 that answers as a test tells it to. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'

export interface ModelRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: {
    model: string
    messages: { role: string; content: string }[]
    response_format?: { type: string }
    [key: string]: unknown
  }
}

/** @param n of the request, from 0 */
export type Answering = (request: ModelRequest, response: ServerResponse, n: number) => void | Promise<void>

export class ModelServer {
  readonly requests: ModelRequest[] = []
  /** What comes in from now on is answered so. */
  answer: Answering

  private constructor(
    private readonly server: Server,
    answer: Answering,
    /** Host and port, also once it is stopped. */
    readonly host: string
  ) {
    this.answer = answer
  }

  static async start(answer: Answering = says(CLEAN)): Promise<ModelServer> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const model = new ModelServer(server, answer, `127.0.0.1:${String((server.address() as AddressInfo).port)}`)
    server.on('request', (request, response) => void model.handle(request, response))
    return model
  }

  /** Without a trailing slash. */
  get baseUrl(): string {
    return `http://${this.host}/v1`
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = JSON.parse(await readText(request)) as ModelRequest['body']
      const seen = { path: request.url ?? '', headers: request.headers, body }
      this.requests.push(seen)
      await this.answer(seen, response, this.requests.length - 1)
    } catch {
      response.destroy()
    }
  }
}

/** What a model says beside the codes. */
export interface Said {
  shareable: unknown
  missed_sensitive_data: unknown
  evidence: unknown
}

export const CLEAN: Said = { shareable: 'yes', missed_sensitive_data: 'no', evidence: [] }

/** What the request shows the model, all messages joined. */
export function shown({ body }: ModelRequest): string {
  return body.messages.map(({ content }) => content).join('\n')
}

/** The codes that a model copies which has read the whole request. */
export function codesIn(request: ModelRequest): { start_code: string; end_code: string } {
  const lines = shown(request).split('\n')
  const after = (name: string, found: string | undefined): string => (found ?? '').slice(`${name}: `.length)
  return {
    start_code: after(
      'start_code',
      lines.find((line) => line.startsWith('start_code: '))
    ),
    end_code: after(
      'end_code',
      lines.findLast((line) => line.startsWith('end_code: '))
    )
  }
}

/** A chat completion with these words. */
export function completion(content: unknown, changes: Record<string, unknown> = {}, usage: unknown = null): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content, refusal: null }, ...changes }],
    usage
  })
}

export function send(response: ServerResponse, body: string, status = 200, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body)
}

/** Answers every request in the same way, as a model that has read all of it. */
export function says(said: Said | ((request: ModelRequest) => Said)): Answering {
  return (request, response) => {
    const one = typeof said === 'function' ? said(request) : said
    send(response, completion(JSON.stringify({ ...codesIn(request), ...one })))
  }
}

/** Fails every request with a status; the body is what a server might say. */
export function fails(
  status: number,
  body = '{"error":{"message":"no"}}',
  headers: Record<string, string> = {}
): Answering {
  return (_, response) => {
    send(response, body, status, headers)
  }
}
