import type { ContractRequest } from '../../vendor-contracts/vendor-contract.js';

/** `METHOD /path?query` with a JSON body, as a contract is asked about it. */
export function contractRequest(line: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): ContractRequest {
  const [method = '', ...address] = line.split(' ');
  const { pathname, searchParams } = new URL(address.join(' '), 'http://127.0.0.1');
  return { method, path: pathname, query: searchParams, headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, text: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body) };
}
