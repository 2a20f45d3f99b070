import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FakeRequest } from '../../targets/rest/exchange.js';
import type { VendorContract } from '../../vendor-contracts/vendor-contract.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-counts-'));
  vi.stubEnv('CAUSEWAY_VENDOR_CONTRACTS', folder);
  vi.resetModules();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const contract: VendorContract = {
  name: 'vendor/api.json',
  checkRequest: ({ path }) => ({ operation: path, complaints: path === '/bad' ? ['no such path'] : [] }),
  checkAnswer: ({ path }) => ({ operation: path, complaints: [] }),
};
const asked = (path: string): FakeRequest => ({ method: 'GET', path, params: {}, query: new URLSearchParams(), headers: {}, text: '', body: undefined, origin: '', from: undefined });

it('adds up what the watches of one suite counted, and keeps another suite or contract apart', async () => {
  const { ContractWatch } = await import('../../vendor-contracts/contract-watch.js');
  const watch = (suite: string, contractName = contract.name) => new ContractWatch({ service: 'example', suite, contractName, contract, exemptions: [{ on: 'GET /token', reason: 'another service' }] });
  const exchange = (over: InstanceType<typeof ContractWatch>, ...paths: readonly string[]): void => {
    for (const path of paths) if (over.onRequest(asked(path)).length === 0) over.onAnswer(asked(path), { status: 200, headers: {}, text: '' });
  };
  const [one, other, idle, apart, elsewhere] = [watch('behaviours'), watch('behaviours'), watch('behaviours'), watch('users'), watch('behaviours', 'other.json')];
  exchange(one, '/a', '/token');
  one.keep();
  exchange(other, '/a', '/b', '/bad', '/token');
  exchange(apart, '/a');
  exchange(elsewhere, '/a', '/b');
  for (const each of [other, idle, apart, elsewhere, one]) each.keep();
  const kept = await Promise.all((await readdir(folder)).map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Record<string, unknown>));
  const shown = kept.map(({ suite, contract: by, checked, refused, answersChecked, unchecked, tests }) => [suite, by, checked, refused, answersChecked, unchecked, tests]);
  const here = 'test/unit/vendor-contracts/contract-watch.test.ts';
  expect(shown.sort()).toEqual([
    ['behaviours', 'other.json', 2, 0, 2, {}, here],
    ['behaviours', 'vendor/api.json', 3, 1, 3, { 'another service': 2 }, here],
    ['users', 'vendor/api.json', 1, 0, 1, {}, here],
  ]);
});
