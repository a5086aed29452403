// Starts the real exporter on the real simulator, on loopback and free ports, for one test.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const binary =
  process.env.LLM_EXPORTER ?? fileURLToPath(new URL('../../build/llm_exporter', import.meta.url));
const kPatience = 30_000; // ms; far beyond what anything here takes

// Polls `check` until it gives something true; fails with what it last saw.
export async function waitUntil(what, check) {
  const deadline = Date.now() + kPatience;
  let last;
  while (Date.now() < deadline) {
    try {
      last = await check();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited ${kPatience} ms for ${what}; last saw: ${last}`);
}

class Program {
  constructor(args) {
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/_(API_KEY|TOKEN)$/.test(name)));
    this.lines = [];
    this.child = spawn(binary, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr])
      createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
  }

  async line(pattern) {
    const ended = () => this.child.exitCode !== null || this.child.signalCode !== null;
    const find = () => this.lines.map((line) => pattern.exec(line)).find((match) => match);
    await waitUntil(`${pattern} from ${binary}`, () => find() || ended());
    if (!find()) throw new Error(`${binary} ended:\n${this.lines.join('\n')}`);
    return find();
  }

  stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    return this.exited;
  }
}

// `providers`: [{sim, probes, name, …}] in the simulator's and the exporter's own words; `sim` is
// the fake's part. `more`: further sections of the configuration. JSON is YAML.
export async function startExporter(providers, more = {}, flags = []) {
  const folder = await mkdtemp(join(tmpdir(), 'llm_exporter-browser-'));
  const file = async (name, content) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const fakes = providers.map(({ name, sim }) => ({ name, dialect: 'openai-chat', ...sim }));
  const simulator = new Program(['simulate', '--config.file', await file('simulator.yml', `
simulator:
  ${JSON.stringify({ listen: '127.0.0.1:0', providers: fakes })}
providers:
  - {name: unused, type: vllm, base_url: 'http://127.0.0.1:9/v1', probes: [{kind: models}]}
`)]);
  const [, sim] = await simulator.line(/^simulator listening on (http\S+)/);
  const config = await file('llm_exporter.yml', JSON.stringify({
    providers: providers.map(({ sim: _, status_page, ...provider }) => ({
      type: 'openai-compatible',
      base_url: `${sim}/${provider.name}/v1`,
      api_key: { file: 'key' },
      ...(status_page && { status_page: { ...status_page,
        url: `${sim}/${provider.name}/_status/${status_page.path}`, path: undefined } }),
      ...provider,
    })),
    ...more,
  }));
  await file('key', 'sk-browser-test-0123456789');
  const exporter = new Program(['--config.file', config, '--web.listen-address', '127.0.0.1:0',
    '--log.format=json', ...flags]);
  const [, address] = await exporter.line(/"msg":\s*"listening".*"address":\s*"([^"]+)"/);
  const url = `http://${address.replace(/^http:\/\//, '')}`;
  const targets = async () =>
    (await (await fetch(`${url}/api/v1/targets`)).json()).data.targets;
  return {
    url,
    program: exporter,
    simulator,
    targets,
    // Waits until `check` holds for every target, by its entry in the API.
    async every(what, check) {
      return waitUntil(what, async () => (await targets()).every(check));
    },
    async setFault(provider, fault) {
      const answer = await fetch(`${sim}/_sim/providers/${provider}/fault`,
        { method: 'PUT', body: JSON.stringify(fault) });
      if (!answer.ok) throw new Error(await answer.text());
    },
    async clearFault(provider) {
      await fetch(`${sim}/_sim/providers/${provider}/fault`, { method: 'DELETE' });
    },
    async stop() {
      await Promise.all([exporter.stop(), simulator.stop()]);
      await rm(folder, { recursive: true });
    },
  };
}
