/** The driver, loaded when the first configuration is opened: an agent without MongoDB loads none of it. */
export type Driver = typeof import('mongodb');

/** Values come as what they are in the database: Int32, Long and Double apart, no number that is a little wrong. */
export const EXACT_VALUES = { promoteValues: false } as const;

export async function loadDriver(): Promise<Driver> {
  return import('mongodb');
}
