import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, Name, type ConnectorError } from '../../../../protocol/model/index.js';
import { FakeBox } from '../../../connectors/box/fake.js';
import { callerFor, configuration } from '../../../connectors/box/system.js';
import { failure, type ConnectorCaller } from '../../../support/connector-caller.js';
import { FakeService } from '../../../targets/rest/fake-service.js';
import { fault, type Fault } from '../../../targets/rest/faults.js';
import { issueSelfSigned } from '../../../targets/self-signed.js';

/** In the answers, and nowhere in what is said of them. */
const PRIVATE = 'priv4te-words-of-the-answer';
const person = [new Name('Ada'), Attribute.of('login', 'ada@example.com')] as const;

const answer = (body: string, type: string, status = 200): Fault => fault.answer({ status, body, headers: { 'content-type': type } });
const PAGE = `<!DOCTYPE html><html><body>${PRIVATE}</body></html>`;

let box: FakeBox;
let caller: ConnectorCaller;
beforeAll(async () => {
  box = await FakeBox.start();
  caller = callerFor(box);
  await caller.test();
});
afterEach(() => {
  box.service.faults.clear();
  box.users.clear();
});
afterAll(async () => {
  await caller.dispose();
  await box.service.stop();
});

function everythingOf(error: ConnectorError): string {
  return `${error.message} ${inspect(error, { depth: 10 })}`;
}

function expectNothingLeaked(error: ConnectorError): void {
  const said = `${everythingOf(error)} ${inspect(caller.log.entries, { depth: 10 })}`;
  for (const secret of [PRIVATE, box.clientSecret, 'Bearer ', 'usemarker', 'fields=', 'xxxxxxxxxx', '<html', 'Sign in']) expect(said).not.toContain(secret);
  expect(error.message.length).toBeLessThan(700);
}

// A page with a good status may come of something in between: whether a write was carried out is unknown then.
const BAD: readonly (readonly [string, () => Fault, kind: RegExp, create: string, message: RegExp])[] = [
  ['HTML instead of JSON', () => answer(PAGE, 'text/html'), /^connector/, 'unknown', /text\/html/],
  ['HTML that calls itself JSON', () => answer(PAGE, 'application/json'), /^connectorIo$/, 'unknown', /no JSON/],
  ['a redirection to a login page at another place', () => fault.redirectToLogin(`https://login.example.com/?token=${PRIVATE}`), /^connectionFailed$/, 'notApplied|unknown', /302/],
  ['a 10 MB error page', () => fault.hugeErrorPage(500), /^connectorIo$/, 'unknown', /500/],
  ['truncated JSON', () => answer(`{"entries":[{"id":"1","name":"${PRIVATE}"`, 'application/json'), /^connectorIo$/, 'unknown', /not all of it/],
  ['bytes of another charset', () => answer(`{"entries":[],"x":"${PRIVATE}"}`, 'application/json; charset=x-nobody'), /^connector/, 'unknown', /charset/],
];

describe.each(BAD)('a service that answers with %s', (_, bad, kind, outcome, message) => {
  it.each(['search', 'create', 'test'] as const)('fails a %s in words, and shows nothing', async (operation) => {
    box.service.faults.always(bad());
    const work = { search: () => caller.search(ACCOUNT), create: () => caller.create(ACCOUNT, ...person), test: () => caller.test() }[operation];
    const error = await failure(work());
    expect(error.kind).toMatch(kind);
    expect(error.message).toMatch(message);
    if (operation === 'create') expect(error.outcome).toMatch(new RegExp(`^(?:${outcome})$`));
    expectNothingLeaked(error);
  });
});

describe('a service that answers with a good status and', () => {
  it.each([['an error', () => fault.errorBody({ type: 'error', code: 'internal', context: PRIVATE })], ['nothing at all', () => answer('', 'application/json')]] as const)('%s: a search is not taken for empty, and a create not for done', async (_, bad) => {
    box.service.faults.always(bad());
    const searched = await failure(caller.search(ACCOUNT));
    expect(searched.kind).toMatch(/^connector/);
    expectNothingLeaked(searched);
    const created = await failure(caller.create(ACCOUNT, ...person));
    expect(created).toMatchObject({ kind: 'connector', outcome: 'applied' });
    expectNothingLeaked(created);
  });
});

describe('a service with a certificate of another server', () => {
  it('is not shown anything', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'causeway-bad-tls-'));
    const { certificateFile, keyFile } = await issueSelfSigned(directory);
    const service = await FakeService.start({ routes: {}, tls: { cert: await readFile(certificateFile), key: await readFile(keyFile) } });
    const other = callerFor(box, { ...configuration(box), serviceUri: `${service.address}/2.0` });
    for (const work of [() => other.test(), () => other.search(ACCOUNT), () => other.create(ACCOUNT, ...person)]) {
      const error = await failure(work());
      expect([error.kind, error.message]).toEqual(['connectionFailed', expect.stringContaining('certificate of the server is not trusted')]);
      expectNothingLeaked(error);
    }
    expect((await failure(other.create(ACCOUNT, ...person))).outcome).toBe('notApplied');
    expect(service.seen).toEqual([]);
    await other.dispose();
    await service.stop();
    await rm(directory, { recursive: true, force: true });
  });
});
