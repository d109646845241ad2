/** Something to be done for each of several things, some of which wait for others. */
export interface DependencyWalk {
  readonly ids: Iterable<string>;
  /** Ids that must be done first. Those that are not walked count as done. */
  readonly waitsFor: (id: string) => Iterable<string>;
  /** Gives whether it is done. What waits for one that is not done is not begun. */
  readonly work: (id: string) => Promise<boolean>;
  /** Whether nothing more is begun. @default - everything is */
  readonly isStopped?: () => boolean;
}

/**
 * Does everything as soon as what it waits for is done, side by side.
 *
 * @returns the ids that are not done, because their work failed, or was not begun
 */
export async function walkDependencies({ ids, waitsFor, work, isStopped = () => false }: DependencyWalk): Promise<ReadonlySet<string>> {
  const walked = new Set(ids);
  const outcomes = new Map<string, Promise<boolean>>();
  const outcomeOf = (id: string): Promise<boolean> => {
    const known = outcomes.get(id);
    if (known !== undefined) return known;
    const outcome = begin(id);
    outcomes.set(id, outcome);
    return outcome;
  };
  const begin = async (id: string): Promise<boolean> => {
    const needed = [...waitsFor(id)].filter((other) => walked.has(other));
    const areDone = await Promise.all(needed.map(outcomeOf));
    return areDone.every((isDone) => isDone) && !isStopped() && work(id);
  };
  const ends = await Promise.all([...walked].map(async (id) => [id, await outcomeOf(id)] as const));
  return new Set(ends.filter(([, isDone]) => !isDone).map(([id]) => id));
}
