/** What the run says while it works. */
import type * as core from '@actions/core'
import { withoutControls } from './plain-text.js'

/** What a notice, warning or error is about; GitHub shows it there. */
export interface Place {
  readonly title?: string
  /** Relative to the workspace. */
  readonly file?: string
  /** From 1. */
  readonly line?: number
}

export interface Log {
  info(text: string): void
  notice(text: string, place?: Place): void
  warning(text: string, place?: Place): void
  error(text: string, place?: Place): void
  /** Shown only where the run is debugged. */
  debug(text: string): void
  /** Folds what `fn` logs under a name. Groups do not nest: a runner ends the outer one with the inner. */
  group<T>(name: string, fn: () => Promise<T>): Promise<T>
}

/** The part of the Actions toolkit that the log needs. */
export type LogCommands = Pick<typeof core, 'info' | 'notice' | 'warning' | 'error' | 'debug' | 'group'>

/** The log of a workflow step. */
export function actionsLog(commands: LogCommands): Log {
  return {
    info: (text) => commands.info(inert(withoutControls(text))),
    notice: (text, place) => commands.notice(withoutControls(text), annotation(place)),
    warning: (text, place) => commands.warning(withoutControls(text), annotation(place)),
    error: (text, place) => commands.error(withoutControls(text), annotation(place)),
    debug: (text) => commands.debug(withoutControls(text)),
    group: (name, fn) => commands.group(withoutControls(name), fn)
  }
}

/**
 * The text with a space in everything that a runner would obey: `::command::` after any white space at the start of a line,
 * and the older `##[command]` anywhere in it.
 */
function inert(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, '$1: ').replaceAll('##[', '## [')
}

function annotation(place: Place = {}): core.AnnotationProperties {
  return {
    ...(place.title === undefined ? {} : { title: withoutControls(place.title) }),
    ...(place.file === undefined ? {} : { file: withoutControls(place.file) }),
    ...(place.line === undefined ? {} : { startLine: place.line })
  }
}

/** The log of a person's terminal. */
export function terminalLog(out: { write(text: string): unknown }, debugging: boolean): Log {
  const say = (text: string, place: Place = {}) => {
    const where = place.file === undefined ? '' : `${place.file}:${String(place.line ?? 1)}: `
    out.write(`${withoutControls(where + text)}\n`)
  }
  return {
    info: (text) => say(text),
    notice: (text, place) => say(`Notice: ${text}`, place),
    warning: (text, place) => say(`Warning: ${text}`, place),
    error: (text, place) => say(`Error: ${text}`, place),
    debug: (text) => {
      if (debugging) say(`Debug: ${text}`)
    },
    group: async (name, fn) => {
      say(name)
      return await fn()
    }
  }
}

/** The same log, with everything that it says passed through `clean` first. */
export function cleanedLog(log: Log, clean: (text: string) => string): Log {
  const cleanPlace = ({ title, file, line }: Place = {}): Place => ({
    ...(title === undefined ? {} : { title: clean(title) }),
    ...(file === undefined ? {} : { file: clean(file) }),
    ...(line === undefined ? {} : { line })
  })
  return {
    info: (text) => log.info(clean(text)),
    notice: (text, place) => log.notice(clean(text), cleanPlace(place)),
    warning: (text, place) => log.warning(clean(text), cleanPlace(place)),
    error: (text, place) => log.error(clean(text), cleanPlace(place)),
    debug: (text) => log.debug(clean(text)),
    group: (name, fn) => log.group(clean(name), fn)
  }
}
