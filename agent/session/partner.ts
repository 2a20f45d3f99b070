/** What is dialled, as texts call it, and the settings that say who we are there. */
export interface Partner {
  readonly name: 'controller' | 'connector server' | 'enrolment listener' | 'ACME server';
  readonly credentials: string;
  /** The setting that names the authorities to trust there. @default tls.ca */
  readonly trust?: string | undefined;
}

export const CONTROLLER: Partner = { name: 'controller', credentials: 'auth' };
export const CONNECTOR_SERVER: Partner = { name: 'connector server', credentials: 'principal and key' };
export const ENROLMENT_LISTENER: Partner = { name: 'enrolment listener', credentials: 'the token' };

export const ACME_SERVER: Partner = { name: 'ACME server', credentials: 'enrolment.acme', trust: 'enrolment.acme.ca' };

/** A text written for the controller, said of another partner. */
export function saidOf(partner: Partner, text: string): string {
  return partner === CONTROLLER ? text : text.replaceAll('the controller', `the ${partner.name}`).replaceAll('check auth', `check ${partner.credentials}`).replaceAll('tls.ca', partner.trust ?? 'tls.ca');
}
