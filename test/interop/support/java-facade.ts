import type { JavaDriver } from './java-driver.js';
import type {
  JavaBatchResult, JavaBatchTask, JavaBatchToken, JavaEvents, JavaSchema, JavaScript, JavaSearchResult, JavaStreamControl, JavaSubscription, JavaSyncResult,
} from './java-driver-types.js';
import { attributeList, type JavaAttributes, type JavaDelta, type JavaFilter, type JavaObject, type JavaOptions, type JavaUid, type JavaValue } from './java-values.js';

/** A connector facade of the Java framework: every API operation. Object classes as in ICF: __ACCOUNT__, __GROUP__, … */
export class JavaFacade {
  readonly #driver: JavaDriver;
  readonly handle: string;
  /** Simple names such as SearchApiOp. */
  readonly supportedOperations: readonly string[];

  constructor(driver: JavaDriver, handle: string, supportedOperations: readonly string[]) {
    this.#driver = driver;
    this.handle = handle;
    this.supportedOperations = supportedOperations;
  }

  async validate(): Promise<void> {
    await this.#call('validate', {});
  }

  async test(): Promise<void> {
    await this.#call('test', {});
  }

  async schema(): Promise<JavaSchema> {
    return this.#call('schema', {});
  }

  /** `__NAME__` and all else in `attributes`. */
  async create(objectClass: string, attributes: JavaAttributes, options?: JavaOptions): Promise<JavaUid> {
    return this.#call('create', { objectClass, attributes: attributeList(attributes), options });
  }

  /** null: no such object. */
  async get(objectClass: string, uid: JavaUid | string, options?: JavaOptions): Promise<JavaObject | null> {
    return this.#call('get', { objectClass, uid: uidOf(uid), options });
  }

  /** `filter` null: everything. */
  async search(objectClass: string, filter: JavaFilter | null = null, control: JavaStreamControl = {}): Promise<JavaSearchResult> {
    return this.#call('search', { objectClass, filter, ...control }, control.timeout);
  }

  /** `token` null: from the beginning, as the connector understands it. */
  async sync(objectClass: string, token: JavaValue, control: JavaStreamControl = {}): Promise<JavaSyncResult> {
    return this.#call('sync', { objectClass, token, ...control }, control.timeout);
  }

  /** null: none. */
  async latestSyncToken(objectClass: string): Promise<JavaValue> {
    return (await this.#call<{ token: JavaValue }>('latestSyncToken', { objectClass })).token;
  }

  /** Replaces the values of the attributes given. */
  async update(objectClass: string, uid: JavaUid | string, attributes: JavaAttributes, options?: JavaOptions): Promise<JavaUid> {
    return this.#call('update', { objectClass, uid: uidOf(uid), attributes: attributeList(attributes), options });
  }

  async addValues(objectClass: string, uid: JavaUid | string, attributes: JavaAttributes, options?: JavaOptions): Promise<JavaUid> {
    return this.#call('addValues', { objectClass, uid: uidOf(uid), attributes: attributeList(attributes), options });
  }

  async removeValues(objectClass: string, uid: JavaUid | string, attributes: JavaAttributes, options?: JavaOptions): Promise<JavaUid> {
    return this.#call('removeValues', { objectClass, uid: uidOf(uid), attributes: attributeList(attributes), options });
  }

  async delete(objectClass: string, uid: JavaUid | string, options?: JavaOptions): Promise<void> {
    await this.#call('delete', { objectClass, uid: uidOf(uid), options });
  }

  async authenticate(objectClass: string, username: string, password: string, options?: JavaOptions): Promise<JavaUid> {
    return this.#call('authenticate', { objectClass, username, password, options });
  }

  async resolveUsername(objectClass: string, username: string, options?: JavaOptions): Promise<JavaUid> {
    return this.#call('resolveUsername', { objectClass, username, options });
  }

  async scriptOnConnector(script: JavaScript, options?: JavaOptions): Promise<JavaValue> {
    return (await this.#call<{ value: JavaValue }>('scriptOnConnector', { script, options })).value;
  }

  async scriptOnResource(script: JavaScript, options?: JavaOptions): Promise<JavaValue> {
    return (await this.#call<{ value: JavaValue }>('scriptOnResource', { script, options })).value;
  }

  /** Runs a batch and waits for its completion; `milliseconds` is how long at most. */
  async batch(tasks: readonly JavaBatchTask[], options?: JavaOptions, milliseconds = 20_000): Promise<JavaBatchResult> {
    const list = tasks.map((task) => task.kind === 'create'
      ? { ...task, attributes: attributeList(task.attributes) }
      : { ...task, uid: uidOf(task.uid), ...task.kind === 'delete' ? {} : { attributes: attributeList(task.attributes) } });
    return this.#call('batch', { tasks: list, options, milliseconds }, milliseconds + 10_000);
  }

  async queryBatch(token: JavaBatchToken, options?: JavaOptions, milliseconds = 20_000): Promise<JavaBatchResult> {
    return this.#call('queryBatch', { token, options, milliseconds }, milliseconds + 10_000);
  }

  /** Connector events: objects as they change. Java's subscribe returns before the agent has the subscription. */
  async subscribeObjects(objectClass: string, filter: JavaFilter | null = null, options?: JavaOptions): Promise<JavaSubscription<JavaObject>> {
    return this.#subscription(await this.#call('subscribeObjects', { objectClass, filter, options }));
  }

  /** Sync events: deltas as they happen; likewise. */
  async subscribeChanges(objectClass: string, token: JavaValue = null, options?: JavaOptions): Promise<JavaSubscription<JavaDelta>> {
    return this.#subscription(await this.#call('subscribeChanges', { objectClass, token, options }));
  }

  #subscription<T>({ subscription }: { subscription: string }): JavaSubscription<T> {
    return {
      events: async (count, milliseconds = 10_000) =>
        this.#driver.call<JavaEvents<T>>('subscriptionEvents', { subscription, count, milliseconds }, milliseconds + 10_000),
      close: async () => {
        await this.#driver.call('subscriptionClose', { subscription });
      },
    };
  }

  async #call<T>(operation: string, parameters: Readonly<Record<string, unknown>>, timeout?: number): Promise<T> {
    return this.#driver.call(operation, { facade: this.handle, ...parameters }, timeout);
  }
}

function uidOf(uid: JavaUid | string): JavaUid {
  return typeof uid === 'string' ? { uid } : uid;
}
