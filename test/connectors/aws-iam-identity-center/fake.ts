import { randomBytes, randomUUID } from 'node:crypto';
import { holdSecret, secret } from '../../support/secret-values.js';
import { signatureCode, signatureFault, type KnownKey, type SignatureFault } from '../../targets/rest/aws-signed.js';
import { Refusal, type ExchangeObserver, type FakeAnswer, type FakeRequest } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import { operated, textAt, type Fields } from './fake-attributes.js';

type Action = (input: Fields) => object;
interface Observers { readonly store?: readonly ExchangeObserver[]; readonly sts?: readonly ExchangeObserver[] }

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.1' };
const failed = (code: string, more: object, status = 400): FakeAnswer => ({ status, headers: JSON_TYPE, body: JSON.stringify({ __type: `com.amazonaws.identitystore#${code}`, ...more }) });
/** https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_CreateUser.html#API_CreateUser_Errors */
function refuse(code: string, more: object): never {
  throw new Refusal(400, failed(code, more).body, JSON_TYPE);
}
const invalid = (Message: string): never => refuse('ValidationException', { Message, RequestId: randomUUID() });
const isMissing = (ResourceType: string, ResourceId: unknown): never => refuse('ResourceNotFoundException', { Message: `${ResourceType} not found.`, ResourceType, ResourceId, RequestId: randomUUID() });
const isTaken = (Message: string): never => refuse('ConflictException', { Message, Reason: 'UNIQUENESS_CONSTRAINT_VIOLATION', RequestId: randomUUID() });

const KINDS = {
  User: { unique: 'UserName', needs: ['UserName', 'DisplayName', 'Name', 'Name.GivenName', 'Name.FamilyName'] },
  Group: { unique: 'DisplayName', needs: ['DisplayName'] },
} as const;
type Kind = keyof typeof KINDS;

/** An identity store and the Security Token Service that gives keys for it, as strict as AWS: signatures, their time, required and empty values, unknown members and paths. */
export class FakeIdentityCenter {
  readonly region = 'eu-central-1';
  readonly storeId = 'd-1234567890';
  readonly roleArn = 'arn:aws:iam::123456789012:role/Causeway';
  readonly accessKey = 'AKIAIOSFODNN7EXAMPLE';
  readonly secretKey = secret('secret access key of the fake AWS');
  readonly kept: Readonly<Record<Kind, Map<string, Fields>>> = { User: new Map(), Group: new Map() };
  /** By id. */
  readonly memberships = new Map<string, { readonly GroupId: string; readonly UserId: string }>();
  /** Temporary keys that were given out. */
  readonly sessions = new Map<string, KnownKey>();
  /** Requests that were carried out, in their order. */
  readonly asked: { readonly action: string; readonly input: Fields }[] = [];
  /** Milliseconds the clocks of AWS are ahead. */
  ahead = 0;
  store!: FakeService;
  sts!: FakeService;
  readonly #actions: Readonly<Record<string, Action>> = { ...this.#objects('User'), ...this.#objects('Group'), ...this.#membershipActions() };

  static async start({ store = [], sts = [] }: Observers = {}): Promise<FakeIdentityCenter> {
    const fake = new FakeIdentityCenter();
    const error = (_: number, Message: string): object => ({ __type: 'ValidationException', Message });
    fake.store = await FakeService.start({ observers: store, error, routes: { 'POST /': (request) => fake.#carriedOut(request) } });
    fake.sts = await FakeService.start({ observers: sts, error, routes: { 'POST /': (request) => fake.#assumed(request) } });
    return fake;
  }

  get complaints(): readonly string[] {
    return [...this.store.complaints, ...this.sts.complaints];
  }

  async stop(): Promise<void> {
    await Promise.all([this.store.stop(), this.sts.stop()]);
  }

  /** A group that is there from the beginning; its id. */
  addGroup(name: string): string {
    return String((this.#actions['CreateGroup']!({ DisplayName: name }) as Fields)['GroupId']);
  }

  /** For `faults.next(…, { on: fake.on('CreateUser') })`. */
  on(action: string): (request: FakeRequest) => boolean {
    return ({ headers }) => headers['x-amz-target'] === `AWSIdentityStore.${action}`;
  }

  /** Inputs of one action. */
  askedFor(action: string): readonly Fields[] {
    return this.asked.filter((each) => each.action === action).map(({ input }) => input);
  }

  /** All keys that were given out have expired. */
  endSessions(): void {
    for (const [id, key] of this.sessions) this.sessions.set(id, { ...key, until: 0 });
  }

  #faultOf(request: FakeRequest, service: string, keys: ReadonlyMap<string, KnownKey>): SignatureFault | undefined {
    return signatureFault(request, { keys, region: this.region, service, now: Date.now() + this.ahead });
  }

  /** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
  #assumed(request: FakeRequest): FakeAnswer {
    const no = (status: number, code: string, message: string): FakeAnswer => xml(status, `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`);
    const fault = this.#faultOf(request, 'sts', new Map([[this.accessKey, { secret: this.secretKey }]]));
    if (fault !== undefined) return no(403, signatureCode(fault, 'query'), fault.message);
    const { RoleArn: role, RoleSessionName: name, DurationSeconds: seconds } = request.body as Record<string, string>;
    if (role !== this.roleArn) return no(403, 'AccessDenied', `User: arn:aws:iam::123456789012:user/causeway is not authorized to perform: sts:AssumeRole on resource: ${role}`);
    if (Number(seconds) > 3_600) return no(400, 'ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
    const [id, key, token] = [`ASIA${randomBytes(8).toString('hex').toUpperCase()}`, holdSecret('temporary key', randomBytes(30).toString('base64')), holdSecret('session token', randomBytes(60).toString('base64'))];
    const until = Date.now() + this.ahead + Number(seconds) * 1_000;
    this.sessions.set(id, { secret: key, token, until });
    const credentials = `<Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${key}</SecretAccessKey><SessionToken>${token}</SessionToken><Expiration>${new Date(until).toISOString()}</Expiration></Credentials>`;
    const user = `<AssumedRoleUser><AssumedRoleId>AROA3XFRBF535PLBIFPI4:${name}</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/Causeway/${name}</Arn></AssumedRoleUser>`;
    return xml(200, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>${user}${credentials}</AssumeRoleResult></AssumeRoleResponse>`);
  }

  #carriedOut(request: FakeRequest): FakeAnswer {
    const fault = this.#faultOf(request, 'identitystore', this.sessions);
    if (fault !== undefined) return failed(signatureCode(fault, 'json'), { message: fault.message });
    const [prefix, action = ''] = (request.headers['x-amz-target'] ?? '').split('.');
    const carryOut = this.#actions[action];
    if (prefix !== 'AWSIdentityStore' || carryOut === undefined || request.headers['content-type'] !== JSON_TYPE['content-type']) return failed('UnknownOperationException', {});
    const { IdentityStoreId: store, ...input } = request.body as Fields;
    if (store !== this.storeId) return isMissing('IDENTITY_STORE', store);
    const answer = carryOut(input);
    this.asked.push({ action, input });
    return { headers: JSON_TYPE, body: JSON.stringify(answer) };
  }

  #objects(kind: Kind): Record<string, Action> {
    const { unique, needs } = KINDS[kind];
    const [kept, id] = [this.kept[kind], `${kind}Id`];
    const found = (input: Fields): Fields => kept.get(String(input[id])) ?? isMissing(kind.toUpperCase(), input[id]);
    const keep = (uid: string, fields: Fields): void => {
      const missing = needs.filter((path) => textAt(fields, path) === '').map((path) => path.split('.').at(-1)!.toLowerCase());
      if (missing.length > 0) invalid(missing.map((name) => `${name}: The attribute ${name} is required`).join(', '));
      if ([...kept].some(([other, each]) => other !== uid && each[unique] === fields[unique])) isTaken(`Duplicate ${kind === 'Group' ? 'GroupDisplayName' : unique}`);
      kept.set(uid, fields);
    };
    return {
      [`Create${kind}`]: (input) => {
        const uid = `${this.storeId.slice(2)}-${randomUUID()}`;
        keep(uid, input);
        return { [id]: uid, IdentityStoreId: this.storeId };
      },
      [`Describe${kind}`]: (input) => this.#shown(kind, String(input[id]), found(input)),
      [`Update${kind}`]: ({ Operations: operations, ...input }) => {
        keep(String(input[id]), (operations as readonly Fields[]).reduce((fields, operation) => operated(kind, fields, operation, invalid), found(input)));
        return {};
      },
      // As its model has it, a deletion may be repeated.
      [`Delete${kind}`]: (input) => {
        kept.delete(String(input[id]));
        for (const [link, each] of this.memberships) if (each[id as 'UserId' | 'GroupId'] === input[id]) this.memberships.delete(link);
        return {};
      },
      [`List${kind}s`]: (input) => {
        const [filter] = (input['Filters'] ?? []) as readonly Fields[];
        if (filter !== undefined && filter['AttributePath'] !== unique) invalid(`The attribute path ${String(filter['AttributePath'])} is not supported.`);
        return this.#page(`${kind}s`, [...kept].filter(([, each]) => filter === undefined || each[unique] === filter['AttributeValue']).map(([uid, each]) => this.#shown(kind, uid, each)), input);
      },
    };
  }

  #membershipActions(): Record<string, Action> {
    const userOf = ({ MemberId: member }: Fields): string => {
      const { UserId: user } = member as { UserId: string };
      return this.kept.User.has(user) ? user : isMissing('USER', user);
    };
    return {
      CreateGroupMembership: (input) => {
        const [UserId, GroupId] = [userOf(input), String(input['GroupId'])];
        if (!this.kept.Group.has(GroupId)) isMissing('GROUP', GroupId);
        if ([...this.memberships.values()].some((each) => each.UserId === UserId && each.GroupId === GroupId)) isTaken('Member and Group relationship already exists.');
        const MembershipId = `${this.storeId.slice(2)}-${randomUUID()}`;
        this.memberships.set(MembershipId, { GroupId, UserId });
        return { MembershipId, IdentityStoreId: this.storeId };
      },
      DeleteGroupMembership: ({ MembershipId: id }) => (this.memberships.delete(String(id)) ? {} : isMissing('GROUP_MEMBERSHIP', id)),
      ListGroupMembershipsForMember: (input) => {
        const user = userOf(input);
        const own = [...this.memberships].filter(([, { UserId }]) => UserId === user);
        return this.#page('GroupMemberships', own.map(([MembershipId, { GroupId, UserId }]) => ({ IdentityStoreId: this.storeId, MembershipId, GroupId, MemberId: { UserId } })), input);
      },
    };
  }

  #shown(kind: Kind, uid: string, fields: Fields): Fields {
    return { ...fields, [`${kind}Id`]: uid, IdentityStoreId: this.storeId };
  }

  #page(name: string, all: readonly Fields[], { NextToken: token, MaxResults: most }: Fields): Fields {
    const query = new URLSearchParams({ limit: String((most as number | undefined) ?? 100), ...(token === undefined ? {} : { marker: token as string }) });
    const { rows, marker } = this.store.pages.marker(all, query, { most: 100 });
    return { [name]: rows, ...(marker === undefined ? {} : { NextToken: marker }) };
  }
}

const xml = (status: number, body: string): FakeAnswer => ({ status, headers: { 'content-type': 'text/xml' }, body });
