import { proxyText, type ProxySettings } from '../transport/proxy-tunnel.js';
import { isTimeout, within, type Patience } from './bounded.js';
import { tcpProblem } from './check-tcp.js';
import { Faults, type Finding } from './finding.js';
import { openTunnel, placeText, type Place, type TunnelAnswer } from './reach.js';

export const proxyFaults = new Faults('proxy', {
  'proxy-unreachable': { outcome: 'failed', why: 'The proxy itself cannot be reached.', advice: 'Check proxy.host and proxy.port with the network team, and that the proxy runs.' },
  'proxy-no-answer': { outcome: 'failed', why: 'The proxy took the connection and does not answer, or waits in vain for the controller.', advice: 'Ask the network team to look into the log of the proxy for this machine.' },
  'proxy-wants-credentials': {
    outcome: 'failed', why: 'The proxy lets nobody through without a user name and password.',
    advice: 'Set proxy.principal and proxy.password (Basic), or have the network team let this machine through without.',
  },
  'proxy-refuses-credentials': { outcome: 'failed', why: 'The proxy does not accept the user name and password of the configuration.', advice: 'Check proxy.principal and the secret behind proxy.password; has the password expired?' },
  'proxy-wants-other-credentials': {
    outcome: 'failed', why: 'The proxy asks for a kind of authentication the agent does not have: it knows Basic.',
    advice: 'Have the network team allow Basic for this user, or let this machine through without credentials (by its address).',
  },
  'proxy-blocks-connect': {
    outcome: 'failed', why: 'The proxy does not allow tunnels (CONNECT) to this host or port; many allow port 443 only.',
    advice: 'Ask the network team to allow CONNECT from this machine to this host and port, or let the controller listen on port 443.',
  },
  'proxy-cannot-reach': { outcome: 'failed', why: 'The proxy is willing and cannot reach the controller itself.', advice: 'Check the host in controllers[].url; ask the network team whether the proxy can resolve and reach it.' },
  'proxy-other-answer': { outcome: 'failed', why: 'What answers is no HTTP proxy, or one that answers in an unusual way.', advice: 'Check proxy.host and proxy.port.' },
});

/** Asks the proxy for a tunnel to the controller, and closes it again. */
export async function checkProxy(subject: string, proxy: ProxySettings, to: Place, patience: Patience): Promise<Finding> {
  const asked = `CONNECT ${placeText(to)} through the proxy ${proxyText(proxy)}`;
  try {
    const answer = await within(patience, (signal) => openTunnel(proxy, to, signal));
    answer.socket?.destroy();
    return judged(subject, asked, answer, proxy.principal !== undefined);
  } catch (error) {
    patience.signal.throwIfAborted();
    const { problem, text } = tcpProblem(error);
    if (isTimeout(error)) return proxyFaults.found('proxy-no-answer', subject, `${asked}: ${text}.`);
    if ((error as NodeJS.ErrnoException).code?.startsWith('HPE_') === true) return proxyFaults.found('proxy-other-answer', subject, `${asked}: the answer is no HTTP.`);
    if (problem === 'tcp-failed' && (error as NodeJS.ErrnoException).syscall === undefined) return proxyFaults.found('proxy-other-answer', subject, `${asked}: ${(error as Error).message}.`);
    return proxyFaults.found('proxy-unreachable', subject, `${asked}: ${text}.`);
  }
}

function judged(subject: string, asked: string, { status, reason, headers, socket }: TunnelAnswer, hasCredentials: boolean): Finding {
  const what = `${asked}: HTTP ${status}${reason === '' ? '' : ` ${reason}`}.`;
  if (socket !== undefined) return proxyFaults.ok(subject, what);
  // tinyproxy says 401 for wrong credentials.
  if (status === 407 || status === 401) {
    const schemes = (headers['proxy-authenticate'] ?? 'Basic').slice(0, 200);
    if (!/\bbasic\b/i.test(schemes)) return proxyFaults.found('proxy-wants-other-credentials', subject, `${what} It offers: ${schemes}.`);
    return proxyFaults.found(hasCredentials ? 'proxy-refuses-credentials' : 'proxy-wants-credentials', subject, what);
  }
  if (status === 403 || status === 405) return proxyFaults.found('proxy-blocks-connect', subject, what);
  if (status >= 500 || status === 404) return proxyFaults.found('proxy-cannot-reach', subject, what);
  return proxyFaults.found('proxy-other-answer', subject, what);
}
