import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { productVersion } from '../../deploy/runtime/service/product-version.js';
import { requireKnownFormat } from '../../deploy/runtime/service/state-format.js';
import type { ControllerConfig } from '../config/controller-config.js';
import { RegisterFile } from '../enrolment/register-file.js';
import { dataFolderHolder } from '../store/data-lock.js';
import { attempt, failed, ok, warning, type CheckResult } from './check-result.js';

/** The folder of links, tokens, audit and the register of certificates: what a start would make of it. Writes nothing. */
export async function checkData({ data: file }: Pick<ControllerConfig, 'data'>): Promise<CheckResult[]> {
  const subject = { setting: 'data', file };
  const place = await lookAtPlace(file);
  if (place !== undefined) return [place];
  const results: CheckResult[] = [];
  const held = await attempt(subject, () => dataFolderHolder(file));
  if ('result' in held) results.push(held.result);
  else if (held.value !== undefined) results.push(warning(subject, `is used by process ${held.value}, so no other controller can start on it. If that is the controller this configuration is for, all is well: it takes the changes at its restart. Otherwise choose another folder.`));
  const format = await attempt(subject, () => requireKnownFormat(file, { setting: 'data', version: productVersion() }));
  if ('result' in format) results.push(format.result);
  const register = await attempt(subject, () => RegisterFile.look(file));
  if ('result' in register) results.push(register.result);
  return results.length > 0 ? results : [ok(subject, 'can be written.')];
}

/** Undefined: it is there and can be written. */
async function lookAtPlace(file: string): Promise<CheckResult | undefined> {
  const subject = { setting: 'data', file };
  const there = await nearest(file);
  const isThere = there.path === file;
  if (!there.isDirectory) return failed(subject, isThere ? 'is no directory. Choose another place.' : `cannot be made: ${there.path} is no directory. Choose another place.`);
  try {
    await access(there.path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = `this user may not write ${isThere ? 'it' : `to ${there.path}`} (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`;
    return failed(subject, `${isThere ? 'cannot be used' : 'is not there and cannot be made'}: ${why}. Give the user the controller runs as the right to, and run this check as that user.`);
  }
  return isThere ? undefined : ok(subject, 'is not there yet; the first start makes it.');
}

/** The path, or what is above it and is there. */
async function nearest(path: string): Promise<{ readonly path: string; readonly isDirectory: boolean }> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined) return { path, isDirectory: found.isDirectory() };
  const above = dirname(path);
  return above === path ? { path, isDirectory: false } : nearest(above);
}
