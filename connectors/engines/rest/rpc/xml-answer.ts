import { XMLParser } from 'fast-xml-parser';
import type { HttpAnswer } from '../../http/http-client.js';
import { mediaTypeOf } from '../../http/media-type.js';
import { isJsonObject, type Json } from '../json.js';

/** Texts stay as they are; entities are those XML has by itself, for document types are refused. A list is of elements called `member`. */
const PARSER = new XMLParser({
  parseTagValue: false, trimValues: false, ignoreAttributes: true, ignoreDeclaration: true, ignorePiTags: true, htmlEntities: true,
  processEntities: { enabled: true, maxExpandedLength: Infinity }, isArray: (name) => name === 'member',
});

function isXmlType(type: string): boolean {
  return type.endsWith('/xml') || type.endsWith('+xml') && type !== 'application/xhtml+xml';
}

/** An element with children is an object, without what stands between them; one that holds only `member`s is their list. */
function elementValue(element: unknown): Json {
  if (Array.isArray(element)) return element.map(elementValue);
  if (typeof element !== 'object' || element === null) return String(element);
  const children = Object.entries(element).filter(([name]) => name !== '#text');
  const [only] = children;
  if (children.length === 1 && only?.[0] === 'member') return elementValue(only[1]);
  return Object.fromEntries(children.map(([name, child]) => [name, elementValue(child)]));
}

/** The parser takes what was cut off; only a whole document has one root, and ends with it. */
function isWhole(text: string, [root, ...others]: readonly string[]): boolean {
  const last = text.slice(text.lastIndexOf('<'));
  return root !== undefined && others.length === 0 && (last === `</${root}>` || last.startsWith(`<${root}`) && last.endsWith('/>'));
}

/**
 * An answer in XML as one in JSON, for `RestService.translated`: elements are properties, all of them texts, lists or objects, and an empty one
 * is ''. `chosen` says what of the document is wanted, undefined: it is not what was expected. That, and what is no XML or not all of it,
 * stays as it came, for the engine to refuse.
 */
export function xmlAsJson(answer: HttpAnswer, chosen: (document: Json) => Json | undefined = (document) => document): HttpAnswer {
  const { type, charset } = mediaTypeOf(answer);
  if (!isXmlType(type) || (charset !== '' && charset !== 'utf-8') || answer.body.length === 0) return answer;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(answer.body).trim();
    const document = text.includes('<!DOCTYPE') ? null : elementValue(PARSER.parse(text));
    const json = isJsonObject(document) && isWhole(text, Object.keys(document)) ? chosen(document) : undefined;
    if (json === undefined) return answer;
    return { ...answer, headers: new Map([...answer.headers, ['content-type', 'application/json']]), body: new TextEncoder().encode(JSON.stringify(json)) };
  } catch {
    return answer;
  }
}
