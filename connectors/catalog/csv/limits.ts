/** Longest record in bytes, read or written. A quote that is never closed ends here instead of filling the memory. */
export const MAX_RECORD_BYTES = 8 * 1024 * 1024;
/** Bytes read from a file at once. Larger chunks cost more in garbage collection than they save in calls. */
export const CHUNK_BYTES = 64 * 1024;
/** Rows parsed, and objects of a search handed out, at once: few enough to be garbage before the collector looks at them twice. */
export const CHUNK_ROWS = 100;
/** Bytes copied at once. */
export const COPY_BYTES = 1024 * 1024;
/** Enough for a header or a single record, as a rule. */
export const SMALL_CHUNK_BYTES = 8 * 1024;
/** Most columns a header may have. */
export const MAX_COLUMNS = 4096;
/** Records one uid index or one pass of a comparison holds; 24 bytes each in a table at most three quarters full. */
export const MAX_TABLE_ENTRIES = 1_500_000;
/** Changes written in one commit. */
export const MAX_BATCH = 1000;
/** Bytes of all uid indexes of this process together; the least recently used go first. */
export const MAX_INDEX_BYTES = 128 * 1024 * 1024;
/** How often a commit starts anew because the file was changed from outside while it worked. */
export const COMMIT_ATTEMPTS = 3;
