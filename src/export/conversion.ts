import type { JsonObject } from '../traces/json.js'

/** What becomes of one record. */
export type Conversion =
  | {
      readonly value: JsonObject
      /** How many paths of files are absolute, because they are not below a known root of the repository. */
      readonly outsidePaths?: number
    }
  /** What it lacks that the format demands; completes "a trace with …". */
  | { readonly leftOut: 'no steps' | 'no time' }
