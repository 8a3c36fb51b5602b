/** Leaves the files of a commit where a person can look at them. */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CommitPlan } from '../dataset/plan.js'

/** Writes the files of a plan below `{outputDir}/dataset`, in place of those of an earlier dry run. Returns that folder. */
export async function leavePlan(plan: CommitPlan, outputDir: string): Promise<string> {
  const folder = join(outputDir, 'dataset')
  await rm(folder, { recursive: true, force: true })
  for (const { path, content } of plan.writes) {
    const target = join(folder, ...path.split('/'))
    await mkdir(dirname(target), { recursive: true })
    await ('file' in content ? copyFile(content.file, target) : writeFile(target, content))
  }
  return folder
}
