/** Reads staged files as a stream of traces, each with the place that it came from. */
import { readFile, stat } from 'node:fs/promises'
import { systemErrorCode } from '../errors.js'
import type { StagedFile } from './collect.js'
import { unreadable } from './files.js'
import { MAX_LINE_BYTES } from './json.js'
import { fileChunks, lineText, splitChunks } from './lines.js'
import { parseTrace, TraceError, type ParsedTrace, type Prepare } from './parse.js'

/** A trace that is staged for publication, and where it stands. */
export interface StagedTrace {
  readonly trace: ParsedTrace
  /** As reports name it. */
  readonly file: string
  /** From 1; 1 for a file that is one record. */
  readonly line: number
}

/** A staged line that cannot be published as it is. */
export interface InvalidLine {
  readonly file: string
  readonly line: number
  /** Says why, without any text of the line. */
  readonly message: string
  readonly pointer: string | undefined
  readonly reason: TraceError['reason']
}

export type StagedItem = { readonly staged: StagedTrace } | { readonly invalid: InvalidLine }

/** All records of all files, in order, one in memory at a time. @throws LoadError where a file cannot be read */
export async function* readStaged(files: readonly StagedFile[], prepare?: Prepare): AsyncGenerator<StagedItem> {
  for (const file of files) {
    const { shown } = file
    try {
      for await (const { number, text } of file.format === 'json' ? wholeFile(file) : fileLines(file)) {
        try {
          const staged = text()
          const trace = staged === undefined ? undefined : parseTrace(staged, prepare)
          if (trace !== undefined) yield { staged: { trace, file: shown, line: number } }
        } catch (error) {
          if (!(error instanceof TraceError)) throw error
          const { message, pointer, reason } = error
          yield { invalid: { file: shown, line: number, message, pointer, reason } }
        }
      }
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error
      throw unreadable(shown, error)
    }
  }
}

interface Candidate {
  number: number
  /** Undefined for a blank line. @throws TraceError */
  text: () => string | undefined
}

async function* fileLines(file: StagedFile): AsyncGenerator<Candidate> {
  for await (const line of splitChunks(fileChunks(file.path))) {
    yield { number: line.number, text: () => lineText(line) }
  }
}

/** A file that is one JSON document, perhaps over many lines (`trace.json` of the bucket). */
async function* wholeFile(file: StagedFile): AsyncGenerator<Candidate> {
  // It becomes one line when it is published.
  const tooLong = (await stat(file.path)).size > MAX_LINE_BYTES
  const bytes = tooLong ? undefined : await readFile(file.path)
  yield {
    number: 1,
    text: () => {
      if (bytes === undefined) throw new TraceError('broken', 'the file is longer than 64 MiB')
      return lineText({ number: 1, bytes })
    }
  }
}
