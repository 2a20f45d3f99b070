import { notFound } from './resource-error.js';
import type { RequestHandler } from './request.js';

/** Sends a request to the handler of its first path segment, which sees the path without it. Names match case-sensitively. */
export function route(handlers: Readonly<Record<string, RequestHandler>>): RequestHandler & { readonly resources: readonly string[] } {
  const table = new Map(Object.entries(handlers));
  const handler: RequestHandler = (request, context) => {
    const [first = '', ...rest] = request.path;
    const handler = table.get(first);
    if (handler === undefined) return Promise.reject(notFound(`Resource '${request.path.join('/')}' not found`));
    return handler({ ...request, path: rest }, context);
  };
  return Object.assign(handler, { resources: [...table.keys()] });
}
