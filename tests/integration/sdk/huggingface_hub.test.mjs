// The official Hugging Face SDK against the simulator's Hub: it asks there who serves the model, then
// that provider, through the router.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  InferenceClient, InferenceClientHubApiError, InferenceClientProviderApiError,
} from '@huggingface/inference';

import { attempts, redirected } from './loopback_only.mjs';
import { startSimulator } from './simulator.mjs';

const TOKEN = 'hf_sim_0123456789abcdef';
const MODEL = 'org/served';

let simulator;
before(async () => {
  simulator = await startSimulator({
    providers: [{
      name: 'hf',
      dialect: 'openai-chat',
      flavour: 'fireworks',
      api_keys: [TOKEN],
      models: [{ name: `fireworks-ai/${MODEL}`, ttft: '5ms', text: 'pong' }],
      hub: [
        { model: MODEL, providers: ['fireworks-ai'] },
        { model: 'org/older', providers: ['fireworks-ai'], mapping: 'object' },
        { model: 'org/cold' },
      ],
    }],
  });
});
after(async () => {
  assert.equal(await simulator.stop(), 0);
  assert.deepEqual(attempts(), []);
});

const ask = (model) => {
  const url = `${simulator.url}/hf`;
  const fetch = redirected({
    'https://huggingface.co': url, 'https://router.huggingface.co/fireworks-ai': url,
  });
  const messages = [{ role: 'user', content: 'ping' }];
  return new InferenceClient(TOKEN, { fetch })
    .chatCompletion({ model, messages, max_tokens: 16, provider: 'fireworks-ai' });
};

test('the Hub says who serves the model', async () => {
  const answer = await ask(MODEL);
  assert.equal(answer.choices[0].message.content, 'pong');
});

test('the Hub says so as an object, as it used to', async () => {
  await assert.rejects(ask('org/older'), (error) => {
    // The Hub was understood: the provider itself was asked, and has no such model.
    assert.ok(error instanceof InferenceClientProviderApiError, `${error}`);
    assert.equal(error.httpResponse.status, 404);
    return true;
  });
});

test('the Hub knows no such model', async () => {
  await assert.rejects(ask('org/unknown'), InferenceClientHubApiError);
});

test('the Hub knows nobody who serves the model', async () => {
  // The SDK means to say so, and reads the body twice on the way.
  await assert.rejects(ask('org/cold'), (error) => !(error instanceof InferenceClientProviderApiError));
});
