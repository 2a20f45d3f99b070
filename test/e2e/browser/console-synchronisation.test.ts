import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chain } from '../../support/chain.js';
import { HOSTILE, PEOPLE, consolePage, faultsOf } from './console-world.js';
import { accessibilityFaults, launchBrowser, overflowOf } from './status-browser.js';
import { HOSTILE_ID, PEOPLE_COUNT, breakMapping, linesOf, startSynchronisation } from './synchronisation-world.js';

const SCREENSHOTS = resolve(import.meta.dirname, '../../../var/screenshots');

let chain: Chain;
let browser: Browser;
let base: string;
/** Of the run that the first test makes, by the console. */
let runId = '';

beforeAll(async () => {
  await mkdir(SCREENSHOTS, { recursive: true });
  [chain, browser] = await Promise.all([startSynchronisation(), launchBrowser()]);
  base = chain.rest.base;
}, 240_000);

afterAll(async () => {
  await browser.close();
  await chain.stop();
});

const main = (page: Page): Promise<string> => page.locator('#main').innerText();
const idOf = (page: Page): string => decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
const post = (page: Page, path: string): Promise<number> => page.evaluate(`fetch(${JSON.stringify(path)}, { method: 'POST', headers: { 'X-Requested-With': 'test' } }).then(({ status }) => status)`);

/** Tab until the focus is on it: as far as people with a keyboard get. */
async function tabTo(page: Page, words: string): Promise<void> {
  for (let step = 0; step < 80; step += 1) {
    if (await page.evaluate('document.activeElement.innerText') === words) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`The focus never comes to ${words}`);
}

async function run(mapping: string): Promise<string> {
  return (await chain.rest.ok(`/openidm/recon?_action=recon&mapping=${mapping}&waitForCompletion=true`, { method: 'POST' }))['_id'] as string;
}

describe('a reconciliation', () => {
  it('is started at its mapping, shown on its way, and ends with what it found; ids and messages with markup are text', async () => {
    const opened = await consolePage(browser, base, { path: 'mappings', who: PEOPLE.operator });
    const { page } = opened;
    await page.getByRole('button', { name: 'Reconcile hr_copy' }).click();
    await page.getByRole('button', { name: 'Go on' }).click();
    expect(await page.getByRole('dialog').innerText()).toContain('POST /openidm/recon?_action=recon&mapping=hr_copy');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('list', { name: 'Stages' }).waitFor();
    await expect.poll(() => page.getByRole('region', { name: 'Progress' }).innerText(), { interval: 20, timeout: 20_000 }).toMatch(/Source[^]*[1-9]\d* read[^]*processed[^]*Target/);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.screenshot({ path: join(SCREENSHOTS, 'console-reconciliation-running-light-wide.png'), fullPage: true });
    await page.getByRole('region', { name: 'Report' }).waitFor({ timeout: 60_000 });
    runId = idOf(page);
    expect(await main(page)).toMatch(/ABSENT\s+302[^]*created\s+301[^]*failed\s+1\b/);
    expect(await linesOf(chain, 'copy')).toBe(PEOPLE_COUNT + 2);
    await page.getByLabel('Status').selectOption('FAILURE');
    await expect.poll(() => page.getByRole('region', { name: 'Report' }).innerText()).toMatch(/Page 1, 1 object/);
    expect(await page.getByRole('region', { name: 'Report' }).innerText()).toContain(HOSTILE);
    await page.getByLabel('Status').selectOption('');
    await page.getByLabel('Id contains').fill('<img');
    await page.getByLabel('Id contains').press('Enter');
    await page.getByText('Page 1, 1 object', { exact: true }).waitFor();
    await page.getByRole('link', { name: HOSTILE_ID }).first().click();
    await page.getByRole('heading', { name: HOSTILE_ID }).waitFor();
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(faultsOf(opened)).toEqual([]);
    await opened.context.close();
  }, 90_000);

  it('has its report page by page, and as a file', async () => {
    const { page, context } = await consolePage(browser, base, { path: `reconciliations/${runId}`, who: PEOPLE.auditor });
    const report = page.getByRole('region', { name: 'Report' });
    await report.getByText('Page 1, 25 objects').waitFor();
    await report.getByRole('button', { name: 'Next' }).click();
    await report.getByText('Page 2, 25 objects').waitFor();
    await report.getByLabel('Situation').selectOption('UNASSIGNED');
    await report.getByText('Page 1, 1 object', { exact: true }).waitFor();
    const download = page.waitForEvent('download');
    await report.getByRole('link', { name: 'Download as CSV' }).click();
    const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\r\n');
    expect(lines).toHaveLength(PEOPLE_COUNT + 4);
    await context.close();
  });

  it('that reached a threshold is approved by keyboard alone, behind a dialog that names the numbers; nothing was done before', async () => {
    const id = await run('hr_strict');
    const opened = await consolePage(browser, base, { path: `reconciliations/${id}` });
    const { page } = opened;
    await page.getByRole('region', { name: 'Waits for approval' }).waitFor();
    expect(await linesOf(chain, 'few')).toBe(12);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.screenshot({ path: join(SCREENSHOTS, 'console-reconciliation-approval-light-wide.png') });
    await tabTo(page, 'Approve');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('dialog').innerText()).toContain('The run of hr_strict will create 0, update 0 and delete 12 of 12 target objects.');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.evaluate('document.activeElement.innerText')).toBe('Approve');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, 'Cancel');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('The run goes on.').waitFor();
    await expect.poll(() => linesOf(chain, 'few'), { timeout: 30_000 }).toBe(0);
    await expect.poll(() => main(page), { timeout: 15_000 }).toMatch(/deleted\s+12/);
    expect(faultsOf(opened)).toEqual([]);
    await opened.context.close();
  }, 60_000);
});

describe('a mapping', () => {
  it('is refused where it is edited, with the reason, and saved when it can be used', async () => {
    const opened = await consolePage(browser, base, { path: 'mappings/hr_strict' });
    const { page } = opened;
    await page.getByRole('button', { name: 'JSON' }).click();
    const editor = page.getByRole('textbox', { name: 'Mapping' });
    const before = await editor.inputValue();
    await editor.fill('{"name": ');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('This is no JSON').waitFor();
    await editor.fill(before.replace('"REPORT"', '"NOTHING"'));
    await page.getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => dialog.getByRole('alert').innerText()).toMatch(/cannot be used: mapping hr_strict: [^]*NOTHING|action/);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await editor.fill(before.replace('"REPORT"', '"IGNORE"'));
    await page.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The mapping is saved').waitFor();
    expect(JSON.stringify(await chain.rest.ok('/openidm/mapping/hr_strict'))).toContain('"IGNORE"');
    expect((await chain.rest.ok('/openidm/config/sync'))['mappings']).toHaveLength(2);
    await opened.context.close();
  });
});

describe('a schedule', () => {
  it('is paused, goes on, and gets other times after a look at the next five', async () => {
    const opened = await consolePage(browser, base, { path: 'schedules/nightly' });
    const { page } = opened;
    await page.getByRole('button', { name: 'Pause nightly' }).click();
    await page.getByRole('button', { name: 'Resume nightly' }).click();
    await page.getByRole('button', { name: 'Pause nightly' }).waitFor();
    const times = page.getByRole('region', { name: 'Times' });
    await times.getByLabel('Expression').fill('0 61 2 * * ?');
    await times.getByText('The schedule cannot be used').waitFor();
    expect(await times.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await times.getByLabel('Expression').fill('0 15 4 * * ?');
    await expect.poll(() => times.getByRole('listitem').count()).toBe(5);
    await times.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('The schedule has its new times.').waitFor();
    expect(await chain.rest.ok('/openidm/scheduler/job/nightly')).toMatchObject({ schedule: '0 15 4 * * ?', timeZone: 'UTC' });
    expect(faultsOf(opened)).toEqual([]);
    await opened.context.close();
  });
});

describe('liveSync', () => {
  it('has its runs with what they did, change by change, and the history of an object', async () => {
    const liveSync = (): Promise<unknown> => chain.rest.ok('/openidm/system/hr/account?_action=liveSync', { method: 'POST' });
    await liveSync();
    await appendFile(chain.world.path('hr.csv'), 'late,First,Last,late@example.com,1,\n');
    await liveSync();
    expect(await linesOf(chain, 'copy')).toBe(PEOPLE_COUNT + 3);
    const opened = await consolePage(browser, base, { path: 'sync-history', who: PEOPLE.auditor });
    const { page } = opened;
    const runs = page.getByRole('region', { name: 'Runs of liveSync' });
    await runs.getByText('Page 1, 2 objects').waitFor();
    await runs.getByRole('link').first().click();
    await expect.poll(() => page.getByRole('region', { name: 'Changes' }).innerText()).toMatch(/late[^]*created/);
    await page.goto(`${base}/console/sync-history`);
    await page.getByRole('textbox', { name: 'Object' }).fill('system/copy/account/late');
    await page.getByRole('button', { name: 'Show its history' }).click();
    await expect.poll(() => page.getByRole('region', { name: 'One object' }).innerText()).toMatch(/hr_copy[^]*created/);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(faultsOf(opened)).toEqual([]);
    await opened.context.close();
  });
});

describe('an auditor', () => {
  it('is offered no run, no decision and no change, and is refused all of it', async () => {
    const { page, context } = await consolePage(browser, base, { path: 'mappings', who: PEOPLE.auditor });
    await expect.poll(() => main(page)).toContain('hr_copy');
    expect(await page.getByRole('button', { name: /Reconcile/ }).count()).toBe(0);
    await page.goto(`${base}/console/schedules`);
    await expect.poll(() => main(page)).toContain('nightly');
    expect(await page.getByRole('button', { name: /Pause|Run/ }).count()).toBe(0);
    expect(await post(page, '/openidm/recon?_action=recon&mapping=hr_copy')).toBe(403);
    expect(await post(page, `/openidm/recon/${runId}?_action=approve`)).toBe(403);
    expect(await post(page, '/openidm/scheduler/job/nightly?_action=pause')).toBe(403);
    await context.close();
  });
});

describe('each page of synchronisation', () => {
  beforeAll(() => breakMapping(chain));

  const pages = (): readonly (readonly [name: string, path: string, shows: string])[] => [
    ['overview-runs', '', 'hr_copy'], ['mappings', 'mappings', 'cannot be used'], ['mapping', 'mappings/hr_copy', 'Transform'], ['reconciliations', 'reconciliations', 'hr_copy'], ['reconciliation', `reconciliations/${runId}`, 'Durations'],
    ['sync-history', 'sync-history', 'system/hr/account'], ['schedules', 'schedules', 'nightly'], ['schedule', 'schedules/nightly', 'The next times'], ['audit', 'audit', 'hr_strict'], ['audit-sign-ins', 'audit?topic=authentication', 'olga'],
  ];
  for (const [size, width, height] of [['narrow', 380, 844], ['wide', 1440, 900]] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      it(`${colorScheme} and ${size}: no fault by axe-core, nothing beyond the edge, no complaint`, async () => {
        const opened = await consolePage(browser, base, { width, height, colorScheme });
        for (const [name, path, shows] of pages()) {
          await opened.page.goto(`${base}/console/${path}`);
          await expect.poll(() => main(opened.page), { message: name, timeout: 15_000 }).toContain(shows);
          expect(await accessibilityFaults(opened.page), name).toEqual([]);
          expect(await overflowOf(opened.page), name).toEqual([]);
          await opened.page.screenshot({ path: join(SCREENSHOTS, `console-${name}-${colorScheme}-${size}.png`), fullPage: true });
          if (name !== 'mapping') continue;
          await opened.page.getByRole('button', { name: 'Policies' }).click();
          await opened.page.getByText('chosen').first().waitFor();
          expect(await accessibilityFaults(opened.page), 'policies').toEqual([]);
          expect(await overflowOf(opened.page), 'policies').toEqual([]);
          await opened.page.screenshot({ path: join(SCREENSHOTS, `console-policies-${colorScheme}-${size}.png`), fullPage: true });
        }
        expect(await opened.page.locator('main img, main script').count()).toBe(0);
        expect(faultsOf(opened)).toEqual([]);
        await opened.context.close();
      }, 90_000);
    }
  }
});
