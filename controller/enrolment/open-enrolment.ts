import { constants } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SecureContextOptions } from 'node:tls';
import { CertificateError } from '../../certs/certificate-error.js';
import type { ControllerConfig } from '../config/controller-config.js';
import type { EnrolmentConfig } from '../config/enrolment-config.js';
import type { Log } from '../log.js';
import { requireUnexpired, serverTls, type ServerFiles } from '../tls-files.js';
import { followFiles } from '../tls/follow-files.js';
import { serverChain, type ServerChain } from '../tls/server-chain.js';
import { openEnrolmentListener, type EnrolmentListener } from './enrolment-listener.js';
import { EnrolmentRequests } from './enrolment-requests.js';
import type { Identities } from './identities.js';
import { Signing } from './signing.js';

export interface EnrolmentPart {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens the listener agents enrol at; undefined without the section `enrolment`. */
export async function openEnrolment(config: Pick<ControllerConfig, 'enrolment' | 'gateway'>, identities: Identities, log: Log): Promise<EnrolmentPart | undefined> {
  const { enrolment } = config;
  const { trust: clients } = identities;
  if (enrolment === undefined || clients === undefined) return undefined;
  const files = listenerFiles(config);
  const signing = await Signing.open(enrolment, log);
  const read = async (): Promise<SecureContextOptions & { readonly cert: string }> => {
    const own = await serverTls(files, 'TLSv1.3');
    return { ...own, cert: listenerChain(own.cert, signing).pem, ca: clients.now.bundle.pem, secureOptions: constants.SSL_OP_NO_TICKET };
  };
  await lookAtGateway(config, signing, log);
  const listener = await listen(enrolment, await read(), { signing, identities, log });
  const stop = followFiles('certificates of the enrolment listener', {
    paths: () => [files.certificate, files.key, ...signing.paths(), ...clients.paths()],
    onChange: async () => {
      await Promise.all([signing.reload(), clients.reload()]);
      const tls = await read();
      requireUnexpired(tls);
      listener.setTls(tls);
      log.info({ trust: signing.trust.revision }, 'the enrolment listener uses the changed certificates');
    },
  }, log);
  return {
    port: listener.port,
    close: async () => {
      stop();
      await listener.close();
    },
  };
}

/**
 * The chain of the listener's certificate (PEM), up to its root. Throws a {@link CertificateError} for one that agents do not go on
 * trusting once they have the bundle: they renew there.
 */
export function listenerChain(certificate: string, { trust }: Signing): ServerChain {
  const chain = serverChain(certificate, trust);
  if (trust.has(chain.root)) return chain;
  throw new CertificateError('The authority that signed the certificate of the enrolment listener is neither in enrolment.authority nor in enrolment.trust: agents could enrol once and never renew.');
}

/** Whether agents that enrol here trust the server certificate (PEM). */
export function isTrustedByAgents(certificate: string, { trust }: Signing): boolean {
  try {
    return trust.has(serverChain(certificate, trust).root);
  } catch (error) {
    if (error instanceof CertificateError) return false;
    throw error;
  }
}

/** The gateway may stand behind something else that does TLS; otherwise agents that enrol would not get through to it. */
async function lookAtGateway({ gateway }: Pick<ControllerConfig, 'gateway'>, signing: Signing, log: Log): Promise<void> {
  if (gateway?.tls === undefined || isTrustedByAgents(await readFile(gateway.tls.certificate, 'utf8'), signing)) return;
  log.error({ certificate: gateway.tls.certificate }, 'agents that enrol here will not trust the gateway: add the authority of its certificate to enrolment.trust');
}

/** Files of the listener's own certificate: its own, or the gateway's. */
export function listenerFiles({ enrolment, gateway }: Pick<ControllerConfig, 'enrolment' | 'gateway'>): ServerFiles {
  const files = enrolment?.tls ?? gateway?.tls;
  if (files === undefined) throw new TypeError('enrolment.tls is needed: there is no gateway.tls to take the certificate of');
  return files;
}

function listen({ port, address }: EnrolmentConfig, tls: SecureContextOptions, parts: { readonly signing: Signing; readonly identities: Identities; readonly log: Log }): Promise<EnrolmentListener> {
  const { identities: { register, judge, audit }, signing, log } = parts;
  return openEnrolmentListener({ port, address, tls, log, requests: new EnrolmentRequests({ register, judge, audit, signing }) });
}
