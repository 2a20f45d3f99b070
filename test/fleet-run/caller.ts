import type { Controller } from '../support/causeway-processes.js';
import type { RestAnswer, RestRequest } from '../support/rest-client.js';
import { FIXED, GROUPS, type GroupName } from './fleet-run-world.js';
import type { Ledger, OperationName } from './ledger.js';

/** Of a hundred operations. */
export const MIX: Readonly<Record<OperationName, number>> = { get: 40, search: 15, create: 20, update: 15, delete: 10 };
/** Whoever met a controller that is gone waits so long, as a client would. Milliseconds. */
const PAUSE = 200;
/** Objects of its own that a caller keeps to change. */
const MOST_OWN = 20;

interface Own { readonly group: GroupName; readonly uid: string; mark: string }

/** One of many callers: one operation after the other, each at any of the controllers, the dead ones too. */
export class Caller {
  readonly #name: string;
  readonly #controllers: readonly Controller[];
  readonly #ledger: Ledger;
  readonly #own: Own[] = [];
  #count = 0;

  constructor(name: string, controllers: readonly Controller[], ledger: Ledger) {
    this.#name = name;
    this.#controllers = controllers;
    this.#ledger = ledger;
  }

  async run(until: () => boolean): Promise<void> {
    while (!until()) {
      const isAnswered = await this.#one(drawn());
      if (!isAnswered) await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    }
  }

  async #one(operation: OperationName): Promise<boolean> {
    const own = this.#own.length === 0 ? undefined : anyOf(this.#own);
    const group = anyOf(GROUPS);
    if (operation === 'search') return this.#search(group);
    if (operation === 'get') return own === undefined || Math.random() < 0.5 ? this.#getFixed(group) : this.#getOwn(own);
    return own === undefined ? this.#create(group) : this.#change(operation, own, group);
  }

  async #change(operation: OperationName, own: Own, group: GroupName): Promise<boolean> {
    if (operation === 'update') return this.#update(own);
    return operation === 'delete' || this.#own.length >= MOST_OWN ? this.#delete(own) : this.#create(group);
  }

  async #search(group: GroupName): Promise<boolean> {
    const answer = await this.#send('search', `/openidm/system/${group}/account?_queryFilter=${encodeURIComponent('uid sw "fixed-"')}`);
    if (answer === undefined) return false;
    if (answer.body['error'] !== undefined) return this.#ledger.failed('search', `200 that ends in an error ${codeOf(answer.body['error'])}`, codeOf(answer.body['error']) === 503);
    const rows = answer.body['result'] as readonly { readonly uid: string; readonly mark: string }[];
    const right = new Set(rows.filter(({ uid, mark }) => `mark-${uid.slice('fixed-'.length)}` === mark).map(({ uid }) => uid));
    return this.#ledger.read('search', rows.length === FIXED && right.size === FIXED, `${rows.length} rows, ${right.size} right and different, of ${FIXED}`);
  }

  async #getFixed(group: GroupName): Promise<boolean> {
    const number = 1 + Math.floor(Math.random() * FIXED);
    const answer = await this.#send('get', `/openidm/system/${group}/account/fixed-${number}`);
    return answer !== undefined && this.#ledger.read('get', answer.body['mark'] === `mark-${number}`, `fixed-${number} was ${JSON.stringify(answer.body)}`);
  }

  async #getOwn({ group, uid, mark }: Own): Promise<boolean> {
    const answer = await this.#send('get', `/openidm/system/${group}/account/${uid}`);
    return answer !== undefined && this.#ledger.read('get', answer.body['mark'] === mark, `${uid}, marked ${mark}, was ${JSON.stringify(answer.body)}`);
  }

  async #create(group: GroupName): Promise<boolean> {
    const uid = `${this.#name}-${this.#count += 1}`;
    const own = { group, uid, mark: `${uid}-made` };
    const isDone = await this.#write('create', own, own.mark, `/openidm/system/${group}/account?_action=create`, { method: 'POST', body: { uid, mark: own.mark } });
    if (isDone) this.#own.push(own);
    return isDone;
  }

  async #update(own: Own): Promise<boolean> {
    const mark = `${own.uid}-${this.#count += 1}`;
    const isDone = await this.#write('update', own, mark, `/openidm/system/${own.group}/account/${own.uid}`, { method: 'PUT', body: { uid: own.uid, mark }, headers: { 'If-Match': '*' } });
    own.mark = mark;
    // What is not known to be as it should be is left to the reckoning at the end.
    if (!isDone) this.#forget(own);
    return isDone;
  }

  async #delete(own: Own): Promise<boolean> {
    this.#forget(own);
    return this.#write('delete', own, '', `/openidm/system/${own.group}/account/${own.uid}`, { method: 'DELETE', headers: { 'If-Match': '*' } });
  }

  #forget(own: Own): void {
    const at = this.#own.indexOf(own);
    if (at >= 0) this.#own.splice(at, 1);
  }

  async #write(operation: OperationName, { group, uid }: Own, mark: string, path: string, request: RestRequest): Promise<boolean> {
    const entry = this.#ledger.writing({ operation, group, uid, mark });
    const answer = await this.#send(operation, path, request, (told) => { entry.told = told; });
    if (answer !== undefined) entry.told = 'done';
    return answer !== undefined;
  }

  /** Undefined, and counted, unless the answer is a success. */
  async #send(operation: OperationName, path: string, request: RestRequest = {}, told: (what: Failure['what']) => void = () => undefined): Promise<RestAnswer | undefined> {
    const controller = anyOf(this.#controllers);
    const startedAt = performance.now();
    try {
      const answer = await controller.rest.send(path, request);
      this.#ledger.took(operation, performance.now() - startedAt);
      if (answer.status < 300) return answer;
      const { what, kind, isRetryable } = refusalOf(answer);
      told(what);
      this.#ledger.failed(operation, kind, isRetryable, `${path} ${JSON.stringify(answer.body)}`);
    } catch (error) {
      const { what, kind, isRetryable } = breakOf(error);
      told(what);
      this.#ledger.failed(operation, kind, isRetryable, `${path} ${JSON.stringify(request.body ?? {})} at c${this.#controllers.indexOf(controller) + 1}, sent ${new Date(Date.now() - (performance.now() - startedAt)).toISOString()}`);
    }
    return undefined;
  }
}

interface Failure { readonly what: 'unknown' | 'failed' | 'nothing'; readonly kind: string; readonly isRetryable: boolean }

function refusalOf({ status, body }: RestAnswer): Failure {
  const outcome = (body['detail'] as { readonly outcome?: string } | undefined)?.outcome;
  if (outcome === 'unknown') return { what: 'unknown', kind: 'told that the outcome of a write is unknown', isRetryable: true };
  return { what: 'failed', kind: `${status} ${reasonOf(body)}`, isRetryable: status === 503 };
}

function breakOf(error: unknown): Failure {
  const { code, name, message } = error instanceof Error ? error as Error & { readonly code?: unknown } : { code: undefined, name: '', message: String(error) };
  if (code === 'ABORT_ERR' || name === 'TimeoutError') return { what: 'nothing', kind: 'no answer within the caller\'s 60 s', isRetryable: false };
  if (code === 'ECONNREFUSED') return { what: 'failed', kind: 'connection refused', isRetryable: true };
  // A body that breaks off is no whole JSON.
  const isCut = code === 'ECONNRESET' || code === 'EPIPE' || error instanceof SyntaxError || /aborted|socket hang up/.test(message);
  return { what: 'nothing', kind: isCut ? 'connection reset' : `${name} ${message}`, isRetryable: isCut };
}

function drawn(): OperationName {
  let left = Math.random() * 100;
  for (const [operation, share] of Object.entries(MIX)) if ((left -= share) < 0) return operation as OperationName;
  return 'get';
}

function anyOf<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T;
}

function codeOf(error: unknown): number {
  return Number((error as { readonly code?: unknown } | null)?.code ?? 0);
}

/** What is different in each (names, numbers, ids) is left out, so that the same reason is counted as the same. */
function reasonOf(body: RestAnswer['body']): string {
  const detail = body['detail'] as { readonly connectorMessage?: unknown } | undefined;
  return String(detail?.connectorMessage ?? body['message']).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|\b(?:c[1-3]|north\d?|south\d?|k\d+-\d+)\b|\d+/g, '…').slice(0, 120);
}
