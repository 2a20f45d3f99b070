import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { xmlAsJson } from '../../../../connectors/engines/rest/rpc/xml-answer.js';

const answer = (xml: string | Uint8Array, type = 'text/xml') => ({ status: 200, headers: new Map([['content-type', type], ['x-id', '1']]), body: typeof xml === 'string' ? new TextEncoder().encode(xml) : xml });
const read = (xml: string, type?: string): unknown => JSON.parse(new TextDecoder().decode(xmlAsJson(answer(xml, type)).body));
const escaped = (text: string): string => text.replace(/[&<>"'\r]/g, (character) => `&#${character.codePointAt(0)};`);

describe('an answer in XML', () => {
  it('is one in JSON: elements as properties, members as lists, texts as they are', () => {
    const xml = `<?xml version="1.0" encoding="UTF-8"?>
      <R xmlns="https://example.com/doc/"><!-- pretty -->
        <Users>
          <member><Name>007</Name><Note> a &amp;lt; &#233;&#x20AC;&lt;b&gt; </Note></member>
        </Users>
        <None/><Nil></Nil><Flag>true</Flag><Twice>1</Twice><Twice>2</Twice>
      </R>`;
    expect(read(xml)).toEqual({ R: { Users: [{ Name: '007', Note: ' a &lt; é€<b> ' }], None: '', Nil: '', Flag: 'true', Twice: ['1', '2'] } });
    const { headers, status } = xmlAsJson(answer(xml, 'application/soap+xml; charset=UTF-8'));
    expect([status, headers.get('content-type'), headers.get('x-id')]).toEqual([200, 'application/json', '1']);
  });

  it('keeps any text, however it is escaped', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }).filter((text) => !/[\p{Cc}\uFFFE\uFFFF]/u.test(text.replaceAll('\r', ''))), (text) => {
      expect(read(`<a><b>${escaped(text)}</b></a>`)).toEqual({ a: { b: text } });
      if (!text.includes(']]>') && !text.includes('\r')) expect(read(`<a><b><![CDATA[${text}]]></b></a>`)).toEqual({ a: { b: text } });
    }));
  });

  it.each([
    ['is cut off', '<a><b>1</b>'], ['is cut off behind an empty element', '<a><b/>'], ['is cut off in a tag', '<a><b>1</b></'], ['has no end', '<a><b></a></b>'], ['has several roots', '<a/><b/>'], ['is none', ' '], ['is no XML', '{"a": 1}'], ['declares entities', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'], ['is empty', ''],
    ['is nested without end', '<a>'.repeat(500) + '</a>'.repeat(500)], ['would change prototypes', '<a><__proto__>1</__proto__></a>'],
  ])('stays as it is where it %s', (_, xml) => {
    const given = answer(xml);
    expect(xmlAsJson(given)).toBe(given);
  });

  it('stays as it is where it is a page for people, of another charset, not of its charset, or not what is wanted', () => {
    for (const given of [answer('<a/>', 'text/html'), answer('<a/>', 'application/xhtml+xml'), answer('<a/>', 'text/xml; charset=utf-16'), answer(Uint8Array.of(0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e))]) expect(xmlAsJson(given)).toBe(given);
    const given = answer('<a/>');
    expect(xmlAsJson(given, () => undefined)).toBe(given);
    expect(read('<a x="1"/>')).toEqual({ a: '' });
  });

  it('may hold many entities', () => {
    expect(read(`<a><b>${'&amp;'.repeat(200_000)}</b></a>`)).toEqual({ a: { b: '&'.repeat(200_000) } });
  });
});
