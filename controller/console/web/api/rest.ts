/** An answer of the REST API that is an error. `status` 0: there was no answer. */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject { readonly [key: string]: Json }

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Behind `/openidm/`, encoded. */
  readonly path: string;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The part of the API that needs no more than a path; `segments` are encoded. */
export function pathOf(...segments: readonly string[]): string {
  return segments.map(encodeURIComponent).join('/');
}

const listeners = new Set<() => void>();

/** Called when an answer says that nobody is signed in. */
export function onSignedOut(listener: () => void): void {
  listeners.add(listener);
}

/** Resolves with the body; rejects with a {@link RestError}. */
export async function rest<T = Json>({ method, path, body, headers = {}, signal }: RestRequest): Promise<T> {
  const sent = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const response = await answered(`/openidm/${path}`, {
    method, credentials: 'same-origin', cache: 'no-store', headers: { 'X-Requested-With': 'causeway-console', ...sent, ...headers },
    body: body === undefined ? null : JSON.stringify(body), signal: signal ?? null,
  });
  const text = await response.text();
  const content: unknown = parsed(text);
  if (response.status === 401 && headers['X-OpenIDM-Username'] === undefined) for (const listener of listeners) listener();
  if (!response.ok) throw new RestError(response.status, messageOf(content) ?? `The controller answered ${response.status}.`);
  const broken = brokenOff(content);
  if (broken !== undefined) throw new RestError(500, broken);
  return content as T;
}

/** A query that fails midway has said 200 before. */
function brokenOff(content: unknown): string | undefined {
  return typeof content === 'object' && content !== null && 'error' in content && 'resultCount' in content ? messageOf(content.error) : undefined;
}

async function answered(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new RestError(0, 'The controller does not answer.');
  }
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new RestError(0, 'The answer of the controller broke off.');
  }
}

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

/** Messages come escaped for HTML, and are shown as text. */
function messageOf(content: unknown): string | undefined {
  if (typeof content !== 'object' || content === null || !('message' in content) || typeof content.message !== 'string') return undefined;
  const detail = 'detail' in content && typeof content.detail === 'object' && content.detail !== null && 'connectorMessage' in content.detail ? content.detail.connectorMessage : undefined;
  const message = content.message.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity);
  return typeof detail === 'string' ? `${message}: ${detail}` : message;
}

export interface QueryAnswer<T> {
  readonly result: readonly T[];
  readonly resultCount: number;
  readonly pagedResultsCookie: string | null;
  readonly totalPagedResults: number;
}

/** Everything of a list that is short by nature. */
export async function listOf<T>(path: string, signal?: AbortSignal): Promise<readonly T[]> {
  return (await rest<QueryAnswer<T>>({ method: 'GET', path: `${path}?_queryFilter=true`, ...(signal === undefined ? {} : { signal }) })).result;
}
