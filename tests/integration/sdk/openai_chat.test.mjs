// The official OpenAI SDK against what the copies of OpenAI's chat have in common, one flavour after
// the other: the SDK that most of their users really use.
import OpenAI from 'openai';

import { contract, raised } from './contract.mjs';
import { openaiFamily } from './openai_family.mjs';

const status = (code) => raised(OpenAI.APIError, code);
// base: where the SDK is pointed, below the provider's URL; refused: where a flavour differs.
const flavours = [
  { flavour: 'openai', base: '/v1', limit: 'max_completion_tokens' },
  { flavour: 'azure', base: '/openai/v1', limit: 'max_completion_tokens' },
  { flavour: 'deepseek', base: '' },
  {
    flavour: 'xai', base: '/v1', limit: 'max_completion_tokens',
    refused: { auth: raised(OpenAI.BadRequestError, 400) },
  },
  { flavour: 'fireworks', base: '/inference/v1' },
  { flavour: 'openrouter', base: '/api/v1', refused: { missing: status(400) } },
  { flavour: 'huggingface', base: '/v1', refused: { missing: status(400) } },
  { flavour: 'vllm', base: '/v1' },
  { flavour: 'llamacpp', base: '/v1' },
  { flavour: 'litellm', base: '/v1' },
  { flavour: 'portkey', base: '/v1' },
  { flavour: 'perplexity', base: '', refused: { missing: status(400) } },
  { flavour: 'tgi', base: '/v1', refused: { overloaded: raised(OpenAI.RateLimitError, 429) } },
  { flavour: 'ollama-openai', base: '/v1', broken: null },
];

for (const { base, refused = {}, ...flavour } of flavours) {
  const family = openaiFamily({
    name: `openai as ${flavour.flavour}`,
    classes: OpenAI,
    more: { stream_options: { include_usage: true } },
    client: (url, apiKey) => new OpenAI({ apiKey, baseURL: `${url}${base}`, maxRetries: 0 }),
    list: async (client) => (await client.models.list()).data.map((model) => model.id),
    ...flavour,
  });
  contract({ ...family, refused: { ...family.refused, ...refused } });
}
