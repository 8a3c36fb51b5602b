/** A model reviews the staged traces, and a push requires its verdicts, in one workflow run by act. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { makeRepository, runAct, type ActRun } from '../support/act.js'
import { CLEAN, ModelServer, says, shown } from '../support/model-server.js'
import { rawTrace } from '../support/records.js'

const { ACT_PATH, TRUFFLEHOG_PATH } = process.env
const hasTools = ACT_PATH !== undefined && TRUFFLEHOG_PATH !== undefined
const suite = hasTools ? describe : describe.skip
const title = hasTools ? '' : ' (skipped: act and TruffleHog are not set up; .ci/tools installs them)'

suite(`review, then push${title}`, () => {
  let server: ModelServer
  let root: string

  beforeEach(async () => {
    server = await ModelServer.start()
    root = await mkdtemp(join(tmpdir(), 'opentraces-review-'))
  })
  afterEach(async () => {
    await server.stop()
    await rm(root, { recursive: true, force: true })
  })

  const workflow = (onBlocked: string): string => `
name: review and publish
on: [push]
permissions: {}
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
      - uses: opentraces/push-action@v1
        id: review
        with:
          command: review
          traces: traces/*.jsonl
          llm-base-url: ${server.baseUrl}
          llm-model: test/model
          llm-api-key: \${{ secrets.LLM_KEY }}
          trufflehog-path: ${TRUFFLEHOG_PATH!}
      - uses: opentraces/push-action@v1
        id: again
        with:
          command: review
          traces: traces/*.jsonl
          llm-base-url: ${server.baseUrl}
          llm-model: test/model
          trufflehog-path: ${TRUFFLEHOG_PATH!}
      - uses: opentraces/push-action@v1
        id: push
        with:
          traces: traces/*.jsonl
          repo: file:dataset
          llm-review: require
          on-blocked: ${onBlocked}
          trufflehog-path: ${TRUFFLEHOG_PATH!}
      - name: outputs
        if: always()
        env:
          FIRST: \${{ steps.review.outputs.outcome }}
          SECOND: \${{ steps.again.outputs.outcome }}
          OUTCOME: \${{ steps.push.outputs.outcome }}
          UPLOADED: \${{ steps.push.outputs.uploaded }}
          HELD: \${{ steps.push.outputs.held }}
        run: |
          echo "outputs=$FIRST/$SECOND/$OUTCOME/$UPLOADED/$HELD"
          cat dataset/data/*.jsonl | wc -l | sed 's/^ */published=/'
          grep -ho '"llm_review":{[^}]*}' dataset/data/*.jsonl | head -1 | sed 's/^/verdict=/'
`

  async function run(ids: readonly string[], onBlocked = 'fail'): Promise<ActRun> {
    const lines = ids.map((id) => `${JSON.stringify(rawTrace(id))}\n`).join('')
    await makeRepository(root, { '.github/workflows/publish.yml': workflow(onBlocked), 'traces/a.jsonl': lines })
    return runAct({
      root,
      event: 'push',
      payload: { ref: 'refs/heads/main', repository: { id: 1, default_branch: 'main', private: false } },
      secrets: { LLM_KEY: 'key-of-the-model-endpoint', GITHUB_TOKEN: `ghs_${'t'.repeat(36)}` }
    })
  }

  test('each trace is asked about once, and its verdict lets it pass', async () => {
    const { exitCode, jobResult, log, summary } = await run(['a', 'b', 'c'])
    expect([exitCode, jobResult]).toEqual([0, 'success'])
    expect(log).toContain('outputs=checked/checked/published/3/0')
    expect(log).toContain('published=3')
    // The second review and the push ask nothing: what has a verdict has it.
    expect(server.requests).toHaveLength(3)
    expect(server.requests[0]!.headers.authorization).toBe('Bearer key-of-the-model-endpoint')
    expect(summary).toContain('3 traces published')
    expect(log).toMatch(/verdict=[^\n]*shareable[^\n]*yes[^\n]*test\/model/)
  }, 180_000)

  test('one that the model does not call clean is held, and the others go', async () => {
    server.answer = says((request) => ({ ...CLEAN, shareable: shown(request).includes('build of b') ? 'no' : 'yes' }))
    const { exitCode, log, summary } = await run(['a', 'b', 'c'], 'hold')
    expect(exitCode).toBe(0)
    expect(log).toContain('outputs=checked/checked/published/2/1')
    expect(log).toContain('published=2')
    expect(summary).toContain('llm-review')
  }, 180_000)
})
