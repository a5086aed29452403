// The official AWS SDK against the simulator's bedrock-converse dialect: its signature, and the
// binary event stream with its checksums.
import assert from 'node:assert/strict';

import {
  BedrockRuntimeClient, BedrockRuntimeServiceException, ConverseCommand, ConverseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';

import { contract, raised } from './contract.mjs';

const request = (asked) => ({
  modelId: asked.model,
  messages: [{ role: 'user', content: [{ text: 'ping' }] }],
  inferenceConfig: { maxTokens: asked.limit },
});
const usageOf = (usage) => ({ input: usage?.inputTokens, output: usage?.outputTokens });
const exception = (name, status) => (error) => {
  raised(BedrockRuntimeServiceException)(error);
  assert.equal(error.name, name, `${error}`);
  assert.equal(error.$metadata.httpStatusCode, status);
};

const bedrock = {
  simulated: { dialect: 'bedrock-converse' },
  stop: 'end_turn',
  length: 'max_tokens',
  async whole(client, asked) {
    const answer = await client.send(new ConverseCommand(request(asked)));
    const text = answer.output.message.content.map((part) => part.text).join('');
    return { text, finish: answer.stopReason, ...usageOf(answer.usage) };
  },
  async* stream(client, asked) {
    const { stream } = await client.send(new ConverseStreamCommand(request(asked)));
    for await (const event of stream) {
      yield {
        text: event.contentBlockDelta?.delta.text,
        finish: event.messageStop?.stopReason,
        ...usageOf(event.metadata?.usage),
      };
    }
  },
  refused: {
    missing: exception('ValidationException', 400),
    limited: exception('ThrottlingException', 429),
    overloaded: exception('ServiceUnavailableException', 503),
  },
  broken: raised(BedrockRuntimeServiceException),
};

const client = (endpoint, auth) => new BedrockRuntimeClient({
  region: 'us-east-1',
  endpoint,
  maxAttempts: 1,
  requestHandler: new NodeHttpHandler(), // HTTP/1.1; its own choice is HTTP/2
  ...auth,
});

contract({
  ...bedrock,
  name: '@aws-sdk/client-bedrock-runtime with a Bedrock key',
  client: (url, key) =>
    client(url, { token: { token: key }, authSchemePreference: ['httpBearerAuth'] }),
  refused: { ...bedrock.refused, auth: exception('AccessDeniedException', 403) },
});

// ':' and '/' are what signers get wrong: the path is encoded once to be sent, twice to be signed.
const ids = [
  'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  'arn:aws:bedrock:us-east-1:000000000000:inference-profile/us.sim',
];
for (const model of ids) {
  contract({
    ...bedrock,
    name: `@aws-sdk/client-bedrock-runtime, signed, for ${model}`,
    model,
    key: 'AKIDSIM:sim/secret+key:sim-session-token',
    wrongKey: 'AKIDSIM:sim/other+key:sim-session-token',
    client(url, key) {
      const [accessKeyId, secretAccessKey, sessionToken] = key.split(':');
      return client(url, { credentials: { accessKeyId, secretAccessKey, sessionToken } });
    },
    refused: { ...bedrock.refused, auth: exception('InvalidSignatureException', 403) },
  });
}
