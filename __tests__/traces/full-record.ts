/** A record with every field of the schema filled in, and the places in it. */
import { goldenJson } from '../support/golden.js'

export type Json = string | number | boolean | null | Json[] | JsonMembers
// An interface: a type alias cannot name itself in a record.
export interface JsonMembers {
  [key: string]: Json
}
export type Place = readonly (string | number)[]

/** Valid, no field at its default, every list with one item. */
export function fullTrace(): JsonMembers {
  return {
    schema_version: '0.9.0',
    trace_id: 'trace',
    session_id: 'session',
    content_hash: 'x',
    timestamp_start: '2026-01-01T00:00:00Z',
    timestamp_end: '2026-01-01T00:10:00Z',
    execution_context: 'devtime',
    task: { description: 'd', source: 's', repository: 'o/r', repository_url: 'https://x', base_commit: 'c' },
    agent: { name: 'claude-code', version: '2', model: 'm' },
    environment: {
      os: 'linux',
      shell: 'bash',
      vcs: { type: 'git', base_commit: 'c', branch: 'main', diff: '-a' },
      language_ecosystem: ['python'],
      resolved_dependencies: [{ name: 'zod', version: '4', hash: 'h', marker: 'm', source: 's' }],
      interpreter: { name: 'cpython', version: '3.11' },
      arch: 'x86_64',
      platform: 'linux',
      abi_tag: 'cp311'
    },
    system_prompts: { hash: 'prompt' },
    tool_definitions: [{ name: 'Bash' }],
    steps: [
      {
        step_index: 1,
        role: 'agent',
        content: 'c',
        reasoning_content: 'r',
        model: 'm',
        system_prompt_hash: 'hash',
        agent_role: 'main',
        parent_step: 2,
        call_type: 'main',
        subagent_trajectory_ref: 'ref',
        tools_available: ['Bash'],
        tool_calls: [{ tool_call_id: 'call', tool_name: 'Bash', input: { command: 'ls' }, duration_ms: 3 }],
        observations: [{ source_call_id: 'call', content: 'c', output_summary: 'o', error: 'e' }],
        snippets: [{ file_path: 'a.ts', start_line: 1, end_line: 2, language: 'ts', text: 't', source_step: 1 }],
        token_usage: {
          input_tokens: 1,
          output_tokens: 2,
          cache_read_tokens: 3,
          cache_write_tokens: 4,
          prefix_reuse_tokens: 5
        },
        timestamp: '2026-01-01T00:00:01Z',
        context_node_id: 'node'
      }
    ],
    outcome: {
      success: true,
      signal_source: 'ci',
      signal_confidence: 'annotated',
      description: 'd',
      committed: true,
      commit_sha: 'c',
      terminal_state: 'goal_reached',
      reward: 0.5,
      reward_source: 's'
    },
    dependencies: ['zod'],
    metrics: {
      total_steps: 1,
      total_input_tokens: 2,
      total_output_tokens: 3,
      total_cache_read_tokens: 4,
      total_cache_creation_tokens: 5,
      total_duration_s: 1.5,
      cache_hit_rate: 0.25,
      estimated_cost_usd: 0.125
    },
    security: { scanned: true, flags_reviewed: 1, redactions_applied: 2, classifier_version: '1' },
    attribution: {
      experimental: false,
      revision: { vcs: 'git', revision: 'c' },
      files: [
        {
          path: 'a.ts',
          conversations: [
            {
              contributor: { type: 'ai' },
              url: 'u',
              ids: { session: ['s'], one: 'x' },
              related: [{ type: 'pr' }],
              ranges: [
                {
                  start_line: 1,
                  end_line: 2,
                  content_hash: 'h',
                  confidence: 'high',
                  change_type: 'modification',
                  original: { start_line: 1 },
                  contributor: { type: 'human' }
                }
              ]
            }
          ]
        }
      ],
      unaccounted_files: ['b.ts']
    },
    lifecycle: 'final',
    generation_index: 1,
    patches: [
      {
        patch_id: 'p',
        file_path: 'a.ts',
        step_index: 1,
        tool_call_id: 'call',
        capture_method: ['tool'],
        snapshot_before_id: 'b',
        snapshot_after_id: 'a',
        anchor: {
          last_searched_at: '2026-01-01',
          found: true,
          commit_sha: 'c',
          path: 'a.ts',
          blob_sha: 'b',
          git_patch_id: 'g',
          evidence_tier: 'patch_id',
          evidence_firmness: 'provisional'
        },
        superseded_by: ['q'],
        limitations: ['l']
      }
    ],
    git_links: [
      {
        vcs_type: 'jj',
        revision: 'r',
        repo_url: 'u',
        branch: 'b',
        tier: 'orphan',
        commit_reachable: true,
        content_alive: false
      }
    ],
    context_tree_summary: { nodes: 1 },
    metadata: { note: 'n' }
  }
}

export type Kind = 'string' | 'int64' | 'float64' | 'bool' | 'Json' | 'object' | 'list'

/** Every place of the full record with its kind, as the reference's declaration of the dataset's features has them. */
export function places(): { place: Place; kind: Kind }[] {
  const infos = goldenJson('upstream', 'dataset_infos-0.9.0.json') as { default: { features: object } }
  const found: { place: Place; kind: Kind }[] = []
  const walk = (feature: object, place: Place): void => {
    if ('_type' in feature) {
      found.push({ place, kind: 'dtype' in feature ? (feature.dtype as Kind) : 'Json' })
    } else if (Array.isArray(feature)) {
      found.push({ place, kind: 'list' })
      walk(feature[0] as object, [...place, 0])
    } else {
      if (place.length > 0) found.push({ place, kind: 'object' })
      for (const [key, member] of Object.entries(feature)) walk(member as object, [...place, key])
    }
  }
  walk(infos.default.features, [])
  return found
}

export function valueAt(record: Json, place: Place): Json {
  return place.reduce<Json>((value, key) => (value as Record<string, Json>)[key] as Json, record)
}

/** The text of the full record with a JSON text, of whatever kind, at one place; undefined takes the place away. */
export function withText(place: Place, text: string | undefined): string {
  const record = fullTrace()
  const parent = valueAt(record, place.slice(0, -1)) as Record<string, Json>
  const key = place.at(-1)!
  const placeholder = '@here@'
  if (text === undefined) Reflect.deleteProperty(parent, key)
  else parent[key] = placeholder
  return JSON.stringify(record).replace(`"${placeholder}"`, () => text ?? '')
}
