import fc from 'fast-check';
import { BerWriter } from 'ldapts';
import { describe, expect, test } from 'vitest';
import { MalformedMessage } from '../../../connectors/framework/ber.js';
import { AttributeNames } from '../../../connectors/catalog/ldap/directory/attribute-names.js';
import { firstText, texts } from '../../../connectors/catalog/ldap/directory/entry.js';
import { MessageFraming } from '../../../connectors/catalog/ldap/directory/framing.js';
import { textsOf } from '../../../connectors/catalog/ldap/directory/received-attribute.js';
import { addRequest, encodeMessage, pagedResultsControl, sortControl, windowControl } from '../../../connectors/catalog/ldap/directory/request.js';
import { pagedResults, passwordPolicy, sortResult, windowResult } from '../../../connectors/catalog/ldap/directory/response-controls.js';
import { decodeResponse } from '../../../connectors/catalog/ldap/directory/response.js';
import { parseLdapUrl } from '../../../connectors/catalog/ldap/directory/ldap-url.js';
import { done, entry, intermediate, reference } from './fake-ldap.js';

const request = { id: 7, operation: 0x63 };
const samples: Buffer[] = [
  entry(request, 'cn=ä,dc=x', { cn: ['ä', 'b'], jpegPhoto: [Buffer.from([0xff, 0, 0x80])], empty: [] }), reference(request, 'ldap://a/', 'ldap://b/'),
  intermediate(request), done(request, { code: 10, text: 'why', referrals: ['ldap://c/'] }), done(request, { cookie: 'cookie' }),
];

describe('decoding', () => {
  test('an entry, with values byte for byte', () => {
    const { id, response } = decodeResponse(samples[0]!);
    expect(id).toBe(7);
    if (response.kind !== 'entry') throw new Error(response.kind);
    expect(response.entry.dn).toBe('cn=ä,dc=x');
    expect([...response.entry.attributes.keys()]).toEqual(['cn', 'jpegphoto', 'empty']);
    expect(response.entry.attributes.get('cn')!.values.map((value) => Buffer.from(value).toString())).toEqual(['ä', 'b']);
    expect([...response.entry.attributes.get('jpegphoto')!.values[0]!]).toEqual([0xff, 0, 0x80]);
    expect(response.entry.attributes.get('empty')!.values).toEqual([]);
  });

  test('entries that have some of the names of those before, others, or the same spelt otherwise', () => {
    const names = new AttributeNames();
    const many = Array.from({ length: 300 }, (_, index) => `x-${index}`);
    const lists = [['cn', 'sn', 'mail'], ['sn', 'mail'], ['mail', 'CN'], ['c'], many, ['cn', 'x-299', `y${'-long'.repeat(100)}`]];
    for (const list of [...lists, ...lists]) {
      const { response } = decodeResponse(entry(request, 'cn=a', Object.fromEntries(list.map((name) => [name, [name]]))), names);
      if (response.kind !== 'entry') throw new Error(response.kind);
      expect([...response.entry.attributes].map(([key, attribute]) => [key, attribute.name, textsOf(attribute)])).toEqual(list.map((name) => [name.toLowerCase(), name, [name]]));
    }
  });

  test('an attribute that comes in parts has the values of all', () => {
    const { response } = decodeResponse(entry(request, 'cn=a', { member: ['a'], Member: ['b', 'c'], MEMBER: [] }));
    if (response.kind !== 'entry') throw new Error(response.kind);
    expect(texts(response.entry, 'member')).toEqual(['a', 'b', 'c']);
    expect(firstText(response.entry, 'member')).toBe('a');
    expect(response.entry.attributes.size).toBe(1);
  });

  test('a result with its referrals and controls', () => {
    expect(decodeResponse(samples[3]!).response).toMatchObject({ kind: 'done', result: { code: 10, diagnostic: 'why', referrals: ['ldap://c/'] } });
    const { response } = decodeResponse(samples[4]!);
    if (response.kind !== 'done') throw new Error(response.kind);
    expect(Buffer.from(pagedResults(response.controls)!.cookie).toString()).toBe('cookie');
  });

  test('the value of an extended response stays bytes', () => {
    const writer = new BerWriter();
    writer.startSequence();
    writer.writeInt(3);
    writer.startSequence(0x78);
    writer.writeEnumeration(0);
    writer.writeString('');
    writer.writeString('');
    writer.writeString('1.2.3', 0x8a);
    writer.writeBuffer(Buffer.from([0x30, 0xff, 0x00, 0xc3]), 0x8b);
    writer.endSequence();
    writer.endSequence();
    const { response } = decodeResponse(writer.buffer);
    if (response.kind !== 'done') throw new Error(response.kind);
    expect([response.oid, [...response.value!]]).toEqual(['1.2.3', [0x30, 0xff, 0x00, 0xc3]]);
  });

  test('every truncation is refused', () => {
    for (const sample of samples) {
      for (let length = 0; length < sample.length; length++) expect(() => decodeResponse(sample.subarray(0, length))).toThrow(MalformedMessage);
    }
  });

  test('no change of bytes and no random bytes do anything but decode or be refused', () => {
    const attempt = (bytes: Uint8Array): void => {
      try {
        const { response } = decodeResponse(bytes);
        if (response.kind === 'done') for (const read of [pagedResults, windowResult, sortResult, passwordPolicy]) read(response.controls);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedMessage);
      }
    };
    fc.assert(fc.property(fc.constantFrom(...samples), fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }), (sample, changes) => {
      const bytes = Buffer.from(sample);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      attempt(bytes);
    }), { numRuns: 5000 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), attempt), { numRuns: 2000 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (value) => {
      for (const oid of ['1.2.840.113556.1.4.319', '2.16.840.1.113730.3.4.10', '1.2.840.113556.1.4.474', '1.3.6.1.4.1.42.2.27.8.5.1', '2.16.840.1.113730.3.4.5']) {
        for (const read of [pagedResults, windowResult, sortResult, passwordPolicy]) {
          try {
            read([{ oid, value }]);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedMessage);
          }
        }
      }
    }), { numRuns: 2000 });
  });
});

describe('framing', () => {
  test('messages come out whole however the stream is cut', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...samples), { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (messages, cuts) => {
      const stream = Buffer.concat(messages);
      const framing = new MessageFraming();
      const out: Buffer[] = [];
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const size = cuts[turn % cuts.length]!;
        for (const message of framing.push(stream.subarray(at, at + size))) out.push(Buffer.from(message));
        at += size;
      }
      expect(out.map((message) => message.toString('hex'))).toEqual(messages.map((message) => message.toString('hex')));
      expect(framing.empty).toBe(true);
    }));
  });

  test('a message over the limit is refused before it is there', () => {
    const framing = new MessageFraming(100);
    expect(() => [...framing.push(Buffer.from([0x30, 0x82, 0x10, 0x00]))]).toThrow('more than 100');
  });
});

describe('encoding', () => {
  test('requests of every size are whole: the lengths say so', () => {
    for (const size of [0, 1, 120, 127, 128, 200, 255, 256, 1000, 65_000, 65_400, 65_535, 65_536, 70_000, 500_000]) {
      const bytes = encodeMessage(1, addRequest('cn=a,dc=x', [{ name: 'jpegPhoto', values: [new Uint8Array(size).fill(0xab)] }, { name: 'cn', values: ['last'] }]), []);
      const [message] = [...new MessageFraming().push(bytes)];
      expect(message!.length).toBe(bytes.length);
      expect(bytes.subarray(-6).toString('latin1')).toBe('\x04\x04last');
    }
  });

  test('a request longer than can be sent is refused with its size', () => {
    expect(() => encodeMessage(1, addRequest('cn=a', [{ name: 'x', values: [new Uint8Array(16 * 1024 * 1024)] }]), [])).toThrow(/bytes long, more than/);
  });

  test('controls as their documents have them', () => {
    expect(pagedResultsControl(100, Buffer.from('ab')).value!.toString('hex')).toBe('300702016404026162');
    expect(sortControl([{ attribute: 'cn', ascending: false, orderingRule: 'r' }, { attribute: 'sn', ascending: true }]).value!.toString('hex')).toBe(`30${(sorted().length / 2).toString(16).padStart(2, '0')}${sorted()}`);
    expect(windowControl(10, 21, 0, undefined).value!.toString('hex')).toBe('300e020100020109a006020115020100');
  });

  test('what a password policy says', () => {
    const policy = (hex: string) => passwordPolicy([{ oid: '1.3.6.1.4.1.42.2.27.8.5.1', value: Buffer.from(hex, 'hex') }]);
    expect(policy('3005a003800178')).toEqual({ secondsToExpiry: 120, graceLoginsLeft: undefined, error: undefined });
    expect(policy('3005a003810102')).toEqual({ secondsToExpiry: undefined, graceLoginsLeft: 2, error: undefined });
    expect(policy('3003810102')).toEqual({ secondsToExpiry: undefined, graceLoginsLeft: undefined, error: 2 });
    expect(passwordPolicy([{ oid: '2.16.840.1.113730.3.4.5', value: Buffer.from('3600') }]).secondsToExpiry).toBe(3600);
  });
});

/** The sort control's keys, written by another BER writer. */
function sorted(): string {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeString('cn');
  writer.writeString('r', 0x80);
  writer.writeBoolean(true, 0x81);
  writer.endSequence();
  writer.startSequence();
  writer.writeString('sn');
  writer.endSequence();
  return writer.buffer.toString('hex');
}

describe('LDAP URLs', () => {
  test.each([
    ['ldap://ldap.example.com:389/', { secure: false, host: 'ldap.example.com', port: 389, dn: undefined }],
    ['LDAPS://h', { secure: true, host: 'h', port: undefined, dn: undefined }],
    ['ldap:///dc=a%20b,dc=x??one?(cn=*)', { host: '', dn: 'dc=a b,dc=x', scope: 'one', filter: '(cn=*)' }],
    ['ldap://[::1]:1389/dc=x', { host: '::1', port: 1389, dn: 'dc=x' }],
  ])('%s', (url, expected) => expect(parseLdapUrl(url)).toMatchObject(expected));

  test.each(['http://h/', 'ldap.example.com', 'ldap://h/%zz', 'ldap://h/dc=x????!critical', ''])('%j is none', (url) => expect(parseLdapUrl(url)).toBeUndefined());
});
