/**
 * Loaded before the program (`NODE_OPTIONS=--import`), into each of its threads: moves the clock that says what day it is (`Date.now`, which is
 * the only one the program asks for that) by as many ms as stand in the file CONSERVATION_CLOCK. The program itself is unchanged, and the clock
 * that only goes forward, by which timers run, stays as it is: so it is when somebody sets the time.
 */
import { readFileSync } from 'node:fs';

/** A jump is there for all threads within as much. */
const LOOK_MS = 20;

const file = process.env.CONSERVATION_CLOCK;
if (file !== undefined) {
  const now = Date.now;
  let offsetMs = 0;
  const look = (): void => {
    offsetMs = Number(readFileSync(file, 'utf8')) || 0;
  };
  look();
  setInterval(look, LOOK_MS).unref();
  Date.now = () => now() + offsetMs;
}
