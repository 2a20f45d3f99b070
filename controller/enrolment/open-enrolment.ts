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
    const chain = serverChain(own.cert, signing.trust);
    requireTrusted(chain, signing);
    return { ...own, cert: chain.pem, ca: clients.now.bundle.pem, secureOptions: constants.SSL_OP_NO_TICKET };
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

/** The listener's own certificate has to be one that agents go on trusting once they have the bundle: they renew there. */
function requireTrusted({ root }: ServerChain, { trust }: Signing): void {
  if (trust.has(root)) return;
  throw new CertificateError('The authority that signed the certificate of the enrolment listener is neither in enrolment.authority nor in enrolment.trust: agents could enrol once and never renew.');
}

/** The gateway may stand behind something else that does TLS; otherwise agents that enrol would not get through to it. */
async function lookAtGateway({ gateway }: Pick<ControllerConfig, 'gateway'>, { trust }: Signing, log: Log): Promise<void> {
  if (gateway?.tls === undefined) return;
  try {
    if (trust.has(serverChain(await readFile(gateway.tls.certificate, 'utf8'), trust).root)) return;
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
  }
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
