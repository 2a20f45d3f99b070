import { decodeFrame, encodeMessage } from '../../protocol/frame.js';
import { PROTOCOL_ERRORS, type Message } from '../../protocol/message.js';
import type { FrameSocket } from '../../protocol/session/contract.js';
import { closeFailure } from '../session/failure-policy.js';
import { isTimeout, within, type Patience } from './bounded.js';
import { Faults, type Finding } from './finding.js';

export const handshakeFaults = new Faults('handshake', {
  'handshake-wrong-peer': { outcome: 'failed', why: 'What answers speaks WebSocket, and not OpenICF\'s protocol.', advice: 'Check the URL: it leads to another service, or to a gateway that answers in place of the controller.' },
  'handshake-silent': { outcome: 'failed', why: 'The WebSocket is open, and messages are not answered: something in between takes them and does not pass them on, or the controller hangs.', advice: 'Check WebSocket support and idle timeouts of what is in between, and the log of the controller.' },
  'handshake-closed': { outcome: 'failed', why: 'The controller closes the connection as soon as it is open.', advice: 'The code and its words say why; the log of the controller says more.' },
  'handshake-not-served': { outcome: 'warning', why: 'The agent that runs here is not connected to this controller, though the way to it is free.', advice: 'See its log; it tries again by itself. A restart of the agent makes it try at once.' },
});

/** A request no peer may answer otherwise before the handshake. */
const KNOCK: Message = { kind: 'controlRequest', id: 1, infoLevels: [], localRequestIds: [], remoteRequestIds: [] };

/**
 * Whether an OpenICF peer is at the other end, without becoming an agent there: every peer, Java's included, refuses a request
 * that comes before the handshake with an error of its own. A handshake would open a session, take operations away from a
 * running agent of the same name, and count as a clone of its certificate.
 */
export async function checkHandshake(subject: string, socket: FrameSocket, patience: Patience): Promise<Finding> {
  try {
    return await within(patience, (signal) => new Promise<Finding>((resolve, reject) => {
      signal.addEventListener('abort', () => { reject(signal.reason as Error); }, { once: true });
      socket.listen({
        onFrame: (frame) => { resolve(judged(subject, frame)); },
        onText: () => { resolve(handshakeFaults.found('handshake-wrong-peer', subject, 'A request was answered with a text message; OpenICF peers send binary ones.')); },
        onPong: () => undefined,
        onClose: (code, reason) => { resolve(handshakeFaults.found('handshake-closed', subject, `The connection was closed: ${closeFailure(code, reason).reason}.`)); },
      });
      socket.send(encodeMessage(KNOCK)).catch(() => undefined); // it is closed, which is told above
    }));
  } catch (error) {
    patience.signal.throwIfAborted();
    return handshakeFaults.found('handshake-silent', subject, `A request was sent: ${isTimeout(error) ? (error as Error).message : String(error)}.`);
  } finally {
    socket.close(1000, 'doctor');
    setTimeout(() => { socket.terminate(); }, 1000).unref();
  }
}

function judged(subject: string, frame: Uint8Array): Finding {
  try {
    const message = decodeFrame(frame);
    if (message.kind === 'error' && message.message.includes(PROTOCOL_ERRORS.requestBeforeHandshake)) {
      return handshakeFaults.ok(subject, 'An OpenICF peer answers. No session was opened, so that a running agent is not disturbed.');
    }
    // Some peers ask at once, before anything is agreed.
    if (message.kind === 'handshakeResponse' || message.kind === 'error') return handshakeFaults.ok(subject, 'An OpenICF peer answers.');
    return handshakeFaults.found('handshake-wrong-peer', subject, `A request was answered with a message of the kind ${message.kind}, as no OpenICF peer does.`);
  } catch {
    return handshakeFaults.found('handshake-wrong-peer', subject, `A request was answered with ${frame.length} bytes that are no OpenICF message.`);
  }
}
