/**
 * `npm run screenshots -- FILE.md … [--to FOLDER] [--open]`: shows Markdown as GitHub shows it (a GFM renderer, GitHub's
 * style sheet), light and dark, on a desktop and on a phone, as PNG files. `--open` unfolds what is folded away.
 *
 * Needs a Chromium: the one that CHROMIUM names, or one in PATH.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'

const SIZES = { desktop: { width: 980, height: 2400 }, phone: { width: 500, height: 3200 } }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { to: { type: 'string', default: '.' }, open: { type: 'boolean', default: false } }
})
const folder = resolve(values.to)
const css = createRequire(import.meta.url)
  .resolve('github-markdown-css/package.json')
  .replace(/package\.json$/, '')
const work = mkdtempSync(join(tmpdir(), 'screenshots-'))
mkdirSync(folder, { recursive: true })
try {
  for (const file of positionals) {
    for (const scheme of ['light', 'dark']) {
      const page = join(work, `${scheme}.html`)
      writeFileSync(page, html(readFileSync(file, 'utf8'), scheme))
      for (const [size, window] of Object.entries(SIZES))
        shoot(page, `${basename(file, '.md')}-${size}-${scheme}.png`, window)
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}

/** What GitHub makes of it. */
function html(markdown, scheme) {
  const body = micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
    .replaceAll('<details>', values.open ? '<details open>' : '<details>')
    .replace(
      /<blockquote>\s*<p>\[!(WARNING)\]\s*/g,
      '<blockquote class="markdown-alert markdown-alert-warning"><p class="markdown-alert-title">Warning</p><p>'
    )
  const style = readFileSync(join(css, `github-markdown-${scheme}.css`), 'utf8')
  return `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<style>${style} body { margin: 0 } .markdown-body { box-sizing: border-box; min-height: 100vh; padding: 16px; font-size: 14px }</style>
<article class="markdown-body">${body}</article>`
}

function shoot(page, name, { width, height }) {
  for (const program of [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'].filter(Boolean)) {
    const done = spawnSync(
      program,
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--hide-scrollbars',
        `--window-size=${String(width)},${String(height)}`,
        `--screenshot=${join(folder, name)}`,
        `file://${page}`
      ],
      { stdio: 'ignore', timeout: 60_000 }
    )
    if (done.status === 0) return
  }
  console.error('No Chromium could be run: install one, or name it in CHROMIUM.')
  process.exit(2)
}
