/** What is said of values that only a controller can read: neither right nor wrong. */
export function encryptedText(names: readonly string[]): string {
  return `is encrypted${names.length === 0 ? '' : ` with the key ${names.join(', ')}`}; only a controller that has the key can read it (systems.cryptoKeys)`;
}

export function referenceText(names: readonly string[]): string {
  return `is filled in by the controller, which has to know ${names.join(', ')} (systems.properties, or its environment)`;
}
