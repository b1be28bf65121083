/** How long something takes of the processor, for tests that tell linear from worse: whatever else the machine does costs them nothing. */

/** Processor time of this thread alone, ms. Its clock may tick in steps of 10. */
export function threadMs(work: () => void): number {
  const start = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}
