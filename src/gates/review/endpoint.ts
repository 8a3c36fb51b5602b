/** Which model endpoint is asked, and with which key. */
import { InputError } from '../../errors.js'

/** Where requests go unless the workflow names another place. */
export const HUGGING_FACE_ROUTER = 'https://router.huggingface.co/v1'

export interface ModelEndpoint {
  /** Without a trailing slash; `/chat/completions` follows. */
  readonly baseUrl: string
  readonly model: string
  readonly key: string | undefined
}

export interface EndpointInputs {
  readonly llmBaseUrl: string | undefined
  readonly llmModel: string | undefined
  readonly llmApiKey: string | undefined
}

/**
 * @param hubToken of the run; goes to the router of the Hugging Face Hub, and to no other host
 * @throws InputError where no model is named
 */
export function endpointOf(inputs: EndpointInputs, hubToken: string | undefined): ModelEndpoint {
  const { llmBaseUrl, llmModel, llmApiKey } = inputs
  if (llmModel === undefined) {
    throw new InputError('the LLM review needs a model', {
      hint: 'Name one in the input "llm-model", or set "llm-review: require" to rely on verdicts that the traces carry.'
    })
  }
  const baseUrl = llmBaseUrl ?? HUGGING_FACE_ROUTER
  const isRouter = new URL(baseUrl).origin === new URL(HUGGING_FACE_ROUTER).origin
  return { baseUrl, model: llmModel, key: llmApiKey ?? (isRouter ? hubToken : undefined) }
}

/** The host as people read it. */
export function hostOf({ baseUrl }: ModelEndpoint): string {
  return new URL(baseUrl).host
}
