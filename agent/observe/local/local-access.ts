import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** What a token lets its bearer do: everything, or read only. */
export type Access = 'command' | 'page';

const TOKEN_BYTES = 32;
const LINK_MS = 120_000;
/** Links not used yet, and pages open; the oldest makes room. */
const MOST_LINKS = 16;
const MOST_PAGES = 32;
const SCHEME = 'Bearer ';

/** How long a link of `agent status --link` can be used, in seconds. */
export const LINK_SECONDS = LINK_MS / 1000;

/**
 * Who may ask for what. The token of commands is in a file that only the agent's user can read. A page gets a token of its own,
 * for reading only, in exchange for the one in a link, which works once and for two minutes: a link ends up in the history of
 * terminals and browsers. Of each token only the digest is kept. Times in milliseconds.
 */
export class LocalAccess {
  readonly token = randomBytes(TOKEN_BYTES).toString('base64url');
  readonly #command = digestOf(this.token);
  readonly #links: { readonly digest: Buffer; readonly until: number }[] = [];
  readonly #pages: Buffer[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Undefined: the request shows no token, or none of ours. */
  of(request: IncomingMessage): Access | undefined {
    const digest = shown(request);
    if (digest === undefined) return undefined;
    if (timingSafeEqual(digest, this.#command)) return 'command';
    return this.#pages.some((page) => timingSafeEqual(page, digest)) ? 'page' : undefined;
  }

  /** A token for a link. */
  newLink(): string {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#links.push({ digest: digestOf(token), until: this.#now() + LINK_MS });
    if (this.#links.length > MOST_LINKS) this.#links.shift();
    return token;
  }

  /** The token of a page, for the token of a link; undefined when that is none, was used, or is too old. */
  exchange(request: IncomingMessage): string | undefined {
    const digest = shown(request);
    if (digest === undefined) return undefined;
    const at = this.#links.findIndex((link) => timingSafeEqual(link.digest, digest));
    const [link] = at < 0 ? [] : this.#links.splice(at, 1);
    if (link === undefined || link.until < this.#now()) return undefined;
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#pages.push(digestOf(token));
    if (this.#pages.length > MOST_PAGES) this.#pages.shift();
    return token;
  }
}

function shown({ headers: { authorization } }: IncomingMessage): Buffer | undefined {
  return authorization?.startsWith(SCHEME) === true ? digestOf(authorization.slice(SCHEME.length)) : undefined;
}

/** Equal in length whatever was shown, so that comparing tells nothing. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

/** Both ends of the connection are this machine, whatever the server is bound to. */
export function isFromHere({ socket: { localAddress, remoteAddress } }: IncomingMessage): boolean {
  return isLoopback(localAddress) && isLoopback(remoteAddress);
}

export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.toLowerCase().startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

/**
 * Why a request from this machine is not answered: a page of somebody else's, opened in a browser here, asks. Its name may lead
 * to our address (DNS rebinding), but `Host` still says it; and `Origin` says who asks. The port may be another one: that of a
 * tunnel.
 */
export function strangerOf({ headers: { host, origin } }: IncomingMessage): string | undefined {
  if (host !== undefined && !isOurName(hostNameOf(`http://${host}`))) return 'The Host header names another machine. Ask for 127.0.0.1 or localhost.';
  if (origin !== undefined && origin !== `http://${host ?? ''}`) return 'The request comes from a page of another origin.';
  return undefined;
}

function hostNameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

function isOurName(name: string | undefined): boolean {
  return name !== undefined && (name === 'localhost' || isLoopback(name.startsWith('[') ? name.slice(1, -1) : name));
}
