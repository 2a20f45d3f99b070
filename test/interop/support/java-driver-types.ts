import type { JavaAttributes, JavaDelta, JavaFilter, JavaObject, JavaOptions, JavaUid, JavaValue } from './java-values.js';

export interface JavaDriverOptions {
  /** Greatest heap, as -Xmx takes it; default 512m. */
  readonly heap?: string;
  readonly jvmArguments?: readonly string[];
  /** PEM file of the authorities to trust (the JVM-wide trust store, which is all the Java dialler looks at). */
  readonly trust?: string;
  /** PEM files of a client certificate and its key (PKCS 8), shown to whoever asks. */
  readonly identity?: { readonly certificate: string; readonly key: string };
  /** Shorthand for what the framework logs to stderr; default WARN. */
  readonly logLevel?: 'OK' | 'INFO' | 'WARN' | 'ERROR';
  /** Limit of a call that gives none, in ms; default 60,000. */
  readonly timeout?: number;
}

export interface JavaConnectOptions {
  readonly host?: string;
  readonly port: number;
  /** Default false: ws. True: wss. */
  readonly secure?: boolean;
  /** Default /openicf. */
  readonly path?: string;
  /** Default anonymous. */
  readonly principal?: string;
  /** The shared key; default changeit. */
  readonly key?: string;
  /** Sockets the Java side keeps open; its own default is 2 (set by reflection: the framework has no setter). */
  readonly sockets?: number;
  /** HTTP proxy for CONNECT. */
  readonly proxy?: { readonly host: string; readonly port: number; readonly principal?: string; readonly password?: string };
  /** How long to wait for the first working socket and the first connector list, in ms; default 20,000. Then: JavaFailure of java.util.concurrent.TimeoutException. */
  readonly timeout?: number;
}

export interface JavaConnectorKey {
  readonly bundleName: string;
  readonly bundleVersion: string;
  readonly connectorName: string;
}

/** A connector by the whole key (waits for it to be listed); by a part of it, or by its class name: the first that is listed. */
export type JavaConnectorSelector = Partial<JavaConnectorKey> | string;

export interface JavaConfigurationProperty {
  readonly name: string;
  /** Java type by its full name, e.g. java.lang.String, `[Ljava.lang.String;`, int. */
  readonly type: string;
  readonly value: JavaValue;
  readonly required: boolean;
  readonly confidential: boolean;
  /** Position in the published list, which Java's `order` decides: the wire carries no number of its own. */
  readonly position: number;
  /** The number itself, where the implementation keeps it; null where it cannot be read. */
  readonly order: number | null;
  readonly group: string | null;
  readonly groupKey: string | null;
  readonly displayName: string | null;
  readonly displayNameKey: string | null;
  readonly helpMessage: string | null;
  readonly helpMessageKey: string | null;
  /** Simple names of the API operations it is for; empty: all. */
  readonly operations: readonly string[];
}

export interface JavaPoolConfiguration {
  readonly maxObjects: number;
  readonly maxIdle: number;
  readonly maxWait: string;
  readonly minEvictableIdleTimeMillis: string;
  readonly minIdle: number;
}

export interface JavaResultsHandlerConfiguration {
  readonly enableNormalizingResultsHandler: boolean;
  readonly enableFilteredResultsHandler: boolean;
  readonly enableCaseInsensitiveFilter: boolean;
  readonly enableAttributesToGetSearchResultsHandler: boolean;
}

/** A default API configuration, complete. Operations are simple names such as SearchApiOp. */
export interface JavaConnectorInfo extends JavaConnectorKey {
  readonly displayName: string;
  readonly displayNameKey: string | null;
  readonly category: string | null;
  readonly poolingSupported: boolean;
  readonly pool: JavaPoolConfiguration | null;
  readonly supportedOperations: readonly string[];
  readonly timeouts: Readonly<Record<string, number>>;
  readonly producerBufferSize: number;
  readonly resultsHandlers: JavaResultsHandlerConfiguration;
  readonly properties: readonly JavaConfigurationProperty[];
  /** Message catalogues: locale -> key -> text. */
  readonly messages: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A property value: plain JavaScript is coerced to the property's own type (text to File, GuardedString, char, int, …; a list to the array type). */
export type JavaPropertyInput = JavaValue | boolean | number | readonly string[];

export interface JavaConfigureOptions {
  readonly resultsHandlers?: Partial<JavaResultsHandlerConfiguration>;
  /** Simple operation name -> milliseconds, -1 none. */
  readonly timeouts?: Readonly<Record<string, number>>;
  readonly producerBufferSize?: number;
  readonly pool?: Partial<Record<keyof JavaPoolConfiguration, number>>;
}

export interface JavaAttributeInfo {
  readonly name: string;
  /** Full Java type name. */
  readonly type: string;
  /** Sorted: REQUIRED, MULTIVALUED, NOT_CREATABLE, NOT_UPDATEABLE, NOT_READABLE, NOT_RETURNED_BY_DEFAULT. */
  readonly flags: readonly string[];
}

/** Everything sorted by name. */
export interface JavaSchema {
  readonly objectClasses: readonly { readonly name: string; readonly container: boolean; readonly attributes: readonly JavaAttributeInfo[] }[];
  readonly options: readonly { readonly name: string; readonly type: string }[];
  readonly objectClassesByOperation: Readonly<Record<string, readonly string[]>>;
  readonly optionsByOperation: Readonly<Record<string, readonly string[]>>;
}

/** What a stream's handler does. */
export interface JavaStreamControl {
  readonly options?: JavaOptions;
  /** The handler returns false for this object, counted from 1. */
  readonly stopAfter?: number;
  /** The handler throws java.util.concurrent.CancellationException at this object: 2.0.1 hands out no promise of a search, and this makes it send a cancel. */
  readonly cancelAfter?: number;
  /** The handler throws this Java class (full name) at the object `failAfter`. */
  readonly failWith?: string;
  readonly failAfter?: number;
  /** Pause of the handler at each object, in ms: a slow consumer. */
  readonly pause?: number;
  /** Answer count and checksum only. */
  readonly countOnly?: boolean;
  /** Limit of the whole call, in ms. */
  readonly timeout?: number;
}

export interface JavaStreamResult {
  /** complete: the peer said the end. stopped, cancelled: as asked for by stopAfter, cancelAfter. */
  readonly ended: 'complete' | 'stopped' | 'cancelled';
  /** Objects the handler saw. */
  readonly count: number;
  /** Order-independent sum over the uids, hexadecimal: equal sets of uids have equal sums. */
  readonly checksum: string;
  readonly milliseconds: number;
  readonly firstMilliseconds: number | null;
}

export interface JavaSearchResult extends JavaStreamResult {
  /** Empty with countOnly. */
  readonly objects: readonly JavaObject[];
  /** null when the peer sent none. */
  readonly result: {
    readonly pagedResultsCookie: string | null;
    readonly totalPagedResultsPolicy: string;
    readonly totalPagedResults: number;
    readonly remainingPagedResults: number;
  } | null;
}

export interface JavaSyncResult extends JavaStreamResult {
  readonly deltas: readonly JavaDelta[];
  readonly token: JavaValue;
}

export type JavaBatchTask =
  | { readonly kind: 'create'; readonly objectClass: string; readonly attributes: JavaAttributes; readonly options?: JavaOptions }
  | { readonly kind: 'delete'; readonly objectClass: string; readonly uid: JavaUid | string; readonly options?: JavaOptions }
  | {
      readonly kind: 'update' | 'addValues' | 'removeValues';
      readonly objectClass: string; readonly uid: JavaUid | string; readonly attributes: JavaAttributes; readonly options?: JavaOptions;
    };

export interface JavaBatchToken {
  readonly tokens: readonly string[];
  readonly queryRequired: boolean;
  readonly asynchronousResults: boolean;
  readonly returnsResults: boolean;
}

export interface JavaBatchResult {
  readonly results: readonly {
    readonly resultId: string | null;
    readonly complete: boolean | null;
    readonly error: boolean | null;
    readonly token: JavaBatchToken | null;
    /** The uid of a create or update, the message of an empty result. */
    readonly uid?: JavaUid;
    readonly message?: string;
  }[];
  /** What the subscription's return value is. */
  readonly token: JavaBatchToken | null;
  readonly completed: boolean;
  readonly failure: JavaFailureFields | null;
}

export interface JavaEvents<T> {
  readonly events: readonly T[];
  readonly completed: boolean;
  readonly failure: JavaFailureFields | null;
}

/** An open subscription. */
export interface JavaSubscription<T> {
  /** All events so far, as soon as there are `count` of them, or it has ended, or `milliseconds` are over. */
  events(count: number, milliseconds?: number): Promise<JavaEvents<T>>;
  close(): Promise<void>;
}

export interface JavaScript {
  readonly language: string;
  readonly text: string;
  readonly arguments?: Readonly<Record<string, JavaValue>>;
}

export interface JavaFailureFields {
  /** Full class name of the Java exception. */
  readonly javaClass: string;
  readonly message: string | null;
  /** It came over the wire (as a RemoteWrappedException, which carries the peer's class by name); false: the caller's own framework threw it. */
  readonly remote: boolean;
  /** Outermost first, the exception itself left out; without the empty ConnectorException the framework invents at the end. */
  readonly causes: readonly { readonly javaClass: string; readonly message: string | null }[];
}

export type JavaFilterOption = { readonly filter?: JavaFilter };
