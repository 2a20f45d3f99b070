/** What is dialled, as texts call it, and the settings that say who we are there. */
export interface Partner {
  readonly name: 'controller' | 'connector server' | 'enrolment listener';
  readonly credentials: string;
}

export const CONTROLLER: Partner = { name: 'controller', credentials: 'auth' };
export const CONNECTOR_SERVER: Partner = { name: 'connector server', credentials: 'principal and key' };
export const ENROLMENT_LISTENER: Partner = { name: 'enrolment listener', credentials: 'the token' };

/** A text written for the controller, said of another partner. */
export function saidOf(partner: Partner, text: string): string {
  return partner === CONTROLLER ? text : text.replaceAll('the controller', `the ${partner.name}`).replaceAll('check auth', `check ${partner.credentials}`);
}
