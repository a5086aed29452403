// Starts the real `llm_exporter simulate` on a free port for one test file.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const binary =
  process.env.LLM_EXPORTER ?? fileURLToPath(new URL('../../../build/llm_exporter', import.meta.url));

// Returns {url, stop()}. `script` is the content of the `simulator:` section.
export async function startSimulator(script) {
  const folder = await mkdtemp(join(tmpdir(), 'llm_exporter-sdk-'));
  const file = join(folder, 'simulator.yml');
  // JSON is YAML. A configuration must probe something, though nothing does here.
  await writeFile(file, `simulator:
  ${JSON.stringify({ listen: '127.0.0.1:0', ...script })}
providers:
  - {name: unused, type: vllm, base_url: 'http://127.0.0.1:9/v1', probes: [{kind: models}]}
`);
  const child = spawn(binary, ['simulate', '--config.file', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve, reject) => {
    child.once('exit', resolve);
    child.once('error', reject);
  });
  const url = await Promise.race([
    firstAddress(child.stdout),
    exited.then((code) => Promise.reject(new Error(`${binary} ended at once with ${code}`))),
  ]);
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      const code = await exited;
      await rm(folder, { recursive: true });
      return code;
    },
  };
}

async function firstAddress(stdout) {
  for await (const line of createInterface({ input: stdout })) {
    const match = /^simulator listening on (http\S+)/.exec(line);
    if (match) return match[1];
  }
  throw new Error('the simulator printed no address');
}
