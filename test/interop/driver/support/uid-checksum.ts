/** The driver's checksum of a stream (the sum of FNV-1a, 64 bits, over each uid), worked out from the uids a test expects. */
export function uidChecksum(uids: Iterable<string>): string {
  let sum = 0n;
  for (const uid of uids) {
    let hash = 0xcbf29ce484222325n;
    for (let index = 0; index < uid.length; index++) hash = BigInt.asUintN(64, (hash ^ BigInt(uid.charCodeAt(index))) * 0x100000001b3n);
    sum += hash;
  }
  return BigInt.asUintN(64, sum).toString(16);
}
