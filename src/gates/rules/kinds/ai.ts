/** Keys of model providers and of what agents are built with. */
import type { TokenKind } from '../rule.js'

export const aiKinds: readonly TokenKind[] = [
  { id: 'huggingface-token', provider: 'Hugging Face', landmarks: ['hf_'], shape: /hf_[A-Za-z0-9]{34,60}/y },
  {
    id: 'huggingface-token',
    provider: 'Hugging Face',
    landmarks: ['api_org_'],
    shape: /api_org_[A-Za-z0-9]{34,60}/y
  },
  {
    id: 'openai-key',
    provider: 'OpenAI',
    landmarks: ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-None-'],
    shape: /sk-(?:proj|svcacct|admin|None)-([\w-]{40,250})/y
  },
  {
    id: 'openai-key',
    provider: 'OpenAI',
    landmarks: ['sk-'],
    shape: /sk-([A-Za-z0-9]{20})T3BlbkFJ[A-Za-z0-9]{20}/y
  },
  {
    // DeepSeek, Moonshot, gateways and early keys of OpenAI.
    id: 'model-provider-key',
    provider: 'model providers',
    landmarks: ['sk-'],
    shape: /sk-(?![A-Za-z0-9]{20}T3BlbkFJ)[A-Za-z0-9]{32,64}/y,
    edge: 'word'
  },
  {
    id: 'anthropic-key',
    provider: 'Anthropic',
    landmarks: ['sk-ant-'],
    shape: /sk-ant-[a-z]{2,8}\d\d-([\w-]{40,200})/y
  },
  { id: 'openrouter-key', provider: 'OpenRouter', landmarks: ['sk-or-v1-'], shape: /sk-or-v1-[0-9a-f]{64}/y },
  { id: 'groq-key', provider: 'Groq', landmarks: ['gsk_'], shape: /gsk_[A-Za-z0-9]{48,60}/y },
  { id: 'xai-key', provider: 'xAI', landmarks: ['xai-'], shape: /xai-[A-Za-z0-9]{64,100}/y },
  { id: 'replicate-key', provider: 'Replicate', landmarks: ['r8_'], shape: /r8_[\w-]{37,40}/y },
  { id: 'perplexity-key', provider: 'Perplexity', landmarks: ['pplx-'], shape: /pplx-[A-Za-z0-9]{40,64}/y },
  { id: 'together-key', provider: 'Together', landmarks: ['tgp_v1_'], shape: /tgp_v1_[\w-]{40,64}/y },
  { id: 'fireworks-key', provider: 'Fireworks', landmarks: ['fw_'], shape: /fw_[A-Za-z0-9]{22,40}/y },
  { id: 'nvidia-key', provider: 'NVIDIA', landmarks: ['nvapi-'], shape: /nvapi-[\w-]{60,80}/y },
  { id: 'cerebras-key', provider: 'Cerebras', landmarks: ['csk-'], shape: /csk-[a-z0-9]{48}/y },
  {
    id: 'tavily-key',
    provider: 'Tavily',
    landmarks: ['tvly-'],
    shape: /tvly-(?:dev-|prod-)?([A-Za-z0-9-]{30,48})/y
  },
  {
    id: 'langsmith-key',
    provider: 'LangSmith',
    landmarks: ['lsv2_'],
    shape: /lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}/y
  },
  { id: 'langfuse-key', provider: 'Langfuse', landmarks: ['sk-lf-'], shape: /sk-lf-[a-f0-9-]{36}/y },
  { id: 'wandb-key', provider: 'Weights & Biases', landmarks: ['wandb_v1_'], shape: /wandb_v1_[\w-]{40,100}/y },
  {
    id: 'pinecone-key',
    provider: 'Pinecone',
    landmarks: ['pcsk_'],
    shape: /pcsk_([A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,70})/y
  },
  { id: 'elevenlabs-key', provider: 'ElevenLabs', landmarks: ['sk_'], shape: /sk_[a-f0-9]{48}/y, edge: 'word' },
  { id: 'jina-key', provider: 'Jina', landmarks: ['jina_'], shape: /jina_[a-f0-9]{32}[\w-]{28}/y },
  { id: 'firecrawl-key', provider: 'Firecrawl', landmarks: ['fc-'], shape: /fc-[a-f0-9]{32}/y, edge: 'word' },
  { id: 'e2b-key', provider: 'E2B', landmarks: ['e2b_'], shape: /e2b_[a-f0-9]{40}/y, edge: 'word' }
]
