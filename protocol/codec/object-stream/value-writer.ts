import type { ObjectWriter } from './object-writer.js';

type Constructor<T> = abstract new (...args: never[]) => T;

/** How the instances of one class are written. */
export interface ValueWriterEntry {
  readonly type: Constructor<object>;
  readonly write: (writer: ObjectWriter, value: object) => void;
}

/** Pairs a class with its writer; the table calls it only with instances of the class. */
export function valueWriter<T extends object>(type: Constructor<T>, write: (writer: ObjectWriter, value: T) => void): ValueWriterEntry {
  return { type, write: write as (writer: ObjectWriter, value: object) => void };
}
