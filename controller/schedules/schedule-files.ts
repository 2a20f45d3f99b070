import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../log.js';
import { isMissing } from '../store/json-file.js';
import { messageOf } from './message-of.js';
import type { ScheduleBook } from './schedule-book.js';
import { readScheduleFile, scheduleNameOf } from './schedule-file.js';
import type { Schedule } from './schedule.js';
import type { ScheduledServices } from './scheduled-service.js';

/** Editors write in several steps; one reload for all of them. Milliseconds. */
const SETTLE = 200;
/** After a failure of the database. Milliseconds. */
const AGAIN = 5_000;

/** `conf/schedule-<name>.json`. A file that cannot be used leaves the schedule as it was. */
export class ScheduleFiles {
  readonly #folder: string;
  readonly #book: ScheduleBook;
  readonly #services: ScheduledServices;
  readonly #log: Log;
  /** What was read, by file: its digest. */
  #taken: ReadonlyMap<string, string> = new Map();
  #loading: Promise<void> = Promise.resolve();

  constructor(folder: string, { book, services, log }: { readonly book: ScheduleBook; readonly services: ScheduledServices; readonly log: Log }) {
    this.#folder = folder;
    this.#book = book;
    this.#services = services;
    this.#log = log;
  }

  /** Rejects when the database or the folder cannot be read; what is wrong with a file is logged. */
  load(): Promise<void> {
    const next = this.#loading.then(() => this.#read(), () => this.#read());
    this.#loading = next;
    return next;
  }

  /** Loads now, and again whenever the folder changes. The result ends it. */
  follow(onChange: () => void): () => void {
    let timer: NodeJS.Timeout | undefined;
    const again = (milliseconds: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        this.load().then(onChange, (error: unknown) => {
          this.#log.error({ reason: messageOf(error) }, 'schedule files could not be taken over; it is tried again');
          again(AGAIN);
        });
      }, milliseconds);
      timer.unref();
    };
    const watcher = watch(this.#folder, { persistent: false }, (_event, file) => {
      if (file === null || scheduleNameOf(file) !== undefined) again(SETTLE);
    });
    watcher.on('error', (error) => { this.#log.error({ err: error }, 'changes of schedule files are not seen any more'); });
    again(0);
    return () => {
      clearTimeout(timer);
      watcher.close();
    };
  }

  async #read(): Promise<void> {
    const files = (await readdir(this.#folder)).filter((file) => scheduleNameOf(file) !== undefined).sort();
    const taken = new Map<string, string>();
    for (const file of files) {
      const digest = await this.#take(file);
      if (digest !== undefined) taken.set(file, digest);
    }
    for (const file of this.#taken.keys()) if (!taken.has(file)) await this.#drop(file);
    this.#taken = taken;
  }

  async #take(file: string): Promise<string | undefined> {
    let text: string;
    try {
      text = await readFile(join(this.#folder, file), 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      this.#log.error({ file, reason: messageOf(error) }, 'a schedule file cannot be read');
      return this.#taken.get(file) ?? '';
    }
    const digest = createHash('sha256').update(text).digest('hex');
    if (this.#taken.get(file) === digest) return digest;
    const schedule = this.#compile(file, text);
    if (schedule !== undefined) {
      await this.#book.takeFile(schedule, digest);
      this.#log.info({ file, schedule: schedule.name, enabled: schedule.source.enabled }, this.#taken.has(file) ? 'schedule reloaded' : 'schedule loaded');
    }
    return digest;
  }

  #compile(file: string, text: string): Schedule | undefined {
    try {
      return readScheduleFile(nameOf(file), text, this.#services);
    } catch (error) {
      this.#log.error({ file, reason: messageOf(error) }, 'a schedule file cannot be used; the schedule stays as it was');
      return undefined;
    }
  }

  async #drop(file: string): Promise<void> {
    const name = nameOf(file);
    if (await this.#book.get(name) !== undefined) await this.#book.delete(name);
    this.#log.info({ file, schedule: name }, 'schedule removed with its file');
  }
}

const nameOf = (file: string): string => scheduleNameOf(file) ?? file;
