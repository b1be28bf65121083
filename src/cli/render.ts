/** A record as the terminal shows it: the line of base/line.ts, which the HTTP API shows, too. */
export { type LineStyle, lineOf, moreOf } from '../base/line.ts';
