/** Budgets: a page that is too long loses its least important parts first, and says which. */

export interface Section {
  /** For people, as in "left out: every trace". */
  readonly name: string
  /** From the longest to the shortest; an empty one leaves the section out. */
  readonly versions: readonly string[]
}

export interface Budget {
  /** UTF-8 bytes. */
  readonly bytes: number
  /** Names of sections, the first to give way first. Each ends at its shortest version before the next one gives way. */
  readonly shedding: readonly string[]
  /** Where the rest is, as the end of a sentence. */
  readonly elsewhere: string
}

/** A section in versions with fewer and fewer rows; those that would say the same count as one. */
export function sized(name: string, rows: readonly number[], make: (rows: number) => string): Section {
  return { name, versions: [...new Set(rows.map(make))] }
}

/** The sections one below the other, within the budget as long as their shortest versions are. */
export function fit(sections: readonly Section[], { bytes, shedding, elsewhere }: Budget): string {
  const chosen = new Map(sections.map(({ name }) => [name, 0]))
  const shortened = new Set<string>()
  for (;;) {
    const texts = sections.map(({ name, versions }) => versions[chosen.get(name) as number] ?? '')
    const note = shortened.size === 0 ? '' : `_Shortened to fit: ${[...shortened].join(', ')}. ${elsewhere}_`
    const page = `${[...texts, note].filter((text) => text !== '').join('\n\n')}\n`
    if (Buffer.byteLength(page) <= bytes) return page
    const next = shedding.find((name) => canShrink(sections, name, chosen))
    if (next === undefined) return page
    chosen.set(next, (chosen.get(next) as number) + 1)
    shortened.add(next)
  }
}

function canShrink(sections: readonly Section[], name: string, chosen: ReadonlyMap<string, number>): boolean {
  const section = sections.find((one) => one.name === name)
  return section !== undefined && (chosen.get(name) as number) < section.versions.length - 1
}
