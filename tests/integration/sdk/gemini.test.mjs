// The official Google SDK against the simulator's gemini dialect: with a key as Gemini, and with a
// service account as Vertex, where Google's own library signs the assertion and fetches the token.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';

import { ApiError, GoogleGenAI } from '@google/genai';

import { contract, raised } from './contract.mjs';
import { redirected } from './loopback_only.mjs';

console.debug = () => {}; // it remarks on each client that it was given credentials

const request = (asked) => ({
  model: asked.model, contents: 'ping', config: { maxOutputTokens: asked.limit },
});
const partOf = (answer) => ({
  text: answer.text,
  finish: answer.candidates?.[0]?.finishReason,
  input: answer.usageMetadata?.promptTokenCount,
  output: answer.usageMetadata?.candidatesTokenCount,
});
const status = (code) => raised(ApiError, code);

const google = {
  simulated: { dialect: 'gemini' },
  stop: 'STOP',
  length: 'MAX_TOKENS',
  whole: async (client, asked) => partOf(await client.models.generateContent(request(asked))),
  async* stream(client, asked) {
    for await (const chunk of await client.models.generateContentStream(request(asked))) {
      yield partOf(chunk);
    }
  },
  async list(client) {
    const names = [];
    for await (const model of await client.models.list()) names.push(model.name.split('/').at(-1));
    return names;
  },
  refused: {
    auth: status(400), missing: status(404), limited: status(429), overloaded: status(503),
  },
  // Google sends the error without `data:`, so the SDK knows it only if it came in a read of its own.
  broken: (error) => assert.ok(
    error instanceof ApiError || /Incomplete JSON segment/.test(error.message), `${error}`),
};

contract({
  ...google,
  name: '@google/genai',
  client: (url, apiKey) => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url } }),
});

const keyPair = () => generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const { publicKey, privateKey } = keyPair();
const stranger = keyPair();
const EMAIL = 'sim@sim-project.iam.gserviceaccount.com';

const GOOGLE = 'https://oauth2.googleapis.com'; // fixed in its library

contract({
  ...google,
  name: '@google/genai on Vertex',
  simulated: {
    dialect: 'gemini', api_keys: undefined,
    oauth: { client_email: EMAIL, public_key: publicKey, expires_in: '3599s' },
  },
  key: privateKey,
  client: (url, key) => new GoogleGenAI({
    vertexai: true,
    project: 'sim-project',
    location: 'us-central1',
    httpOptions: { baseUrl: url },
    googleAuthOptions: {
      credentials: {
        client_email: EMAIL,
        private_key: key === privateKey ? privateKey : stranger.privateKey,
      },
      clientOptions: { transporterOptions: { fetchImplementation: redirected({ [GOOGLE]: url }) } },
    },
  }),
  // Not even a token, for a stranger.
  refused: {
    ...google.refused,
    auth: (error) => assert.match(`${error}`, /invalid_grant|Invalid JWT Signature/),
  },
});
