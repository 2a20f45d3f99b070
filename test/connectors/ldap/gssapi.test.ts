import { describe, expect, test } from 'vitest';
import { BerWriter } from 'ldapts';
import { gssapiBind, loadKerberos, serviceName, type KerberosClient, type KerberosModule } from '../../../connectors/catalog/ldap/directory/gssapi.js';
import { encodeMessage, type LdapRequest } from '../../../connectors/catalog/ldap/directory/request.js';
import { decodeResponse } from '../../../connectors/catalog/ldap/directory/response.js';
import type { DoneResponse } from '../../../connectors/catalog/ldap/directory/wire.js';
import { ldapConfig, quiet } from './ldap-config.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const layers = (...offered: number[]): string => Buffer.from([offered.reduce((sum, layer) => sum | layer, 0), 0, 0x10, 0]).toString('base64');

/** A security context that is complete after one answer; what is wrapped gets brackets. */
class Client implements KerberosClient {
  contextComplete = false;
  readonly #offer: string;
  constructor(offer: string) { this.#offer = offer; }
  async step(challenge: string): Promise<string> {
    if (challenge !== '') this.contextComplete = true;
    return challenge === '' ? base64('ticket') : '';
  }
  async unwrap(): Promise<string> { return this.#offer; }
  async wrap(data: string): Promise<string> { return base64(`[${Buffer.from(data, 'base64').toString('hex')}]`); }
}

interface Answer { readonly code: number; readonly challenge?: string; readonly diagnostic?: string }

function wireWith(answers: Answer[]): { readonly wire: Parameters<typeof gssapiBind>[0]; readonly sent: string[] } {
  const sent: string[] = [];
  return {
    sent,
    wire: {
      url: 'ldaps://dc1.example.test:636',
      request: async (request: LdapRequest): Promise<DoneResponse> => {
        sent.push(encodeMessage(1, request, []).toString('latin1'));
        const { code, challenge, diagnostic = '' } = answers.shift() ?? { code: 0 };
        return { kind: 'done', tag: 0x61, result: { code, matchedDn: '', diagnostic, referrals: [] }, controls: [], saslCredentials: challenge === undefined ? undefined : Buffer.from(challenge) };
      },
    },
  };
}

function kerberos(offer: string, services: string[] = []): () => Promise<KerberosModule> {
  return async () => ({
    async initializeClient(service, { principal = '' }) {
      services.push(`${service} ${principal}`);
      return new Client(offer);
    },
  });
}

const config = ldapConfig({ host: 'dc1.example.test', authType: 'SASL-GSSAPI', ssl: true });

describe('a Kerberos bind', () => {
  test('without the package fails with what to install [ldap 18]', async () => {
    const { wire, sent } = wireWith([]);
    await expect(gssapiBind(wire, config, quiet())).rejects.toMatchObject({ kind: 'configuration', message: expect.stringMatching(/npm install kerberos/) as string });
    expect(sent).toEqual([]);
  });

  test('with a package that is there and cannot be loaded says why', async () => {
    const broken = `data:text/javascript,throw new Error('libgssapi_krb5.so.2: cannot open shared object file')`;
    await expect(loadKerberos(broken)).rejects.toMatchObject({ kind: 'configuration', message: expect.stringMatching(/cannot be loaded here: libgssapi_krb5/) as string });
  });

  test.each([['export const initializeClient = 1', 'named exports'], ['export default { initializeClient: 1 }', 'a default export']])('takes a package with %s', async (text) => {
    expect(await loadKerberos(`data:text/javascript,${text}`)).toMatchObject({ initializeClient: 1 });
  });

  test('names the service as the Kerberos library of the system does', () => {
    expect(serviceName('dc1.example.test', 'linux')).toBe('ldap@dc1.example.test');
    expect(serviceName('dc1.example.test', 'win32')).toBe('ldap/dc1.example.test');
  });

  test('asks as the default principal where none is configured, and as one of another realm where that is; no JAAS entry chooses [ldap 19]', async () => {
    const services: string[] = [];
    for (const [principal, gssapiLoginContext] of [[null, null], [' ', 'org.identityconnectors.ldap.LdapConnector'], ['svc@OTHER.TEST', 'other']] as const) {
      const { wire } = wireWith([{ code: 14, challenge: 'proof' }, { code: 14, challenge: 'offer' }, { code: 0 }]);
      await gssapiBind(wire, ldapConfig({ host: 'dc1.example.test', authType: 'SASL-GSSAPI', principal, gssapiLoginContext }), quiet(), kerberos(layers(1), services));
    }
    expect(services.map((service) => service.split(' ')[1])).toEqual(['', '', 'svc@OTHER.TEST']);
  });

  test.each<[string, Partial<KerberosModule & KerberosClient>]>([
    ['a ticket', { initializeClient: () => new Promise(() => undefined) }], ['a step', { step: () => new Promise(() => undefined) }], ['the wrapping', { wrap: () => new Promise(() => undefined) }],
  ])('that waits for %s ends with its signal', async (_what, stuck) => {
    const client = Object.assign(new Client(layers(1)), stuck);
    const abort = new AbortController();
    const { wire } = wireWith([{ code: 14, challenge: 'proof' }, { code: 14, challenge: 'offer' }]);
    const bind = gssapiBind(wire, config, abort.signal, async () => ({ initializeClient: async () => client, ...stuck }));
    setImmediate(() => abort.abort());
    await expect(bind).rejects.toMatchObject({ kind: 'operationTimeout' });
  });

  test('that the server wants signed, or tied to the TLS connection, says what to set', async () => {
    const answers: readonly (readonly [Answer, string])[] = [
      [{ code: 8, diagnostic: '00002028: LdapErr: DSID-0C090202, comment: The server requires binds to turn on integrity checking' }, 'Use ssl or startTLS'],
      [{ code: 49, diagnostic: '80090346: LdapErr: DSID-0C090569, comment: AcceptSecurityContext error, data 80090346, v4563' }, 'LdapEnforceChannelBinding'],
    ];
    for (const [answer, advice] of answers) {
      await expect(gssapiBind(wireWith([answer]).wire, config, quiet(), kerberos(layers(1)))).rejects.toMatchObject({ kind: 'connectorSecurity', message: expect.stringContaining(advice) as string });
    }
  });

  test.each([['of the wrong length', Buffer.from([1, 0, 0]).toString('base64')], ['of none', layers(0)]])('with an offer of security layers %s fails', async (_what, offer) => {
    const { wire, sent } = wireWith([{ code: 14, challenge: 'proof' }, { code: 14, challenge: 'offer' }]);
    await expect(gssapiBind(wire, config, quiet(), kerberos(offer))).rejects.toMatchObject({ kind: 'connectorSecurity' });
    expect(sent).toHaveLength(2);
  });

  test('takes the ticket, the proof of the server and no security layer [ldap 18]', async () => {
    const { wire, sent } = wireWith([{ code: 14, challenge: 'proof' }, { code: 14, challenge: 'offer' }, { code: 0 }]);
    const services: string[] = [];
    await gssapiBind(wire, ldapConfig({ ...{ host: 'x', authType: 'SASL-GSSAPI', principal: 'svc@EXAMPLE.TEST' } }), quiet(), kerberos(layers(1, 2), services));
    expect(services).toEqual(['ldap@dc1.example.test svc@EXAMPLE.TEST']);
    expect(sent.map((message) => /GSSAPI\x04.(.*)$/s.exec(message)?.[1])).toEqual(['ticket', '', '[01000000]']);
  });

  test('with a server that wants signing fails with what to set', async () => {
    const { wire } = wireWith([{ code: 14, challenge: 'proof' }, { code: 14, challenge: 'offer' }]);
    await expect(gssapiBind(wire, config, quiet(), kerberos(layers(2, 4)))).rejects.toMatchObject({ kind: 'connectorSecurity', message: expect.stringContaining('signed or sealed') as string });
  });

  test('is not believed of a server that has not proven itself', async () => {
    const { wire } = wireWith([{ code: 0 }]);
    await expect(gssapiBind(wire, config, quiet(), kerberos(layers(1)))).rejects.toMatchObject({ kind: 'connectorSecurity', message: expect.stringContaining('proven') as string });
  });

  test('that is refused says so, as does one without a ticket', async () => {
    await expect(gssapiBind(wireWith([{ code: 49 }]).wire, config, quiet(), kerberos(layers(1)))).rejects.toMatchObject({ kind: 'invalidCredential' });
    const without = async (): Promise<KerberosModule> => ({ initializeClient: () => Promise.reject(new Error('No Kerberos credentials available')) });
    await expect(gssapiBind(wireWith([]).wire, config, quiet(), without)).rejects.toMatchObject({ kind: 'connectorSecurity', message: expect.stringContaining('No Kerberos credentials available') as string });
  });

  test('without an end is given up', async () => {
    const endless = async (): Promise<KerberosModule> => ({ initializeClient: async () => ({ contextComplete: false, step: async () => '', unwrap: async () => '', wrap: async () => '' }) });
    const { wire } = wireWith(Array.from({ length: 100 }, () => ({ code: 14, challenge: 'more' })));
    await expect(gssapiBind(wire, config, quiet(), endless)).rejects.toMatchObject({ kind: 'connectorSecurity', message: expect.stringContaining('end') as string });
  });

  test('reads the credentials in the answer of the server', () => {
    const writer = new BerWriter();
    writer.startSequence();
    writer.writeInt(7);
    writer.startSequence(0x61);
    writer.writeEnumeration(14);
    writer.writeString('');
    writer.writeString('');
    writer.writeBuffer(Buffer.from([0, 255, 1]), 0x87);
    writer.endSequence();
    writer.endSequence();
    expect(decodeResponse(writer.buffer).response).toMatchObject({ kind: 'done', result: { code: 14 }, saslCredentials: Buffer.from([0, 255, 1]) });
  });
});
