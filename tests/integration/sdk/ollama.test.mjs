// The official Ollama SDK against the simulator's ollama dialect (NDJSON).
import assert from 'node:assert/strict';

import { Ollama } from 'ollama';

import { contract } from './contract.mjs';

const messages = [{ role: 'user', content: 'ping' }];
const request = (asked) => ({
  model: asked.model, messages, options: { num_predict: asked.limit },
});
const partOf = (answer) => ({
  text: answer.message.content,
  finish: answer.done_reason,
  input: answer.prompt_eval_count,
  output: answer.eval_count,
});
// The class itself is not exported.
const status = (code) => (error) => {
  assert.equal(error.name, 'ResponseError', `${error}`);
  assert.equal(error.status_code, code);
};

contract({
  name: 'ollama',
  simulated: { dialect: 'ollama' },
  client: (url, key) => new Ollama({ host: url, headers: { Authorization: `Bearer ${key}` } }),
  stop: 'stop',
  length: 'length',
  whole: async (client, asked) => partOf(await client.chat(request(asked))),
  async* stream(client, asked) {
    for await (const line of await client.chat({ ...request(asked), stream: true })) {
      yield partOf(line);
    }
  },
  list: async (client) => (await client.list()).models.map((model) => model.name),
  refused: {
    auth: status(401), missing: status(404), limited: status(429), overloaded: status(503),
  },
  broken: (error) => assert.ok(error.message.length > 0, `${error}`),
});
