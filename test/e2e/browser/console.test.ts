import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chain } from '../../support/chain.js';
import { HOSTILE, PEOPLE, consolePage, faultsOf, signInAt, startConsoleChain } from './console-world.js';
import { accessibilityFaults, launchBrowser, openPage, overflowOf } from './status-browser.js';

const SCREENSHOTS = resolve(import.meta.dirname, '../../../var/screenshots');

let chain: Chain;
let browser: Browser;
let base: string;

beforeAll(async () => {
  await mkdir(SCREENSHOTS, { recursive: true });
  [chain, browser] = await Promise.all([startConsoleChain(), launchBrowser()]);
  base = chain.rest.base;
  for (let row = 1; row < 20; row += 1) await chain.rest.ok(`/openidm/system/csv/account/p${row}`);
  await chain.rest.ok('/openidm/recon'); // waits until the database is open
  await chain.rest.ok('/openidm/fleet/tokens?_action=create', { method: 'POST', body: { agent: 'site9', group: 'east' }, showsSecret: true });
}, 90_000);

afterAll(async () => {
  await browser.close();
  await chain.stop();
});

const main = (page: Page): Promise<string> => page.locator('#main').innerText();

/** The same request as a page of this origin would send it. */
function asks(page: Page, method: string, path: string, headers: Record<string, string> = { 'X-Requested-With': 'test' }): Promise<number> {
  return page.evaluate(`fetch(${JSON.stringify(path)}, { method: ${JSON.stringify(method)}, headers: ${JSON.stringify(headers)} }).then(({ status }) => status)`);
}

describe('signing in', () => {
  it('a wrong password is told, keeps the page shut, and the right one opens it', async () => {
    const opened = await openPage(browser);
    const { page, context } = opened;
    await page.goto(`${base}/`);
    expect(page.url()).toBe(`${base}/console/`);
    await signInAt(page, { ...PEOPLE.admin, password: 'no' });
    await page.getByText('The user or the password is wrong.').waitFor();
    expect(await page.locator('#main').count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    await signInAt(page, PEOPLE.admin);
    await page.getByText('Agents connected').waitFor();
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ name: 'session-jwt', httpOnly: true, sameSite: 'Strict', path: '/', secure: false });
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(faultsOf(opened)).toEqual([]);
    await context.close();
  });

  it('signed out, the cookie that was kept is good for nothing', async () => {
    const { page, context } = await consolePage(browser, base);
    const kept = await context.cookies();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await context.cookies()).toEqual([]);
    await context.addCookies(kept);
    expect(await asks(page, 'GET', '/openidm/info/login')).toBe(401);
    await context.close();
  });

  it('a session changes nothing without the header that other sites cannot send', async () => {
    const { page, context } = await consolePage(browser, base);
    expect(await asks(page, 'POST', '/openidm/system?_action=test', {})).toBe(403);
    expect(await asks(page, 'POST', '/openidm/system?_action=test')).toBe(200);
    await context.close();
  });
});

const PAGES: readonly (readonly [name: string, path: string, shows: string])[] = [
  ['overview', '', 'All is well'], ['agents', 'agents', 'in '], ['agent', 'agents/site1', 'Throughput'], ['systems', 'systems', 'within reach'], ['system', 'systems/csv', 'properties'],
  ['objects', 'objects', 'account'], ['object-list', 'objects/csv/account', 'p0'], ['object', 'objects/csv/account/p0', 'p0@example.com'], ['tokens', 'tokens', 'site9'],
];

describe('each page', () => {
  for (const [size, width, height] of [['narrow', 380, 844], ['wide', 1440, 900]] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      it(`${colorScheme} and ${size}: no fault by axe-core, nothing beyond the edge, no complaint`, async () => {
        const opened = await consolePage(browser, base, { width, height, colorScheme });
        for (const [name, path, shows] of PAGES) {
          await opened.page.goto(`${base}/console/${path}`);
          await expect.poll(() => main(opened.page), { message: name, timeout: 15_000 }).toContain(shows);
          expect(await accessibilityFaults(opened.page), name).toEqual([]);
          expect(await overflowOf(opened.page), name).toEqual([]);
          await opened.page.screenshot({ path: join(SCREENSHOTS, `console-${name}-${colorScheme}-${size}.png`), fullPage: true });
        }
        expect(faultsOf(opened)).toEqual([]);
        await opened.context.close();
      });
    }
  }

  it('the sign-in looks right at both widths, and the look can be chosen', async () => {
    for (const width of [380, 1440]) {
      const opened = await openPage(browser, { width });
      await opened.page.goto(`${base}/console/`);
      await opened.page.getByLabel('User').waitFor();
      expect(await overflowOf(opened.page)).toEqual([]);
      await opened.page.screenshot({ path: join(SCREENSHOTS, `console-sign-in-light-${width === 380 ? 'narrow' : 'wide'}.png`) });
      await opened.context.close();
    }
    const { page, context } = await consolePage(browser, base, { colorScheme: 'light' });
    const ground = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.getByRole('button', { name: 'Dark' }).click();
    expect(await ground()).not.toBe(light);
    await page.reload();
    await page.locator('#main').waitFor();
    expect(await ground()).not.toBe(light);
    await context.close();
  });
});

describe('objects', () => {
  it('with markup in their values are text everywhere', async () => {
    const opened = await consolePage(browser, base, { path: 'objects/csv/account' });
    await expect.poll(() => main(opened.page)).toContain(HOSTILE);
    await opened.page.getByRole('link', { name: 'p0', exact: true }).click();
    await expect.poll(() => opened.page.locator('.facts').innerText()).toContain(HOSTILE);
    expect(await opened.page.locator('main img, main script').count()).toBe(0);
    expect(faultsOf(opened)).toEqual([]);
    await opened.context.close();
  });

  it('are found by a filter put together, page by page, and by one written down', async () => {
    const { page, context } = await consolePage(browser, base, { path: 'objects/csv/account' });
    await page.getByText('Page 1, 25 objects').waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Page 2, 25 objects').waitFor();
    await page.getByRole('button', { name: 'Previous' }).click();
    await page.getByText('Page 1, 25 objects').waitFor();
    await page.getByRole('button', { name: 'Add a condition' }).click();
    await page.getByRole('combobox', { name: 'Property' }).selectOption('lastName');
    await page.getByRole('combobox', { name: 'Operator' }).selectOption('eq');
    await page.getByRole('textbox', { name: 'Value' }).fill('O"Neil \\ (x)');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('Page 1, 1 object', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Write the filter' }).click();
    await page.getByLabel('Filter').last().fill('nonsense');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('could not be parsed').waitFor();
    await context.close();
  });

  it('are patched once the request was seen', async () => {
    const { page, context } = await consolePage(browser, base, { path: 'objects/csv/account/p7' });
    await page.getByRole('button', { name: 'Patch' }).click();
    await page.getByRole('combobox', { name: 'Property' }).selectOption('firstName');
    await page.getByRole('textbox', { name: 'Value' }).fill("O'Hara");
    await page.getByRole('button', { name: 'Show the request' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.innerText()).toContain('PATCH /openidm/system/csv/account/p7');
    expect(await dialog.innerText()).toContain(`[{"operation":"replace","field":"/firstName","value":"O'\\''Hara"}]`);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await chain.rest.ok('/openidm/system/csv/account/p7')).toMatchObject({ firstName: 'First7' });
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('p7 is patched.').waitFor();
    expect(await chain.rest.ok('/openidm/system/csv/account/p7')).toMatchObject({ firstName: "O'Hara" });
    await context.close();
  });
});

describe('enrolment tokens', () => {
  it('are shown once, listed without their secret, and revoked', async () => {
    const { page, context } = await consolePage(browser, base, { path: 'tokens' });
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByLabel('Agent', { exact: true }).fill('no such name!');
    await page.getByRole('button', { name: 'Make the token' }).click();
    await page.getByText('is no agent name').waitFor();
    await page.getByLabel('Agent', { exact: true }).fill('site2');
    await page.getByRole('button', { name: 'Make the token' }).click();
    await page.getByText('It is shown this once').waitFor();
    const token = (await page.getByLabel('Enrolment token').innerText()).trim();
    await page.getByRole('button', { name: 'Done' }).click();
    const row = page.getByRole('row').filter({ hasText: 'site2' });
    await row.waitFor();
    expect(await page.content()).not.toContain(token);
    await row.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await expect.poll(() => row.count()).toBe(0);
    await context.close();
  });
});

describe('roles', () => {
  it('an operator tests and reads, is offered no change, and is refused one all the same', async () => {
    const { page, context } = await consolePage(browser, base, { path: 'systems', who: PEOPLE.operator });
    await page.getByRole('button', { name: 'Test csv' }).click();
    await page.getByText('answers').waitFor();
    await page.goto(`${base}/console/objects/csv/account/p1`);
    await page.getByText('p1@example.com').waitFor();
    expect(await page.getByRole('button', { name: /Patch|Delete/ }).count()).toBe(0);
    await page.goto(`${base}/console/tokens`);
    await page.getByText('site9').waitFor();
    expect(await page.getByRole('button', { name: /New token|Revoke/ }).count()).toBe(0);
    expect(await asks(page, 'DELETE', '/openidm/system/csv/account/p1')).toBe(403);
    expect(await asks(page, 'POST', '/openidm/fleet/tokens?_action=create')).toBe(403);
    expect(await asks(page, 'DELETE', '/openidm/config/provisioner.openicf/csv')).toBe(403);
    expect(await asks(page, 'POST', '/openidm/system/csv/account/p1', { 'X-Requested-With': 'x', 'X-HTTP-Method-Override': 'DELETE' })).toBe(403);
    await context.close();
  });

  it('an auditor reads, and does nothing else', async () => {
    const { page, context } = await consolePage(browser, base, { path: 'systems', who: PEOPLE.auditor });
    await page.getByText('not for your role').waitFor();
    expect(await asks(page, 'GET', '/openidm/system/csv/account?_queryFilter=true')).toBe(200);
    expect(await asks(page, 'POST', '/openidm/system/csv?_action=test')).toBe(403);
    expect(await asks(page, 'POST', '/openidm/recon?_action=recon&mapping=x')).toBe(403);
    await context.close();
  });
});

describe('by keyboard alone', () => {
  it('one signs in, skips to the page, opens a system and tests it', async () => {
    const { page, context } = await openPage(browser);
    await page.goto(`${base}/console/systems`);
    await page.getByLabel('User').waitFor();
    expect(await page.evaluate('document.activeElement.name')).toBe('name');
    await page.keyboard.type(PEOPLE.admin.name);
    await page.keyboard.press('Tab');
    await page.keyboard.type(PEOPLE.admin.password);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Test csv' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.innerText')).toBe('Skip to the page');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate("document.activeElement.innerText + ' ' + getComputedStyle(document.activeElement).outlineStyle")).toBe('csv solid');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'csv' }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    for (let step = 0; step < 8 && await page.evaluate('document.activeElement.innerText') !== 'Test'; step += 1) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('answers').waitFor();
    await context.close();
  });
});
