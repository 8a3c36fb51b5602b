/**
 * A record as one of Agent Trace 0.1.0 (specification: cursor/agent-trace, section 6): which lines of which files came out
 * of which conversation. Written so that both readings of it accept it, the schema in the specification's text and the
 * stricter published one, which knows no further field in any place. The record's attribution stands whole in `metadata`
 * too, with whatever of it the format has no field for, beside all else but the conversation itself.
 */
import { property, type JsonObject, type JsonValue } from '../traces/json.js'
import type { TraceRecord } from '../traces/schema.js'
import type { Conversion } from './conversion.js'
import { fromRoot, isAbsolute, repositoryRoot } from './paths.js'
import { member, saying, type Members } from './text.js'
import { utc } from './time.js'
import { asUuid } from './uuid.js'

const VERSION = '0.1.0'

/** In code points. */
const LONGEST_MODEL_ID = 250
const CONTRIBUTORS: ReadonlySet<JsonValue | undefined> = new Set(['human', 'ai', 'mixed', 'unknown'])
const URI = new RegExp(
  `^[a-z][a-z0-9+.-]*:(?:/|CHARS)+(?:[?](?:[/?]|CHARS)*)?(?:#(?:[/?]|CHARS)*)?$`.replaceAll(
    'CHARS',
    "[\\w.~:@!$&'()*+,;=-]|%[0-9a-f]{2}"
  ),
  'i'
)
const VCS_TYPES: ReadonlySet<JsonValue | undefined> = new Set(['git', 'jj', 'hg', 'svn'])

/** The format demands a time, so a record without any that names an instant is left out. */
export function toAgentTrace(record: TraceRecord): Conversion {
  const timestamp = timeOf(record)
  if (timestamp === undefined) return { leftOut: 'no time' }
  const { agent, attribution, trace_id } = record
  const root = repositoryRoot(record.metadata)
  const files = (attribution?.files ?? []).map(({ path, conversations }) => ({
    path: fromRoot(path, root),
    conversations: conversations.map(conversationOf)
  }))
  return {
    value: {
      version: VERSION,
      id: asUuid(trace_id),
      timestamp,
      ...vcsOf(record),
      // The published schema takes no name without a version.
      ...(agent.version === null ? {} : { tool: { name: agent.name, version: agent.version } }),
      files,
      metadata: { opentraces: metadataOf(record, root) }
    },
    outsidePaths: files.filter(({ path }) => isAbsolute(path)).length
  }
}

/** When the session was over, as near as the record tells. */
function timeOf({ timestamp_end, timestamp_start, steps }: TraceRecord): string | undefined {
  const candidates = [timestamp_end, ...steps.map(({ timestamp }) => timestamp).reverse(), timestamp_start]
  for (const candidate of candidates) {
    const time = candidate === null ? undefined : utc(candidate)
    if (time !== undefined) return time
  }
  return undefined
}

/** The revision that the lines are of: that of the attribution, else the commit that the session ended in. */
function vcsOf({ attribution, outcome }: TraceRecord): Members {
  const noted = attribution?.revision ?? null
  const type = noted === null ? undefined : property(noted, 'vcs_type')
  const revision = noted === null ? undefined : property(noted, 'revision')
  if (VCS_TYPES.has(type) && typeof type === 'string' && typeof revision === 'string')
    return { vcs: { type, revision } }
  return outcome.commit_sha === null ? {} : { vcs: { type: 'git', revision: outcome.commit_sha } }
}

type Attribution = NonNullable<TraceRecord['attribution']>
type Conversation = Attribution['files'][number]['conversations'][number]
type Range = Conversation['ranges'][number]

function conversationOf({ contributor, url, related, ranges }: Conversation): Members {
  return {
    ...(url !== null && isUri(url) ? { url } : {}),
    ...contributorOf(contributor),
    ranges: ranges.filter(isRange).map(rangeOf),
    ...member('related', (related ?? []).flatMap(relatedOf))
  }
}

function isRange({ start_line, end_line }: Range): boolean {
  return [start_line, end_line].every((line) => typeof line === 'number' && line >= 1)
}

function rangeOf({ start_line, end_line, content_hash, contributor }: Range): Members {
  return {
    start_line,
    end_line,
    ...(content_hash === null ? {} : { content_hash }),
    ...(contributor === null ? {} : contributorOf(contributor))
  }
}

/** Who it was; nothing where the record says nothing about it. */
function contributorOf(contributor: JsonObject): Members {
  const type = property(contributor, 'type')
  const model = property(contributor, 'model_id')
  const fits = typeof model === 'string' && Array.from(model).length <= LONGEST_MODEL_ID
  if (type === undefined && !fits) return {}
  const known = CONTRIBUTORS.has(type) && typeof type === 'string' ? type : 'unknown'
  return { contributor: { type: known, ...(fits ? { model_id: model } : {}) } }
}

function relatedOf(resource: JsonObject): Members[] {
  const type = property(resource, 'type')
  const url = property(resource, 'url')
  return typeof type === 'string' && typeof url === 'string' && isUri(url) ? [{ type, url }] : []
}

/** An absolute URI (RFC 3986, brackets left out) that a URL parser takes too. */
function isUri(text: string): boolean {
  return URI.test(text) && URL.canParse(text)
}

function metadataOf(record: TraceRecord, root: string | undefined): Members {
  const { schema_version, trace_id, session_id, content_hash, timestamp_start, timestamp_end } = record
  const { execution_context, task, agent, environment, outcome, dependencies, metrics, security } = record
  const { attribution, lifecycle, generation_index, patches, git_links, context_tree_summary, metadata } = record
  return saying({
    schema_version,
    trace_id,
    session_id,
    content_hash,
    timestamp_start,
    timestamp_end,
    execution_context,
    task,
    agent,
    environment,
    outcome,
    dependencies,
    metrics,
    security,
    repository_root: root ?? null,
    attribution,
    lifecycle,
    generation_index,
    patches,
    git_links,
    context_tree_summary,
    metadata
  })
}
