// The official Mistral SDK against the simulator's openai-chat dialect, in Mistral's flavour.
import assert from 'node:assert/strict';

import { Mistral } from '@mistralai/mistralai';
import { MistralError } from '@mistralai/mistralai/models/errors';

import { contract, raised } from './contract.mjs';

const messages = [{ role: 'user', content: 'ping' }];
const usageOf = (usage) => ({ input: usage?.promptTokens, output: usage?.completionTokens });
const request = (asked) => ({ model: asked.model, messages, maxTokens: asked.limit });
const status = (code) => raised(MistralError, code, 'statusCode');

contract({
  name: '@mistralai/mistralai',
  simulated: { dialect: 'openai-chat', flavour: 'mistral' },
  client: (url, apiKey) =>
    new Mistral({ apiKey, serverURL: url, retryConfig: { strategy: 'none' } }),
  stop: 'stop',
  length: 'length',
  async whole(client, asked) {
    const answer = await client.chat.complete(request(asked));
    const { message, finishReason: finish } = answer.choices[0];
    return { text: message.content, finish, ...usageOf(answer.usage) };
  },
  async* stream(client, asked) {
    for await (const { data } of await client.chat.stream(request(asked))) {
      const choice = data.choices[0];
      yield { text: choice.delta.content, finish: choice.finishReason, ...usageOf(data.usage) };
    }
  },
  list: async (client) => (await client.models.list()).data.map((model) => model.id),
  refused: {
    auth: status(401), missing: status(404), limited: status(429), overloaded: status(503),
  },
  // To this SDK an error is a chunk that does not fit its schema.
  broken: (error) => assert.equal(error.name, 'ZodError', `${error}`),
});
