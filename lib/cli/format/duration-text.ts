/** A duration in two units at most: `45 s`, `8 min`, `13 min 10 s`, `1 h 5 min`. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = whole % 60;
  if (hours > 0) {
    return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  }
  if (minutes > 0) {
    return rest > 0 ? `${minutes} min ${rest} s` : `${minutes} min`;
  }
  return `${rest} s`;
}

/** A measured duration to a tenth of a second: `0.4 s`, `34.2 s`. */
export function secondsText(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

/** A point in time after a start, for columns: `0:00`, `13:10`. */
export function clockText(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
