/**
 * `causeway … | head` closes the pipe early. That is the reader's right: the process ends quietly, as other programs do, and not
 * with the trace of an unhandled error.
 */
export function endWithClosedPipe(streams: readonly NodeJS.WriteStream[] = [process.stdout, process.stderr]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit();
    });
  }
}
