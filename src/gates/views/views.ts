/**
 * Secrets stand disguised in the strings of a trace: a terminal coloured them, a tool escaped them, somebody encoded them.
 * A view is a text with such a disguise taken off, so that whoever looks for secrets need not know about disguises.
 *
 * A view holds the places that were disguised with what stands around them, not the whole text again: usual text, full of
 * `\n` and `%s`, is to cost a fraction of itself.
 *
 * What a decoder brings to light goes through all of them again, what took few steps before what took many. Two kinds are told apart, so that ten disguises side by
 * side make ten views and not all their combinations:
 *
 * - Those that are certain of what they see (escapes, colours, …) follow each other on one running text, level by level.
 * - Those that guess, or that replace a text by quite another one (base64, lines joined, …), look at each of these levels.
 */
import { armour } from './armour.js'
import { base32 } from './base32.js'
import { base64 } from './base64.js'
import { base85 } from './base85.js'
import { chunked, encodedWords } from './chunked.js'
import { dumps } from './dumps.js'
import { escapes } from './escapes.js'
import type { Family, Room } from './family.js'
import { frames } from './frames.js'
import { hex } from './hex.js'
import { invisible } from './invisible.js'
import { literals } from './literals.js'
import { references, tags } from './markup.js'
import { mirrored } from './mirror.js'
import { numbers } from './numbers.js'
import { prefixes } from './prefixes.js'
import { quotedPrintable } from './quoted-printable.js'
import { scattered } from './scattered.js'
import { spaced } from './spaced.js'
import { stream } from './stream.js'
import { sweep, type Sweep } from './sweep.js'
import { terminal } from './terminal.js'
import { form, url } from './url.js'
import { wraps } from './wraps.js'

/** One reading of a text with a disguise taken off. */
export interface View {
  /** For people: `base64`, `URL encoding, base64`, … */
  readonly how: string
  readonly text: string
}

/** All readings of a text. */
export interface Reading {
  readonly views: View[]
  /**
   * Whether nothing was left unread. False where something unpacks to more than `GROWTH` times the text, is nested deeper
   * than `DEPTH`, or has so many readings that they outgrow the bound: a decompression bomb does, harmless text hardly
   * ever, and a secret may hide behind it. Whoever decides what is published should hold the text, not stop the run.
   */
  readonly complete: boolean
}

/** All views of a text together, in UTF-16 units: this many times the text, and `SLACK` more. */
const GROWTH = 8
const SLACK = 1 << 18
/** No disguise of anything worth hiding is shorter. */
const SHORTEST = 10
/** How often one disguise may stand in another. */
const DEPTH = 6
/** Guesses that may follow each other without anything certain in between: prefixes off and lines joined are two. */
const GUESSES = 3
/** And altogether: lines put together, decoded, and put together once more are two. */
const MOST_GUESSES = 3
/** What was decoded is new text; but where guesses led to it, most of what other guesses make of it is the same once more. */
const AFTER_DECODING = 2
/** How often a text may be escaped. */
const LEVELS = 10

const CERTAIN: readonly Family[] = [terminal, invisible, escapes, url, references, tags]
const DECODERS: readonly Family[] = [base64, hex, base32, base85, armour, numbers, dumps]
const GUESSING: readonly Family[] = [
  form,
  encodedWords,
  quotedPrintable,
  chunked,
  spaced,
  literals,
  stream,
  scattered,
  frames,
  wraps,
  mirrored
]

/** All readings of a text that differ from it, the text itself left out; `[]` for the usual text. See `readingOf`. */
export function viewsOf(text: string): View[] {
  return readingOf(text).views
}

/**
 * All readings of a text that differ from it, and whether these are all. Never throws.
 *
 * Time and output grow with the text's length, whatever is in it.
 */
export function readingOf(text: string): Reading {
  if (text.length < SHORTEST) return { views: [], complete: true }
  const reader = new Reader(text)
  try {
    reader.readAll()
  } catch (error) {
    // A reading longer than a string can be: left unread like what unpacks to too much.
    if (!(error instanceof RangeError)) throw error
    reader.refuse()
  }
  return { views: reader.views, complete: reader.complete }
}

/** A text that is still to be read. */
interface Task {
  readonly text: string
  /** What was taken off on the way to it. */
  readonly trail: readonly string[]
  readonly depth: number
  /** How many guesses in a row led to it. */
  readonly guesses: number
  /** How many guesses led to it altogether. */
  readonly guessed: number
  /** Only for what is encoded or taken apart in it. */
  readonly partly?: boolean
}

class Reader implements Room {
  readonly views: View[] = []
  complete = true
  private readonly tasks: Task[] = []
  /** Made once there is something to remember: most texts have nothing. */
  private seen: Set<string> | undefined
  private grown = 0
  private inflated = 0
  private readonly limit: number

  constructor(private readonly original: string) {
    this.limit = GROWTH * original.length + SLACK
  }

  left(): number {
    return this.complete ? this.limit - this.inflated : 0
  }

  unpacked(length: number): void {
    this.inflated += length
  }

  refuse(): void {
    this.complete = false
  }

  /** Reads the text, then what came to light, and so on: what takes few steps comes before what takes many. */
  readAll(): void {
    this.tasks.push({ text: this.original, trail: [], depth: 0, guesses: 0, guessed: 0 })
    for (let task = this.tasks[0], i = 0; task !== undefined; task = this.tasks[++i]) {
      if (task.partly === true) this.lookInto(task, sweep(task.text))
      else this.read(task)
    }
  }

  /** Reads a text with all families, level by level. */
  private read(task: Task): void {
    let current = task.text
    let swept = sweep(current)
    let { trail } = task
    this.lookInto(task, swept)
    for (let level = 0; level < LEVELS; level++) {
      let { signs } = swept
      const fresh: string[] = []
      let changes = 0
      for (const family of CERTAIN) {
        if ((signs & family.signs) === 0) continue
        const found = family.apply(current, swept, this)
        if (found === undefined) continue
        current = found.full()
        changes++
        trail = add(trail, family.how)
        if (!this.show(found.windows, trail)) continue
        const inner = sweep(found.windows)
        signs |= inner.signs
        fresh.push(found.windows)
        this.lookInto({ ...task, text: found.windows, trail }, inner)
      }
      if (fresh.length === 0) return
      // Only where this level changed something can the next one find anything; what several families changed overlaps.
      if (changes === 1) current = fresh[0] ?? ''
      swept = sweep(current)
    }
  }

  /** Tries what stands encoded or taken apart in a text. */
  private lookInto(task: Task, swept: Sweep): void {
    for (const family of DECODERS) {
      if ((swept.signs & family.signs) !== 0)
        this.follow(family, task, swept, Math.min(task.guesses, AFTER_DECODING), 0)
    }
    if (task.guesses >= GUESSES || task.guessed >= MOST_GUESSES) return
    for (const family of GUESSING) {
      if ((swept.signs & family.signs) !== 0)
        this.follow(family, task, swept, family.last === true ? GUESSES : task.guesses + 1, 1)
    }
    if ((swept.signs & prefixes.signs) === 0) return
    const { text, trail, depth, guesses, guessed } = task
    const listing = prefixes.apply(text, swept, this)
    if (listing === undefined || !this.isNew(listing.windows)) return
    const way = add(trail, prefixes.how)
    // By itself a prefix hides nothing but a key of many lines; what else it keeps apart shows when it is looked into.
    if (listing.windows.includes('-----BEGIN')) this.add(listing.windows, way)
    this.tasks.push({
      text: listing.windows,
      trail: way,
      depth,
      guesses: guesses + 1,
      guessed: guessed + 1,
      partly: true
    })
  }

  private follow(family: Family, task: Task, swept: Sweep, guesses: number, more: number): void {
    const { text, trail, depth, guessed } = task
    const found = family.apply(text, swept, this)
    if (found === undefined) return
    const way = add(add(trail, family.how), found.also)
    for (const reading of found.other === undefined ? [found.windows] : [found.windows, found.other]) {
      if (!this.show(reading, way)) continue
      if (depth < DEPTH)
        this.tasks.push({ text: reading, trail: way, depth: depth + 1, guesses, guessed: guessed + more })
      else if (guesses === 0) this.complete = false
    }
  }

  /** @returns false where nobody need look at it again */
  private show(text: string, trail: readonly string[]): boolean {
    return this.isNew(text) && this.add(text, trail)
  }

  private add(text: string, trail: readonly string[]): boolean {
    if (this.grown + text.length > this.limit) {
      this.complete = false
      return false
    }
    this.grown += text.length
    this.views.push({ how: trail.join(', '), text })
    return true
  }

  private isNew(text: string): boolean {
    if (text === this.original || this.seen?.has(text) === true) return false
    this.seen = (this.seen ?? new Set()).add(text)
    return true
  }
}

function add(trail: readonly string[], how: string | undefined): readonly string[] {
  return how === undefined || trail.at(-1) === how ? trail : [...trail, how]
}
