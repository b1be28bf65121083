/**
 * How busy a cloud is over the week: people work by day, batch jobs run at night, weekends are half as loud. A factor around 1,
 * whose mean over a week is 1, so that the asked rate stays the average.
 */

/** Relative load of each hour of a working day, local time; drawn after the API traffic of public clouds: two humps and a small one for nightly jobs. */
const HOURS = [
  0.45, 0.4, 0.6, 0.5, 0.35, 0.35, 0.45, 0.7, 1.1, 1.5, 1.7, 1.65, 1.4, 1.55, 1.7, 1.65, 1.5, 1.25, 1, 0.9, 0.85, 0.75, 0.65, 0.55,
];
const WEEKEND = 0.5;
const HOURS_OF_WEEK = 168;

const WEEK: readonly number[] = (() => {
  const raw = Array.from({ length: HOURS_OF_WEEK }, (_, hour) => {
    const day = Math.floor(hour / 24);
    return HOURS[hour % 24]! * (day === 0 || day === 6 ? WEEKEND : 1);
  });
  const mean = raw.reduce((sum, value) => sum + value, 0) / HOURS_OF_WEEK;
  return raw.map((value) => value / mean);
})();

/** At a real time in µs since 1970; the hours flow into each other. */
export function rhythmAt(epochUs: number): number {
  const date = new Date(epochUs / 1000);
  const hour = date.getDay() * 24 + date.getHours();
  const part = (date.getMinutes() * 60 + date.getSeconds()) / 3600;
  return WEEK[hour]! * (1 - part) + WEEK[(hour + 1) % HOURS_OF_WEEK]! * part;
}
