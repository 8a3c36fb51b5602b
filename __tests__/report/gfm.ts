/** What GitHub makes of Markdown: parsed as GFM, and then what its own filters look for in the text of the page. */
import type { Nodes, Root, Table } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'

export function parse(markdown: string): Root {
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
}

/** All nodes, from the top to the bottom. */
export function* nodes(node: Nodes): Generator<Nodes> {
  yield node
  if ('children' in node) for (const child of node.children) yield* nodes(child)
}

export function ofType<T extends Nodes['type']>(root: Root, type: T): Extract<Nodes, { type: T }>[] {
  return [...nodes(root)].filter((node): node is Extract<Nodes, { type: T }> => node.type === type)
}

/** The text that is neither code nor the text of a link, where GitHub's filters look; one entry a paragraph or cell. */
export function proseOf(root: Root): string[] {
  return [...nodes(root)]
    .filter((node) => ['paragraph', 'heading', 'tableCell'].includes(node.type))
    .map((node) => ('children' in node ? node.children.map((child) => textOf(child)).join('') : ''))
}

function textOf(node: Nodes): string {
  if (node.type === 'text') return node.value
  // Code and links end a word for the filters; nothing inside of them counts.
  if (node.type === 'inlineCode' || node.type === 'link' || node.type === 'html') return '\u0000'
  return 'children' in node ? node.children.map((child) => textOf(child)).join('') : ''
}

/** What GitHub would turn into links, pictures or formulas. */
const READ_AS_MORE: readonly (readonly [what: string, found: RegExp])[] = [
  ['a mention or an e-mail address', /@[\p{L}\p{N}]/u],
  ['an issue', /#\d|\bGH-\d/i],
  ['an id of another tracker', /\b[a-z][a-z0-9]*-\d/i],
  ['a commit', /(?<![\p{L}\p{N}])[0-9a-f]{7,40}(?![\p{L}\p{N}])/iu],
  ['an address', /:\/\/|www\./i],
  ['an emoji', /:[\w+-]+:/],
  ['a formula', /\$[^$]*\$/]
]

/** What GitHub's filters would find in the prose. */
export function readAsMore(root: Root): string[] {
  return proseOf(root).flatMap((text) =>
    READ_AS_MORE.filter(([, found]) => found.test(text)).map(([what]) => `${what} in: ${text}`)
  )
}

/** Tables that have rows of another length than their head. */
export function brokenTables(root: Root): Table[] {
  return ofType(root, 'table').filter(({ children: [head, ...rows] }) =>
    rows.some((row) => row.children.length !== head!.children.length)
  )
}

/** Lines outside of blocks of code that stand over the rows of a table: each must have become one. */
export function tableRules(markdown: string): number {
  return withoutFences(markdown).filter((line) => /^\|(?:\s*:?-+:?\s*\|)+$/.test(line)).length
}

function withoutFences(markdown: string): string[] {
  let fence: string | undefined
  return markdown.split('\n').filter((line) => {
    const [ticks] = /^`{3,}/.exec(line) ?? []
    if (fence === undefined) fence = ticks
    else if (line === fence) fence = undefined
    return fence === undefined && ticks === undefined
  })
}
