import { scriptFilter } from '../../../connectors/engines/scripted/sandbox/connector/script-filter.js';
import { attributesArgument, optionsArgument, uidArgument } from '../../../connectors/engines/scripted/sandbox/connector/script-request.js';
import { DEFAULT_LIMITS } from '../../../deploy/runtime/sandbox/limits.js';
import { scriptFailure } from '../../../deploy/runtime/sandbox/script-failure.js';
import { WireDecoder } from '../../../deploy/runtime/sandbox/wire-decode.js';
import { WireEncoder, type Secret } from '../../../deploy/runtime/sandbox/wire-values.js';
import { encodeAttributes } from '../../../protocol/codec/index.js';
import { encodeSingleResult } from '../../../protocol/codec/encode-response.js';
import { ConnectorError, GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { bytesOf, check, refusable, text, type FuzzTarget } from '../engine/target.js';

const SECRET = new GuardedString('a-secret-given-to-the-script');
const LONGEST = 1024 ** 2;
const nothing = (): void => undefined;

const SEEDS = [
  'null', '42', '2147483648', '1e400', '"text\\u0000\\ud800"', '["l",1,"two",["s",true]]', '["m","a",1,"__proto__",["m"]]', '["i","9223372036854775808"]', '["n","NaN"]', '["b","\\u00ff\\u0000"]',
  '["g",0]', '["G","made"]', '["t","bigDecimal","-1.250"]', '["t","uid","u","r"]', '["t","attribute","mail",["l","a"]]', '["t","qualifiedUid","__GROUP__","g",null]', '["t","sortKey","sn",false]', '["t","byte",127]',
  '["t","locale","de","AT",""]', '["t","class","String[]"]', '["m","and",["l",["m","equals",["l","mail","a"]],["m","not",["m","presence","sn"]]]]', '["m","attributesToGet",["l","mail"],"sortKeys",["l","-sn"],"pageSize",10]',
  '["m","__NAME__","n","__PASSWORD__","p","mail",["l"]]', '{"name":"TypeError","message":"no","stack":"at script:3:1","kind":"unknownUid","uid":"u"}',
];

/** The value as a script would get it, and as it would come back. */
function crossed(value: IcfValue): { readonly wire: string; readonly value: IcfValue } | undefined {
  const secrets: Secret[] = [];
  const wire = refusable(() => new WireEncoder(secrets, LONGEST).encode(value), ConnectorError);
  if (wire === undefined) return undefined;
  check(!wire.includes('a-secret-given'), 'the clear text of a secret goes into the sandbox');
  return { wire, value: new WireDecoder(secrets, nothing).decode(wire) };
}

/** Whatever a sandbox says is a value or a refusal; a value goes in and out without changing, and nobody stumbles over it. */
export const target: FuzzTarget = {
  name: 'script-values',
  seeds: () => SEEDS.map(bytesOf),
  words: ['"l"', '"m"', '"s"', '"i"', '"n"', '"b"', '"g"', '"G"', '"t"', '"attribute"', '"bigInteger"', '"__proto__"', '"constructor"', '"__ALL__"', '"and"', '"containsAllValues"', '"passwordExpired"'],
  bounds: { milliseconds: 400 },
  run(input) {
    const given = text(input);
    check(scriptFailure({ kind: 'threw', text: given }, DEFAULT_LIMITS, (text) => text).message.length < 2200, 'a message without bounds');
    const value = refusable(() => new WireDecoder([SECRET], nothing).decode(given), ConnectorError);
    if (value === undefined) return;
    refusable(() => encodeSingleResult(1, 'scriptOnConnector', value), ConnectorError);
    const once = crossed(value);
    const twice = once && crossed(once.value);
    if (twice !== undefined) check(crossed(twice.value)?.wire === twice.wire, 'a value that changes on its way');
    refusable(() => scriptFilter(value), ConnectorError);
    refusable(() => uidArgument(value), ConnectorError);
    refusable(() => optionsArgument(value), ConnectorError);
    const attributes = refusable(() => attributesArgument(value), ConnectorError);
    if (attributes !== undefined) refusable(() => encodeAttributes(attributes), ConnectorError);
  },
};
