// The official Cohere SDK against the simulator's cohere-v2 dialect.
import assert from 'node:assert/strict';

import { CohereClientV2, CohereError } from 'cohere-ai';

import { contract, raised } from './contract.mjs';

const messages = [{ role: 'user', content: 'ping' }];
const usageOf = (usage) => ({
  input: usage?.tokens?.inputTokens, output: usage?.tokens?.outputTokens,
});
const request = (asked) => ({ model: asked.model, messages, maxTokens: asked.limit });
const status = (code) => raised(CohereError, code, 'statusCode');

contract({
  name: 'cohere-ai',
  simulated: { dialect: 'cohere-v2' },
  client: (url, token) => new CohereClientV2({ token, baseUrl: url, maxRetries: 0 }),
  stop: 'COMPLETE',
  length: 'MAX_TOKENS',
  async whole(client, asked) {
    const answer = await client.chat(request(asked));
    const text = answer.message.content.map((part) => part.text).join('');
    return { text, finish: answer.finishReason, ...usageOf(answer.usage) };
  },
  async* stream(client, asked) {
    for await (const event of await client.chatStream(request(asked))) {
      const { delta } = event;
      // Cohere's own way to say that an answer failed is how it finished; the SDK passes that on.
      if (delta?.finishReason === 'ERROR') throw new Error(delta.error ?? 'ERROR');
      yield {
        text: delta?.message?.content?.text,
        finish: delta?.finishReason,
        ...usageOf(delta?.usage),
      };
    }
  },
  list: async (client) => (await client.models.list()).models.map((model) => model.name),
  refused: {
    auth: status(401), missing: status(404), limited: status(429), overloaded: status(503),
  },
  broken: (error) => assert.ok(error.message.length > 0, `${error}`),
});
