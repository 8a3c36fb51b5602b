/** `npm run schema`: writes the JSON schema of `report.json` from the model in `src/report/`. A test keeps it fresh. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { reportJsonSchema } from '../src/report/schema.ts'

const file = join(import.meta.dirname, '..', 'schema', 'report.v1.schema.json')
mkdirSync(join(file, '..'), { recursive: true })
const text = JSON.stringify(reportJsonSchema())
writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }))
