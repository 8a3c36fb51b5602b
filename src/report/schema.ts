/** The published JSON schema of `report.json`, made from the model. */
import { z } from 'zod'
import { REPORT_SCHEMA, reportSchema } from './model.js'

/**
 * The content of `schema/report.v1.schema.json`. Fields that it does not name are allowed: a later version of the action
 * may write more.
 */
export function reportJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(reportSchema, { io: 'input' })
  const title = 'Report of a run of opentraces/push-action'
  return { $schema, $id: `urn:${REPORT_SCHEMA.replaceAll('.', ':')}`, title, ...rest }
}
