import { readFileSync } from 'node:fs';
import { secret } from '../../support/secret-values.js';
import { Refusal, type ExchangeObserver, type FakeAnswer, type FakeRequest } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import { SoqlReader, type Fields } from './soql-reader.js';

const refuse = (status: number, errorCode: string, message: string, fields: readonly string[] = []): never => { throw new Refusal(status, [{ message, errorCode, fields }]); };
const BASE = '/services/data/v48.0';
const texts = (names: string): readonly FakeField[] => names.split(' ').map((name) => ({ name, type: name === 'Id' ? 'id' : name.endsWith('Id') ? 'reference' : 'string' }));
const flags = (names: string): readonly FakeField[] => names.split(' ').map((name) => ({ name, type: 'boolean' }));

interface FakeField { readonly name: string; readonly type: string; readonly createable?: boolean; readonly updateable?: boolean }
interface FakeObject { readonly prefix: string; readonly fields: readonly FakeField[]; readonly required?: readonly string[]; readonly unique?: Readonly<Record<string, string>>; readonly presets?: Fields; readonly deletable: boolean }
const SYSTEM = [...texts('Id CreatedById LastModifiedById'), ...['CreatedDate', 'LastModifiedDate', 'SystemModstamp'].map((name) => ({ name, type: 'datetime' }))];
/** What nobody may write. */
const OWN = /^(?:Id|Name|UserType|SystemModstamp|Created\w+|Last(?:Modified|Viewed|Referenced)\w+|\w+PhotoUrl|IsProfilePhotoActive|IsExtIndicatorVisible|BadgeText|OutOfOfficeMessage)$/;
/** As the documentation shows users. */
const USER = (JSON.parse(readFileSync(new URL('../../specifications/systems/salesforce.json', import.meta.url), 'utf8')) as { objectClasses: readonly { attributes: readonly FakeField[] }[] })
  .objectClasses[0]!.attributes.filter(({ name }) => !name.startsWith('__')).map(({ name, type }) => (type === 'Boolean' ? flags(name) : texts(name))[0]!);

const OBJECTS: Readonly<Record<string, FakeObject>> = {
  User: {
    prefix: '005', deletable: false, required: ['Username', 'LastName', 'Email', 'Alias', 'ProfileId'], unique: { Username: 'DUPLICATE_USERNAME', CommunityNickname: 'DUPLICATE_COMM_NICKNAME' },
    fields: [...SYSTEM, ...[...USER, ...flags('UserPermissionsInteractionUser')].filter(({ name }) => SYSTEM.every((field) => field.name !== name))],
    presets: { ...Object.fromEntries(USER.filter(({ type }) => type === 'boolean').map(({ name }) => [name, false])), UserPermissionsInteractionUser: false, IsActive: true, UserType: 'Standard', BadgeText: '', FullPhotoUrl: 'https://example.force.com/profilephoto/005/F', SmallPhotoUrl: 'https://example.force.com/profilephoto/005/T' },
  },
  Contact: { prefix: '003', deletable: true, required: ['LastName'], unique: { ExternalKey__c: 'DUPLICATE_VALUE' }, fields: [...SYSTEM, ...texts('LastName FirstName Title Department ExternalKey__c AccountId'), ...flags('DoNotCall'), { name: 'Level__c', type: 'int' }, { name: 'Source__c', type: 'string', updateable: false }, { name: 'Rank__c', type: 'string', createable: false }], presets: { DoNotCall: false } },
  PermissionSet: { prefix: '0PS', deletable: true, fields: [...SYSTEM, ...texts('Name'), ...flags('IsOwnedByProfile')] },
  PermissionSetAssignment: { prefix: '0Pa', deletable: true, fields: [...SYSTEM, ...texts('AssigneeId PermissionSetId')] },
  GroupMember: { prefix: '011', deletable: true, fields: [...SYSTEM, ...texts('UserOrGroupId GroupId')] },
};

function checkValue({ name, type, ...field }: FakeField, value: Fields[string], operation: 'createable' | 'updateable'): void {
  if (field[operation] === false || OWN.test(name)) refuse(400, 'INVALID_FIELD_FOR_INSERT_UPDATE', `Unable to create/update fields: ${name}`, [name]);
  if (type === 'boolean' && typeof value !== 'boolean') refuse(400, 'JSON_PARSER_ERROR', `Cannot deserialize ${name}`);
  if (type === 'reference' && value !== null && !/^\w{15}(\w{3})?$/.test(String(value))) refuse(400, 'MALFORMED_ID', `${name}: id value of incorrect type`, [name]);
}

/** Records of a Salesforce org, by the REST API. */
export class FakeSalesforce {
  readonly records = new Map(Object.keys(OBJECTS).map((type) => [type, new Map<string, Fields>()] as const));
  readonly clientId = 'salesforce-client';
  readonly clientSecret = secret('client secret of the fake Salesforce');
  readonly refreshToken = secret('refresh token of the fake Salesforce');
  readonly queries: string[] = [];
  /** Header values queries came with. */
  readonly batches: (string | undefined)[] = [];
  /** What the service makes of any size. */
  batch = 2_000;
  now = (): number => Date.now();
  service!: FakeService;
  readonly deleted = new Set<string>();
  readonly #cursors = new Map<string, readonly Fields[]>();
  #next = 1;

  static async start(observers: readonly ExchangeObserver[] = []): Promise<FakeSalesforce> {
    const fake = new FakeSalesforce();
    fake.service = await FakeService.start({
      base: BASE, observers, error: (status, message) => [{ message, errorCode: status === 401 ? 'INVALID_SESSION_ID' : status === 404 ? 'NOT_FOUND' : 'UNKNOWN_EXCEPTION' }],
      credentials: { tokens: {
        path: '/services/oauth2/token', clientId: fake.clientId, clientSecret: fake.clientSecret, clientBy: 'body', refreshToken: fake.refreshToken,
        answer: (token) => ({ body: { access_token: token, signature: 'x', instance_url: 'https://example-com.cs1.my.salesforce.com', token_type: 'Bearer', issued_at: '1417182949781' } }),
      } },
      routes: {
        'GET /': () => ({ body: { sobjects: '/services/data/v48.0/sobjects', query: '/services/data/v48.0/query' } }),
        'GET /query': ({ query, headers }) => fake.#query(query.get('q') ?? '', headers['sforce-query-options']),
        'GET /query/{locator}': ({ params }) => fake.#page(params['locator']!),
        'GET /sobjects/{type}/describe': ({ params }) => ({ body: fake.#described(params['type']!) }),
        'POST /sobjects/{type}': ({ params, body }) => ({ status: 201, body: { id: fake.add(params['type']!, fake.#given(params['type']!, body as Fields, '')), success: true, errors: [] } }),
        'GET /sobjects/{type}/{id}': (request) => ({ body: { attributes: { type: request.params['type'], url: request.path }, ...fake.#found(request) } }),
        'PATCH /sobjects/{type}/{id}': (request) => {
          const { type = '', id = '' } = request.params;
          const old = fake.#found(request);
          fake.#keep(type, { ...old, ...fake.#given(type, request.body as Fields, id) });
          return {};
        },
        'DELETE /sobjects/{type}/{id}': (request) => {
          const { Id } = fake.#found(request);
          const { type = '' } = request.params;
          if (!OBJECTS[type]!.deletable) refuse(400, 'DELETE_FAILED', 'users cannot be deleted');
          fake.records.get(type)!.delete(String(Id));
          fake.deleted.add(String(Id));
          return {};
        },
      },
    });
    return fake;
  }

  /** A record; its Id. A new user has the permission set of the profile. */
  add(type: string, fields: Fields): string {
    const object = OBJECTS[type]!;
    const Id = `${object.prefix}${String(this.#next++).padStart(12, '0')}AAA`;
    const blank = Object.fromEntries(object.fields.map(({ name }) => [name, null]));
    this.#keep(type, { ...blank, ...object.presets, ...fields, Id, CreatedDate: this.#time(), CreatedById: '005000000000000AAA' });
    if (type === 'User') this.add('PermissionSetAssignment', { AssigneeId: Id, PermissionSetId: this.#profileSet() });
    return Id;
  }

  #profileSet(): string {
    return [...this.records.get('PermissionSet')!.values()].map(({ Id }) => String(Id))[0] ?? this.add('PermissionSet', { Name: 'X00e', IsOwnedByProfile: true });
  }

  #time(): string {
    return new Date(this.now()).toISOString().replace('Z', '+0000');
  }

  #keep(type: string, fields: Fields): void {
    const name = type === 'User' ? { Name: [fields['FirstName'], fields['LastName']].filter((part) => part !== null).join(' ') } : {};
    this.records.get(type)!.set(String(fields['Id']), { ...fields, ...name, LastModifiedDate: this.#time(), SystemModstamp: this.#time() });
  }

  #found({ params: { type = '', id = '' } }: FakeRequest): Fields {
    if (!/^\w{15}(\w{3})?$/.test(id)) return refuse(404, 'NOT_FOUND', 'The requested resource does not exist');
    if (this.deleted.has(id)) return refuse(404, 'ENTITY_IS_DELETED', 'entity is deleted');
    return this.records.get(type)?.get(id) ?? refuse(404, 'NOT_FOUND', 'The requested resource does not exist');
  }

  #given(type: string, given: Fields, self: string): Fields {
    const { fields, required = [], unique = {} } = OBJECTS[type] ?? refuse(404, 'NOT_FOUND', 'The requested resource does not exist');
    for (const [name, value] of Object.entries(given)) {
      checkValue(fields.find((one) => one.name === name) ?? refuse(400, 'INVALID_FIELD', `No such column '${name}' on sobject of type ${type}`, [name]), value, self === '' ? 'createable' : 'updateable');
    }
    this.#complete(type, given, self, required, unique);
    return given;
  }

  #complete(type: string, given: Fields, self: string, required: readonly string[], unique: Readonly<Record<string, string>>): void {
    const missing = required.filter((name) => (self === '' && given[name] === undefined) || given[name] === null);
    if (missing.length > 0) refuse(400, 'REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, missing);
    for (const [name, code] of Object.entries(unique)) {
      const isTaken = given[name] !== undefined && given[name] !== null && [...this.records.get(type)!.values()].some((each) => each['Id'] !== self && each[name] === given[name]);
      if (isTaken) refuse(400, code, 'Duplicate', [name]);
    }
  }

  #described(type: string): object {
    const object = OBJECTS[type] ?? refuse(404, 'NOT_FOUND', 'The requested resource does not exist');
    return { name: type, createable: true, updateable: true, deletable: object.deletable, fields: object.fields.map((field) => ({ filterable: true, nillable: true, createable: !OWN.test(field.name), updateable: !OWN.test(field.name), ...field })) };
  }

  #query(text: string, batch: string | undefined): FakeAnswer {
    this.queries.push(text);
    this.batches.push(batch);
    const { fields, type, matches, order } = new SoqlReader(text);
    const known = new Set(OBJECTS[type]?.fields.map(({ name }) => name) ?? refuse(400, 'INVALID_TYPE', `sObject type '${type}' is not supported.`));
    for (const name of [...fields, ...order]) if (!known.has(name)) refuse(400, 'INVALID_FIELD', `No such column '${name}'`);
    const compare = (one: Fields, other: Fields): number => order.map((name) => (one[name]! < other[name]! ? -1 : one[name]! > other[name]! ? 1 : 0)).find((difference) => difference !== 0) ?? 0;
    const found = [...this.records.get(type)!.values()].filter(matches).sort(compare);
    const cursor = `01g${this.#next++}`;
    this.#cursors.set(cursor, found.map((record) => Object.fromEntries(fields.map((name) => [name, record[name]!]))));
    return this.#page(`${cursor}-0`);
  }

  #page(locator: string): FakeAnswer {
    const [cursor = '', at = ''] = locator.split('-');
    const all = this.#cursors.get(cursor) ?? refuse(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
    const end = Number(at) + this.batch;
    return { body: { totalSize: all.length, done: end >= all.length, ...(end < all.length ? { nextRecordsUrl: `${BASE}/query/${cursor}-${end}` } : {}), records: all.slice(Number(at), end).map((record) => ({ attributes: { type: 'x', url: '/x' }, ...record })) } };
  }
}
