/** As much of the package oidc-provider, which has no types of its own, as these tests use. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export class Provider {
    constructor(issuer: string, configuration: object);
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    on(event: 'grant.success', listener: (context: { readonly oidc: { readonly client?: { readonly clientId: string } } }) => void): this;
    on(event: 'grant.error', listener: (context: unknown, error: { readonly error?: string }) => void): this;
  }
}
