import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetch } from 'undici';
import { watchBy } from '../../vendor-contracts/contracts.js';
import type { ContractWatch } from '../../vendor-contracts/contract-watch.js';
import { FakeBox } from './fake.js';

let watch: ContractWatch;
let box: FakeBox;
let authorization = '';

beforeAll(async () => {
  watch = await watchBy('box', { service: 'box', suite: 'fake' });
  box = await FakeBox.start([watch]);
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: box.clientId, client_secret: box.clientSecret, box_subject_type: 'enterprise', box_subject_id: '1' });
  const token = await (await fetch(`${box.service.origin}/oauth2/token`, { method: 'POST', body: form })).json() as { access_token: string };
  authorization = `Bearer ${token.access_token}`;
});
afterAll(() => box.service.stop());

async function ask(line: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const [method = '', path = ''] = line.split(' ');
  const response = await fetch(box.service.address + path, { method, headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

describe('the fake of Box', () => {
  it('keeps users, groups and memberships, as Box\'s contract has them', async () => {
    const user = (await ask('POST /users', { name: 'Aaron Levie', login: 'boss@box.com', space_amount: 11345156112 })).body;
    const group = (await ask('POST /groups', { name: 'Support', description: 'Support Group - as imported from Active Directory' })).body;
    expect((await ask('POST /users', { name: 'Other', login: 'boss@box.com' })).status).toBe(409);
    const made = await ask('POST /group_memberships', { user: { id: user['id'] }, group: { id: group['id'] }, role: 'admin' });
    expect(made.status).toBe(201);
    expect((await ask(`GET /users/${String(user['id'])}/memberships?limit=10`)).body['entries']).toEqual([made.body]);
    expect((await ask(`GET /groups/${String(group['id'])}?fields=description`)).body['description']).toContain('Active Directory');
    expect((await ask(`PUT /users/${String(user['id'])}`, { job_title: 'CEO' })).body['job_title']).toBe('CEO');
    expect((await ask('GET /users?usemarker=true&limit=1&filter_term=aaron')).body['entries']).toHaveLength(1);
    expect((await ask(`DELETE /users/${String(user['id'])}?force=true`)).status).toBe(204);
    expect((await ask(`GET /users/${String(user['id'])}`)).status).toBe(404);
    expect((await ask(`DELETE /group_memberships/${String(made.body['id'])}`)).status).toBe(404);
    expect(box.service.complaints).toEqual([]);
  });

  it('is told from one that takes what Box does not', async () => {
    if (!watch.isChecking) return console.log('not checked: Box, whose contract is not here');
    const before = watch.counts.refused;
    expect((await ask('POST /users', { name: 'Aaron Levie', email: 'boss@box.com' })).status).toBe(400);
    expect(box.service.complaints.splice(0)).toEqual(['POST /2.0/users: body/email is not in the contract']);
    expect(watch.counts.refused).toBe(before + 1);
  });
});
