import { Refusal, type FakeAnswer } from '../../targets/rest/exchange.js';

const escaped = (text: string): string => text.replace(/[&<>"\r]/g, (character) => `&#${character.codePointAt(0)};`);

/** Objects as elements, lists as `member`s; undefined is left out. */
function xmlOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((each) => `<member>${xmlOf(each)}</member>`).join('');
  if (typeof value !== 'object' || value === null) return escaped(String(value));
  return Object.entries(value).filter(([, each]) => each !== undefined).map(([name, each]) => `<${name}>${xmlOf(each)}</${name}>`).join('\n  ');
}

const XML = { 'content-type': 'text/xml' };
const ID = { ResponseMetadata: { RequestId: '7a62c49f-347e-4fc4-9331-6e8eEXAMPLE' } };

/** An answer of the Query protocol (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html). */
export function answered(action: string, result?: object): FakeAnswer {
  return { headers: XML, body: `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/">\n${xmlOf({ ...(result === undefined ? {} : { [`${action}Result`]: result }), ...ID })}\n</${action}Response>` };
}

export function errorAnswer(status: number, code: string, message = ''): FakeAnswer {
  return { status, headers: XML, body: `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">\n${xmlOf({ Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message }, RequestId: 'x' })}\n</ErrorResponse>` };
}

export function refuse(status: number, code: string, message: string): never {
  const { body } = errorAnswer(status, code, message);
  throw new Refusal(status, body, XML);
}
