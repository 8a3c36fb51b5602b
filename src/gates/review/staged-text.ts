/** The staged text behind a line of a batch: what the CLI's verdicts are bound to. */
import type { StagedFile } from '../../traces/collect.js'
import { readFile } from 'node:fs/promises'
import { fileChunks, lineText, splitChunks, type RawLine } from '../../traces/lines.js'
import { TraceError } from '../../traces/parse.js'

/** The text of a staged record by file and line, as a batch names them; undefined where it is not there any more. */
export type StagedTexts = (file: string, line: number) => Promise<string | undefined>

/** Cheap where it is asked in the order of the files and their lines, as batches are: each file is read once then. */
export function stagedTexts(files: readonly StagedFile[]): StagedTexts {
  const byName = new Map(files.map((file) => [file.shown, file]))
  let open: { readonly file: string; readonly lines: AsyncGenerator<RawLine>; next: number } | undefined
  return async (name, number) => {
    const file = byName.get(name)
    if (file === undefined) return undefined
    if (open?.file !== name || open.next > number) {
      await open?.lines.return(undefined)
      open = {
        file: name,
        lines: file.format === 'json' ? wholeFile(file) : splitChunks(fileChunks(file.path)),
        next: 1
      }
    }
    for (;;) {
      const item = await open.lines.next()
      if (item.done === true) return undefined
      open.next = item.value.number + 1
      if (item.value.number === number) return textOf(item.value)
    }
  }
}

async function* wholeFile({ path }: StagedFile): AsyncGenerator<RawLine> {
  yield { number: 1, bytes: await readFile(path) }
}

function textOf(line: RawLine): string | undefined {
  try {
    return lineText(line)
  } catch (error) {
    if (error instanceof TraceError) return undefined
    throw error
  }
}
