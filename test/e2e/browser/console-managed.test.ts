import { writeFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chain } from '../../support/chain.js';
import { until } from '../../support/until.js';
import { HOSTILE, PEOPLE, consolePage, faultsOf, startConsoleChain } from './console-world.js';
import { accessibilityFaults, launchBrowser, overflowOf } from './status-browser.js';

const text = { type: 'string' };
const TYPES = { objects: [{ name: 'user', schema: {
  order: ['_id', 'userName', 'sn', 'mail', 'age', 'password'], required: ['userName'],
  properties: {
    _id: { ...text, viewable: false }, password: { ...text, scope: 'private' }, pin: { ...text, secureHash: { algorithm: 'SHA-256' } },
    mail: { type: ['string', 'null'] }, age: { type: 'integer' }, sn: text, userName: { ...text, policies: [{ policyId: 'unique' }] }, address: { type: 'object' },
  },
} }, { name: 'role', schema: { properties: { name: text } } }] };
const COUNT = 60;
/** An id that is a path, a query and markup where it is not encoded. */
const ODD_ID = 'a b?c=d&e#f%<i>';

let chain: Chain;
let browser: Browser;
let base: string;

beforeAll(async () => {
  [chain, browser] = await Promise.all([startConsoleChain(), launchBrowser()]);
  base = chain.rest.base;
  await writeFile(chain.world.path('conf', 'managed.json'), JSON.stringify(TYPES));
  await until(async () => (await chain.rest.send('/openidm/managed/user?_queryFilter=true')).status === 200, 'the database to be open', 90_000);
  const put = (id: string, body: object): Promise<unknown> => chain.rest.ok(`/openidm/managed/user/${encodeURIComponent(id)}`, { method: 'PUT', headers: { 'If-None-Match': '*' }, body });
  for (let row = 10; row < 10 + COUNT; row += 1) await put(`u${row}`, { userName: `user${row}`, sn: row % 2 === 0 ? 'Even' : 'Odd', mail: `u${row}@example.com`, age: row, password: 'S3cret-of-a-user', pin: '1234' });
  await put(ODD_ID, { userName: 'odd one', sn: HOSTILE, mail: 'odd@example.com', age: 7, address: { city: HOSTILE } });
}, 180_000);

afterAll(async () => {
  await browser.close();
  await chain.stop();
});

const main = (page: Page): Promise<string> => page.locator('#main').innerText();
const cells = (page: Page, column: number): Promise<string[]> => page.locator(`table tbody tr td:nth-child(${column}), table tbody tr th:nth-child(${column})`).allInnerTexts();

describe('managed objects', () => {
  it('are chosen beside those of systems, and listed with what may be seen of them, page by page and in order', async () => {
    const opened = await consolePage(browser, base, { path: 'objects' });
    const { page } = opened;
    const row = page.getByRole('row').filter({ hasText: 'managed' });
    await row.getByRole('link', { name: 'role' }).waitFor();
    await row.getByRole('link', { name: 'user' }).click();
    await page.getByText('Page 1, 25 objects').waitFor();
    expect((await page.getByRole('columnheader').allInnerTexts()).map((name) => name.replace(/[^\w]/g, ''))).toEqual(['_id', 'userName', 'sn', 'mail', 'age']);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Page 2, 25 objects').waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Page 3, 11 objects').waitFor();
    expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Previous' }).click();
    await page.getByText('Page 2, 25 objects').waitFor();
    await page.getByRole('button', { name: 'age' }).click();
    await page.getByText('Page 1, 25 objects').waitFor();
    await expect.poll(() => cells(page, 1)).toEqual([ODD_ID, ...Array.from({ length: 24 }, (_, at) => `u${at + 10}`)]);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await overflowOf(page)).toEqual([]);
    expect(faultsOf(opened)).toEqual([]);
    await opened.context.close();
  }, 60_000);

  it('are found by what is no secret, texts and numbers', async () => {
    const opened = await consolePage(browser, base, { path: 'objects/managed/user', who: PEOPLE.operator });
    const { page } = opened;
    await page.getByText('Page 1, 25 objects').waitFor();
    await page.getByRole('button', { name: 'Add a condition' }).click();
    expect(await page.getByRole('combobox', { name: 'Property' }).locator('option').allInnerTexts()).toEqual(['_id', 'userName', 'sn', 'mail', 'age', 'address']);
    await page.getByRole('combobox', { name: 'Property' }).selectOption('sn');
    await page.getByRole('combobox', { name: 'Operator' }).selectOption('eq');
    await page.getByRole('textbox', { name: 'Value' }).fill('odd');
    await page.getByRole('button', { name: 'Add a condition' }).click();
    await page.getByRole('combobox', { name: 'Property' }).last().selectOption('age');
    await page.getByRole('combobox', { name: 'Operator' }).last().selectOption('eq');
    await page.getByRole('textbox', { name: 'Value' }).last().fill('11');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('Page 1, 1 object', { exact: true }).waitFor();
    expect(await cells(page, 1)).toEqual(['u11']);
    await page.getByRole('button', { name: 'Write the filter' }).click();
    await page.getByLabel('Filter').last().fill('age ge 40 and mail co "@EXAMPLE.com"');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('Page 1, 25 objects').waitFor();
    await page.getByLabel('Filter').last().fill('sn eq "Nobody"');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('No object passes this filter.').waitFor();
    expect(faultsOf(opened)).toEqual([]);
    await opened.context.close();
  }, 60_000);

  it('open with whatever id they have, show no secrets, and are patched and deleted', async () => {
    const opened = await consolePage(browser, base, { path: 'objects/managed/user' });
    const { page } = opened;
    await page.getByRole('link', { name: ODD_ID }).click();
    await page.getByRole('heading', { name: ODD_ID }).waitFor();
    await expect.poll(() => page.locator('.facts').innerText()).toContain(HOSTILE);
    expect(await page.locator('main img, main script, main i').count()).toBe(0);
    await page.reload();
    await expect.poll(() => page.locator('.facts').innerText()).toContain('odd one');
    await page.getByRole('button', { name: 'Patch' }).click();
    await page.getByRole('combobox', { name: 'Property' }).selectOption('mail');
    await page.getByRole('textbox', { name: 'Value' }).fill('new@example.com');
    await page.getByRole('button', { name: 'Show the request' }).click();
    await page.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => page.locator('.facts').innerText()).toContain('new@example.com');
    await page.goto(`${base}/console/objects/managed/user/u11`);
    await expect.poll(() => main(page)).toContain('user11');
    expect(await main(page)).not.toMatch(/S3cret|password/);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('u11 is deleted.').waitFor();
    await page.getByText('Page 1, 25 objects').waitFor();
    expect((await chain.rest.send('/openidm/managed/user/u11')).status).toBe(404);
    expect(faultsOf(opened)).toEqual([]);
    await opened.context.close();
  }, 60_000);
});
