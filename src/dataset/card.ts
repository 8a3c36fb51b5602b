/**
 * The dataset card: README.md of a dataset. It belongs to the people who own the dataset; of an existing one only our
 * keys of the front matter and the parts between our markers change.
 */
import { updateBody } from './card-body.js'
import { badgeLines, statsLines, type StatsInput } from './card-sections.js'
import { joinCard, newFrontMatter, splitCard, updateFrontMatter } from './front-matter.js'
import { shownName } from './shown-name.js'

export interface CardInput extends StatsInput {
  /** As the input `repo` names it: `owner/dataset` or `file:PATH`. */
  readonly repo: string
  /** SPDX id for a card that is created; the licence of an existing card is never touched, and none is invented. */
  readonly license: string | undefined
}

/**
 * The whole card. Rendering its result again gives the same text.
 *
 * Line breaks stay CRLF in a card that has nothing else, and are LF in any other; a byte order mark is dropped. A card
 * with front matter only gains a text of ours.
 *
 * @param existing the card as it is, undefined or blank where there is none
 * @throws LoadError `CARD_INVALID` where the front matter cannot be updated without loss; see `updateFrontMatter`
 */
export function renderCard(existing: string | undefined, input: CardInput): string {
  const source = (existing ?? '').replace(/^\uFEFF/, '')
  const crlf = source.includes('\r\n') && !/(?<!\r)\n/.test(source)
  const card = render(source.replace(/\r+\n/g, '\n'), input)
  return crlf ? card.replaceAll('\n', '\r\n') : card
}

function render(text: string, input: CardInput): string {
  const figures = { totalTraces: input.statistics.totalTraces, quality: input.quality }
  const { yaml, body } = splitCard(text)
  const blank = body.trim() === ''
  const frontMatter =
    yaml === undefined && blank ? newFrontMatter(figures, input.license) : updateFrontMatter(yaml ?? '', figures)
  // A text that follows a front matter of ours needs a blank line between them.
  const ownText = yaml === undefined ? `\n${body}` : body
  return joinCard(
    frontMatter,
    updateBody(blank ? newText(input) : ownText, {
      badges: badgeLines(input.quality),
      section: statsLines(input),
      schemaVersion: input.schemaVersion
    })
  )
}

/** The text of a new card, without the managed parts. */
function newText({ repo, schemaVersion }: CardInput): string {
  const local = repo.startsWith('file:')
  const name = repo.split(/[/\\:]/).findLast((part) => part !== '') ?? 'traces'
  // Only the folder's name: where it lies on somebody's machine is nobody's business.
  const source = JSON.stringify(local ? `./${name}` : repo)
  return `
# ${shownName(name)}

Sessions of AI coding agents, one record each: the task, every step that the agent took, its tool calls and their results,
the changes that came of it, and tokens and costs where they are known. The records follow the TraceRecord schema of
[opentraces](https://opentraces.ai).

Schema version: \`${schemaVersion}\`

## Loading

\`\`\`python
from datasets import load_dataset

traces = load_dataset(${source}, split="train")
\`\`\`

${local ? 'Run it from the folder that this dataset lies in. ' : ''}\`datasets\` 5.2 reads all columns; version 3 does not know the type \`Json\` of the free-form ones.

Badges and statistics on this page are renewed with every push. The rest is yours to edit and stays as you leave it.
`
}
