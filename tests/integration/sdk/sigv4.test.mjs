// Our SigV4 against the AWS SDK's: both send the same requests to a server that only records, and
// the SDK's signer computes each signature again from what came over the wire.
import { Sha256 } from '@aws-crypto/sha256-js';
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import './loopback_only.mjs';

const binary =
  process.env.LLM_EXPORTER ?? fileURLToPath(new URL('../../../build/llm_exporter', import.meta.url));
const REGION = 'eu-central-1';
const PROMPT = 'hi – ça va';
const KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLE' };
const MODELS = [
  'amazon.nova-lite',
  'amazon.nova-lite-v1:0',
  'arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0',
  'a~b.c_d-e+f@g',
];

const recorded = [];
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  recorded.push({
    method: request.method,
    url: request.url,
    headers: request.headers,
    body: Buffer.concat(chunks).toString(),
  });
  const answer = request.method === 'GET'
    ? { modelSummaries: [{ modelId: 'm' }] }
    : {
        output: { message: { role: 'assistant', content: [{ text: 'pong' }] } },
        stopReason: 'end_turn',
        usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
        metrics: { latencyMs: 1 },
      };
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(answer));
});

let url;
let folder;
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${server.address().port}`;
  folder = await mkdtemp(join(tmpdir(), 'llm_exporter-sigv4-'));
});
after(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

// What our binary sends for one probe.
async function ours(probe, sessionToken) {
  const aws = { access_key_id: { env: 'ID' }, secret_access_key: { env: 'SECRET' } };
  if (sessionToken) aws.session_token = { env: 'TOKEN' };
  const config = {
    providers: [{
      name: 'aws', type: 'bedrock', region: REGION, base_url: url, catalog_url: url, aws,
      probes: [probe],
    }],
  };
  const file = join(folder, 'config.yml');
  await writeFile(file, JSON.stringify(config)); // JSON is YAML
  const env = { ID: KEY.accessKeyId, SECRET: KEY.secretAccessKey, TOKEN: sessionToken ?? '' };
  const child = spawn(binary, ['probe', '--config.file', file, '--format', 'json'], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data) => { output += data; });
  const [code] = await once(child, 'close');
  assert.equal(recorded.length, 1, `${binary} ended with ${code}: ${output}`);
  return recorded.pop();
}

async function theirs(model, sessionToken) {
  const client = new BedrockRuntimeClient({
    region: REGION,
    endpoint: url,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
    credentials: { ...KEY, sessionToken },
  });
  await client.send(new ConverseCommand({
    modelId: model,
    messages: [{ role: 'user', content: [{ text: PROMPT }] }],
    inferenceConfig: { maxTokens: 16 },
  }));
  client.destroy();
  assert.equal(recorded.length, 1);
  return recorded.pop();
}

const signedHeaders = (request) =>
  /SignedHeaders=([^,]+)/.exec(request.headers.authorization)[1].split(';');

// The Authorization that the SDK's signer gives to the request as it was received.
async function recompute({ method, url: path, headers, body }, sessionToken) {
  const made = ['x-amz-date', 'x-amz-security-token'];
  const names = signedHeaders({ headers }).filter((name) => !made.includes(name));
  const signer = new SignatureV4({
    service: 'bedrock', // of the runtime and of the control plane
    region: REGION,
    credentials: { ...KEY, sessionToken },
    sha256: Sha256,
    applyChecksum: false,
  });
  const [, y, mo, d, h, mi, s] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headers['x-amz-date']);
  const signed = await signer.sign({
    method,
    protocol: 'http:',
    hostname: '127.0.0.1',
    path,
    query: {},
    headers: Object.fromEntries(names.map((name) => [name, headers[name]])),
    body,
  }, { signingDate: new Date(Date.UTC(y, mo - 1, d, h, mi, s)) });
  return signed.headers.authorization;
}

for (const sessionToken of [undefined, 'IQoJb3JpZ2luX2VjEXAMPLE//token+with/signs==']) {
  const key = sessionToken ? 'a session token' : 'a long-lived key';
  for (const model of MODELS) {
    test(`${model} with ${key}`, async () => {
      const sdk = await theirs(model, sessionToken);
      const own = await ours({
        kind: 'completion', models: [model], prompt: PROMPT, max_output_tokens: 16,
      }, sessionToken);
      assert.equal(own.method, sdk.method);
      assert.equal(own.url, sdk.url);
      assert.deepEqual(JSON.parse(own.body), JSON.parse(sdk.body));
      assert.equal(own.headers['x-amz-security-token'], sessionToken);
      // The first proves that the recomputation is right, the second that we are.
      assert.equal(await recompute(sdk, sessionToken), sdk.headers.authorization);
      assert.equal(await recompute(own, sessionToken), own.headers.authorization);
      // What carries a meaning is covered.
      for (const name of ['content-type', 'host', 'x-amz-date'])
        assert.ok(signedHeaders(own).includes(name), name);
    });
  }

  test(`streams and the list of models with ${key}`, async () => {
    const stream = await ours({ kind: 'stream', models: [MODELS[1]] }, sessionToken);
    assert.equal(stream.url, '/model/amazon.nova-lite-v1%3A0/converse-stream');
    assert.equal(await recompute(stream, sessionToken), stream.headers.authorization);
    const models = await ours({ kind: 'models' }, sessionToken);
    assert.equal(`${models.method} ${models.url}`, 'GET /foundation-models');
    assert.equal(await recompute(models, sessionToken), models.headers.authorization);
  });
}
