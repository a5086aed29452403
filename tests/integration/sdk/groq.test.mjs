// The official Groq SDK against the simulator's openai-chat dialect, in Groq's flavour.
import Groq from 'groq-sdk';

import { contract } from './contract.mjs';
import { openaiFamily } from './openai_family.mjs';

contract(openaiFamily({
  name: 'groq-sdk',
  flavour: 'groq',
  classes: Groq,
  limit: 'max_completion_tokens',
  client: (url, apiKey) => new Groq({ apiKey, baseURL: url, maxRetries: 0 }),
  list: async (client) => (await client.models.list()).data.map((model) => model.id),
}));
