/**
 * The body of a request for chat completions, in the words of OpenAI's API. Servers that call themselves compatible know
 * different parts of it, so that there are three forms, each asking for less than the one before.
 */
import { ANSWER_SCHEMA, type Prompt } from './prompt.js'

/** Tokens that an answer may take, thoughts included. */
export const MAX_ANSWER_TOKENS = 4096

interface Message {
  readonly role: 'system' | 'user'
  readonly content: string
}

type ResponseFormat =
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema'
      readonly json_schema: { readonly name: string; readonly strict: boolean; readonly schema: typeof ANSWER_SCHEMA }
    }

export interface ChatRequest {
  readonly model: string
  readonly messages: readonly Message[]
  readonly stream: false
  readonly max_completion_tokens?: number
  /** The older name of the same, which is all that many servers know. */
  readonly max_tokens?: number
  readonly response_format?: ResponseFormat
}

type Form = (model: string, prompt: Prompt) => ChatRequest

/** From the most that can be asked for to the least. */
export const FORMS: readonly Form[] = [
  (model, prompt) => ({
    model,
    messages: messagesOf(prompt),
    stream: false,
    max_completion_tokens: MAX_ANSWER_TOKENS,
    response_format: { type: 'json_schema', json_schema: { name: 'review', strict: true, schema: ANSWER_SCHEMA } }
  }),
  (model, prompt) => ({
    model,
    messages: messagesOf(prompt),
    stream: false,
    max_tokens: MAX_ANSWER_TOKENS,
    response_format: { type: 'json_object' }
  }),
  // Some models have no place for a system message.
  (model, { system, user }) => ({ model, messages: [{ role: 'user', content: `${system}\n\n${user}` }], stream: false })
]

function messagesOf({ system, user }: Prompt): readonly Message[] {
  return [
    { role: 'system', content: system },
    { role: 'user', content: user }
  ]
}
