import { DialError, saysRevoked } from '../session/failure-policy.js';
import { dial, type Dialled } from '../transport/dial.js';
import { blamesCertificate } from '../transport/dial-failure.js';
import type { Patience } from './bounded.js';
import type { ControllerPath } from './controller-path.js';
import { Faults, type Finding } from './finding.js';
import { SUBPROTOCOL } from '../../protocol/transport/subprotocol.js';

export const upgradeFaults = new Faults('upgrade', {
  'upgrade-unauthorized': { outcome: 'failed', why: 'The controller does not accept our credentials, or got none.', advice: 'Check auth (principal and password, or the OAuth client) and that the secret behind it is the current one.' },
  'upgrade-no-token': { outcome: 'failed', why: 'The token endpoint gives no access token.', advice: 'Check auth.oauth: endpoint, client id, secret and scope; the log of the token endpoint names the reason.' },
  'upgrade-forbidden': { outcome: 'failed', why: 'The controller knows who we are and does not let us in.', advice: 'Have the agent\'s name added at the controller (gateway.agents; connectorHostRef), or its rights checked.' },
  'upgrade-revoked': { outcome: 'failed', why: 'The controller has revoked this agent.', advice: 'If that was not meant, ask for a new enrolment token at the controller and run: causeway agent enroll --replace' },
  'upgrade-no-endpoint': { outcome: 'failed', why: 'A web server answers, and has no endpoint for agents at this path.', advice: 'Check the path of the URL: Causeway and Java connector servers use /openicf.' },
  'upgrade-bad-gateway': { outcome: 'failed', why: 'A reverse proxy or load balancer answers, and cannot reach the controller behind it.', advice: 'Check that the controller runs, and the upstream of the reverse proxy.' },
  'upgrade-overloaded': { outcome: 'failed', why: 'The controller asks us to come back later.', advice: 'Wait; if it goes on, look at the load of the controller.' },
  'upgrade-redirected': { outcome: 'failed', why: 'The answer sends us elsewhere, which is not followed: a sign-in page of the network, or another address of the controller.', advice: 'Put the final URL into the configuration; if it is a sign-in page, have this machine exempted from it.' },
  'upgrade-captive-portal': { outcome: 'failed', why: 'A web page came instead of the WebSocket: a portal or filter of the network answers in place of the controller, or the URL leads to a web site.', advice: 'Open the URL in a browser on this machine to see the page; have this machine exempted from the portal, or correct the URL.' },
  'upgrade-header-lost': { outcome: 'failed', why: 'The answer lacks what makes it a WebSocket: something in between does not pass the upgrade on.', advice: 'Switch WebSocket on at the reverse proxy (nginx: proxy_http_version 1.1 with the headers Upgrade and Connection; others: a WebSocket profile).' },
  'upgrade-no-subprotocol': { outcome: 'failed', why: `The other end speaks WebSocket, and not the subprotocol ${SUBPROTOCOL}: it is no OpenICF peer, or a reverse proxy drops the header Sec-WebSocket-Protocol.`, advice: 'Check the URL, and that the reverse proxy passes Sec-WebSocket-Protocol on.' },
  'upgrade-other-answer': { outcome: 'failed', why: 'The answer is no WebSocket.', advice: 'Check the URL; the log of the other end tells what it made of the request.' },
  'upgrade-failed': { outcome: 'failed', why: 'The connection did not come to the upgrade.', advice: 'See the reason; the log of the controller has its side of it.' },
});

type UpgradeFault = keyof typeof upgradeFaults.table;

const BY_STATUS: Readonly<Record<number, UpgradeFault>> = {
  401: 'upgrade-unauthorized', 403: 'upgrade-forbidden', 404: 'upgrade-no-endpoint', 429: 'upgrade-overloaded', 502: 'upgrade-bad-gateway', 503: 'upgrade-overloaded', 504: 'upgrade-bad-gateway',
};

/** Dials as the agent does; who calls closes the socket that came of it. */
export async function checkUpgrade({ subject, target }: ControllerPath, { signal }: Patience): Promise<{ readonly finding: Finding; readonly dialled: Dialled | undefined }> {
  try {
    const dialled = await dial(target, signal);
    return { finding: upgradeFaults.ok(subject, `WebSocket with the subprotocol ${SUBPROTOCOL} is open; the other end is ${dialled.principal}.`), dialled };
  } catch (error) {
    signal.throwIfAborted();
    return { finding: judged(subject, error), dialled: undefined };
  }
}

function judged(subject: string, error: unknown): Finding {
  const text = error instanceof Error ? error.message : String(error);
  const what = `Upgrade to WebSocket: ${text.startsWith(`${subject}: `) ? text.slice(subject.length + 2) : text}.`;
  const fault = error instanceof DialError ? faultOf(error) : 'upgrade-failed';
  const location = error instanceof DialError ? error.answer?.location : undefined;
  return upgradeFaults.found(fault, subject, location === undefined ? what : `${what} It leads to ${location}.`);
}

function faultOf(error: DialError): UpgradeFault {
  const { status, answer, message } = error;
  if (status === undefined) return withoutStatus(error);
  if (status === 403 && saysRevoked(message)) return 'upgrade-revoked';
  if (status >= 300 && status < 400) return 'upgrade-redirected';
  // A portal answers whatever is asked for, and rarely with a status of its own.
  if (answer?.isPage === true && (status < 300 || status === 511)) return 'upgrade-captive-portal';
  return BY_STATUS[status] ?? 'upgrade-other-answer';
}

/** The library's own words for an answer with status 101 that is none. */
function withoutStatus(error: DialError): UpgradeFault {
  if (/subprotocol/i.test(error.message)) return 'upgrade-no-subprotocol';
  if (/Upgrade header|Sec-WebSocket-Accept/i.test(error.message)) return 'upgrade-header-lost';
  if (/token/i.test(error.message) && !blamesCertificate(error)) return 'upgrade-no-token';
  return 'upgrade-failed';
}
