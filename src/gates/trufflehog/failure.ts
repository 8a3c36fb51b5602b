/** The one way in which this gate fails: nothing is published. */
import { GateError } from '../../errors.js'

/** @param hint what to do; by default that nothing was published and a run may be repeated */
export function scanFailed(message: string, hint = RUN_AGAIN, details: { retryable?: boolean } = {}): GateError {
  return new GateError('SCAN_FAILED', message, { hint: `Nothing was published. ${hint}`, ...details })
}

/** The temporary folder cannot be written to. The system's error is left out: it names files. */
export function noRoom(): GateError {
  return scanFailed(
    'The secret scan could not write its scratch files.',
    'Where it needs them, they take about twice the size of the staged traces in the runner’s temporary folder.'
  )
}

const RUN_AGAIN = 'Run again; if it fails again, give a TruffleHog of your own in trufflehog-path.'
