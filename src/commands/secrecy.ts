/** What nobody may see in a run, and the runtime that keeps it to itself. */
import { cleanedLog } from '../action/log.js'
import { secretInputs, valueMasker } from '../action/mask.js'
import type { Runtime } from '../action/runtime.js'
import { knownValues, type KnownValue } from '../gates/known/values.js'
import { redactor, type Redactor } from '../gates/redact.js'

/** What nobody may see, and what hides it. */
export interface Secrecy {
  /** Values that must not be in any trace. */
  readonly known: readonly KnownValue[]
  readonly redactor: Redactor
  /** Hides a value that a gate has found, in the runner's log and in everything that this action says. */
  readonly hide: (value: string) => void
}

export function secrecyOf({ env, setSecret }: Runtime): Secrecy {
  const known = knownValues({ inputs: secretInputs(env), env })
  const seen = redactor(known)
  const mask = valueMasker(setSecret)
  return {
    known,
    redactor: seen,
    hide: (value) => {
      mask(value)
      seen.learn(value)
    }
  }
}

/** A runtime that says nothing but what the redactor lets pass. */
export function discreet(runtime: Runtime, { redactor: { clean } }: Secrecy): Runtime {
  const { setOutput } = runtime
  return {
    ...runtime,
    log: cleanedLog(runtime.log, clean),
    setOutput: setOutput === undefined ? undefined : (name, value) => setOutput(name, clean(value))
  }
}
