/**
 * `npm run screenshots -- FILE.md … [--to FOLDER] [--open]`: shows Markdown as GitHub shows it (a GFM renderer, GitHub's
 * style sheet), light and dark, on a desktop and on a phone, as PNG files. `--open` unfolds what is folded away.
 * `npm run screenshots -- --readme` makes the two pictures of the README anew, from pages that the tests keep true.
 *
 * Needs a Chromium: the one that CHROMIUM names, or one in PATH. For the README also pngquant.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'

/** In CSS pixels; `scale` is how many pixels of the picture one of them is. */
const SIZES = { desktop: { width: 980, height: 2400, scale: 1 }, phone: { width: 500, height: 3200, scale: 1 } }

/** The tops of two pages, where what matters is. */
const README = {
  'comment.png': { page: 'comment-blocked.md', scheme: 'light', window: { width: 860, height: 1133, scale: 1.35 } },
  'summary.png': { page: 'summary-published.md', scheme: 'dark', window: { width: 860, height: 1208, scale: 1.35 } }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    to: { type: 'string', default: '.' },
    open: { type: 'boolean', default: false },
    readme: { type: 'boolean', default: false }
  }
})
const project = resolve(import.meta.dirname, '..')
const folder = resolve(values.to)
const css = createRequire(import.meta.url)
  .resolve('github-markdown-css/package.json')
  .replace(/package\.json$/, '')
const work = mkdtempSync(join(tmpdir(), 'screenshots-'))
mkdirSync(folder, { recursive: true })
try {
  for (const file of positionals) {
    for (const scheme of ['light', 'dark']) {
      const page = render(file, scheme)
      for (const [size, window] of Object.entries(SIZES))
        shoot(page, join(folder, `${basename(file, '.md')}-${size}-${scheme}.png`), window)
    }
  }
  for (const [name, { page, scheme, window }] of Object.entries(values.readme ? README : {})) {
    const picture = join(project, 'docs', name)
    shoot(render(join(project, '__tests__', 'report', 'pages', page), scheme), picture, window)
    const done = spawnSync('pngquant', ['--force', '--ext', '.png', '--strip', picture])
    if (done.status !== 0) console.error(`${picture} is larger than it need be: pngquant could not be run.`)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}

/** @returns the path of the page */
function render(file, scheme) {
  const page = join(work, `${scheme}.html`)
  writeFileSync(page, html(readFileSync(file, 'utf8'), scheme))
  return page
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

function shoot(page, path, { width, height, scale }) {
  for (const program of [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'].filter(Boolean)) {
    const done = spawnSync(
      program,
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--hide-scrollbars',
        `--window-size=${String(width)},${String(height)}`,
        `--force-device-scale-factor=${String(scale)}`,
        `--screenshot=${path}`,
        `file://${page}`
      ],
      { stdio: 'ignore', timeout: 60_000 }
    )
    if (done.status === 0) return
  }
  console.error('No Chromium could be run: install one, or name it in CHROMIUM.')
  process.exit(2)
}
