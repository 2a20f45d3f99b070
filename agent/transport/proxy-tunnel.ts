import { HttpsProxyAgent } from 'https-proxy-agent';
import type { SecretReference } from '../config/secret-reference.js';

/** An HTTP proxy that is asked to CONNECT. */
export interface ProxySettings {
  readonly host: string;
  readonly port: number;
  readonly principal?: string | undefined;
  readonly password?: SecretReference | undefined;
}

/** For messages; never holds credentials. */
export function proxyText(proxy: ProxySettings): string {
  return `${proxy.host}:${proxy.port}`;
}

/** Proxy URL with credentials in it: for handing to a proxy client, never for a log. */
export async function proxyUrl(proxy: ProxySettings): Promise<string> {
  const url = new URL('http://proxy.invalid');
  url.hostname = proxy.host.includes(':') && !proxy.host.startsWith('[') ? `[${proxy.host}]` : proxy.host;
  url.port = String(proxy.port);
  if (proxy.principal !== undefined) {
    url.username = encodeURIComponent(proxy.principal);
    url.password = encodeURIComponent((await proxy.password?.resolve())?.reveal() ?? '');
  }
  return url.href;
}

/** An agent for one connection. `signal` cuts the tunnel while it is being built. */
export async function proxyTunnel(proxy: ProxySettings, signal: AbortSignal): Promise<HttpsProxyAgent<string>> {
  const agent = new HttpsProxyAgent(await proxyUrl(proxy), { keepAlive: false });
  Object.assign(agent.connectOpts, { signal });
  return agent;
}
