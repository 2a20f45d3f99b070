import { lookup } from 'node:dns/promises';
import { realpath } from 'node:fs/promises';
import { isIP } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import type { ConnectorTarget } from '../../protocol/model/index.js';
import { hostKey, slashed, type TargetPattern } from './target-pattern.js';

/** What is known of one place an operation goes to. */
export type TargetFacts =
  /** `addresses` undefined: not looked up, or not found. */
  | { readonly kind: 'server'; readonly text: string; readonly host: string; readonly port: number; readonly addresses: readonly string[] | undefined }
  /** As it is written and as it really is, links followed. */
  | { readonly kind: 'file'; readonly text: string; readonly spellings: readonly string[] }
  | { readonly kind: 'relay'; readonly text: string; readonly name: string };

/** The whole of the place is inside the pattern: what a permission needs. */
export function isWithin(target: TargetFacts, pattern: TargetPattern): boolean {
  if (target.kind === 'relay') return pattern.kind === 'relay' && pattern.name.matches(target.name);
  if (target.kind === 'file') return pattern.kind === 'path' && target.spellings.every((path) => pattern.path.matches(path));
  if (pattern.kind === 'host') return hasPort(target, pattern.port) && pattern.name.matches(target.host);
  if (pattern.kind !== 'address' || !hasPort(target, pattern.port)) return false;
  return target.addresses !== undefined && target.addresses.length > 0 && target.addresses.every((address) => pattern.includes(address));
}

/** Some of the place is, or may be, inside the pattern: enough for a refusal. */
export function touches(target: TargetFacts, pattern: TargetPattern): boolean {
  if (target.kind === 'relay') return pattern.kind === 'relay' && pattern.name.matches(target.name);
  if (target.kind === 'file') return pattern.kind === 'path' && target.spellings.some((path) => pattern.path.matches(path));
  if (pattern.kind === 'host') return hasPort(target, pattern.port) && pattern.name.matches(target.host);
  if (pattern.kind !== 'address' || !hasPort(target, pattern.port)) return false;
  return target.addresses === undefined || target.addresses.some((address) => pattern.includes(address));
}

function hasPort(target: { readonly port: number }, port: number | undefined): boolean {
  return port === undefined || port === target.port;
}

export function relayFacts(name: string): TargetFacts {
  return { kind: 'relay', text: `relay:${name}`, name };
}

export interface FactsOptions {
  /** Patterns of addresses are in the policy: names have to be looked up. */
  readonly needsAddresses: boolean;
  /** Addresses of a name. @default the system's resolver */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

const LOOKUP_TIMEOUT_MS = 5_000;

async function systemAddresses(host: string): Promise<readonly string[]> {
  const late = new Promise<never>((_, reject) => { setTimeout(() => reject(new Error('late')), LOOKUP_TIMEOUT_MS).unref(); });
  return (await Promise.race([lookup(host, { all: true, verbatim: true }), late])).map(({ address }) => address);
}

/** Looks at the place as it is now: what a name leads to, where a link ends. Never throws: what cannot be found is unknown. */
export async function targetFacts(target: ConnectorTarget, { needsAddresses, resolve: find = systemAddresses }: FactsOptions): Promise<TargetFacts> {
  if ('path' in target) return fileFacts(target.path);
  const host = hostKey(target.host.replace(/^\[|\]$/g, ''));
  const text = `${host.includes(':') ? `[${host}]` : host}:${target.port}`;
  if (isIP(host) !== 0) return { kind: 'server', text, host, port: target.port, addresses: [host.replace(/%.*$/, '')] };
  const addresses = needsAddresses ? await find(host).catch(() => undefined) : undefined;
  return { kind: 'server', text, host, port: target.port, addresses };
}

async function fileFacts(path: string): Promise<TargetFacts> {
  const written = slashed(resolve(path));
  const real = slashed(await realPath(resolve(path)));
  return { kind: 'file', text: real, spellings: real === written ? [written] : [written, real] };
}

/** Of a file that is not there yet: that of its directory. */
async function realPath(path: string): Promise<string> {
  const found = await realpath(path).catch(() => undefined);
  if (found !== undefined) return found;
  const parent = dirname(path);
  return parent === path ? path : join(await realPath(parent), basename(path));
}
