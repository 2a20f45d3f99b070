import { describe, expect, it, onTestFinished } from 'vitest';
import ldap from '../../../../connectors/catalog/ldap/index.js';
import { tagged, taggedStream } from '../../../../connectors/catalog/ldap/transaction.js';
import { createFacade } from '../../../../connectors/framework/facade/facade.js';
import type { AnyConnector, Call } from '../../../../connectors/framework/index.js';
import { policyStage } from '../../../../agent/policy/policed-facade.js';
import { connectorNames } from '../../../../agent/policy/subject.js';
import { GuardedString, IcfArray, Uid, type ConnectorFacade, type Operation } from '../../../../protocol/model/index.js';
import { OP, done, entry, reference, startFakeLdap, type FakeLdap, type Script } from '../../../connectors/ldap/fake-ldap.js';
import { MemoryDirectory } from '../../../connectors/ldap/memory-directory.js';
import { configured } from '../../../support/memory-facade.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { options, outcome, policed } from './support/policed.js';

const connector = ldap as unknown as AnyConnector;
const search: Operation = { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: options() };

async function fake(script: Script): Promise<FakeLdap> {
  const server = await startFakeLdap(script);
  onTestFinished(() => server.stop());
  return server;
}

/** The LDAP connector to a server, behind a policy that allows what `rules` says. */
async function behind(server: FakeLdap, rules: string): Promise<ConnectorFacade> {
  const { live } = await policed(`version: 1\ndefault: deny\nrules: ${rules}\n`);
  const configuration = configured(connector, {
    host: '127.0.0.1', port: server.port, principal: 'cn=me', credentials: new GuardedString('secret'), baseContexts: new IcfArray('String', ['dc=x']), uidAttribute: 'dn', readSchema: false, connectionTimeout: 2000,
  });
  const facade = createFacade(connector, configuration, { log: recordedLog(), stateRoot: '/nonexistent', permitTarget: live.permitTarget(connectorNames(connector.key, connector.id)) });
  onTestFinished(() => facade.dispose());
  return policyStage(live)(facade, { connector, connectorKey: connector.key, configuration, systemId: 's', origin: { peerSessionId: 'p', principal: 'cloud', messageId: 1, locale: undefined } });
}

describe('a referral', () => {
  const elsewhere = (): Promise<FakeLdap> => fake((request) => (request.operation === OP.search ? [entry(request, 'cn=there,dc=x', { objectClass: ['person'] }), done(request)] : request.operation === OP.modify || request.operation === OP.delete ? done(request) : undefined));
  const referring = (other: FakeLdap): Promise<FakeLdap> => fake((request) => {
    if (request.operation === OP.search) return request.dn === 'dc=x' ? [reference(request, `ldap://127.0.0.1:${other.port}/dc=x??sub`), done(request)] : [entry(request, request.dn, { objectClass: ['person'] }), done(request)];
    return request.operation === OP.delete ? done(request, { code: 10, referrals: [`ldap://127.0.0.1:${other.port}/`] }) : undefined;
  });

  it('leads nowhere the policy does not name: nothing is sent there, no password either', async () => {
    const other = await elsewhere();
    const here = await referring(other);
    const facade = await behind(here, `[{name: here, effect: allow, targets: ["127.0.0.1:${here.port}"]}]`);
    expect(await outcome(facade, search)).toMatch(new RegExp(`^permissionDenied: Going on to 127\\.0\\.0\\.1:${other.port} for a search was refused by the policy of this agent: rule default denies it`));
    expect(await outcome(facade, { kind: 'delete', objectClass: '__ACCOUNT__', uid: new Uid('cn=a,dc=x'), options: options() })).toMatch(/^permissionDenied: Going on to/);
    expect(other.requests).toEqual([]);
  });

  it('leads where the policy says, for the operations it says', async () => {
    const other = await elsewhere();
    const here = await referring(other);
    const facade = await behind(here, `[{name: here, effect: allow, targets: ["127.0.0.1:${here.port}"]}, {name: there, effect: allow, targets: ["127.0.0.1:${other.port}"], operations: [read]}]`);
    expect(await outcome(facade, search)).toBe('done');
    expect(await outcome(facade, { kind: 'delete', objectClass: '__ACCOUNT__', uid: new Uid('cn=a,dc=x'), options: options() })).toMatch(/for a delete was refused/);
    expect(other.requests.some(({ operation }) => operation === OP.delete)).toBe(false);
  });
});

describe('a server found by a DNS record', () => {
  const session = { directory: new MemoryDirectory(), config: { useDNSSRVRecord: true } } as unknown as Parameters<ReturnType<typeof tagged>>[0];
  const call = { operationId: 'o', permitTarget: async (target: unknown) => { throw new Error(`asked about ${JSON.stringify(target)}`); } } as unknown as Call;

  it('is asked about before each operation, since the configuration does not name it', async () => {
    await expect(tagged(async () => 1)(session, {}, call)).rejects.toThrow('asked about {"host":"memory","port":389}');
    await expect(taggedStream(async function* () { yield 1; })(session, {}, call).next()).rejects.toThrow('asked about');
    expect(await tagged(async () => 1)(session, {}, { ...call, permitTarget: undefined })).toBe(1);
  });
});
