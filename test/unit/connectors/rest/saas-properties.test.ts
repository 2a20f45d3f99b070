import { describe, expect, it } from 'vitest';
import { boxedInteger, boxedLong, givenDouble, givenInteger } from '../../../../connectors/engines/rest/number-properties.js';
import { IcfDouble, IcfFloat } from '../../../../protocol/model/index.js';
import { cachedTokenProperties, proxyProperties, saasProperties } from '../../../../connectors/engines/rest/saas-properties.js';
import { specifiedProperties } from '../../../../connectors/framework/own-properties.js';
import type { PropertyTable } from '../../../../connectors/framework/properties.js';

/** Documented for Box, Dropbox, PingOne, Webex, DocuSign and the Adobe Admin Console alike, in this order. */
const DOCUMENTED = [
  ['serviceUri', 'String', null], ['login', 'String', null], ['password', 'GuardedString', null], ['authenticationMethod', 'String', 'OAUTH'], ['tokenEndpoint', 'String', null],
  ['clientId', 'String', null], ['clientSecret', 'GuardedString', null], ['authToken', 'GuardedString', null], ['acceptSelfSignedCertificates', 'boolean', false],
  ['disableHostNameVerifier', 'boolean', false], ['disableHttpCompression', 'boolean', false], ['clientCertAlias', 'String', null], ['clientCertPassword', 'GuardedString', null],
  ['maximumConnections', 'Integer', 10], ['httpProxyHost', 'String', null], ['httpProxyPort', 'Integer', null], ['httpProxyUsername', 'String', null], ['httpProxyPassword', 'GuardedString', null],
  ['connectionTimeout', 'int', 30], ['refreshToken', 'GuardedString', null], ['grantType', 'String', null], ['scope', 'String', null], ['authorizationTokenPrefix', 'String', 'Bearer'],
  ['useBasicAuthForOauthTokenNeg', 'boolean', true],
];

const entries = (table: PropertyTable) => Object.entries(table);

describe('the properties of a SaaS connector', () => {
  it('are the documented ones, in their order, under the documented heading', () => {
    const documented = entries(specifiedProperties(saasProperties));
    expect(documented.map(([name, { type, default: value }]) => [name, type, value])).toEqual(DOCUMENTED);
    expect(documented.map(([, { order }]) => order)).toEqual(DOCUMENTED.map((_, index) => index + 1));
    expect(new Set(documented.map(([, { group }]) => group))).toEqual(new Set(['Basic Configuration Properties']));
  });

  it('keep every password and token to themselves', () => {
    const confidential = (table: PropertyTable) => entries(table).filter(([, row]) => row.confidential).map(([name]) => name);
    expect(confidential(saasProperties)).toEqual(['password', 'clientSecret', 'authToken', 'clientCertPassword', 'httpProxyPassword', 'refreshToken']);
    expect([confidential(proxyProperties), confidential(cachedTokenProperties)]).toEqual([['proxyPassword'], ['accessToken']]);
  });

  it('require nothing that a method of authentication or a connection without a proxy does not have', () => {
    const needed = entries(saasProperties).filter(([, { required, default: value }]) => required && value === null).map(([name]) => name);
    expect(needed).toEqual(['serviceUri']);
  });
});

describe('a number of a provisioner file', () => {
  it.each(['ten', '1.5', '1e3', '0x10', '99999999999', true, {}])('is refused as %o', (value) => {
    expect(() => givenInteger({ default: 30, help: 'h' }).read(value as never)).toThrow(TypeError);
  });

  it('may be a text, and is the default where that is blank', () => {
    const read = (value: string | number | null) => [givenInteger({ default: 30, help: 'h' }), boxedInteger({ help: 'h' }), boxedLong({ help: 'h' })].map((property) => property.read(value));
    expect(read('10')).toEqual([10, 10, 10]);
    expect(read(' -7 ')).toEqual([-7, -7, -7]);
    expect(read(5)).toEqual([5, 5, 5]);
    expect(read('')).toEqual([30, null, null]);
    expect(boxedLong({ help: 'h' }).read('1700000000000')).toBe(1_700_000_000_000);
    expect([boxedInteger({ help: 'h' }).type, boxedLong({ help: 'h' }).type, givenInteger({ help: 'h' }).type]).toEqual(['Integer', 'Long', 'int']);
  });

  it('may have a fraction where it is a double', () => {
    const { type, default: usual, read } = givenDouble({ default: 48, help: 'h' });
    expect([type, usual, ...[null, '', ' 49.0 ', new IcfDouble(50.5), new IcfFloat(51), 52, 53n].map(read)]).toEqual(['double', 48, 48, 48, 49, 50.5, 51, 52, 53]);
    for (const wrong of ['v48', 'NaN', new IcfDouble(Infinity), true, []]) expect(() => read(wrong)).toThrow('a number');
  });
});
