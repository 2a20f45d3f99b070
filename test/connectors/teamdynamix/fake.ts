import { randomBytes, randomUUID } from 'node:crypto';
import { secret } from '../../support/secret-values.js';
import { Refusal, type FakeAnswer, type FakeHandler, type FakeRequest } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import type { Routes } from '../../targets/rest/routes.js';
import { StrictLimits } from './limits.js';

type Fields = Readonly<Record<string, unknown>>;

const error = (_: number, message: string): object => ({ ID: -1, Message: message });
const refuse = (status: number, message: string): never => { throw new Refusal(status, error(status, message)); };
/** TeamDynamix.Api.Users.UserListing, property by property. */
const LISTED = ['UID', 'ReferenceID', 'UserName', 'FirstName', 'LastName', 'FullName', 'PrimaryEmail', 'AlertEmail', 'AuthenticationUserName', 'ExternalID', 'AlternateID', 'IsEmployee', 'IsActive', 'IsConfidential', 'TypeID', 'DefaultAccountID'];
/** Of TeamDynamix.Api.Users.User, what no PATCH takes: it is not editable, or a collection that is kept elsewhere. */
const NOT_PATCHED = new Set(['UID', 'ReferenceID', 'BEID', 'BEIDInt', 'UserName', 'FullName', 'GroupIDs', 'TypeID', 'Permissions', 'SecurityRoleName', 'DefaultAccountName', 'Password']);
const REQUIRED = ['FirstName', 'LastName', 'PrimaryEmail', 'Company'];

export interface FakeSettings {
  readonly limits?: StrictLimits;
  /** Awaited before each answer but that of a token: the way there and back. */
  readonly delay?: () => Promise<void>;
}

/** People, groups, applications, security roles and departments of TeamDynamix's Web API, with its limits. */
export class FakeTeamDynamix {
  readonly people = new Map<string, Fields>();
  readonly groups: Fields[] = [];
  readonly applications: Fields[] = [];
  readonly roles: Fields[] = [];
  readonly accounts: Fields[] = [];
  readonly beid = '7f3a1c52-0000-4000-8000-00000000be1d';
  readonly webServicesKey = secret('web services key of the fake TeamDynamix');
  readonly limits: StrictLimits;
  readonly #delay: () => Promise<void>;
  readonly #tokens = new Set<string>();
  tokensIssued = 0;
  service!: FakeService;
  #next = 1;

  private constructor({ limits = new StrictLimits(Date.now, 1_000), delay = async () => undefined }: FakeSettings) {
    this.limits = limits;
    this.#delay = delay;
  }

  static async start(settings: FakeSettings = {}): Promise<FakeTeamDynamix> {
    const fake = new FakeTeamDynamix(settings);
    fake.service = await fake.listen();
    return fake;
  }

  /** One more address of the same service. */
  async listen(): Promise<FakeService> {
    return FakeService.start({ base: '/TDWebApi/api', error, routes: this.#routes() });
  }

  expireTokens(): void {
    this.#tokens.clear();
  }

  /** A person that is there from the beginning; the uid. */
  addPerson(fields: Fields, uid: string = randomUUID()): string {
    const { FirstName: first = 'Ada', LastName: last = `Person ${this.#next}` } = fields;
    this.people.set(uid, {
      UID: uid, ReferenceID: this.#next++, BEID: this.beid, FirstName: first, LastName: last, FullName: `${String(first)} ${String(last)}`, PrimaryEmail: `${uid}@example.com`, Company: 'Example', UserName: null,
      IsActive: true, IsConfidential: false, IsEmployee: false, TypeID: 1, DefaultAccountID: 0, Applications: [], OrgApplications: [], GroupIDs: [], Permissions: [], SecurityRoleID: '', SecurityRoleName: '', ...fields,
    });
    return uid;
  }

  addGroup(name: string): string {
    const id = this.#next++;
    this.groups.push({ ID: id, Name: name, Description: `${name}.`, IsActive: true, ExternalID: null, CreatedDate: '2024-09-02T08:00:00Z', ModifiedDate: '2024-09-02T08:00:00Z', PlatformApplications: [] });
    return String(id);
  }

  addApplication(name: string, type = 'Ticketing'): number {
    const id = this.#next++;
    this.applications.push({ AppID: id, Name: name, Description: null, Type: type, AppClass: `TD${type}`, ExternalUrl: null, Purpose: null, Active: true, PartialUrl: null });
    return id;
  }

  addRole(name: string, app = 0): string {
    const id = randomUUID();
    this.roles.push({ ID: id, Name: name, AppID: app, UserCount: 0, LicenseType: 1, LicenseTypeName: 'Enterprise', CreatedDate: '2024-09-02T08:00:00Z', ModifiedDate: '2024-09-02T08:00:00Z' });
    return id;
  }

  addAccount(name: string): void {
    this.accounts.push({ ID: this.#next++, Name: name, ParentID: null, ParentName: null, IsActive: true, Code: name.slice(0, 3) });
  }

  #routes(): Routes {
    const one = (all: readonly Fields[]): FakeHandler => ({ params }) => ({ body: all.find(({ ID: id }) => String(id) === params['id']) ?? refuse(404, 'There is nothing with this ID.') });
    const guarded = Object.entries({ ...this.#peopleRoutes(),
      'POST /groups/search': () => ({ body: this.groups }), 'GET /groups/{id}': one(this.groups),
      'GET /applications': () => ({ body: this.applications }),
      'POST /securityroles/search': ({ body }: FakeRequest) => ({ body: this.roles.filter(({ AppID: app }) => app === ((body as Fields)['AppID'] ?? 0)) }), 'GET /securityroles/{id}': (request: FakeRequest) => {
        const { body } = one(this.roles)(request) as FakeAnswer;
        return { body: { ...(body as Fields), Permissions: ['ReadTickets'] } };
      },
      'GET /accounts': () => ({ body: this.accounts }), 'GET /accounts/{id}': one(this.accounts),
    }).map(([line, handler]) => [line, this.#limited(line, handler)] as const);
    return { ...Object.fromEntries(guarded), 'POST /auth/loginadmin': (request) => this.#logIn(request) };
  }

  #logIn({ body }: FakeRequest): FakeAnswer {
    const { BEID: beid, WebServicesKey: key, ...more } = (typeof body === 'object' ? body : {}) as Fields;
    if (Object.keys(more).length > 0) refuse(400, `Unknown: ${Object.keys(more).join(', ')}.`);
    if (beid !== this.beid || key !== this.webServicesKey) refuse(403, 'Invalid BEID or web services key.');
    const token = `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1_000) + 86_400 })).toString('base64url')}.${randomBytes(24).toString('base64url')}`;
    this.#tokens.add(token);
    this.tokensIssued++;
    return { body: token };
  }

  #limited(line: string, handler: FakeHandler): FakeHandler {
    const method = line.replace(' /', ' ').replaceAll(/\{[^}]+\}/g, '{}');
    return async (request) => {
      await this.#delay();
      if (!this.#tokens.has(request.headers['authorization']?.replace(/^Bearer /, '') ?? '')) refuse(401, 'Authentication is needed.');
      const { refused, headers } = this.limits.count(method, request.from ?? '');
      if (refused) throw new Refusal(429, error(429, 'Too many requests.'), headers);
      try {
        const answer = await handler(request);
        return { ...answer, headers: { ...headers, ...answer.headers } };
      } catch (thrown) {
        if (thrown instanceof Refusal) throw new Refusal(thrown.answer.status ?? 500, thrown.answer.body, { ...headers, ...thrown.answer.headers });
        throw thrown;
      }
    };
  }

  #peopleRoutes(): Routes {
    const found = ({ params }: FakeRequest): Fields => this.people.get(params['uid']!) ?? refuse(404, `There is no person with the UID ${params['uid']}.`);
    return {
      'GET /people/userlist': ({ query }) => ({ body: [...this.people.values()].filter(({ IsActive: active }) => query.get('isActive') === '' || String(active) === query.get('isActive')).map((each) => Object.fromEntries(LISTED.map((name) => [name, each[name] ?? null]))) }),
      'GET /people/{uid}': (request) => ({ body: found(request) }),
      'POST /people': ({ body }) => this.#created(body as Fields),
      'PATCH /people/{uid}': (request) => {
        const person = found(request);
        if (!Array.isArray(request.body)) return refuse(400, 'The JsonPatchDocument was malformed and could not be parsed.');
        const changed = (request.body as Fields[]).map(({ op, path, value }) => [String(path).slice(1), op === 'remove' ? null : value] as const);
        for (const [name] of changed) if (NOT_PATCHED.has(name)) refuse(400, `${name} cannot be patched.`);
        this.#keep({ ...person, ...Object.fromEntries(changed) });
        return { body: this.people.get(String(person['UID'])) };
      },
      'POST /people/{uid}/groups': (request) => {
        const person = found(request);
        const given = request.body as unknown[];
        if (!Array.isArray(given) || given.some((id) => typeof id !== 'number' || !this.groups.some(({ ID: known }) => known === id))) refuse(400, 'There is no such group.');
        const kept = request.query.get('removeOtherGroups') === 'true' ? [] : person['GroupIDs'] as number[];
        this.#keep({ ...person, GroupIDs: [...new Set([...kept, ...given])] });
        return { body: 'Saved.' , headers: { 'content-type': 'text/plain' } };
      },
    };
  }

  #created(given: Fields): FakeAnswer {
    const missing = REQUIRED.filter((name) => given[name] === undefined);
    if (missing.length > 0) refuse(400, `${missing.join(', ')} needed.`);
    if (given['TypeID'] === 1 && given['SecurityRoleID'] === undefined) refuse(400, 'A user needs a security role.');
    if (given['OrgApplications'] !== undefined) refuse(400, 'OrgApplications are not taken before the user is there.');
    if (given['UserName'] !== undefined && [...this.people.values()].some(({ UserName: name }) => name === given['UserName'])) refuse(400, 'A user with this username already exists.');
    const fields = Object.fromEntries(Object.entries(given).filter(([name]) => name !== 'Password'));
    return { status: 201, body: this.people.get(this.addPerson(fields)) };
  }

  #keep(person: Fields): void {
    this.people.set(String(person['UID']), { ...person, FullName: `${String(person['FirstName'])} ${String(person['LastName'])}` });
  }
}
