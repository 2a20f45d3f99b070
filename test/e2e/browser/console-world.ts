import type { Browser, Page } from 'playwright-core';
import { hashPassword } from '../../../controller/authentication/password-hash.js';
import { ADMIN, ADMIN_PASSWORD } from '../../support/causeway-world.js';
import { startChain, type Chain } from '../../support/chain.js';
import { freePorts } from '../../support/free-ports.js';
import { secret } from '../../support/secret-values.js';
import { openPage, type WatchedPage } from './status-browser.js';

/** A value that would be a picture, and run, if anything made markup of it. */
export const HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>';
const ROWS = 60;
const CSV = ['uid,firstName,lastName,email,badge,password', `p0,${HOSTILE},"O""Neil \\ (x)",p0@example.com,0,`, ...Array.from({ length: ROWS - 1 }, (_, row) => `p${row + 1},First${row + 1},Last,p${row + 1}@example.com,${row + 1},`), ''].join('\n');

export const PEOPLE = { admin: { name: ADMIN, password: ADMIN_PASSWORD }, operator: { name: 'olga', password: secret('password of the operator') }, auditor: { name: 'anton', password: secret('password of the auditor') } } as const;

/** A controller with the console, an agent with a CSV file, and a user of each role. */
export async function startConsoleChain(): Promise<Chain> {
  const [enrolment] = await freePorts(1) as [number];
  const [operatorHash, auditorHash] = await Promise.all([hashPassword(PEOPLE.operator.password), hashPassword(PEOPLE.auditor.password)]);
  return startChain({
    csv: CSV,
    controller: (world) => ({
      config: {
        rest: { users: [
          { name: ADMIN, passwordHash: world.passwordHash }, { name: PEOPLE.operator.name, passwordHash: operatorHash, roles: ['causeway-operator'] },
          { name: PEOPLE.auditor.name, passwordHash: auditorHash, roles: ['causeway-auditor'] },
        ] },
        enrolment: { port: enrolment, address: '127.0.0.1', authority: world.path('ca') },
      },
    }),
  });
}

/** Types name and password, as a person does. */
export async function signInAt(page: Page, { name, password }: { readonly name: string; readonly password: string }): Promise<void> {
  await page.getByLabel('User').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** A page of the console, signed in. Answers that say somebody is not signed in are no complaint. */
export async function consolePage(browser: Browser, base: string, { path = '', who = PEOPLE.admin, ...look }: { readonly path?: string; readonly who?: { readonly name: string; readonly password: string } } & Parameters<typeof openPage>[1] = {}): Promise<WatchedPage> {
  const opened = await openPage(browser, look);
  await opened.page.goto(`${base}/console/${path}`);
  await signInAt(opened.page, who);
  await opened.page.locator('#main').waitFor();
  return opened;
}

/** Complaints but for the browser's own line on a 401: the page asks who is signed in. */
export function faultsOf({ complaints }: WatchedPage): readonly string[] {
  return complaints.filter((text) => !/status of 401/.test(text));
}
