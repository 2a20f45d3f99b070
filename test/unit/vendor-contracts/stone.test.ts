import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contractFile } from '../../vendor-contracts/contract-files.js';
import { parseStone } from '../../vendor-contracts/stone-syntax.js';
import { readStone, stoneContract } from '../../vendor-contracts/stone.js';
import { contractRequest } from './contract-request.js';

/** In the forms of https://github.com/dropbox/stone/blob/main/docs/lang_ref.rst. */
const SOURCE = `
namespace shop
    "What is sold."

import common

# A comment.
alias Name = String(min_length=1, pattern="[a-z\\",)(]+")

struct Base
    "Said over
    two lines."
    id UInt64
        @common.Internal
        "Its number."

struct Thing extends Base
    name Name
    label String?
    count UInt32(min_value=1, max_value=10) = 5
    owner common.Person?
    parts List(Part, max_items=2)?

    example default
        name = "a"
        ids = [default]

union_closed Part
    none
    whole Thing
    named Name

union Failure
    not_found

route things/add:2 (Thing, List(Thing), Failure)
    "Adds."

    attrs
        auth = "team"
`;
const made = stoneContract('shop', [parseStone(SOURCE)], '/2');
const ask = (body: unknown): readonly string[] => made.checkRequest(contractRequest('POST /2/shop/things/add_v2', body)).complaints;

describe('Stone definitions', () => {
  it('are read: aliases, limits, defaults, subtypes of lists, inheritance, versions of routes', () => {
    const { namespace, definitions, routes } = parseStone(SOURCE);
    expect(namespace).toBe('shop');
    expect(definitions.map(({ name, kind, fields }) => [kind, name, fields.map((each) => `${each.name}${each.optional ? '?' : ''}`)])).toEqual([
      ['alias', 'Name', []], ['struct', 'Base', ['id']], ['struct', 'Thing', ['name', 'label?', 'count?', 'owner?', 'parts?']], ['union', 'Part', ['none', 'whole', 'named']], ['union', 'Failure', ['not_found']],
    ]);
    expect(definitions[0]!.alias!.limits).toEqual({ min_length: '1', pattern: '[a-z",)(]+' });
    expect(routes).toMatchObject([{ name: 'things/add', version: 2, argument: { name: 'Thing' }, result: { name: 'List', items: [{ name: 'Thing' }] } }]);
  });

  it.each([
    [{ id: 1, name: 'a' }, undefined], [{ id: 1, name: 'a', owner: { any: 1 }, parts: ['none', { '.tag': 'named', named: 'b' }] }, undefined],
    [{ id: 1, name: 'a', parts: [{ '.tag': 'whole', id: 2, name: 'c' }] }, undefined], [{ id: 1, name: 'a', label: null }, undefined],
    [{ id: 1 }, "body must have required property 'name'"], [{ name: 'a' }, "body must have required property 'id'"], [{ id: -1, name: 'a' }, 'body/id must be >= 0'],
    [{ id: 1, name: 'A' }, 'body/name must match pattern "^(?:[a-z",)(]+)$"'], [{ id: 1, name: 'a', count: 11 }, 'body/count must be <= 10'], [{ id: 1, name: 'a', colour: 'red' }, 'body/colour is not in the contract'],
    [{ id: 1, name: 'a', parts: ['some'] }, 'body/parts/0 must be equal to one of the allowed values: none'], [undefined, 'the body is missing'],
  ])('%j: %s', (body, complaint) => {
    if (complaint === undefined) expect(ask(body)).toEqual([]);
    else expect(ask(body)).toContain(complaint);
  });

  it('know errors by the status 409', () => {
    const request = contractRequest('POST /2/shop/things/add_v2', { id: 1, name: 'a' });
    const answer = (status: number, body: unknown): readonly string[] => made.checkAnswer(request, { status, headers: { 'content-type': 'application/json' }, text: JSON.stringify(body) }).complaints;
    expect(answer(409, { error_summary: 'not_found/.', error: { '.tag': 'not_found' } })).toEqual([]);
    expect(answer(409, { error: { '.tag': 'not_found' } })).toContain("answer must have required property 'error_summary'");
    expect(answer(200, { id: 1, name: 'a' })).toContain('answer must be array');
  });
});

const file = contractFile('dropbox/team.stone');
const dropbox = file === undefined ? undefined : await readStone({ name: 'dropbox', folder: dirname(file), base: '/2' });

/** As in https://www.dropbox.com/developers/documentation/http/teams. */
describe('Dropbox\'s definitions', () => {
  const MEMBER = { member_email: 'tom.s@company.com', member_given_name: 'Tom', member_surname: 'Silverstone', member_external_id: 'company_id:342432', send_welcome_email: true, role_ids: ['pid_dbtmr:2345'] };

  it.each([
    ['/team/members/add_v2', { new_members: [MEMBER], force_async: false }, undefined],
    ['/team/members/list_v2', { limit: 100, include_removed: false }, undefined],
    ['/team/members/get_info_v2', { members: [{ '.tag': 'team_member_id', team_member_id: 'dbmid:efgh5678' }] }, undefined],
    ['/team/members/list_v2', { limit: 5000 }, 'body/limit must be <= 1000'],
    ['/team/members/add_v2', { new_members: [{ ...MEMBER, email: 'a@b.com' }] }, 'body/new_members/0/email is not in the contract'],
    ['/team/members/get_info_v2', { members: [{ '.tag': 'login', login: 'x' }] }, 'body/members/0 must match a schema in anyOf'],
    ['/team/members/list_all', {}, 'no such path in the contract: /team/members/list_all'],
  ] as const)('%s %j: %s', (path, body, complaint) => {
    if (dropbox === undefined) return console.log('not checked: Dropbox, whose contract is not here');
    const { complaints } = dropbox.checkRequest(contractRequest(`POST /2${path}`, body));
    if (complaint === undefined) expect(complaints).toEqual([]);
    else expect(complaints).toContain(complaint);
  });
});
