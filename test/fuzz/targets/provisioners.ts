import { parseJson, type JsonValue } from '../../../controller/crest/json.js';
import { parseQueryFilter } from '../../../controller/crest/parse-query-filter.js';
import { QueryFilterError } from '../../../controller/crest/query-filter-tokens.js';
import { ResourceError } from '../../../controller/crest/resource-error.js';
import { configureConnector } from '../../../controller/systems/configure-connector.js';
import { System, type SystemEnvironment } from '../../../controller/systems/system.js';
import { toIcfFilter } from '../../../controller/systems/to-icf-filter.js';
import { createAttributes } from '../../../controller/systems/write-object.js';
import { encodeApiConfiguration, encodeAttributes } from '../../../protocol/codec/index.js';
import { ConnectorError, type ConnectorInfo } from '../../../protocol/model/index.js';
import { info } from '../../support/fake-facade.js';
import { bytesOf, check, refusable, text, type FuzzTarget } from '../engine/target.js';

const silent = { debug() {}, info() {}, warn() {}, error() {}, trace() {}, fatal() {}, child() { return silent; } };
const ENVIRONMENT = {
  hosts: { all: [], find: () => undefined }, facadeKeyOf: () => 'AAAA', properties: (name: string) => (name === 'known' ? 'value' : undefined), requestProperties: () => undefined,
  cryptoKeys: new Map([['openidm-sym-default', Buffer.alloc(16, 1)]]), log: silent,
} as unknown as SystemEnvironment;

const property = (name: string, type: string) => ({
  order: 1, confidential: name === 'password', required: false, name, type, helpMessageKey: null, displayMessageKey: null, groupMessageKey: null, value: null, operations: [],
});
const CONNECTOR: ConnectorInfo = {
  ...info(),
  defaultConfiguration: { ...info().defaultConfiguration, properties: [property('host', 'String'), property('port', 'int'), property('password', 'GuardedString'), property('names', 'String[]'), property('big', 'long'), property('raw', 'byte[]')] },
};

const SAMPLE = JSON.stringify({
  name: 'ldap', enabled: true, connectorRef: { bundleName: 'b', bundleVersion: '[1.5.0.0,1.6.0.0)', connectorName: 'c', connectorHostRef: 'agent' },
  poolConfigOption: { maxObjects: 10, maxWait: 150000 }, resultsHandlerConfig: { enableFilteredResultsHandler: true }, operationTimeout: { SEARCH: 60000, CREATE: -1 },
  configurationProperties: { host: '&{known}', port: 389, password: { $crypto: { type: 'x-simple-encryption', value: { cipher: 'AES/CBC/PKCS5Padding', salt: '', data: 'AAAA', iv: 'AAAA', keySize: 16, purpose: 'p', key: 'openidm-sym-default', mac: 'AAAA' } } }, names: ['a'] },
  objectTypes: { account: { nativeType: '__ACCOUNT__', properties: { dn: { type: 'string', nativeName: '__NAME__', required: true }, mail: { type: 'array', items: { type: 'string' }, nativeName: 'mail' }, password: { type: 'string', nativeName: '__PASSWORD__', nativeType: 'JAVA_TYPE_GUARDEDSTRING', flags: ['NOT_READABLE'] } } } },
  operationOptions: { CREATE: { denied: true, objectFeatures: { '__ACCOUNT__': { denied: false } } } }, syncFailureHandler: { maxRetries: 5, postRetryAction: 'dead-letter-queue' },
  systemActions: [{ scriptId: 's', actions: [{ systemType: '.*Ldap.*', actionType: 'groovy', actionSource: 'x' }] }],
});

function use(json: JsonValue, system: System): void {
  check(system.setup !== undefined || (system.error ?? '') !== '', 'a system that cannot be used, without a reason');
  if (system.setup === undefined) return;
  const { source, types } = system.setup;
  const configuration = refusable(() => configureConnector(CONNECTOR, source, () => undefined), TypeError);
  if (configuration !== undefined) refusable(() => encodeApiConfiguration(configuration), ConnectorError);
  for (const type of types.values()) {
    for (const filter of ['mail co "a" and ! (dn pr)', 'password eq "x" or _id sw "b"', 'mail ge 12']) {
      refusable(() => toIcfFilter(type, parseQueryFilter(filter)), ResourceError, QueryFilterError);
    }
    const content = json as Record<string, JsonValue>;
    const attributes = refusable(() => createAttributes(type, content, 'name'), ResourceError, ConnectorError);
    if (attributes !== undefined) refusable(() => encodeAttributes(attributes), ConnectorError);
  }
}

/** A provisioner file makes a system, or one that says why it is none; nothing in it throws later but what callers handle. */
export const target: FuzzTarget = {
  name: 'provisioners',
  seeds: () => [SAMPLE, SAMPLE.replace('"account"', '"__proto__"'), '{}', '[]', 'null'].map(bytesOf),
  words: ['__proto__', 'constructor', 'toString', '&{', '}', '$crypto', '1e12', '2147483648', 'JAVA_TYPE_', 'objectTypes', '__ALL__', '"array"', '"items"'],
  bounds: { milliseconds: 400 },
  run(input) {
    const given = text(input);
    const json = refusable(() => ({ value: parseJson(given) }), SyntaxError, RangeError);
    if (json === undefined) return;
    use(json.value, new System('fuzz', given, json.value, ENVIRONMENT));
  },
};
