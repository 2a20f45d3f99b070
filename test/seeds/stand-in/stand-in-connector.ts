import { defineConnector, type AnyConnector } from '../../../connectors/framework/define-connector.js';
import { evaluateFilter } from '../../../connectors/framework/filter-evaluation.js';
import { properties, text } from '../../../connectors/framework/properties.js';
import { Attribute, ConnectorError, ConnectorObject, Name, Uid, type ConnectorKey, type IcfValue, type ObjectClassInfo, type Schema } from '../../../protocol/model/index.js';
import { isObject, type JsonObject, type JsonValue } from '../../../controller/crest/json.js';

/** What a stand-in keeps: objects by class and uid. */
export class StandInStore {
  readonly #objects = new Map<string, Map<string, ConnectorObject>>();
  #made = 0;
  /** Of the samples: what the next object is called that is made. */
  nextUid: string | undefined;

  of(objectClass: string): Map<string, ConnectorObject> {
    const held = this.#objects.get(objectClass) ?? new Map<string, ConnectorObject>();
    this.#objects.set(objectClass, held);
    return held;
  }

  put(objectClass: string, uid: string, attributes: readonly Attribute[]): void {
    const name = attributes.find((attribute) => attribute.is('__NAME__'))?.single;
    const rest = attributes.filter((attribute) => !attribute.is('__NAME__') && !attribute.is('__UID__') && !attribute.name.includes('PASSWORD__'));
    this.of(objectClass).set(uid, new ConnectorObject(objectClass, [new Uid(uid), new Name(typeof name === 'string' ? name : uid), ...rest]));
  }

  /** An object of the samples is there, with what they show of it. */
  prepare(objectClass: string, uid: string, content: JsonObject): void {
    if (this.of(objectClass).has(uid)) return;
    const shown = Object.entries(content).filter(([name, value]) => !name.startsWith('_id') && name !== '_rev' && value !== null);
    this.put(objectClass, uid, shown.map(([name, value]) => new Attribute(name, [value].flat().map(icfValue))));
  }

  newUid(name: string | undefined): string {
    const uid = this.nextUid ?? name ?? `made${this.#made += 1}`;
    this.nextUid = undefined;
    return uid;
  }

  require(objectClass: string, { value }: Uid): ConnectorObject {
    const object = this.of(objectClass).get(value);
    if (object === undefined) throw new ConnectorError('unknownUid', `There is no ${objectClass} '${value}'.`, { outcome: 'notApplied' });
    return object;
  }
}

function icfValue(value: JsonValue): IcfValue {
  if (Array.isArray(value)) return value.map(icfValue);
  return isObject(value) ? new Map(Object.entries(value).map(([key, each]): [IcfValue, IcfValue] => [key, icfValue(each)])) : value;
}

const table = properties({ host: text({ default: 'stand-in', help: 'Any.' }) });

/** A connector of this key over objects in memory, with the classes of the samples. */
export function standInConnector(key: ConnectorKey, displayName: string, classes: readonly ObjectClassInfo[], store: StandInStore): AnyConnector {
  const schema: Schema = { objectClasses: classes, operationOptions: [], objectClassesByOperation: new Map(), optionsByOperation: new Map() };
  return defineConnector<typeof table, object>({
    id: `stand-in-${key.connectorName}`, displayName, family: 'Test', key, properties: table, objectClasses: [], pooled: false,
    search: { paging: false, sorting: false, projection: false },
    open: async () => ({}),
    close: async () => undefined,
    operations: {
      test: async () => undefined,
      schema: async () => schema,
      async *search(_, { objectClass, filter }) {
        for (const object of [...store.of(objectClass).values()]) if (filter === undefined || evaluateFilter(filter, object) === true) yield object;
        return undefined;
      },
      create: async (_, { objectClass, attributes }) => {
        const name = attributes.find((attribute) => attribute.is('__NAME__'))?.single;
        const uid = store.newUid(typeof name === 'string' ? name : undefined);
        if (store.of(objectClass).has(uid)) throw new ConnectorError('alreadyExists', `There is a ${objectClass} '${uid}' already.`, { outcome: 'notApplied' });
        store.put(objectClass, uid, attributes);
        return new Uid(uid);
      },
      update: async (_, { objectClass, uid, attributes }) => {
        const { attributes: held } = store.require(objectClass, uid);
        const kept = held.filter(({ name }) => !attributes.some((attribute) => attribute.is(name)));
        store.put(objectClass, uid.value, [...kept, ...attributes.filter(({ values }) => values !== null)]);
        return uid;
      },
      delete: async (_, { objectClass, uid }) => {
        store.require(objectClass, uid);
        store.of(objectClass).delete(uid.value);
      },
      async *sync() {
        yield* [];
        return { value: '20230707160932' };
      },
      latestSyncToken: async () => ({ value: '20230707160932' }),
    },
  });
}
