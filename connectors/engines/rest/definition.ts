import type { Attribute, ConnectorObject, Filter, GuardedString, IcfValue, OperationOptions, SyncToken, Uid } from '../../../protocol/model/index.js';
import type { Clock } from '../../framework/clock.js';
import type { ConfigOf, PropertyTable } from '../../framework/properties.js';
import type { Changes, ConnectorDefinition, DescribedObjectClass, OpenContext, ScriptRequest } from '../../framework/spi.js';
import type { HttpAuthentication } from '../http/http-authentication.js';
import type { HttpAnswer, HttpClient } from '../http/http-client.js';
import type { ErrorRule } from '../http/answer-errors.js';
import type { RequestLimits } from '../http/limits/target-limits.js';
import type { RestAttributes } from './attributes.js';
import type { ConfiguredRate } from './configured-rates.js';
import type { HttpConfiguration } from './http-configuration.js';
import type { NativeFilters } from './filters/native-filters.js';
import type { Json, JsonObject } from './json.js';
import type { ListEndpoint } from './list.js';
import type { WholeList } from './whole-list.js';
import type { RestCall } from './rest-call.js';
import type { Query, RequestLine } from './request-line.js';
import type { WritesTogether } from './writes-together.js';

/** A list of objects of a class. */
export interface ObjectList extends ListEndpoint {
  /** The list gives no more than these attributes, uid and name besides: for any other each object is read, some at a time. */
  readonly gives?: readonly string[];
  /** The service gives everything in one answer, in no order that lasts; see ./whole-list.ts. */
  readonly whole?: WholeList;
}

/** What gives one object. */
export interface ReadEndpoint {
  readonly request: RequestLine;
  /** Parameters, by what the caller gets to see. */
  readonly query?: (query: ClassQuery) => Query;
}

export interface WriteEndpoint {
  /** Of a create: texts of the object's JSON are variables of it. */
  readonly request: RequestLine;
  /** What is sent for the object's JSON. @default the JSON itself */
  readonly body?: (object: JsonObject, uid: string | undefined) => Json;
  readonly headers?: Readonly<Record<string, string>>;
  /** The service may repeat a secret that it refuses: with one in the body its words are not told. */
  readonly repeatsSecrets?: boolean;
  /** Of an update: the service takes whole objects, so that what does not change is read first and sent again. */
  readonly whole?: boolean;
  /** Of a whole update: paths of what the service gives but does not take. Attributes of the class that no update takes or sends are left out by themselves. */
  readonly drops?: readonly string[];
  /** Of a whole update: paths that are sent as they were read all the same. */
  readonly keeps?: readonly string[];
}

/** What a hook is told of a write. */
export interface Written {
  /** The attributes' JSON, as the attribute table makes it, without the linked ones. */
  readonly object: JsonObject;
  readonly attributes: readonly Attribute[];
  readonly options: OperationOptions;
  /** The attributes have a secret among them; see `RequestDetails`. */
  readonly hasSecrets: boolean;
}

/** Where an object class is at the service. What data cannot say is a function. */
export interface RestObjectClass<C = unknown> {
  readonly attributes: RestAttributes;
  readonly aliases?: readonly string[];
  /** Path of the uid in the service's object, or what makes it. @default `id` */
  readonly uid?: string | ((object: JsonObject) => string | undefined);
  /** Path of the name; the attribute `__NAME__` of the table otherwise, or the uid. */
  readonly name?: string;
  /** Path of the object in the answers of read, create and update. @default the answer itself */
  readonly item?: string;
  /**
   * Values of variables for a uid of several parts, see ./compound-uid.ts; `uid` itself is always one. A uid that lacks a part names nothing.
   * Parts that the object itself does not repeat are laid beside what it has.
   */
  readonly variables?: (uid: string) => Readonly<Record<string, string>>;
  /** What of a filter the list can be told. */
  readonly filters?: NativeFilters;
  readonly list?: ObjectList | ((call: RestCall<C>, query: ClassQuery) => ObjectList | Promise<ObjectList>);
  /** Attributes whose value `read` takes in place of the uid, such as a unique name: a filter by one is a read. */
  readonly readBy?: readonly string[];
  /** `list`: it is looked for in the list, where the service gives none by its uid. Undefined, or `unknownUid`, where nothing has the uid. */
  readonly read?: RequestLine | ReadEndpoint | 'list' | ((call: RestCall<C>, uid: string, query: ClassQuery) => Promise<JsonObject | undefined>);
  /** Paths the body of a create has to have something at: for an attribute under two names, of which a caller gives one. */
  readonly needs?: readonly string[];
  /** Answers the service's object, or what of it holds the uid. */
  readonly create?: RequestLine | WriteEndpoint | ((call: RestCall<C>, written: Written) => Promise<JsonObject>);
  /** Answers the service's object, or undefined where the uid stays. */
  readonly update?: RequestLine | WriteEndpoint | ((call: RestCall<C>, uid: Uid, written: Written) => Promise<JsonObject | undefined>);
  readonly delete?: RequestLine | ((call: RestCall<C>, uid: Uid) => Promise<void>);
  /** Anything about each object that further requests tell, once it is read; only what is asked for. */
  readonly complete?: (call: RestCall<C>, object: JsonObject, query: ClassQuery) => Promise<JsonObject>;
  /** The same for several objects at once, where one request tells of many; instead of `complete`. */
  readonly completeTogether?: CompleteTogether<C>;
  readonly sync?: RestSync<C>;
  /** Refuses values the service would take wrongly, before anything is sent. */
  readonly check?: (written: Written, operation: 'create' | 'update') => void;
}

export interface CompleteTogether<C> {
  /** Objects at once. */
  readonly most: number;
  /** In their order; undefined where one has gone meanwhile. */
  complete(call: RestCall<C>, objects: readonly JsonObject[], query: ClassQuery): Promise<readonly (JsonObject | undefined)[]>;
}

/** Scripts on the connector that are actions of its own. */
export interface OwnScripts<C> {
  is(request: ScriptRequest): boolean;
  run(call: RestCall<C>, request: ScriptRequest): Promise<IcfValue>;
}

export interface ClassQuery {
  /** Whether the caller gets to see the attribute. */
  wants(attribute: string): boolean;
  readonly options: OperationOptions;
  /** Of a search: what `filters` took of its filter. */
  readonly filter?: Filter | undefined;
}

/** How changes of a class are found. */
export interface RestSync<C> {
  /** What it tells has no deletes among it. */
  readonly missesDeletes?: boolean;
  changes(source: SyncSource<C>, token: SyncToken | null): Changes;
  latest(source: SyncSource<C>): Promise<SyncToken | null>;
}

/** What a strategy needs of the object class. */
export interface SyncSource<C> {
  readonly call: RestCall<C>;
  readonly objectClass: string;
  readonly list: ObjectList;
  /** What the service's objects are here; those that have gone meanwhile are left out. By the handful, in their order. */
  objects(items: readonly Json[]): AsyncGenerator<readonly { readonly wire: JsonObject; readonly object: ConnectorObject }[], void, void>;
}

export interface AuthenticationContext {
  /** Sends requests without credentials, through the same proxy: for tokens. */
  readonly client: HttpClient;
  /** Fires when the configuration is given up. */
  readonly over: AbortSignal;
  readonly clock: Clock;
  readonly log: OpenContext['log'];
}

/** The service behind a connector. */
export interface RestService<C> {
  /** Where its paths begin. Throws `configuration` for what is no address; see `httpAddress`. */
  address(config: C): URL;
  /**
   * Further addresses of the service, by the names request lines have for them (`GET billing:/plans`). They have the same credentials,
   * and limits of their own.
   */
  others?(config: C): Readonly<Record<string, URL>>;
  authentication(config: C, context: AuthenticationContext): HttpAuthentication;
  /** Where credentials go besides the address, by property: token endpoints. */
  credentialsTo?(config: C): Readonly<Record<string, URL | null | undefined>>;
  /** Proxy, certificates, time and number of connections. @default what the configuration has under the usual names */
  http?(config: C): HttpConfiguration;
  /** Of `connectionTimeout`. @default seconds */
  readonly timeoutIn?: 'seconds' | 'milliseconds';
  /** Of every request; `content-type` of those with a JSON body. Names in lower case. @default accept and content-type application/json */
  headers?(config: C): ReadonlyMap<string, string>;
  /** Properties that hold rates. */
  readonly rates?: { readonly [K in keyof C & string]?: ConfiguredRate };
  /** Further rates, and how the service announces its own. `identity`: what the service counts by, if not the address of whoever asks. */
  limits?(config: C): RequestLimits & { readonly identity?: string };
  /** Answers in another format as answers of JSON, before anything is made of them: XML, say. Lists are read whole then, and an empty text is an empty one. */
  readonly translated?: (answer: HttpAnswer) => HttpAnswer;
  /** A request that succeeds with good credentials and changes nothing. */
  readonly test: RequestLine | ((call: RestCall<C>) => Promise<void>);
  /** What answers mean, before the usual meaning of their status. */
  readonly errors?: readonly ErrorRule[];
  /** Answers from 400 to 499 besides 429 that say the service is asked too often: those requests wait and are sent again, alike. */
  readonly throttled?: readonly ErrorRule[];
  /** How writes that come at the same time go in one request; see ./writes-together.ts. */
  readonly together?: WritesTogether<C>;
  /** Paths of the message in an error's JSON besides the usual ones, the first that is there. */
  readonly messages?: readonly string[];
}

type Shared<P extends PropertyTable> = Pick<ConnectorDefinition<P, never>,
  'id' | 'displayName' | 'family' | 'key' | 'alternativeBundles' | 'properties' | 'validate' | 'attributeNaming' | 'readBack' | 'unavailable' | 'batch' | 'deletesMore' | 'comparedAttributes'>;

/** A connector to a service over HTTP. */
export interface RestConnector<P extends PropertyTable> extends Shared<P> {
  /** What is wrong with a configuration, a sentence each, naming the property. Addresses, rates, proxy and certificate are looked at besides. */
  complaints?(config: ConfigOf<P>): readonly string[];
  readonly service: RestService<ConfigOf<P>>;
  readonly objectClasses: Readonly<Record<string, RestObjectClass<ConfigOf<P>>>>;
  /** Further object classes, or other attributes of the same, that the service itself tells of. */
  discover?(call: RestCall<ConfigOf<P>>): Promise<Readonly<Record<string, RestObjectClass<ConfigOf<P>>>>>;
  /** What `discover` is expected to give: reference pages show it, and what it can do the connector offers. */
  readonly discovered?: Readonly<Record<string, RestObjectClass<ConfigOf<P>>>>;
  /** Object classes the documentation has besides, such as `__ALL__`. */
  readonly described?: readonly DescribedObjectClass[];
  readonly authenticate?: (call: RestCall<ConfigOf<P>>, username: string, password: GuardedString) => Promise<Uid>;
  readonly ownScripts?: OwnScripts<ConfigOf<P>>;
}
