import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChain, type Chain } from '../../../support/chain.js';
import { until } from '../../../support/until.js';

const ENTRIES = 2_000;
const CSV = `uid,firstName,lastName,email,badge,password\n${Array.from({ length: ENTRIES }, (_, index) => `u${index},First${index},Last${index},u${index}@example.com,${index},secret-of-u${index}`).join('\n')}\n`;

let chain: Chain;
beforeAll(async () => {
  chain = await startChain({ csv: CSV, agent: { config: { isolation: { all: true } } } });
}, 120_000);
afterAll(() => chain.stop());

interface ProcessState { readonly connector: string; readonly pid: number | undefined; readonly memory: number; readonly restarts: number; readonly lastEnd?: { readonly why: string } }

async function state(): Promise<ProcessState> {
  const { body } = await chain.agent.health.send('/readyz');
  return (body['isolation'] as ProcessState[])[0]!;
}

const children = (pid: number): number[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((name) => {
  try {
    return Number(readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')[1]) === pid;
  } catch {
    return false;                                        // ended meanwhile
  }
});

const uids = async (): Promise<string[]> => {
  const { status, body } = await chain.rest.send(`/openidm/system/csv/account?_queryFilter=true&_fields=uid&_pageSize=${ENTRIES * 2}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return (body['result'] as { uid: string }[]).map(({ uid }) => uid);
};
const create = (uid: string) => chain.rest.send('/openidm/system/csv/account?_action=create', { method: 'POST', body: { uid, firstName: 'A', lastName: 'B' } });

describe('an agent whose connectors run in processes of their own', () => {
  it('serves them as ever, and says in /readyz what runs', async () => {
    expect(await uids()).toEqual(Array.from({ length: ENTRIES }, (_, index) => `u${index}`));
    expect((await create('created')).status).toBe(201);
    expect(readFileSync(chain.csvFile, 'utf8').includes('\n"created"')).toBe(true);
    await until(async () => (await state()).memory > 0, 'the process to be looked at');
    const { connector, pid, restarts } = await state();
    expect({ connector, restarts }).toEqual({ connector: 'csv', restarts: 0 });
    expect(children(chain.agent.process.pid)).toEqual([pid]);
  });

  it('goes on when one of them is killed', async () => {
    const { pid = 0 } = await state();
    process.kill(pid, 'SIGKILL');
    await until(async () => (await state()).restarts === 1, 'the agent to notice');
    await chain.controller.systemReady('csv');
    expect((await create('after')).status).toBe(201);
    const now = await state();
    expect(now.pid).not.toBe(pid);
    expect(now.lastEnd?.why).toContain('SIGKILL');
    expect(chain.agent.process.isRunning).toBe(true);
  });

  it('when it is killed itself, leaves no process behind', async () => {
    const { pid = 0 } = await state();
    await chain.agent.kill();
    await until(() => !existsSync(`/proc/${pid}`), 'the process to end by itself');
    await chain.agent.restart();
    await chain.controller.systemReady('csv');
    expect(await uids()).toContain('after');
  });

  it('ends them when it stops', async () => {
    const { pid = 0 } = await state();
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    expect(await chain.agent.stop()).toEqual({ code: 0, signal: null });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });
});
