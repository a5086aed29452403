// The official Hugging Face SDK against the simulator's openai-chat dialect, as HF's router speaks
// it.
import assert from 'node:assert/strict';

import { InferenceClient, InferenceClientProviderApiError } from '@huggingface/inference';

import { contract, KEY, raised } from './contract.mjs';
import { redirected } from './loopback_only.mjs';

const TOKEN = KEY.replace('sk-sim', 'hf_sim');
const messages = [{ role: 'user', content: 'ping' }];

const usageOf = (usage) => ({ input: usage?.prompt_tokens, output: usage?.completion_tokens });
const request = (asked) => ({
  model: asked.model, messages, max_tokens: asked.limit, provider: 'auto',
});
const status = (code) => (error) => {
  raised(InferenceClientProviderApiError)(error);
  assert.equal(error.httpResponse.status, code);
};

contract({
  name: '@huggingface/inference',
  simulated: { dialect: 'openai-chat', flavour: 'huggingface' },
  key: TOKEN,
  client: (url, token) => new InferenceClient(token, {
    fetch: redirected({ 'https://router.huggingface.co': url }), // fixed in the SDK
    retry_on_error: false,
  }),
  stop: 'stop',
  length: 'length',
  async whole(client, asked) {
    const answer = await client.chatCompletion(request(asked));
    const { message, finish_reason: finish } = answer.choices[0];
    return { text: message.content, finish, ...usageOf(answer.usage) };
  },
  async* stream(client, asked) {
    const chunks = client.chatCompletionStream({
      ...request(asked), stream_options: { include_usage: true },
    });
    for await (const chunk of chunks) {
      const choice = chunk.choices[0];
      yield {
        text: choice?.delta.content, finish: choice?.finish_reason, ...usageOf(chunk.usage),
      };
    }
  },
  refused: {
    auth: status(401), missing: status(400), limited: status(429), overloaded: status(503),
  },
  broken: raised(InferenceClientProviderApiError),
});
