/** From what the Hub answered to what the user reads: by status and error code, never by quoting the reply. */
import { ActionError, GateError, LoadError } from '../../errors.js'
import { FileNotFoundError, StaleRevisionError } from '../store.js'
import { HubRefusal, HubUnreachable, isTransient } from './fetch.js'

export interface Attempt {
  /** `owner/dataset` */
  readonly id: string
  readonly doing: 'read' | 'create' | 'upload'
  readonly hasToken: boolean
}

/** The error that ends the run. Errors that already say what they mean pass through. */
export function explain(error: unknown, attempt: Attempt): Error {
  if (error instanceof ActionError || error instanceof StaleRevisionError || error instanceof FileNotFoundError)
    return error
  if (error instanceof HubUnreachable) {
    return new LoadError(failureCode(attempt), `${error.message} while ${activity(attempt)}.`, {
      hint: `This is most often temporary: run the job again.${afterAll(attempt)} If it stays, check the network and \`hub-url\`.`,
      retryable: true,
      cause: error
    })
  }
  if (error instanceof HubRefusal) return explainRefusal(error, attempt)
  // A defect of the library or a reply that it could not read. Its text may quote addresses and content.
  return new LoadError(
    failureCode(attempt),
    `The Hub gave an answer that was not understood while ${activity(attempt)}.`,
    {
      hint: 'Run the job again. If it stays, check `hub-url`, and report it with the name of the dataset.',
      retryable: true
    }
  )
}

function explainRefusal(error: HubRefusal, attempt: Attempt): ActionError {
  const { id, hasToken } = attempt
  const where = ` (${error.message})`
  const details = { cause: error }
  if (error.facts.at === 'storage') {
    return new LoadError(
      failureCode(attempt),
      `The Hub's storage refused a request while ${activity(attempt)}${where}.`,
      {
        hint: 'Run the job again: the addresses it hands out are valid for a short time only.',
        retryable: true,
        ...details
      }
    )
  }
  if (isTransient(error)) return explainTransient(error, attempt)
  switch (error.status) {
    case 401:
      return new GateError('NOT_AUTHENTICATED', `${unauthenticated(attempt)}${where}.`, {
        hint: hasToken
          ? 'Check the token: it may be mistyped, expired or revoked. A token of trusted publishing reaches one dataset, which must exist already.'
          : 'Give `hf-token`, or set up trusted publishing. A private dataset cannot be told from a missing one without a token.',
        ...details
      })
    case 403:
      return new GateError('FORBIDDEN', `${missingRight(error, attempt)}${where}.`, {
        hint: rightHint(error, attempt),
        ...details
      })
    case 404:
      if (error.facts.code === 'EntryNotFound') return explainOther(error, attempt, where)
      return new LoadError('DATASET_NOT_FOUND', `The dataset ${id} was not found on the Hub${where}.`, {
        hint: 'Check `repo` and `hub-url`. A private dataset is also "not found" for a token that may not read it.',
        ...details
      })
    case 402:
      return new LoadError('UPLOAD_FAILED', `The Hub asks for a paid plan${where}.`, {
        hint: `Look at the storage and the billing of the account that owns ${id}.`,
        ...details
      })
    case 409:
    case 412:
      return new LoadError('CONFLICT', `Others kept changing the dataset ${id}${where}.`, {
        hint: 'Run the job again, or raise `max-wait`.',
        retryable: true,
        ...details
      })
    default:
      return explainOther(error, attempt, where)
  }
}

function explainOther(error: HubRefusal, attempt: Attempt, where: string): ActionError {
  if (error.facts.reason === 'card') {
    return new LoadError('CARD_INVALID', `The Hub does not accept the card of ${attempt.id}${where}.`, {
      hint: 'Look at the metadata block at the top of README.md in the dataset.',
      cause: error
    })
  }
  if (error.facts.reason === 'too-large') {
    return new LoadError('UPLOAD_FAILED', `The Hub found a file of the commit too large${where}.`, {
      hint: 'Push fewer traces at a time, or look at the .gitattributes of the dataset: large files need its LFS rules.',
      cause: error
    })
  }
  return new LoadError(failureCode(attempt), `The Hub refused the request while ${activity(attempt)}${where}.`, {
    hint: 'Check `repo` and `hub-url`. If they are right, report this with the request id.',
    cause: error
  })
}

function explainTransient(error: HubRefusal, attempt: Attempt): ActionError {
  const details = { retryable: true, cause: error }
  if (error.status !== 429) {
    return new LoadError(failureCode(attempt), `The Hub has trouble while ${activity(attempt)} (${error.message}).`, {
      hint: `This is most often temporary: run the job again later.${afterAll(attempt)}`,
      ...details
    })
  }
  const hourly = error.facts.reason === 'hourly-quota'
  return new LoadError(
    failureCode(attempt),
    hourly
      ? `The dataset ${attempt.id} has had as many commits as the Hub allows in an hour (${error.message}).`
      : `The Hub's rate limit is reached while ${activity(attempt)} (${error.message}).`,
    {
      hint: hourly
        ? 'Run the job again in an hour, and push less often: one push a run, not one a trace.'
        : `Run the job again${error.facts.wait === undefined ? ' later' : ` in ${minutes(error.facts.wait)}`}, or raise \`max-wait\`.`,
      ...details
    }
  )
}

/** A commit can land without its reply; then the traces of the next run are duplicates, and nothing is published twice. */
function afterAll({ doing }: Attempt): string {
  return doing === 'upload' ? ' If the commit went through after all, that run finds its traces published.' : ''
}

function minutes(milliseconds: number): string {
  const count = Math.ceil(milliseconds / 60_000)
  return count === 1 ? 'a minute' : `${String(count)} minutes`
}

function failureCode({ doing }: Attempt): 'DATASET_UNREADABLE' | 'UPLOAD_FAILED' {
  return doing === 'read' ? 'DATASET_UNREADABLE' : 'UPLOAD_FAILED'
}

function activity({ doing, id }: Attempt): string {
  return { read: `reading ${id}`, create: `creating ${id}`, upload: `writing to ${id}` }[doing]
}

function unauthenticated({ doing, id, hasToken }: Attempt): string {
  if (!hasToken)
    return doing === 'read' ? `${id} is private or does not exist, and there is no token` : 'A token is needed'
  return doing === 'create' ? `The token cannot create ${id}` : 'The Hub does not accept the token'
}

function missingRight({ facts: { code } }: HubRefusal, { doing, id }: Attempt): string {
  if (code === 'GatedRepo') return `The files of ${id} are gated, and the token's account has not been let in`
  if (doing === 'create') return `The token may not create datasets under "${id.split('/')[0] ?? ''}"`
  return doing === 'read' ? `The token may not read ${id}` : `The token may not write to ${id}`
}

function rightHint({ facts: { code } }: HubRefusal, { doing, id }: Attempt): string {
  if (code === 'GatedRepo') return `Ask for access on the page of ${id}, or use a token of its owner.`
  if (doing === 'create') {
    return 'Use a token with the right "write" for this owner (fine-grained: "Write access to contents/settings of all repos"), or create the dataset by hand first.'
  }
  if (doing === 'read') return `Give the token the right "read" for ${id}.`
  return `Give the token the right "write" for ${id} (fine-grained: "Write access to contents/settings"), or set \`create-pr: true\` to propose the commit instead.`
}
