/** A duration as Go writes it, such as `600s` or `1h15m`. */
const GO_DURATION = /^(?=.)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?$/;

/**
 * helm's arguments with a shorter `--timeout`: what a chart waits for is real, only its patience is divided by the compression.
 *
 * @param compression AWS seconds that one real second stands for
 * @param floorSeconds shortest timeout, in real seconds; a timeout that is shorter already stays
 */
export function compressedTimeout(args: readonly string[], compression: number, floorSeconds: number): readonly string[] {
  return args.map((argument, index) => {
    if (args[index - 1] !== '--timeout') return argument;
    const [matched, hours = 0, minutes = 0, seconds = 0] = GO_DURATION.exec(argument) ?? [];
    if (matched === undefined) return argument;
    const given = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    return `${Math.min(given, Math.max(floorSeconds, Math.ceil(given / compression)))}s`;
  });
}
