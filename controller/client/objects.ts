import type { PatchOperation, SystemObject } from './api-types.js';
import { Queries } from './query.js';
import type { CallOptions, Transport } from './transport.js';

export interface ReadOptions extends CallOptions {
  readonly fields?: readonly string[] | undefined;
}

export interface WriteOptions extends ReadOptions {
  /** Only when it has this revision still; a write with one may be repeated: it is done once at most. */
  readonly revision?: string | undefined;
}

/** What is sent: any properties, and no id. */
export type Content = Readonly<Record<string, unknown>>;

/** The objects of one type, of a system or managed. */
export class Objects<T extends object = SystemObject> extends Queries<T> {
  protected readonly transport: Transport;
  protected readonly path: readonly string[];

  constructor(transport: Transport, path: readonly string[]) {
    super(transport, path);
    this.transport = transport;
    this.path = path;
  }

  /** Rejects with status 404 when there is none. */
  read(id: string, options: ReadOptions = {}): Promise<T> {
    return this.#send('GET', id, options);
  }

  /** With an id of its own choice where the target chooses none. Not retryable. */
  create(content: Content, options: ReadOptions & { readonly id?: string | undefined } = {}): Promise<T> {
    if (options.id !== undefined) return this.#send('PUT', options.id, options, content, { 'If-None-Match': '*' });
    return this.transport.json({ method: 'POST', path: this.path, parameters: { _action: 'create', _fields: options.fields?.join(',') }, body: content, ...callOf(options) });
  }

  /** Replaces what is there; rejects with 404 when nothing is. */
  update(id: string, content: Content, options: WriteOptions = {}): Promise<T> {
    return this.#send('PUT', id, options, content, { 'If-Match': options.revision ?? '*' });
  }

  patch(id: string, operations: readonly PatchOperation[], options: WriteOptions = {}): Promise<T> {
    return this.#send('PATCH', id, options, operations, { 'If-Match': options.revision });
  }

  /** Answers what it was. */
  delete(id: string, options: WriteOptions = {}): Promise<T> {
    return this.#send('DELETE', id, options, undefined, { 'If-Match': options.revision });
  }

  #send(method: 'GET' | 'PUT' | 'PATCH' | 'DELETE', id: string, options: WriteOptions, body?: unknown, headers?: Readonly<Record<string, string | undefined>>): Promise<T> {
    if (id === '') throw new TypeError('An object is named by its id, which is not empty.');
    const isRepeatable = method === 'GET' || method === 'DELETE' || options.revision !== undefined;
    return this.transport.json({ method, path: [...this.path, id], parameters: { _fields: options.fields?.join(',') }, headers, body, isRepeatable, ...callOf(options) });
  }
}

export function callOf({ signal, timeout }: CallOptions): CallOptions {
  return { signal, timeout };
}
