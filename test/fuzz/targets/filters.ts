import { canonicalFilter, digestOf } from '../../../connectors/framework/canonical.js';
import { attributesOfFilter, evaluateFilter, filterShape, type Truth } from '../../../connectors/framework/filter-evaluation.js';
import { decodeFilter, encodeFilter } from '../../../protocol/codec/index.js';
import { ConnectorError, ConnectorObject, Uid, Name, type Filter } from '../../../protocol/model/index.js';
import { ByteSource } from '../engine/byte-source.js';
import { check, refusable, type FuzzTarget } from '../engine/target.js';
import { filterFrom, objectFrom } from './built-filter.js';
import { OBJECT_STREAMS } from './vectors.js';

const COMPARISONS = [{ ignoreCase: false }, { ignoreCase: true }] as const;
const SOMEBODY = new ConnectorObject('__ACCOUNT__', [new Uid('u1'), new Name('n1')]);

function judged(filter: Filter, object: ConnectorObject): (Truth | 'refused')[] {
  return COMPARISONS.map((comparison) => {
    let truth: Truth;
    const done = refusable(() => { truth = evaluateFilter(filter, object, comparison); return true; }, ConnectorError);
    return done === undefined ? 'refused' : truth;
  });
}

/** Any filter judges any object or is refused; the same after it travelled; twice negated it says the same. */
export const target: FuzzTarget = {
  name: 'filters',
  bounds: { bytes: 2048 },
  seeds: () => [...OBJECT_STREAMS, ...Array.from({ length: 256 }, (_, index) => Uint8Array.from({ length: 60 }, (__, place) => (index * 31 + place * place * 7) & 0xff))],
  run(input) {
    const received = refusable(() => decodeFilter(input), ConnectorError);
    if (received !== undefined) judged(received, SOMEBODY);
    const source = new ByteSource(input);
    const object = objectFrom(source);
    const filter = filterFrom(source);
    const verdicts = judged(filter, object);
    check(verdicts.join() === judged({ kind: 'not', operand: { kind: 'not', operand: filter } }, object).join(), 'twice negated it says another thing');
    check(attributesOfFilter(filter).size >= 0 && filterShape(filter) !== '', 'a filter without a shape');
    const sent = refusable(() => decodeFilter(encodeFilter(filter)), ConnectorError);
    if (sent === undefined) return;
    check(verdicts.join() === judged(sent, object).join(), 'another verdict after the filter travelled');
    check(flat(sent) === flat(decodeFilter(encodeFilter(sent))), 'another filter after it travelled twice');
  },
};

const flat = (filter: Filter): string => digestOf(canonicalFilter(filter));
