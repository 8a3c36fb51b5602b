/** The gates of a run, as inputs and policy want them. */
import { join, resolve } from 'node:path'
import type { Inputs } from '../action/inputs.js'
import type { Runtime } from '../action/runtime.js'
import { denyGate } from '../gates/deny/gate.js'
import type { Gate } from '../gates/gate.js'
import { knownValuesGate } from '../gates/known/gate.js'
import type { Policy } from '../gates/policy.js'
import { privacyGate } from '../gates/privacy/gate.js'
import { endpointOf } from '../gates/review/endpoint.js'
import { reviewGate } from '../gates/review/gate.js'
import { openModel } from '../gates/review/model.js'
import type { Model } from '../gates/review/run.js'
import { stagedTexts } from '../gates/review/staged-text.js'
import { rulesGate } from '../gates/rules/gate.js'
import type { BinarySource } from '../gates/trufflehog/binary.js'
import { trufflehogGate } from '../gates/trufflehog/gate.js'
import { PINS, platformOf, RELEASES } from '../gates/trufflehog/pins.js'
import type { StagedFile } from '../traces/collect.js'
import type { Machine } from './run.js'
import type { Secrecy } from './secrecy.js'

/** What gates need of the run around them. */
export interface GateSurroundings {
  readonly runtime: Runtime
  readonly machine: Machine
  /** Where temporary files may be made. */
  readonly temp: string
  readonly secrecy: Secrecy
}

export const UNSCANNED = 'TruffleHog is switched off (trufflehog: false): the bundled rules alone look for secrets.'

/** What looks for secrets, in the order in which they tell what several of them find. */
export function secretGates(
  inputs: Pick<Inputs, 'trufflehog' | 'trufflehogPath' | 'trufflehogVerify'>,
  policy: Policy,
  { runtime, machine, temp, secrecy }: GateSurroundings
): Gate[] {
  const gates = [
    knownValuesGate(secrecy.known),
    rulesGate({ mask: secrecy.hide, randomInt: (n) => parseInt(machine.randomHex(8), 16) % n }),
    denyGate(policy.deny),
    privacyGate(policy)
  ]
  if (inputs.trufflehog) {
    gates.push(
      trufflehogGate({
        binary: binarySource(inputs.trufflehogPath, runtime, machine),
        verify: inputs.trufflehogVerify,
        tempRoot: temp,
        mask: secrecy.hide
      })
    )
  }
  return gates.filter((gate) => gate !== undefined)
}

function binarySource(path: string | undefined, { env }: Runtime, machine: Machine): BinarySource {
  const toolCache = env.RUNNER_TOOL_CACHE ?? ''
  return {
    given: path === undefined ? undefined : resolve(machine.cwd, path),
    toolCache: toolCache === '' ? undefined : toolCache,
    platform: platformOf(machine.platform, machine.arch),
    pins: PINS,
    releases: RELEASES,
    fetch
  }
}

/**
 * The review as `llm-review` asks for it; undefined where it is off.
 *
 * @param isTrusted whether the event carries content that somebody with write access has let in: else nothing is sent
 * @throws InputError where a model is needed and none is named
 */
export function reviewStep(
  inputs: Inputs,
  isTrusted: boolean,
  surroundings: GateSurroundings
): ((files: readonly StagedFile[]) => Gate) | undefined {
  const mode = inputs.llmReview
  if (mode === 'off') return undefined
  const model = mode === 'require' || !isTrusted ? 'untrusted' : modelOf(inputs, surroundings)
  return (files) => reviewGate({ mode, model, staged: stagedTexts(files) })
}

/** The model that reviews. @throws InputError where none is named */
export function modelOf(inputs: Inputs, { runtime, machine }: GateSurroundings): Model {
  const { HF_TOKEN, HUGGINGFACE_TOKEN } = runtime.env
  const hubToken = [inputs.hfToken, HF_TOKEN, HUGGINGFACE_TOKEN].find((token) => token !== undefined && token !== '')
  return openModel({
    endpoint: endpointOf(inputs, hubToken),
    maxTokens: inputs.llmMaxTokens,
    // Below the user's home, which a pull request's files are not.
    cacheFolder: join(machine.home, '.cache', 'opentraces-push-action', 'review'),
    fetch,
    clock: {
      now: () => machine.now().getTime(),
      sleep: machine.sleep,
      random: () => parseInt(machine.randomHex(8), 16) / 0x100000000
    },
    randomHex: machine.randomHex,
    log: (message) => runtime.log.info(message)
  })
}
