import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretStore } from '../../../agent/secrets/store/secret-store.js';
import { GuardedString } from '../../../protocol/model/index.js';
import { CLI } from '../../support/causeway-processes.js';
import { EvidenceSink, keepFiles } from '../../support/evidence.js';
import { secret } from '../../support/secret-values.js';

let directory: string;
let config: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-store-processes-'));
  config = join(directory, 'agent.yaml');
  await writeFile(config, 'agent: {name: a}\ncontrollers: [{url: "wss://c/openicf"}]\n');
});
afterEach(async () => {
  keepFiles(directory);
  await rm(directory, { recursive: true, force: true });
});

const store = (): SecretStore => new SecretStore({ file: join(directory, 'state/secrets/store.json'), key: { kind: 'file', path: join(directory, 'state/secrets/store.key') } });

async function value(name: string): Promise<string | undefined> {
  const read = await store().read(name).catch((error: unknown) => {
    if (String(error).includes(`no entry ${name}`)) return undefined;
    throw error;
  });
  return read instanceof GuardedString ? read.reveal() : undefined;
}

/** Runs a command; `killAfter` milliseconds it is killed, if it still runs. Resolves with whether it succeeded. */
async function run(args: readonly string[], input: string, killAfter?: number): Promise<boolean> {
  const child = spawn(process.execPath, [CLI, 'secrets', ...args, '--config', config], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } });
  const evidence = new EvidenceSink('output', `secrets ${args.join(' ')}`);
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => evidence.add(data));
  child.stdin.on('error', () => undefined).end(input);
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  const code = await new Promise<number | null>((resolve) => { child.once('close', resolve); });
  clearTimeout(timer);
  return code === 0;
}

describe('the store, changed by several processes', () => {
  it('keeps what each of them wrote', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `n${index}`);
    expect(await Promise.all(names.map((name) => run(['set', name], secret(`value of ${name}`))))).toEqual(names.map(() => true));
    for (const name of names) expect(await value(name)).toBe(secret(`value of ${name}`));
  });

  it('that are killed at any moment, is whole after each, with every value that was said to be written', async () => {
    const started = performance.now();
    expect(await run(['set', 'kept', '--binary'], secret('value of kept'))).toBe(true);
    let usual = performance.now() - started;
    const random = (() => {
      let seed = 20_261_122;
      return (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    })();
    let [killed, last, lastTried] = [0, 'none', 'none'];
    for (let round = 0; round < 40; round += 1) {
      const killAfter = usual * (0.6 + 0.5 * random()); // most of the time goes into starting
      const begun = performance.now();
      const killedBefore = killed;
      if (round % 4 === 3) {
        if (!await run(['rotate-key'], '', killAfter)) killed += 1;
      } else {
        lastTried = secret(`value ${round}`);
        if (await run(['set', 'changing'], lastTried, killAfter)) last = lastTried;
        else killed += 1;
      }
      // A machine that has become quicker would end each of them in time.
      if (killed === killedBefore) usual = Math.min(usual, performance.now() - begun);
      const found = await value('changing') ?? 'none';
      expect([last, lastTried]).toContain(found);
      last = found;
      expect((await store().list()).map(({ name }) => name)).toContain('kept');
    }
    expect(killed).toBeGreaterThan(5);
    expect(await run(['rotate-key'], '')).toBe(true); // no lock stays behind
    expect(await value('changing') ?? 'none').toBe(last);
    expect((await readdir(join(directory, 'state/secrets'))).sort()).toEqual(['store.json', 'store.key']); // and no draft, which may hold a key
  }, 120_000);
});
