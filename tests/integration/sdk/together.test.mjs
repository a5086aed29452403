// The official Together SDK against the simulator's openai-chat dialect, in Together's flavour.
import Together from 'together-ai';

import { contract } from './contract.mjs';
import { openaiFamily } from './openai_family.mjs';

contract(openaiFamily({
  name: 'together-ai',
  flavour: 'together',
  classes: Together,
  client: (url, apiKey) => new Together({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 }),
  stop: 'eos', // what most of its models say
  list: async (client) => (await client.models.list()).map((model) => model.id),
}));
