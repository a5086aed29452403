// The official Cerebras SDK against the simulator's openai-chat dialect, in Cerebras's flavour.
import Cerebras from '@cerebras/cerebras_cloud_sdk';

import { contract, raised } from './contract.mjs';
import { openaiFamily } from './openai_family.mjs';

const family = openaiFamily({
  name: '@cerebras/cerebras_cloud_sdk',
  flavour: 'cerebras',
  classes: Cerebras,
  limit: 'max_completion_tokens',
  client: (url, apiKey) =>
    new Cerebras({ apiKey, baseURL: url, maxRetries: 0, warmTCPConnection: false }),
  list: async (client) => (await client.models.list()).data.map((model) => model.id),
});

// A full queue is a 429 here.
contract({
  ...family,
  refused: { ...family.refused, overloaded: raised(Cerebras.RateLimitError, 429) },
});
