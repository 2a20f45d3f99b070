import { expect, it } from 'vitest';
import { laterVersion } from '../../vendor-contracts/later-version.js';
import type { ContractRequest, VendorContract } from '../../vendor-contracts/vendor-contract.js';

const seen: string[] = [];
const older: VendorContract = {
  name: 'an API',
  checkRequest: ({ method, path }) => { seen.push(`${method} ${path}`); return { operation: path, complaints: path.startsWith('/v2/') ? [] : ['no such path'] }; },
  checkAnswer: ({ path }, { status }) => { seen.push(`${status} ${path}`); return { operation: path, complaints: [] }; },
};
const request = (path: string): ContractRequest => ({ method: 'GET', path, query: new URLSearchParams(), headers: {}, text: '' });

it('looks requests and answers of a later version up by the paths of the one that is documented, and no others', () => {
  const contract = laterVersion(older, { asked: '/v2.1/', documented: '/v2/' });
  expect(contract.checkRequest(request('/v2.1/users/v2.1'))).toEqual({ operation: '/v2/users/v2.1', complaints: [] });
  contract.checkAnswer(request('/v2.1/users'), { status: 200, headers: {}, text: '' });
  expect(contract.checkRequest(request('/v3/users')).complaints).toEqual(['no such path']);
  expect(seen).toEqual(['GET /v2/users/v2.1', '200 /v2/users', 'GET /v3/users']);
});
