import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isWithin, relayFacts, targetFacts, touches, type TargetFacts } from '../../../../agent/policy/target-facts.js';
import { targetPattern, type TargetPattern } from '../../../../agent/policy/target-pattern.js';

const pattern = (text: string): TargetPattern => {
  const read = targetPattern(text);
  if (read === undefined) throw new Error(`${text} is no pattern`);
  return read;
};
const server = (host: string, port = 389, addresses: Readonly<Record<string, readonly string[]>> = {}): Promise<TargetFacts> => targetFacts({ host, port }, {
  needsAddresses: true, resolve: async (name) => addresses[name] ?? Promise.reject(new Error('ENOTFOUND')),
});

describe('a place of the network', () => {
  it.each([
    ['ldap.corp.example', 'LDAP.corp.example.', 389, true], ['*.corp.example', 'dc.corp.example', 389, true], ['*.corp.example:636', 'dc.corp.example', 389, false],
    ['*.corp.example:636', 'dc.corp.example', 636, true], ['*.corp.example', 'corp.example.evil', 389, false],
    ['10.0.0.0/8', '10.1.2.3', 389, true], ['10.0.0.0/8', '11.1.2.3', 389, false], ['10.1.2.3', '10.1.2.3', 389, true], ['10.1.2.3:636', '10.1.2.3', 389, false],
    ['fd00::/8', 'fd12::1', 389, true], ['[fd00::1]:636', '[fd00::1]', 636, true], ['10.0.0.0/8', '::ffff:10.1.2.3', 389, true], ['fe80::/10', 'fe80::1%eth0', 389, true],
  ])('%s and %s:%i: %s', async (text, host, port, expected) => {
    expect(isWithin(await server(host, port), pattern(text))).toBe(expected);
  });

  it('is within a range of addresses only with all addresses of its name, and touches it with one, or when nobody knows', async () => {
    const both = await server('both', 389, { both: ['10.0.0.1', '192.168.0.1'] });
    const inside = await server('inside', 389, { inside: ['10.0.0.1'] });
    const unknown = await server('unknown');
    const range = pattern('10.0.0.0/8');
    expect([isWithin(both, range), isWithin(inside, range), isWithin(unknown, range)]).toEqual([false, true, false]);
    expect([touches(both, range), touches(inside, range), touches(unknown, range)]).toEqual([true, true, true]);
    expect(touches(await server('192.168.0.1'), range)).toBe(false);
  });

  it('is no path, and no relay', async () => {
    expect(isWithin(await server('srv'), pattern('/srv/**'))).toBe(false);
    expect(isWithin(relayFacts('legacy'), pattern('legacy'))).toBe(false);
    expect(isWithin(relayFacts('legacy'), pattern('relay:leg*'))).toBe(true);
  });

  it.each(['', 'a b', '10.0.0.0/33', 'host:99999', 'relay:', 'a/b'])('is not said by %j', (text) => {
    expect(targetPattern(text)).toBeUndefined();
  });
});

describe('a file', () => {
  let directory: string;
  beforeAll(async () => { directory = await mkdtemp(join(tmpdir(), 'causeway-places-')); });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('is known by its real path too: a link leads nowhere it must not', async () => {
    await writeFile(join(directory, 'secret.csv'), '');
    await symlink(join(directory, 'secret.csv'), join(directory, 'open.csv'));
    const link = await targetFacts({ path: join(directory, 'open.csv') }, { needsAddresses: false });
    expect(isWithin(link, pattern(`${directory}/open.csv`))).toBe(false);
    expect(touches(link, pattern(`**/secret.csv`))).toBe(true);
  });

  it('has no way round by dots', async () => {
    const file = await targetFacts({ path: `${directory}/hr/../other.csv` }, { needsAddresses: false });
    expect(isWithin(file, pattern(`${directory}/hr/**`))).toBe(false);
    expect(isWithin(file, pattern(`**/other.csv`))).toBe(true);
  });
});
