/** The formats that a record can be converted to. */
import type { TraceRecord } from '../traces/schema.js'
import { toAgentTrace } from './agent-trace.js'
import { toAtif } from './atif.js'
import type { Conversion } from './conversion.js'

export const EXPORT_FORMATS = ['agent-trace', 'atif'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** @param record in the current schema. Pure: the same record gives the same conversion */
export function convert(record: TraceRecord, format: ExportFormat): Conversion {
  switch (format) {
    case 'agent-trace':
      return toAgentTrace(record)
    case 'atif':
      return toAtif(record)
  }
}
